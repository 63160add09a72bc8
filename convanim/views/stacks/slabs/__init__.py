"""Stacks too deep for sheets, drawn as slabs: where each stands, what is drawn of it, the scene of all."""
