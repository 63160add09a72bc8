"""Other ways to write layers than the four that are written, too: what their arguments are in one of those."""
