"""The mark that each file carries: of all that its pixels come from."""

import hashlib

import PIL

import convanim
from convanim.animation import Animation
from convanim.render import drawn_with


def mark(animation: Animation) -> bytes:
    """`convanim:` and a digest of the figure and of the versions that draw it."""
    made_with = (animation.digest, convanim.__version__, *drawn_with(), PIL.__version__)
    digest = hashlib.sha256("\n".join(made_with).encode()).hexdigest()
    return b"convanim:" + digest[:24].encode()
