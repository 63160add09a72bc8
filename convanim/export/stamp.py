"""The stamp that each file carries: of what it is a figure of, and of all that its pixels come from."""

import hashlib

import PIL

from convanim.figures.animation import Animation
from convanim.files.package import VERSION
from convanim.render.frames import drawn_with


def stamp(animation: Animation) -> bytes:
    """`convanim:`, a digest of the layers that are drawn, and one of the figure and of the versions that draw it."""
    made_with = (animation.digest, VERSION, *drawn_with(), PIL.__version__)
    digest = hashlib.sha256("\n".join(made_with).encode()).hexdigest()
    return b"convanim:" + subject(animation) + b":" + digest[:24].encode()


def subject(animation: Animation) -> bytes:
    """A short digest of the layers that are drawn, which all pictures of them share."""
    return animation.subject[:8].encode()
