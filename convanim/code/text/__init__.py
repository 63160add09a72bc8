"""Text that is taken apart and never run: what it may hold, and what stands around a layer in it."""
