"""A figure in text and in JSON."""
