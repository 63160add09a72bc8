"""Geometry, and numbers if any, to a scene: a room for each kind of figure, and what all of them share."""
