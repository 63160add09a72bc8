"""From an animation to pixels, with matplotlib's Agg. Only what a step changes is drawn again."""

from convanim.render.frames import Frame, Renderer, frames

__all__ = ["Frame", "Renderer", "frames"]
