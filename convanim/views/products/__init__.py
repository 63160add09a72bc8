"""Layers drawn as matrix products."""
