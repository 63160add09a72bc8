"""One pixel's column of numbers through layers of nodes and edges."""
