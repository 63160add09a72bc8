"""From an animation to pixels. Only what a step changes is drawn again."""

import numpy as np

from convanim.render.frames import Frame, Renderer, frames, still


def drawn_with() -> tuple[str, ...]:
    """The versions of what draws: pixels are the same for the same ones."""
    import matplotlib

    return np.__version__, matplotlib.__version__


__all__ = ["Frame", "Renderer", "drawn_with", "frames", "still"]
