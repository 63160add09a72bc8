"""SVG: parts that are drawn once, in the frames that they are shown in."""
