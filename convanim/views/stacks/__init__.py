"""Stacks of maps, of layers with channels and of chains: what they hold, where sheets stand, what is drawn of each."""
