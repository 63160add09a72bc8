"""A scene, the theme that dresses it and its timing: all that is shown and saved. Data alone."""

import hashlib
from dataclasses import dataclass, field, replace

from convanim.comparing import compared
from convanim.composing import composed
from convanim.described import described
from convanim.figures import Comparison, Part, Subject
from convanim.filling import refuse_too_many_cells
from convanim.layers import Layer
from convanim.options import Options
from convanim.scene import Scene
from convanim.theme import Theme, load_theme
from convanim.timing import Timing


@dataclass(frozen=True)
class Animation:
    """A finished figure. `notes` are for its maker: what was left out or replaced."""

    name: str
    scene: Scene
    theme: Theme
    timing: Timing
    alt: str
    digest: str  # of all that the pixels and times come from
    notes: tuple[str, ...] = field(default=())


def compose(figure: Subject, options: Options, *, name: str = "", alt: str = "") -> Animation:
    """The animation of a figure. Raises RequestError when the options do not fit it."""
    if not isinstance(figure, Comparison):
        refuse_too_many_cells(figure, options)
    theme = load_theme(options.theme, transparent=options.transparent)
    made = compared(figure, options) if isinstance(figure, Comparison) else composed(figure, options)
    return Animation(
        name=name or _name(figure),
        scene=made.scene,
        theme=theme,
        timing=made.timing,
        alt=alt or described(figure),
        digest=hashlib.sha256(repr((_plain(figure), _worded(options), theme, made.numbers)).encode()).hexdigest(),
        notes=made.notes,
    )


def _name(figure: Subject) -> str:
    if isinstance(figure, Layer):
        return figure.op
    return "compare" if isinstance(figure, Comparison) else "chain"


def _plain(figure: Subject) -> Subject:
    """A figure whose text says all of it but its numbers."""
    if not isinstance(figure, Comparison):
        return figure
    return Comparison(tuple(Part(part.figure, _worded(part.options), part.title) for part in figure.parts))


def _worded(options: Options) -> Options:
    """Options without their numbers, which may be arrays or files."""
    return replace(options, values=None, kernel_values=None)
