"""The options: those of each operation, from its fields, and those that all figures share."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from convanim.errors import RequestError
from convanim.operations import OPERATIONS, Operation, Takes

if TYPE_CHECKING:
    _Number = click.ParamType[Any]
else:  # only newer versions of click let it be subscripted
    _Number = click.ParamType


class Whole(_Number):
    """A whole number."""

    name = "n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; raises RequestError."""
        if isinstance(value, int):
            return value
        text = str(value).strip()
        if not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 18:
            such = "480, in pixels" if param is not None and param.metavar == "PX" else "2"
            raise RequestError(_field(param), value, "not a whole number", f"give one such as {such}")
        return int(text)


class Seconds(_Number):
    """A number of seconds."""

    name = "s"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; raises RequestError."""
        try:
            return float(value)
        except ValueError:
            raise RequestError(_field(param), value, "not a number of seconds", "give one such as 0.5") from None


def _field(param: click.Parameter | None) -> str:
    return (param.name if param else None) or "value"


def _themes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from convanim.theme import theme_names

    return [CompletionItem(name) for name in (*theme_names(), "auto") if name.startswith(incomplete)]


def _views(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from convanim.views import VIEWS

    return [CompletionItem(name) for name in VIEWS if name.startswith(incomplete)]


def _readings(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from convanim.views.drawing import READINGS

    return [CompletionItem(name) for name in READINGS if name.startswith(incomplete)]


def _orders(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from convanim.geometry import ORDERS

    return [CompletionItem(name) for name in ORDERS if name.startswith(incomplete)]


def _stages(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from convanim.pointwise import FUNCTIONS

    return [CompletionItem(name) for name in (*OPERATIONS, *FUNCTIONS) if name.startswith(incomplete)]


def templates_completion(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Templates' names that begin so, and files."""
    from convanim.recipes import template_names

    names = [CompletionItem(name) for name in template_names() if name.startswith(incomplete)]
    return [*names, CompletionItem(incomplete, type="file")]


def layer_options(operation: Operation) -> list[click.Option]:
    """The options of an operation's own fields, and `--dims`."""
    options = []
    for field in operation.fields:
        name = "--" + field.name.replace("_", "-")
        if field.takes is Takes.FLAG:
            options.append(click.Option([f"{name}/--no-{name[2:]}"], default=None, help=field.help))
            continue
        kind: _Number = Whole() if field.takes is Takes.INTEGER else click.STRING
        metavar = {Takes.SIZES: "SIZE", Takes.PADDING: "PADDING", Takes.INTEGER: "N", Takes.WORD: "WORD"}[field.takes]
        names = [field.short, name] if field.short else [name]
        options.append(click.Option(names, type=kind, metavar=metavar, help=field.help))
    return [*options, dims_option()]


def dims_option() -> click.Option:
    """How many axes there are."""
    return click.Option(["--dims"], type=Whole(), metavar="1|2", help="Number of axes when the sizes do not say [2].")


def input_option(help: str) -> click.Option:
    """The size of an input that no operation's own option says."""
    return click.Option(["-i", "--input-size"], metavar="SIZE", help=help)


def option(*names: str, **how: Any) -> click.Option:
    """An option that is None unless it is given, so that a recipe's own setting stands."""
    return click.Option(list(names), default=None, **how)


def figure_options() -> list[click.Option]:
    """The options that say how a figure looks and moves; the same for operations and recipes."""
    return [
        option("--values", metavar="SOURCE", help="Numbers for the input: random[:SEED], arange, or a .csv/.npy/.png."),
        option(
            "--kernel-values",
            metavar="SOURCE",
            help="Numbers for the kernel: as for the input, or identity, box, sharpen, sobel-x, sobel-y, laplacian, "
            "gaussian, gabor:ANGLE, gaussian-derivative:ANGLE.",
        ),
        option("--resize/--no-resize", help="Scale a picture to the input's size."),
        option(
            "--heat-map/--no-heat-map", help="Colours instead of numbers [where numbers would need twice the width]."
        ),
        option("--view", metavar="NAME", shell_complete=_views, help="iso: slanted planes; flat: grids side by side."),
        option(
            "--order",
            metavar="NAME",
            shell_complete=_orders,
            help="With channels, what comes first: filter, all positions of one after another; position, all filters "
            "at one after another [filter].",
        ),
        option("--max-sheets", type=Whole(), metavar="N", help="Past it channels are left out of the picture [8]."),
        option(
            "--transposed-as",
            metavar="NAME",
            shell_complete=_readings,
            help="gather: over the zero-stuffed input; scatter: each input cell stamps the output [gather].",
        ),
        option(
            "--theme",
            metavar="NAME|FILE",
            shell_complete=_themes,
            help="The colours [classic]: a theme's name, a .toml file, or auto: light or dark as its surroundings are.",
        ),
        option("--transparent/--opaque", help="Leave the background out."),
        option("--width", type=Whole(), metavar="PX", help="Exact width of the picture [480]."),
        option("--scale", type=Whole(), metavar="N", help="The same picture, N times as large [1]."),
        option("--step-time", type=Seconds(), metavar="S", help="Seconds a step [0.5]."),
        option("--hold", type=Seconds(), metavar="S", help="Extra seconds on the last frame [1]."),
        option("--loop", type=Whole(), metavar="N", help="How often it plays; 0 is for ever [0]."),
        option("--bounce/--no-bounce", help="Play forth and back [off]."),
        option("--labels/--no-labels", help="Names and sizes beside the maps [on]."),
        option("--caption/--no-caption", help="The layer's parameters, formula and cost under the maps [off]."),
        option("--input-label", metavar="TEXT", help="Words for the input's label."),
        option("--output-label", metavar="TEXT", help="Words for the output's label."),
        option("--steps", metavar="A:B", help="A slice of the steps, as in Python."),
        option("--max-frames", type=Whole(), metavar="N", help="Past it steps are sampled evenly [500]."),
        option(
            "--frame", type=Whole(), metavar="N", help="The frame that a still shows, from 0, or back from -1 [-1]."
        ),
        option("--still/--moving", help="One frame alone, in every format."),
        option("--sheet", metavar="RxC", help="Frames side by side on one page, such as 3x3, each of the full width."),
        option("--title", metavar="TEXT", help="The figure's title, for files that carry one [the layer in words]."),
        option("--alt", metavar="TEXT", help="The text for those who do not see it [written from the layer]."),
        option("--max-cells", type=Whole(), metavar="N", help="Past it the request is refused [10000000]."),
    ]


def figure_options_of(operation: Operation) -> list[click.Option]:
    """The shared options that mean something for an operation."""
    dropped = set() if operation.has_weights else {"kernel_values"}
    if operation.name != "conv-transpose":
        dropped.add("transposed_as")
    return without(figure_options(), dropped)


def without(options: list[click.Option], dropped: Collection[str]) -> list[click.Option]:
    """Some options, others left out by their names."""
    return [option for option in options if option.name not in dropped]


def output_options() -> list[click.Option]:
    """The options that say what is written, and where."""
    return [
        click.Option(
            ["-o", "--output"],
            multiple=True,
            metavar="FILE",
            help="Where to: .gif, .svg, .html, .png (a still), .pdf (pages), .apng, .webp, .mp4, .webm, .pptx, "
            "DIR/ (frames), or - with --format. May be repeated.",
        ),
        click.Option(["--format"], metavar="NAME", help="The format of -o -: such as gif."),
        click.Option(["--json"], is_flag=True, help="Print the geometry as JSON and render nothing."),
        click.Option(["-q", "--quiet"], is_flag=True, help="No progress and no notes."),
    ]


def recipe_argument() -> click.Argument:
    """Templates' names and recipes' files."""
    return click.Argument(
        ["recipes"], nargs=-1, required=True, metavar="NAME|FILE...", shell_complete=templates_completion
    )


def figures_argument() -> click.Argument:
    """Figures to compare: templates' names, recipes' files, quoted layers."""
    return click.Argument(
        ["figures"], nargs=-1, required=True, metavar="FIGURE...", shell_complete=templates_completion
    )


def stages_argument() -> click.Argument:
    """The stages of a chain, each quoted where it has spaces in it."""
    return click.Argument(["stages"], nargs=-1, required=True, metavar="STAGE...", shell_complete=_stages)


def batch_options() -> list[click.Option]:
    """The options of commands that draw several figures."""
    return [
        click.Option(["-j", "--jobs"], type=Whole(), metavar="N", help="Processes to draw with [one a core]."),
        click.Option(["--force"], is_flag=True, help="Draw what is current already, too."),
    ]
