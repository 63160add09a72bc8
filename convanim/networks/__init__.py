"""Layers after one another: chains, what a cell of one depends on, what they cost."""
