"""Figures from text: recipes, command lines inside others, and pairs of layers to be held against each other."""
