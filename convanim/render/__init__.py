"""From an animation to pixels, with matplotlib's Agg. Only what a step changes is drawn again."""

import matplotlib
import numpy as np

from convanim.render.frames import Frame, Renderer, frames
from convanim.render.inks import Inks

DRAWN_WITH = (np.__version__, matplotlib.__version__)  # pixels are the same for the same versions

__all__ = ["DRAWN_WITH", "Frame", "Inks", "Renderer", "frames"]
