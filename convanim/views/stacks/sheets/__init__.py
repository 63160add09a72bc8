"""Sheets of a stack: where one stands, its numbers, its cells and the window over it, with a grid and without."""
