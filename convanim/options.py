"""All that can be said of a figure besides its layer."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, suggestion

if TYPE_CHECKING:
    from convanim.sources import Source


@dataclass(frozen=True)
class Options:
    """How a figure looks and moves. Times are in seconds, `width` in pixels.

    `theme` left out is `classic`, and in formats that can follow their surroundings `dark` on dark ones.
    `frame` counts from 0, or back from -1; `sheet` is rows and columns such as "3x3".

    Raises RequestError when an option is of the wrong kind; whether it fits the layer is seen when it is drawn.
    """

    values: "Source | None" = None
    kernel_values: Any = None  # a Source; for a chain a list may have one for each stage
    resize: bool = False
    heat_map: bool | None = None
    view: str | None = None
    order: str = "filter"
    max_sheets: int = 8
    transposed_as: str = "gather"
    theme: str | None = None
    transparent: bool = False
    width: int = 480
    scale: int = 1
    labels: bool = True
    caption: bool | None = None  # left out: under comparisons alone
    input_label: str = "input"
    output_label: str = "output"
    title: str | None = None  # left out: the recipe's, or the layer in words
    alt: str | None = None
    step_time: float = 0.5
    hold: float = 1.0
    loop: int = 0
    bounce: bool = False
    steps: str | None = None
    max_frames: int = 500
    frame: int | None = None  # the one that stills show; left out: the last
    still: bool = False
    sheet: str | None = None
    max_cells: int = 10_000_000

    def __post_init__(self) -> None:
        for name in TEXTS:
            value = getattr(self, name)
            if not isinstance(value, str) and not (value is None and name in _MAY_BE_NONE):
                raise RequestError(name, value, "not text", "give text")
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool) and not (getattr(self, name) is None and name in _MAY_BE_NONE):
                raise RequestError(name, getattr(self, name), "not true or false", "give true or false")


TEXTS = (
    "view",
    "order",
    "transposed_as",
    "theme",
    "input_label",
    "output_label",
    "title",
    "alt",
    "steps",
    "sheet",
)
SWITCHES = ("resize", "heat_map", "transparent", "labels", "caption", "bounce", "still")
# What the parts of a comparison say for themselves; the rest is of the page that they share.
OF_A_PART = (
    "values",
    "kernel_values",
    "resize",
    "heat_map",
    "view",
    "order",
    "max_sheets",
    "transposed_as",
    "input_label",
    "output_label",
    "max_cells",
)
_MAY_BE_NONE = ("view", "theme", "title", "alt", "steps", "sheet", "heat_map", "caption")


def option_names() -> tuple[str, ...]:
    """The names of all options, in order."""
    return tuple(f.name for f in fields(Options))


def options_of(given: dict[str, Any]) -> Options:
    """Options from those given; raises RequestError for a name that is none."""
    for name in given:
        if name not in option_names():
            fix = suggestion(name, option_names(), f"options are {', '.join(option_names())}")
            raise RequestError(name, None, "there is no such option", fix)
    return Options(**given)
