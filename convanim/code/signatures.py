"""What all frameworks share: how a layer's arguments are bound to names, and read as what they must be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import index

from convanim.code.text.parsing import Call, Literal, Name, is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import Layer, Sliding
from convanim.layers.sizes import SizeLike
from convanim.networks.chain import Chain

# What nobody would look for in a picture.
_ARRAYS = (
    "indices",
    "inputs",
    "input",
    "value",
    "weight",
    "filters",
    "filter",
    "lhs",
    "rhs",
    "operand",
    "init_value",
    "image",
    "images",
    "array",
    "tensor",
    "x",
    "X",
    "Y",
)
_LAYOUTS = ("data_format", "layout", "dimension_numbers", "channel_axis", "input_shape", "batch_input_shape")
_UNSAID = frozenset((*_ARRAYS, *_LAYOUTS, "name", "rngs", "key"))


# Words that models print without quotes.
_BARE = ("same", "valid", "zeros", "reflect", "replicate", "circular", "nchw", "nhwc", "ncl", "nlc", "ncw", "nwc")


class NotExpressibleError(ValueError):
    """A layer for which a framework has no code; the message says why."""


@dataclass(frozen=True)
class Signature:
    """One layer of a framework: its arguments in their order, and which of them no picture shows.

    `spelling` says what the framework calls an argument of ours, for messages. `counts` are numbers of channels, which
    are left out where the code has names for them; `words` are taken as text without quotes, too, as models print them.
    `weight` is the argument whose shape says the kernel's size, which the user is asked for where it is not known;
    `order` is that shape's, with `S` for all spatial axes: `OIS` or `SIO`.
    """

    name: str
    op: str
    dims: int | None
    arguments: tuple[str, ...]
    required: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    counts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    weight: str = ""
    order: str = ""

    @property
    def known(self) -> str:
        """Its arguments, as messages list them."""
        return ", ".join(self.arguments)


@dataclass(frozen=True)
class Asked:
    """What is said beside the code, since the code may not say it: each is None where it is not said.

    `dims` is the number of the input's axes, which one number alone does not say. `is_shared` says that it is meant for
    several figures: those whose code says it need not be asked.
    """

    kernel_size: SizeLike | None = None
    out_channels: int | None = None
    output_size: SizeLike | None = None
    dims: int | None = None
    is_shared: bool = False


@dataclass(frozen=True)
class Input:
    """What goes into a layer: its size, its channels where they were said, and both as they were written."""

    size: SizeLike
    channels: int | None
    written: SizeLike


@dataclass(frozen=True)
class Given:
    """The arguments of one call, by name, without those that no picture shows; `names` stand where numbers would."""

    form: Signature
    values: Mapping[str, Literal]
    names: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def get(self, name: str) -> Literal:
        """An argument, None where it is left out."""
        return self.values.get(name)

    def sizes(self, name: str, default: int = 1) -> int | tuple[int, ...]:
        """A whole number or several; raises RequestError."""
        value = self.get(name)
        if value is None:
            return default
        if is_sequence(value):
            assert isinstance(value, tuple)
            return tuple(_whole(name, value, entry) for entry in value)
        return _whole(name, value, value)

    def whole(self, name: str, default: int = 1) -> int:
        """A whole number; raises RequestError."""
        value = self.get(name)
        return default if value is None else _whole(name, value, value)

    def number(self, name: str, default: float) -> float:
        """A number, whole or not; raises RequestError, which names the default as an example."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RequestError(name, shown_literal(value), "not a number", f"give one such as {default}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A switch; raises RequestError."""
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise RequestError(name, shown_literal(value), "not True or False", "try True or False")
        return value

    def word(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of some words, as it is spelled there; raises RequestError."""
        value = self.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise RequestError(name, shown_literal(value), "not known", f"try {', '.join(map(repr, allowed))}")
        return value


Reader = Callable[[Given, Input], tuple[Layer | Chain, tuple[str, ...]]]


@dataclass(frozen=True)
class Dialect:
    """A way to write layers: what may stand before their names, their forms, and how they are read.

    `framework` is that of the four whose code comes nearest; `is_its` is false where a user would not call it so.
    """

    framework: str
    title: str
    prefixes: tuple[str, ...]
    forms: Mapping[str, Signature]
    read: Reader
    channels_last: bool = False
    is_its: bool = True


@dataclass(frozen=True)
class Framework:
    """A framework: what may stand before its layers' names, their forms, and how they are read and written."""

    name: str
    title: str
    prefixes: tuple[str, ...]
    forms: Mapping[str, Signature]
    read: Reader
    write: Callable[[Sliding], str]


def bound(form: Signature, call: Call) -> tuple[Given, tuple[str, ...]]:
    """A call's arguments by name, and the names of those that no picture shows but could; raises RequestError."""
    values: dict[str, Literal] = {}
    if len(call.positional) > len(form.arguments):
        rule = f"{form.name} takes at most {len(form.arguments)} arguments"
        raise RequestError("", None, rule, f"it has {form.known}")
    values.update(zip(form.arguments, call.positional))
    for name, value in call.keywords.items():
        if name not in form.arguments:
            raise RequestError("", None, f"{form.name} has no argument {name}", f"it has {form.known}")
        if name in values:
            raise RequestError("", None, f"{name} is given twice", "give it once")
        values[name] = value
    for name in form.required:
        if values.get(name) is None:
            raise RequestError("", None, f"{name} is missing", f"{form.name} has {form.known}")
    names = {name: value.text for name in form.counts if isinstance(value := values.get(name), Name)}
    for name, value in values.items():
        if (
            name in form.words
            and isinstance(value, Name)
            and (value.text.lower() in _BARE or name in ("computation", "method"))
        ):
            values[name] = value.text
        elif name not in (*form.silent, form.weight, *names) and _has_name(value):
            rule = "not a literal"
            raise RequestError(name, shown_literal(value), rule, "write out its numbers; nothing is evaluated")
    hidden = (*form.silent, form.weight, *names)
    kept = {name: value for name, value in values.items() if name not in hidden}
    unshown = (name for name, value in values.items() if name in form.silent and value not in (None, False))
    return Given(form, kept | _of_weight(form, values), names), tuple(name for name in unshown if name not in _UNSAID)


def _of_weight(form: Signature, values: Mapping[str, Literal]) -> dict[str, Literal]:
    """What the shape of the weight says, where it is made on the spot."""
    weight = values.get(form.weight)
    shape = weight.shape if isinstance(weight, Name) else ()
    if len(shape) < 3 or (form.dims and len(shape) != form.dims + 2):
        return {}
    at, axes = form.order.index("S"), len(shape) - 2
    sizes = dict(zip(form.order.replace("S", ""), (*shape[:at], *shape[at + axes :])))
    return {"kernel_size": shape[at : at + axes], "weight_in": sizes["I"], "weight_out": sizes["O"]}


def per_axis_sizes(name: str, value: int | tuple[int, ...], dims: int) -> tuple[int, ...]:
    """One number for each axis, checked for their number alone; raises RequestError."""
    if isinstance(value, int):
        return (value,) * dims
    if len(value) != dims:
        raise RequestError(name, value, f"that is {len(value)} numbers for {dims} axes", "give one, or one per axis")
    return value


def positive(name: str, value: int | tuple[int, ...], dims: int) -> tuple[int, ...]:
    """One positive number for each axis; raises RequestError."""
    numbers = per_axis_sizes(name, value, dims)
    if not numbers or min(numbers) < 1:
        raise RequestError(name, shown_literal(value), "must be at least 1, one per axis", "try 1 or more")
    return numbers


def spell(numbers: tuple[int, ...]) -> str:
    """Sizes as code has them: `3`, `(3, 5)`."""
    return str(numbers[0]) if len(set(numbers)) == 1 else str(numbers)


def spell_tuple(numbers: tuple[int, ...]) -> str:
    """Sizes as code has them where it wants a tuple: `(3,)`, `(3, 3)`."""
    return str(numbers)


def written(name: str, *arguments: str) -> str:
    """A call as code has it; empty arguments are left out."""
    return f"{name}({', '.join(argument for argument in arguments if argument)})"


def shown_literal(value: object) -> str:
    """A literal as code has it."""
    return value.text if isinstance(value, Name) else repr(value)


def _has_name(value: Literal) -> bool:
    return isinstance(value, Name) or (isinstance(value, tuple) and any(map(_has_name, value)))


def _whole(name: str, value: object, entry: object) -> int:
    if not isinstance(entry, int) or isinstance(entry, bool):
        raise RequestError(name, shown_literal(value), "not a whole number, nor one per axis", "give one such as 3")
    return entry


def as_sizes(field: str, value: SizeLike) -> int | tuple[int, ...]:
    """A size as users write it, `3` or `3x5`, as whole numbers; raises RequestError."""
    if isinstance(value, str):
        parts = re.split("[x×X]", value.strip())
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            raise RequestError(field, value, "not whole numbers", "give one, or one per axis such as 3x5")
        numbers = tuple(map(int, parts))
        return numbers[0] if len(numbers) == 1 else numbers
    try:
        return tuple(index(size) for size in value) if isinstance(value, tuple | list) else index(value)  # type: ignore[arg-type]
    except TypeError:
        raise RequestError(field, value, "not whole numbers", "give one, or one per axis such as 3x5") from None
