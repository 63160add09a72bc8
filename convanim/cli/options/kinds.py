"""What the values of options are: whole numbers, seconds; and the names that a shell completes them with."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.shell_completion import CompletionItem

from convanim.errors import RequestError
from convanim.files.catalogue import language_names, template_names, theme_names
from convanim.layers.operations import OPERATIONS

if TYPE_CHECKING:
    Number = click.ParamType[Any]
else:  # only newer versions of click let it be subscripted
    Number = click.ParamType

Names: TypeAlias = Callable[[], Iterable[str]]


class Whole(Number):
    """A whole number."""

    name = "n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; raises RequestError."""
        if isinstance(value, int):
            return value
        text = str(value).strip()
        if not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 18:
            raise RequestError(_field(param), value, "not a whole number", "give one such as 2")
        return int(text)


class Width(Number):
    """A whole number of pixels, or a length with its unit."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """The number or the text; what is no length is refused by `Options`."""
        text = str(value).strip()
        return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else text


class Seconds(Number):
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


Completion: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completed_by(names: Names, *, or_files: bool = False) -> Completion:
    """What a shell is offered: those of some names that begin so, and files where they will do as well."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")] if or_files else found

    return complete


def themes() -> Iterable[str]:
    """The names of the themes, and the one that follows its surroundings."""
    return (*theme_names(), "auto")


def languages() -> Iterable[str]:
    """The names of the languages."""
    return language_names()


def views() -> Iterable[str]:
    """The names of the views."""
    from convanim.views.registry import EVERY_VIEW

    return EVERY_VIEW


def readings() -> Iterable[str]:
    """How a transposed convolution can be read."""
    from convanim.views.drawing import READINGS

    return READINGS


def ways() -> Iterable[str]:
    """By what a gradient can be."""
    from convanim.layers.backward import WAYS

    return WAYS


def gradients() -> Iterable[str]:
    """The words for a gradient that no file holds."""
    return (*numbers(), "ones")


def orders() -> Iterable[str]:
    """What can come first of channels and positions."""
    from convanim.layers.step_order import ORDERS

    return ORDERS


def kernels() -> Iterable[str]:
    """The names of kernels."""
    from convanim.numbers.named_kernels import EXAMPLES

    return EXAMPLES


def numbers() -> Iterable[str]:
    """The words for numbers that no file holds."""
    return ("random", "arange")


def frameworks() -> Iterable[str]:
    """The names of the frameworks whose code is read."""
    from convanim.code.frameworks import FRAMEWORKS

    return FRAMEWORKS


def formats() -> Iterable[str]:
    """The formats, as --format has them."""
    from convanim.export.formats import FORMATS

    return [suffix[1:] for suffix in FORMATS]


def stages() -> Iterable[str]:
    """What a stage of a chain begins with."""
    from convanim.networks.pointwise import FUNCTIONS

    return (*OPERATIONS, *FUNCTIONS)


def templates() -> Iterable[str]:
    """The names of the templates."""
    return template_names()
