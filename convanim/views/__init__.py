"""Geometry, and numbers if any, to a scene: `iso` and `flat` for single maps, each with a module for stacks."""
