"""A scene, the theme that dresses it and its timing: all that is shown and saved. Data alone."""

import hashlib
from dataclasses import dataclass, field, replace

from convanim.errors import RequestError
from convanim.figures.alt_text import alt_text, default_title
from convanim.figures.comparison import comparison_layout
from convanim.figures.layout import Layout, layout_of
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part, Subject
from convanim.figures.timing import Timing
from convanim.layers.layer import Layer
from convanim.numbers.figure_values import refuse_too_many_cells
from convanim.scene.contact_sheet import contact_sheet
from convanim.scene.scene import Scene
from convanim.scene.transforms import scaled
from convanim.style.theme import AUTO, DARK, DEFAULT, Theme, load_theme
from convanim.style.theme_rules import theme_notes
from convanim.views.registry import WIDTHS
from convanim.words.captions import caption_lines

_SCALES = range(1, 9)
_MOST_PIXELS = 100_000_000


@dataclass(frozen=True)
class Animation:
    """A finished figure. `notes` are for its maker: what was left out or replaced.

    `caption` is what may stand below it: empty where the picture has it already, or shall have none. `dark` is the
    theme for dark surroundings where its maker chose none, for formats that can follow them; with `is_auto` they all
    must. `subject` is the same for all figures of the same layers, whatever they look like.
    """

    name: str
    title: str
    alt: str
    scene: Scene
    theme: Theme
    timing: Timing
    still: int  # the frame that a still shows
    digest: str  # of all that the pixels, times and words come from
    dark: Theme | None = None
    is_auto: bool = False
    caption: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    subject: str = ""


def compose(figure: Subject, options: Options, *, name: str = "", title: str = "", alt: str = "") -> Animation:
    """The animation of a figure; the options' own title and alternative text come before the ones given here.

    Raises RequestError when the options do not fit the figure.
    """
    if not isinstance(figure, Comparison):
        refuse_too_many_cells(figure, options)
    is_auto = options.theme == AUTO
    theme = load_theme(DEFAULT if is_auto or options.theme is None else options.theme, transparent=options.transparent)
    dark = load_theme(DARK, transparent=options.transparent) if is_auto or options.theme is None else None
    made = comparison_layout(figure, options) if isinstance(figure, Comparison) else layout_of(figure, options)
    for name_of, words in (("title", options.title), ("alt", options.alt)):
        if words is not None and not words.strip():
            raise RequestError(
                name_of, words, "there are no words in it", "leave it out, and the layer is told in words"
            )
    titled = options.title or title or default_title(figure)
    described = options.alt or alt or alt_text(figure, options.transposed_as)
    scene, clock, still = _shown(made, options)
    parts = (_plain(figure), _worded(options), theme, dark, made.numbers, titled, described)
    return Animation(
        name=name or _name(figure),
        title=titled,
        alt=described,
        scene=scene,
        theme=theme,
        timing=clock,
        still=still,
        digest=hashlib.sha256(repr(parts).encode()).hexdigest(),
        dark=dark,
        is_auto=is_auto,
        caption=() if isinstance(figure, Comparison) or options.caption is not None else caption_lines(figure),
        notes=(*made.notes, *theme_notes(options.theme, theme)),
        subject=hashlib.sha256(repr(_layers(figure)).encode()).hexdigest(),
    )


def _shown(made: Layout, options: Options) -> tuple[Scene, Timing, int]:
    """The scene at its scale, or several of its frames on a sheet; the frames to play; the one that stills show."""
    scale = options.scale
    if scale not in _SCALES:
        raise RequestError("scale", scale, f"not a whole number from 1 to {_SCALES.stop - 1}", "try 2")
    if scale * options.width not in WIDTHS:
        fix = f"try {WIDTHS[-1] // options.width}, or a smaller width"
        raise RequestError("scale", scale, f"makes the picture wider than {WIDTHS[-1]} pixels", fix)
    scene, clock = scaled(made.scene, scale), made.timing
    if scene.width * scene.height > _MOST_PIXELS:
        rule = f"makes a picture of {scene.width:,}x{scene.height:,} pixels"
        raise RequestError("width", options.width, rule, "try a smaller one, or a smaller input")
    frame = clock.frame(options.frame)
    if options.bounce and (options.still or options.sheet is not None):
        raise RequestError("bounce", None, "a still does not move", "leave it out, or leave out still and sheet")
    if options.sheet is not None:
        if options.frame is not None or options.still:
            rule = "a sheet shows frames from the first to the last, and is a still already"
            raise RequestError("frame" if options.frame is not None else "still", options.frame, rule, "leave it out")
        page = contact_sheet(scene, clock.steps, options.sheet, is_numbered=options.labels)
        if page.width * page.height > _MOST_PIXELS:
            rule = f"makes a page of {page.width:,}x{page.height:,} pixels"
            raise RequestError("sheet", options.sheet, rule, "try fewer pictures, or a smaller width")
        return page, replace(clock, steps=(0,)), 0
    if options.still:
        return scene, clock.stilled(frame), 0
    return scene, clock.bounced() if options.bounce else clock, frame


def _name(figure: Subject) -> str:
    if isinstance(figure, Layer):
        return figure.op
    return "compare" if isinstance(figure, Comparison) else "chain"


def _plain(figure: Subject) -> Subject:
    """A figure whose text says all of it but its numbers."""
    if not isinstance(figure, Comparison):
        return figure
    parts = tuple(Part(part.figure, _worded(part.options), part.title) for part in figure.parts)
    return replace(figure, parts=parts)


def _layers(figure: Subject) -> object:
    return [part.figure for part in figure.parts] if isinstance(figure, Comparison) else figure


def _worded(options: Options) -> Options:
    """Options without their numbers, which may be arrays or files."""
    return replace(options, values=None, kernel_values=None)
