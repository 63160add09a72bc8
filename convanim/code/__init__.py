"""Layers from framework code and live layers, and back to code; one module a framework."""
