"""Two layers that are to be held against each other, in any form: code, command lines, layers, live modules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from convanim.code.frameworks import FRAMEWORKS, Asked, Coded, is_code, read_code, to_code
from convanim.code.live_layers import read_module
from convanim.errors import RequestError, line_of
from convanim.figures.recipes.from_text import part_of
from convanim.layers.layer import Layer, channels_of, with_channels
from convanim.layers.sizes import SizeLike
from convanim.networks.chain import Chain
from convanim.words.language import Words
from convanim.words.layer_names import brief

Form: TypeAlias = Layer | str | Mapping[str, object] | object
_FRAMEWORKS = {**{name: name for name in FRAMEWORKS}, "torch": "pytorch", "tensorflow": "keras", "flax": "jax"}


@dataclass(frozen=True)
class Side:
    """One of two layers: how it was written, in whose framework ("" in none), and what is to be said of that.

    `given` is the layer where it was given as one, and not written: `text` is then empty.
    """

    layer: Layer
    text: str
    framework: str = ""
    notes: tuple[str, ...] = ()
    given: Layer | None = None

    def named(self, words: Words) -> str:
        """The text that it was written as, or the layer in the fewest words."""
        return self.text if self.given is None else brief(self.given, words)


def layer_pair(a: Form, b: Form, input_size: SizeLike | None = None, dims: int | None = None) -> tuple[Side, Side]:
    """Both layers, with as many channels where one of them does not say how many.

    An input size that is left out is that of the one that says it. B may be a framework's name: it is then A in that
    framework's code. Raises RequestError for what is no layer, or is two.
    """
    if isinstance(b, str) and b.strip().lower() in _FRAMEWORKS:
        first = _side(a, "A", input_size, dims)
        return first, _converted(first, _FRAMEWORKS[b.strip().lower()])
    try:
        first = _side(a, "A", input_size, dims)
    except RequestError as error:
        if input_size is not None or error.field.partition(":")[0] not in ("input_size", "A", "code"):
            raise
        try:
            second = _side(b, "B", None, dims)
        except RequestError:
            raise error from None
        first = _side(a, "A", _size_of(second.layer), dims)
    else:
        second = _side(b, "B", _size_of(first.layer) if input_size is None else input_size, dims)
    return _alike(a, b, first, second, dims)


def _side(form: Form, field: str, input_size: SizeLike | None, dims: int | None) -> Side:
    if isinstance(form, Layer):
        return Side(form, "", given=form)
    if isinstance(form, Mapping) or (isinstance(form, str) and is_code(form)):
        text = form if isinstance(form, str) else str(form.get("op_type", "node"))
        return _coded(read_code(form, input_size, asked=Asked(dims=dims)), text)
    if not isinstance(form, str):
        return _coded(read_module(form, input_size), type(form).__name__)
    size = None if input_size is None else _text(input_size)
    part = part_of(form, field, input_size=size, dims=dims)
    alone = isinstance(part.figure, Chain) and len(part.figure.stages) == 1
    figure = part.figure.stages[0] if isinstance(part.figure, Chain) and alone else part.figure
    if not isinstance(figure, Layer):
        rule = "it is no single layer"
        raise RequestError(field, form, rule, "give one layer, such as 'nn.Conv2d(3, 8, 3)' or 'conv -k 3 -p 1'")
    return Side(figure, line_of(form.strip()))


def _coded(coded: Coded, text: str) -> Side:
    return Side(coded.layer, line_of(" ".join(text.split())), coded.framework, coded.notes)


def _converted(side: Side, framework: str) -> Side:
    """A layer as a framework's code has it; raises RequestError where it has no such layer."""
    code = to_code(side.layer, framework)
    channels = channels_of(side.layer)
    size = _size_of(side.layer) if channels is None else f"{channels.inputs}@{_size_of(side.layer)}"
    layer = read_code(code, size, framework, Asked(dims=len(side.layer.input_size))).layer
    return _filled(Side(layer, code, framework), side)


def _alike(a: Form, b: Form, first: Side, second: Side, dims: int | None) -> tuple[Side, Side]:
    """Both with the same channels in, where one does not say them, or its framework's code never does."""
    if first.layer.in_channels != second.layer.in_channels:
        second = _with_channels(b, "B", second, first.layer, dims)
    if first.layer.in_channels != second.layer.in_channels:
        first = _with_channels(a, "A", first, second.layer, dims)
    return _filled(first, second), _filled(second, first)


def _with_channels(form: Form, field: str, side: Side, other: Layer, dims: int | None) -> Side:
    """A side read again with the channels of the other; as it was where that is not possible."""
    if other.in_channels is None or isinstance(form, Layer):
        return side
    try:
        return _side(form, field, f"{other.in_channels}@{_size_of(side.layer)}", dims)
    except RequestError:
        return side


def _filled(side: Side, other: Side) -> Side:
    """A side that names no channels with those of the other."""
    if side.layer.in_channels is not None or other.layer.in_channels is None:
        return side
    return replace(side, layer=with_channels(side.layer, channels_of(other.layer)))


def _size_of(layer: Layer) -> str:
    return "x".join(map(str, layer.input_size))


def _text(size: SizeLike) -> str:
    value = size.tolist() if hasattr(size, "tolist") else size
    return "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
