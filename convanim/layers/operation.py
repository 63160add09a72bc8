"""What an operation is: its command, its layer, its fields, and what becomes of what is under a window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from inspect import Parameter, signature
from typing import Any

from convanim.errors import RequestError
from convanim.layers.layer import Layer


class Reduction(Enum):
    """What is made of the taps of one output cell."""

    SUM = "sum"
    MAX = "max"
    MEAN = "mean"
    NORM = "norm"  # the root of the sum of powers
    BLEND = "blend"  # a sum by weights of the taps' own
    COPY = "copy"  # the one input cell that it is, or what stands where there is none
    ADD = "add"  # a sum as they are
    PLACE = "place"  # the one whose winner it was, else 0


class Takes(Enum):
    """What kind of value a field takes."""

    SIZES = "sizes"
    PADDING = "padding"
    FLAG = "flag"
    INTEGER = "integer"
    WORD = "word"


@dataclass(frozen=True)
class Field:
    """One argument of a layer: its name, what it takes, its option's short form and help.

    `default` is in words what stands where it is left out, if the layer's own default is None. What `is_worked_in` is
    asked for alone: other fields of the layer come from it, which has none of that name.
    """

    name: str
    takes: Takes
    help: str
    short: str = ""
    default: str = ""
    is_worked_in: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation: its command's name, its layer and fields, and an example for its help."""

    name: str
    title: str
    layer: Callable[..., Layer]
    fields: tuple[Field, ...]
    reduction: Reduction
    example: str

    @property
    def has_weights(self) -> bool:
        """Whether there is a kernel of weights."""
        return self.reduction is Reduction.SUM

    def default(self, field: Field) -> object:
        """What an argument is where it is left out: the layer's own default, or words; None where it must be given."""
        own = _parameters(self.layer)[field.name].default
        return None if own is Parameter.empty else field.default if own is None else own

    def made(self, arguments: Mapping[str, Any]) -> Layer:
        """The layer of some arguments; raises RequestError, also where one that it must have is missing."""
        for field in self.fields:
            if self.default(field) is None and field.name not in arguments:
                raise RequestError(field.name, None, "missing", f"give it, such as {{{field.name}}} 3")
        return self.layer(**arguments)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The layer's argument names, in order."""
        return tuple(field.name for field in self.fields)


@cache
def _parameters(layer: Callable[..., Layer]) -> Mapping[str, Parameter]:
    return signature(layer).parameters
