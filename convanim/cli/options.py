"""The options: those of each operation, from its fields, and those that all figures share, from one table."""

from collections.abc import Collection
from dataclasses import dataclass, fields

import click

from convanim.cli import kinds
from convanim.cli.help import FILES, LAYER, NUMBERS, PICTURE, TIME, Opt
from convanim.cli.kinds import Names, Number, Seconds, Whole, Width, completed_by
from convanim.figures.options import Options
from convanim.layers.operations import Field, Operation, Takes

_N, _S = Whole(), Seconds()
_METAVARS = {Takes.SIZES: "SIZE", Takes.PADDING: "PADDING", Takes.INTEGER: "N", Takes.WORD: "WORD"}
# Where the sizes are that need not be given.
_FILES = {"input_size": "--values", "kernel_size": "--kernel-values"}


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
    _Look("resize", NUMBERS, "Scale a picture's file to the input's size"),
    _Look("heat_map", NUMBERS, "Colours instead of numbers", default="where numbers would need twice the width"),
    _Look("max_cells", NUMBERS, "More cells than that in all maps are refused", "N", _N),
    _Look(
        "view",
        PICTURE,
        "iso: slanted planes; flat: grids side by side",
        "NAME",
        default="flat with numbers, else iso",
        names=kinds.views,
    ),
    _Look(
        "theme",
        PICTURE,
        "The colours: classic, colorblind, dark, print, auto (light or dark as its surroundings are), or a .toml file",
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
    _Look("width", PICTURE, "Exact width: 480, in pixels; on paper 8.5cm, 85mm, 3.35in or 241pt", "LENGTH", Width()),
    _Look(
        "text_size",
        PICTURE,
        "Font size of all words and numbers: 8pt; with a width in pixels 14px",
        "LENGTH",
        default="8pt on paper, else it goes with the width",
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
        "The language of words and numbers: en, de, fr, es, pt, zh, ja, ko, or a .toml file",
        "NAME|FILE",
        default="en",
        names=kinds.languages,
        or_files=True,
    ),
    _Look("caption", PICTURE, "The layer's parameters, formula and cost under the maps", default="off; on in compare"),
    _Look(
        "order",
        PICTURE,
        "With channels, what comes first: filter, all positions of one after another; position, all filters at one "
        "after another",
        "NAME",
        names=kinds.orders,
    ),
    _Look("max_sheets", PICTURE, "Past it channels are left out of the picture", "N", _N),
    _Look(
        "transposed_as",
        PICTURE,
        "gather: over the zero-stuffed input; scatter: each input cell stamps the output",
        "NAME",
        names=kinds.readings,
    ),
    _Look("step_time", TIME, "Seconds a step", "S", _S),
    _Look("hold", TIME, "Extra seconds on the last frame", "S", _S),
    _Look("loop", TIME, "How often it plays; 0 is for ever", "N", _N),
    _Look("bounce", TIME, "Play forth and back"),
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
    name = _spelled(look.name)
    own = _DEFAULTS[look.name]
    default = look.default if own is None else own
    if not look.metavar:
        return _switch(name, look.off, look.group, _with_default(look.help, default))
    return Opt(
        [f"--{name}"],
        group=look.group,
        default=None,
        metavar=look.metavar,
        type=look.kind,
        help=_with_default(look.help, default),
        shell_complete=completed_by(look.names, or_files=look.or_files) if look.names else None,
    )


def language_option() -> click.Option:
    """The language of what is shown or printed."""
    return next(_figure_option(look) for look in _LOOKS if look.name == "lang")


def figure_options_of(operation: Operation) -> list[click.Option]:
    """The shared options that mean something for an operation."""
    dropped = set() if operation.has_weights else {"kernel_values"}
    if operation.name != "conv-transpose":
        dropped.add("transposed_as")
    return without(figure_options(), dropped)


def without(options: list[click.Option], dropped: Collection[str]) -> list[click.Option]:
    """Some options, others left out by their names."""
    return [option for option in options if option.name not in dropped]


def layer_options(operation: Operation, *, has_numbers: bool = True) -> list[click.Option]:
    """The options of an operation's own fields, and `--dims`; a size may be left out where numbers can bring it."""
    options = [_layer_option(operation, field, has_numbers) for field in operation.fields]
    return [*options, dims_option()]


def _layer_option(operation: Operation, field: Field, has_numbers: bool) -> Opt:
    name, metavar = _spelled(field.name), _METAVARS.get(field.takes)
    default = operation.default(field)
    if field.takes is Takes.FLAG:
        return _switch(name, "", LAYER, _with_default(field.help, default))
    source = _FILES.get(field.name, "") if has_numbers and (operation.has_weights or field.name == "input_size") else ""
    return Opt(
        [field.short, f"--{name}"] if field.short else [f"--{name}"],
        group=LAYER,
        type=Whole() if field.takes is Takes.INTEGER else click.STRING,
        metavar=metavar,
        help=_required(field.help, source) if default is None else _with_default(field.help, default),
        usage=f"{field.short} {metavar}" if default is None else "",
    )


def dims_option() -> click.Option:
    """How many axes there are."""
    return Opt(
        ["--dims"],
        group=LAYER,
        type=Whole(),
        metavar="1|2",
        help=_with_default("Number of axes", "as many as the sizes say, else 2"),
    )


def input_option(help: str, *, is_required: bool = False, has_numbers: bool = True) -> click.Option:
    """The size of an input that no operation's own option says; required, or of those figures that say none."""
    return Opt(
        ["-i", "--input-size"],
        group=LAYER,
        metavar="SIZE",
        help=_required(help, _FILES["input_size"] if has_numbers else "") if is_required else f"{help}.",
        usage="-i SIZE" if is_required else "",
    )


def framework_option() -> click.Option:
    """Whose code it is that is drawn."""
    return Opt(
        ["--framework"],
        group=LAYER,
        metavar="NAME",
        help=_with_default("Whose code it is: pytorch, keras, onnx or jax", "what it looks like"),
        shell_complete=completed_by(kinds.frameworks),
    )


def output_option(help: str, metavar: str = "FILE", *, is_required: bool = False) -> click.Option:
    """Where to."""
    usage = f"-o {metavar}" if is_required else f"[-o {metavar}]..."
    return Opt(["-o", "--output"], group=FILES, multiple=True, metavar=metavar, help=help, usage=usage)


def quiet_option() -> click.Option:
    """Whether to say nothing but what was asked for."""
    return Opt(["-q", "--quiet"], group=FILES, is_flag=True, help="No progress and no notes.")


def output_options(default: str = "a GIF named after it") -> list[click.Option]:
    """The options that say what is written, and where."""
    where = (
        "Where to; may be repeated. A name's suffix is its format: .gif .svg .html .png (a still) .pdf (pages) .apng "
        ".webp .mp4 .webm .pptx; DIR/ is a folder of frames, - standard output"
    )
    return [
        output_option(_with_default(where, default)),
        Opt(
            ["--format"],
            group=FILES,
            metavar="NAME",
            help="With -o - what is written: gif, svg, html, png, pdf, apng, webp, mp4, webm, pptx.",
            shell_complete=completed_by(kinds.formats),
        ),
        Opt(["--json"], group=FILES, is_flag=True, help="Print the geometry as JSON and render nothing."),
        quiet_option(),
    ]


def batch_options() -> list[click.Option]:
    """The options of commands that draw several figures."""
    return [
        Opt(
            ["-j", "--jobs"],
            group=FILES,
            type=Whole(),
            metavar="N",
            help=_with_default("Processes to draw several figures with", "one a core"),
        ),
        Opt(["--force"], group=FILES, is_flag=True, help="Of several figures draw what is current already, too."),
    ]


def recipe_argument() -> click.Argument:
    """Templates' names and recipes' files."""
    return _figures("recipes", "NAME|FILE...")


def figures_argument() -> click.Argument:
    """Figures to compare: templates' names, recipes' files, quoted layers."""
    return _figures("figures", "FIGURE...")


def figure_argument() -> click.Argument:
    """One figure."""
    return click.Argument(["figure"], metavar="FIGURE", shell_complete=completed_by(kinds.templates, or_files=True))


def stages_argument() -> click.Argument:
    """The stages of a chain, each quoted where it has spaces in it."""
    complete = completed_by(kinds.stages)
    return click.Argument(["stages"], nargs=-1, required=True, metavar="STAGE...", shell_complete=complete)


def _figures(name: str, metavar: str) -> click.Argument:
    complete = completed_by(kinds.templates, or_files=True)
    return click.Argument([name], nargs=-1, required=True, metavar=metavar, shell_complete=complete)


def _switch(name: str, off: str, group: str, help: str) -> Opt:
    return Opt([f"--{name}/--{off or f'no-{name}'}"], group=group, default=None, help=help)


def _with_default(help: str, default: object) -> str:
    words = {True: "on", False: "off"}[default] if isinstance(default, bool) else default
    return f"{help} [{words:g}]." if isinstance(words, float) else f"{help} [{words}]."


def _required(help: str, source: str) -> str:
    return f"{help} [required, unless {source} FILE has it]." if source else f"{help} [required]."


def _spelled(name: str) -> str:
    return name.replace("_", "-")
