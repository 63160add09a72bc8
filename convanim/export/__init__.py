"""From an animation to files: a room for each family of formats, a module each, and its line in `formats.FORMATS`."""
