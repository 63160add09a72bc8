"""All that can be said of a figure besides its layer: each option once, with its type and where recipes have it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import or_
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from convanim.errors import RequestError, suggestion
from convanim.scene.lengths import length_of
from convanim.scene.picture_size import SUCH_TEXT, SUCH_WIDTHS

if TYPE_CHECKING:
    from convanim.numbers.sources import Source

_NONE_OF: dict[Any, tuple[str, str]] = {
    str: ("not text", "give text"),
    bool: ("not true or false", "give true or false"),
    int: ("not a whole number", "give one such as {}"),
    float: ("not a number", "give one such as {}"),
    int | str: ("neither a whole number of pixels nor a length", "give one such as {}, or 8.5cm"),
}
_EXAMPLE = 2  # of a number that is left out otherwise
_EXAMPLES = {"width": 480, "cell_size": 32}


def _option(default: Any, recipe: str = "", *, of_a_part: bool = False, alone: str = "") -> Any:
    """An option: its default, its table and key in a recipe, and whether the parts of a comparison say it themselves.

    The rest is of the page that they share. Where the default is None, the option may be. `alone` is what is meant
    where a command line gives the name without a value.
    """
    return field(default=default, metadata={"recipe": recipe, "of_a_part": of_a_part, "alone": alone})


@dataclass(frozen=True)
class Options:
    """How a figure looks and moves. Times are in seconds, `width` in pixels or, such as "8.5cm", on paper.

    A `width` that is left out is 480 pixels, or more where the figure has no room in them.
    `cell_size` is how many pixels a cell's side has at most where a picture is 480 wide; it grows with the width.
    `text_size` is a font size such as "8pt" on paper, else "14px"; `dpi` are the pixels in an inch of paper.
    `theme` left out is `classic`, and in formats that can follow their surroundings `dark` on dark ones.
    `lang` is a language's name, or a .toml file; left out it is English.
    `frame` counts from 0, or back from -1; `sheet` is rows and columns such as "3x3".

    Raises RequestError when an option is of the wrong kind; whether it fits the layer is seen when it is drawn.
    """

    values: "Source | None" = _option(None, "values.input", of_a_part=True)
    kernel_values: Any = _option(None, "values.kernel", of_a_part=True)  # a Source; for a chain a list may have several
    gradient_values: "Source | None" = _option(None, "values.gradient", of_a_part=True)
    resize: bool = _option(False, "values.resize", of_a_part=True)
    heat_map: bool | None = _option(None, "values.heat_map", of_a_part=True)
    view: str | None = _option(None, "view.name", of_a_part=True)
    order: str = _option("filter", "view.order", of_a_part=True)
    max_sheets: int = _option(8, "view.max_sheets", of_a_part=True)
    perceptron: bool = _option(False, "view.perceptron", of_a_part=True)
    transposed_as: str | None = _option(None, "view.transposed_as", of_a_part=True)  # left out: as `reading_asked` says
    backward: str | None = _option(None, "view.backward", of_a_part=True, alone="input")
    theme: str | None = _option(None, "view.theme")
    font: str | None = _option(None, "view.font")  # families and files; left out: the theme's, else DejaVu Sans
    transparent: bool = _option(False, "view.transparent")
    width: int | str | None = _option(None, "view.width")  # left out: 480, or more where the figure needs it
    text_size: str | None = _option(None, "view.text_size")  # left out: 8pt on paper, else it goes with the width
    dpi: int | None = _option(None, "view.dpi")  # left out: 300
    cell_size: int | None = _option(None, "view.cell_size")  # left out: as large as there is room for
    scale: int = _option(1, "view.scale")
    labels: bool = _option(True, "view.labels")
    caption: bool | None = _option(None, "view.caption")  # left out: under comparisons alone
    input_label: str | None = _option(None, "view.input_label", of_a_part=True)  # left out: the language's word
    output_label: str | None = _option(None, "view.output_label", of_a_part=True)
    lang: str | None = _option(None, "view.lang")  # left out: English
    title: str | None = _option(None)  # left out: the recipe's, or the layer in words
    alt: str | None = _option(None)
    step_time: float | None = _option(None, "timing.step_time")  # left out: at a pace to follow
    hold: float = _option(2.5, "timing.hold")
    loop: int = _option(0, "timing.loop")
    bounce: bool = _option(False, "timing.bounce")
    glide: bool = _option(True, "view.glide")
    slow: int = _option(0, "timing.slow")
    steps: str | None = _option(None, "timing.steps")
    max_frames: int | None = _option(None, "timing.max_frames")  # left out: 500 in a picture, all of JSON
    frame: int | None = _option(None, "view.frame")  # the one that stills show; left out: the last
    still: bool = _option(False, "view.still")
    sheet: str | None = _option(None, "view.sheet")
    max_cells: int = _option(10_000_000, of_a_part=True)

    def __post_init__(self) -> None:
        for each in fields(self):
            wanted, value = TYPES[each.name], getattr(self, each.name)
            if (value is None and each.default is None) or _is_a(wanted, value):
                continue
            rule, fix = _NONE_OF[wanted]
            example = _EXAMPLES.get(each.name, _EXAMPLE) if each.default is None else each.default
            such = f" such as {ALONE[each.name]}" if each.name in ALONE else ""
            raise RequestError(each.name, value, rule, fix.format(example) + such)
        if self.width is not None:
            length_of("width", self.width, SUCH_WIDTHS)
        if self.text_size is not None:
            length_of("text_size", self.text_size, SUCH_TEXT)


def _is_a(wanted: Any, value: object) -> bool:
    """Whether a value is of a type: truth values are no numbers, whole numbers are numbers."""
    if isinstance(value, bool):
        return wanted in (bool, object)
    return isinstance(value, (int, float) if wanted is float else wanted)


def _type(annotation: Any) -> Any:
    """What an option takes: text, truth values, whole numbers or numbers; where it is a source of these, anything."""
    if annotation in _NONE_OF:
        return annotation
    types = [each for each in get_args(annotation) or (annotation,) if each is not NoneType]
    either = types[0] if len(types) == 1 else reduce(or_, types)
    return either if either in _NONE_OF else object


_FIELDS = {each.name: each for each in fields(Options)}
TYPES = {name: _type(each.type) for name, each in _FIELDS.items()}
ALONE = {name: each.metadata["alone"] for name, each in _FIELDS.items() if each.metadata["alone"]}
NUMBERS = ("values", "kernel_values", "gradient_values", "resize", "heat_map")  # of the cells of layers
OF_A_PART = tuple(name for name, each in _FIELDS.items() if each.metadata["of_a_part"])


def option_names() -> tuple[str, ...]:
    """The names of all options, in order."""
    return tuple(_FIELDS)


def options_set(options: Options) -> tuple[str, ...]:
    """The names of those options that are not left as they are by themselves, in order."""
    return tuple(name for name in _FIELDS if _is_set(options, name))


def _is_set(options: Options, name: str) -> bool:
    value, default = getattr(options, name), _FIELDS[name].default
    return value is not None if default is None else bool(value != default)


def refuse_set(options: Options, names: Iterable[str], rule: str) -> None:
    """Raise RequestError for the first of some options that is not left as it is by itself."""
    for name in names:
        if _is_set(options, name):
            value = getattr(options, name)
            said = value if isinstance(value, str | int) and not isinstance(value, bool) else None
            raise RequestError(name, said, rule, "leave it out")


def recipe_keys() -> dict[str, dict[str, str]]:
    """A recipe's tables: for each of their keys the option that it sets."""
    tables: dict[str, dict[str, str]] = {}
    for name, each in _FIELDS.items():
        table, _, key = each.metadata["recipe"].partition(".")
        if table:
            tables.setdefault(table, {})[key] = name
    return tables


def options_of(given: dict[str, Any]) -> Options:
    """Options from those given; raises RequestError for a name that is none."""
    for name in given:
        if name not in _FIELDS:
            fix = suggestion(name, _FIELDS, f"options are {', '.join(_FIELDS)}")
            raise RequestError(name, None, "there is no such option", fix)
    return Options(**given)
