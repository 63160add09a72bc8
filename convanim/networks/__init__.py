"""Layers after one another and beside one another: chains, networks, what a cell depends on, what they cost."""
