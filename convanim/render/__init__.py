"""From an animation to pixels, with matplotlib's Agg. Only what a step changes is drawn again."""

from convanim.render.frames import Renderer, frames

__all__ = ["Renderer", "frames"]
