"""A scene, the theme that dresses it and its timing: all that is shown and saved. Data alone."""

import hashlib
from dataclasses import dataclass, field, replace

from convanim.errors import RequestError, shown
from convanim.figures.alt_text import alt_text, default_title
from convanim.figures.layouts.layout import Layout
from convanim.figures.layouts.network_layout import any_layout
from convanim.figures.options import Options
from convanim.figures.roomy import roomy
from convanim.figures.subject import Comparison, Shown, asked_figure
from convanim.figures.timing import Timing
from convanim.files.catalogue import theme_file
from convanim.layers.backward import Backward
from convanim.layers.layer import Layer
from convanim.networks.cell_field import CellField
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.numbers.figure_values import refuse_too_many_cells
from convanim.scene.contact_sheet import contact_sheet, grid_of
from convanim.scene.font import BUNDLED, Metrics, load_font
from convanim.scene.picture_size import WIDTHS, PictureSize
from convanim.scene.scene import Scene
from convanim.scene.transforms import scaled
from convanim.style.theme import AUTO, DARK, DEFAULT, Theme, load_theme
from convanim.style.theme_rules import theme_notes
from convanim.words.captions import caption_lines
from convanim.words.language import Words, english
from convanim.words.user_language import load_words

_SCALES = range(1, 9)
_NUMBER_EM = 13  # font size of the numbers on a sheet at the base width
_MOST_PIXELS = 100_000_000


@dataclass(frozen=True)
class Animation:
    """A finished figure. `notes` are for its maker: what was left out or replaced.

    `caption` is what may stand below it: empty where the picture has it already, or shall have none. Where its maker
    chose no theme it `may_follow` its surroundings: `dark` is the theme for dark ones, for formats that can; with
    `is_auto` they all must. `size` is what was asked for. `subject` is the same for all figures of the same layers,
    whatever they look like.
    """

    name: str
    title: str
    alt: str
    scene: Scene
    theme: Theme
    timing: Timing
    size: PictureSize
    still: int  # the frame that a still shows
    digest: str  # of all that the pixels, times and words come from
    may_follow: bool = False
    is_auto: bool = False
    caption: tuple[str, ...] = ()
    words: Words = field(default_factory=english)  # the language, for what formats and pages say themselves
    notes: tuple[str, ...] = field(default=())
    subject: str = ""
    font: Metrics = BUNDLED

    @property
    def dark(self) -> Theme | None:
        """The theme for dark surroundings, if it may follow them."""
        return load_theme(DARK, transparent=self.theme.transparent) if self.may_follow else None

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in pixels of a screen; on paper there are more of them in the picture."""
        return round(self.scene.width * self.size.on_screen), round(self.scene.height * self.size.on_screen)


def compose(figure: Shown, options: Options, *, name: str = "", title: str = "", alt: str = "") -> Animation:
    """The animation of a figure; the options' own title and alternative text come before the ones given here.

    Raises RequestError when the options do not fit the figure.
    """
    if not isinstance(figure, CellField):
        figure = asked_figure(figure, options)
    if isinstance(figure, Layer | Backward | Chain):
        refuse_too_many_cells(figure, options)
    words = english() if options.lang is None else load_words(options.lang)
    is_auto = options.theme == AUTO
    theme = load_theme(DEFAULT if is_auto or options.theme is None else options.theme, transparent=options.transparent)
    may_follow = is_auto or options.theme is None
    dark = theme_file(DARK).read_bytes() if may_follow else b""  # read, and not made: most formats have no use for it
    font = _font(options, theme)
    try:
        made, size = roomy(lambda size: _laid_out(figure, options, words, font, size), figure, options)
    except RequestError as error:
        if error.field != "width" or options.cell_size is None:
            raise
        raise RequestError("width", error.value, error.rule, f"{error.fix}, or a larger {{cell_size}}") from None
    for name_of, given in (("title", options.title), ("alt", options.alt)):
        if given is not None and not given.strip():
            raise RequestError(
                name_of, given, "there are no words in it", "leave it out, and the layer is told in words"
            )
    titled = options.title or title or default_title(figure, words)
    described = options.alt or alt or alt_text(figure, words, options.transposed_as)
    scene, clock, still = _shown(made, options, size, font)
    fonts = [(face.digest, face.number) for face in font.faces]
    parts = (_plain(figure), _worded(options), theme, dark, words, made.numbers, titled, described, fonts)
    return Animation(
        name=name or _name(figure),
        title=titled,
        alt=described,
        scene=scene,
        theme=theme,
        timing=clock,
        size=size,
        still=still,
        digest=hashlib.sha256(repr(parts).encode()).hexdigest(),
        may_follow=may_follow,
        is_auto=is_auto,
        caption=_caption(figure, options, words),
        words=words,
        notes=(*made.notes, *theme_notes(options.theme, theme)),
        font=font,
        subject=hashlib.sha256(repr(_layers(figure)).encode()).hexdigest(),
    )


def _caption(figure: Shown, options: Options, words: Words) -> tuple[str, ...]:
    """What may stand below the figure: empty where that is in it, shall not be, or all is said in it."""
    if isinstance(figure, Comparison | CellField) or options.caption is not None:
        return ()
    return caption_lines(figure, words)


def _font(options: Options, theme: Theme) -> Metrics:
    """The fonts that were asked for, else the theme's. Raises RequestError."""
    if options.font is not None:
        return load_font(options.font)
    try:
        return load_font(theme.font)
    except RequestError as error:
        rule = f"font: {shown(error.value)}: {error.rule}"
        raise RequestError("theme", options.theme, rule, error.fix) from None


def _laid_out(figure: Shown, options: Options, words: Words, font: Metrics, size: PictureSize) -> Layout:
    """The figure as wide as the picture; on paper the pictures of a sheet share its width."""
    columns = grid_of(options.sheet)[1] if size.is_on_paper and options.sheet is not None else 1
    made = _layout(figure, options, words, font, size.split(columns))
    fewer = min(columns, len(made.timing.steps))
    return made if fewer == columns else _layout(figure, options, words, font, size.split(fewer))


def _layout(figure: Shown, options: Options, words: Words, font: Metrics, size: PictureSize) -> Layout:
    if isinstance(figure, Comparison):
        from convanim.figures.comparisons.comparison import comparison_layout  # most figures are of a layer or chain

        return comparison_layout(figure, options, words, font, size)
    if isinstance(figure, CellField):
        from convanim.figures.layouts.field_layout import field_layout

        return field_layout(figure, options, words, font, size)
    return any_layout(figure, options, words, font, size)


def _shown(made: Layout, options: Options, size: PictureSize, font: Metrics) -> tuple[Scene, Timing, int]:
    """The scene at its scale, or several of its frames on a sheet; the frames to play; the one that stills show."""
    scale = options.scale
    if scale not in _SCALES:
        raise RequestError("scale", scale, f"not a whole number from 1 to {_SCALES.stop - 1}", "try 2")
    if scale * size.pixels not in WIDTHS:
        fix = f"try {WIDTHS[-1] // size.pixels}, or a smaller width"
        raise RequestError("scale", scale, f"makes the picture wider than {WIDTHS[-1]} pixels", fix)
    scene, clock = scaled(made.scene, scale), replace(made.timing, glides=options.glide)
    if scene.width * scene.height > _MOST_PIXELS:
        rule = f"makes a picture of {scene.width:,}x{scene.height:,} pixels"
        fix = "try a smaller one, or a smaller input" + (" or {dpi}" if size.is_on_paper else "")
        raise RequestError("width", options.width, rule, fix)
    frame = clock.frame(made.still if options.frame is None else options.frame)
    if options.bounce and (options.still or options.sheet is not None):
        raise RequestError("bounce", None, "a still does not move", "leave it out, or leave out still and sheet")
    if options.sheet is not None:
        if options.frame is not None or options.still:
            rule = "a sheet shows frames from the first to the last, and is a still already"
            raise RequestError("frame" if options.frame is not None else "still", options.frame, rule, "leave it out")
        page = contact_sheet(
            scene,
            clock.steps,
            options.sheet,
            width=size.pixels if size.is_on_paper else None,
            font=font,
            em=size.em * scale if options.labels and size.em else _NUMBER_EM * scene.unit if options.labels else 0.0,
        )
        if page.width * page.height > _MOST_PIXELS:
            rule = f"makes a page of {page.width:,}x{page.height:,} pixels"
            smaller = "a smaller width or {dpi}" if size.is_on_paper else "a smaller width"
            raise RequestError("sheet", options.sheet, rule, f"try fewer pictures, or {smaller}")
        return page, replace(clock, steps=(0,)), 0
    if options.still:
        return scene, clock.stilled(frame), 0
    return scene, clock.bounced() if options.bounce else clock, frame


def _name(figure: Shown) -> str:
    if isinstance(figure, Layer):
        return figure.op
    if isinstance(figure, Backward):
        return figure.layer.op
    if isinstance(figure, Network):
        return "network"
    if isinstance(figure, CellField):
        return "receptive-field"
    return "compare" if isinstance(figure, Comparison) else "chain"


def _plain(figure: Shown) -> Shown:
    """A figure whose text says all of it but its numbers."""
    if not isinstance(figure, Comparison):
        return figure
    parts = tuple(replace(part, options=_worded(part.options)) for part in figure.parts)
    return replace(figure, parts=parts)


def _layers(figure: Shown) -> object:
    return [part.figure for part in figure.parts] if isinstance(figure, Comparison) else figure


def _worded(options: Options) -> Options:
    """Options without their numbers, which may be arrays or files."""
    return replace(options, values=None, kernel_values=None, gradient_values=None)
