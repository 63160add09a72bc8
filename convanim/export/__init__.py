"""From an animation to files. Each format is one module and one line in `formats.FORMATS`."""
