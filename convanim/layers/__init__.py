"""What was asked: sizes per axis, padding, channels, the layers, one entry an operation, and their geometry."""
