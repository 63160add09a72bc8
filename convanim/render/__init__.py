"""From an animation to pixels. Only what a step changes is drawn again."""

import numpy as np

from convanim.render.frames import Frame, Renderer, frames, still
from convanim.render.glyphs import font_version
from convanim.render.inks import Inks

DRAWN_WITH = (np.__version__, font_version())  # pixels are the same for the same versions

__all__ = ["DRAWN_WITH", "Frame", "Inks", "Renderer", "frames", "still"]
