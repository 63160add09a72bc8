"""The options that all figures share, from one table."""

from collections.abc import Collection
from dataclasses import dataclass, fields

import click

from convanim.cli.options import kinds
from convanim.cli.options.help import FILES, NUMBERS, PICTURE, TIME, Opt, spelled, switch, with_default
from convanim.cli.options.kinds import Names, Number, Seconds, Whole, Width, completed_by
from convanim.figures.options import ALONE, Options
from convanim.layers.backward import FLOWS_BACK
from convanim.layers.operation import Operation

_N, _S = Whole(), Seconds()


@dataclass(frozen=True)
class _Look:
    """One option of figures, for the field of `Options` of that name.

    One that takes no value is a switch, whose opposite is `--no-NAME` unless `off` is another. `default` is in words
    what stands where it is left out, if `Options` has None. `names` are what there is to choose from.
    """

    name: str
    group: str
    help: str
    metavar: str = ""
    kind: Number | None = None
    off: str = ""
    default: str = ""
    names: Names | None = None
    or_files: bool = False


_LOOKS = (
    _Look(
        "values",
        NUMBERS,
        "Numbers for the input: random, random:SEED, arange, or a .csv, .npy or .png",
        "SOURCE",
        default="none; drawn by chance with --kernel-values",
        names=kinds.numbers,
        or_files=True,
    ),
    _Look(
        "kernel_values",
        NUMBERS,
        "Weights: as for the input, or identity, box, sharpen, sobel-x, sobel-y, laplacian, gaussian, gabor:ANGLE, "
        "gaussian-derivative:ANGLE; with commas between them one for each filter",
        "SOURCE",
        default="drawn by chance with --values",
        names=kinds.kernels,
        or_files=True,
    ),
    _Look(
        "gradient_values",
        NUMBERS,
        "With --backward, the gradient of the output: as for the input, or ones",
        "SOURCE",
        default="drawn by chance with --values",
        names=kinds.gradients,
        or_files=True,
    ),
    _Look("resize", NUMBERS, "Scale a picture's file to the input's size"),
    _Look(
        "heat_map",
        NUMBERS,
        "Colours instead of numbers",
        default="for pictures, and where numbers would need twice the width",
    ),
    _Look("max_cells", NUMBERS, "More cells than that in all maps are refused", "N", _N),
    _Look(
        "view",
        PICTURE,
        "iso: slanted planes; flat: grids side by side; matrix: one matrix product; im2col: windows as columns",
        "NAME",
        default="flat with numbers, else iso",
        names=kinds.views,
    ),
    _Look(
        "theme",
        PICTURE,
        "The colours: {values} (light or dark as its surroundings are), or a .toml file",
        "NAME|FILE",
        default="classic; .html follows its page",
        names=kinds.themes,
        or_files=True,
    ),
    _Look(
        "font",
        PICTURE,
        "The font of all text: a family, a .ttf, .otf or .ttc file, or several with commas between them, of which the "
        "first that has a character is taken",
        "NAME|FILE",
        default="the theme's, else DejaVu Sans",
        or_files=True,
    ),
    _Look(
        "width",
        PICTURE,
        "Exact width: 480, in pixels; on paper 8.5cm, 85mm, 3.35in or 241pt",
        "LENGTH",
        Width(),
        default="480, or as much as the figure needs",
    ),
    _Look(
        "text_size",
        PICTURE,
        "Font size of all words and numbers: 8pt; with a width in pixels 14px",
        "LENGTH",
        default="8pt on paper, else it goes with the width",
    ),
    _Look(
        "cell_size",
        PICTURE,
        "Pixels of a cell's side at most, of a picture 480 wide, so that those of a series are alike",
        "N",
        _N,
        default="as many as there is room for",
    ),
    _Look("dpi", PICTURE, "Pixels to an inch of a width on paper", "N", _N, default="300"),
    _Look("scale", PICTURE, "The same picture, N times as large", "N", _N),
    _Look("transparent", PICTURE, "Leave the background out", off="opaque"),
    _Look("labels", PICTURE, "Names and sizes beside the maps"),
    _Look("input_label", PICTURE, "Words for the input's label", "TEXT", default="input"),
    _Look("output_label", PICTURE, "Words for the output's label", "TEXT", default="output"),
    _Look(
        "lang",
        PICTURE,
        "The language of words and numbers: {values}, or a .toml file",
        "NAME|FILE",
        default="en",
        names=kinds.languages,
        or_files=True,
    ),
    _Look(
        "caption",
        PICTURE,
        "The layer's parameters, formula and cost under the maps",
        default="off; in compare costs",
    ),
    _Look(
        "order",
        PICTURE,
        "With channels, what comes first: filter, all positions of one after another; position, all filters at one "
        "after another",
        "NAME",
        names=kinds.orders,
    ),
    _Look("max_sheets", PICTURE, "Past it stacks are slabs; with numbers, or flat, channels are left out", "N", _N),
    _Look("perceptron", PICTURE, "Of 1x1 convolutions and relu, the nodes and edges at one pixel, beside the maps"),
    _Look(
        "transposed_as",
        PICTURE,
        "gather: over the zero-stuffed input; scatter: each input cell stamps the output",
        "NAME",
        default="gather; of a pool's gradient scatter",
        names=kinds.readings,
    ),
    _Look(
        "backward",
        PICTURE,
        "How the gradient of the output flows back: by the input (without a word), by the weight, or both side by side",
        "WAY",
        default="the layer forward",
        names=kinds.ways,
    ),
    _Look(
        "step_time",
        TIME,
        "Seconds a step, the same for each",
        "S",
        _S,
        default="0.5, with numbers 1.2; many steps go faster after the first row",
    ),
    _Look("hold", TIME, "Seconds that the finished output rests at the end", "S", _S),
    _Look("loop", TIME, "How often it plays; 0 is for ever", "N", _N),
    _Look("bounce", TIME, "Play forth and back"),
    _Look("glide", TIME, "Outlines and rays glide from step to step where a figure has at most 64 steps"),
    _Look("slow", TIME, "Build the first N output cells number by number", "N", _N),
    _Look("steps", TIME, "A slice of the steps, as in Python", "A:B", default="all"),
    _Look("max_frames", TIME, "Past it steps are sampled evenly", "N", _N, default="500; with --json all"),
    _Look("frame", TIME, "The frame that a still shows, from 0, or back from -1", "N", _N, default="-1"),
    _Look("still", TIME, "One frame alone, in every format", off="moving"),
    _Look(
        "sheet", TIME, "Frames side by side on one page, each of the full width, such as 3x3", "RxC", default="no sheet"
    ),
    _Look("title", FILES, "The title, for files that carry one", "TEXT", default="the layer in words"),
    _Look("alt", FILES, "The text for those who do not see it", "TEXT", default="written from the layer"),
)
_DEFAULTS = {field.name: field.default for field in fields(Options)}


def figure_options() -> list[click.Option]:
    """The options that say how a figure looks and moves; the same for operations and recipes.

    Each is None unless it is given, so that a recipe's own setting stands.
    """
    return [_figure_option(look) for look in _LOOKS]


def _figure_option(look: _Look) -> Opt:
    name = spelled(look.name)
    own = _DEFAULTS[look.name]
    default = look.default if own is None else own
    if not look.metavar:
        return switch(name, look.off, look.group, with_default(look.help, default))
    # A default, even None, would keep click 8.3 from letting the name stand alone.
    absent = {"is_flag": False, "flag_value": ALONE[look.name]} if look.name in ALONE else {"default": None}
    return Opt(
        [f"--{name}"],
        group=look.group,
        **absent,
        metavar=f"[{look.metavar}]" if look.name in ALONE else look.metavar,
        type=look.kind,
        help=with_default(look.help, default),
        values=look.names,
        shell_complete=completed_by(look.names, or_files=look.or_files) if look.names else None,
    )


def backward_option() -> click.Option:
    """By what the gradient flows back."""
    return next(_figure_option(look) for look in _LOOKS if look.name == "backward")


def language_option() -> click.Option:
    """The language of what is shown or printed."""
    return next(_figure_option(look) for look in _LOOKS if look.name == "lang")


def figure_options_of(operation: Operation) -> list[click.Option]:
    """The shared options that mean something for an operation."""
    dropped = set() if operation.has_weights else {"kernel_values"}
    if operation.name not in FLOWS_BACK:
        dropped |= {"transposed_as", "backward", "gradient_values"}
    return without(figure_options(), dropped)


def without(options: list[click.Option], dropped: Collection[str]) -> list[click.Option]:
    """Some options, others left out by their names."""
    return [option for option in options if option.name not in dropped]
