"""A layer or a stage in words: all its arguments on one line, or in the fewest words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from convanim.layers.kinds.max_unpool import default_size
from convanim.layers.kinds.resize_rules import SLOPE
from convanim.layers.layer import (
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    Sliding,
    Unfold,
    dilation_of,
    padding_of,
)
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Sizes, spelled, spelled_short
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.language import Words
from convanim.words.padding_sides import padding_words, sides_words

_SAME: Any = "same"  # which a layer takes and turns into numbers


def layer_name(layer: Layer, words: Words) -> str:
    """What a layer is called in few words: `conv`, `max pool`."""
    return words(_phrase(layer))


def _phrase(layer: Layer) -> str:
    """The name of the phrase for what a layer is called."""
    return "crop" if isinstance(layer, Pad) and layer.is_crop else layer.op.replace("-", "_")


def layer_title(layer: Layer, words: Words) -> str:
    """A layer in one line as a title: `Convolution, kernel 3×3, stride 2`."""
    return words("list").join([words(f"title_{_phrase(layer)}"), *_parameters(layer, words)])


def parameters(layer: Layer, words: Words) -> str:
    """The layer in one line, defaults left out: `conv, kernel 3×3, 20 filters, stride 2, padding 1, groups 2`."""
    return words("list").join([layer_name(layer, words), *_parameters(layer, words)])


def _parameters(layer: Layer, words: Words) -> list[str]:
    return _sliding(layer, words) if isinstance(layer, Sliding) else _own(layer, words)


def _own(layer: Layer, words: Words) -> list[str]:
    """What a layer that is no sliding kernel is told, each argument in the phrase of its name."""
    parts: list[str] = []
    for field in operation_of(layer).fields:
        value = getattr(layer, field.name)
        if field.name in ("input_size", "in_channels") or value in (None, False):
            continue
        if isinstance(layer, LPPool) and field.name == "stride" and layer.stride == layer.kernel_size:
            continue
        if isinstance(layer, MaxUnpool) and value == _usual(layer, field.name):
            continue
        if field.name in ("kernel_size", "dilation", "padding", "stride"):
            parts += _windowed(field.name, value, words)
            continue
        if field.name in ("ceil_mode", "absolute"):
            parts.append(words(field.name))
            continue
        if field.name in ("coordinate_transformation_mode", "nearest_mode"):
            parts.append(words(f"{'places' if field.name[0] == 'c' else 'rounding'}_{value}"))
            continue
        if field.name == "cubic_coeff_a":
            parts += [words("told_slope", value=words.numeral(value))] if value != SLOPE else []
            continue
        if isinstance(layer, Pad):
            parts += _filled(field.name, value, words)
            continue
        if field.name == "mode":
            parts.append(words(f"mode_{value.replace('-', '_')}"))
            continue
        if isinstance(value, tuple):
            said = value[:1] if field.name.endswith("_factor") and len(set(value)) == 1 else value
            value = "×".join(str(part).removesuffix(".0") for part in said)
        parts.append(words(f"told_{field.name}", value=words.number(str(value))))
    if isinstance(layer, Unfold | Fold):
        parts.append(words("matrix_size", rows=layer.rows, columns=layer.columns))
    return parts


def _filled(name: str, value: Any, words: Words) -> list[str]:
    """What a pad holds: the words for a mode that copies cells, a constant that is not 0."""
    if name == "value":
        return [words("told_value", value=words.numeral(value))] if value else []
    return [] if value == "constant" else [words(value)]


def _usual(layer: MaxUnpool, name: str) -> Sizes | None:
    """What an argument of an unpool is where it is left out; None for one that must be given."""
    if name == "output_size":
        return default_size(layer.input_size, layer.kernel_size, layer.stride, layer.padding)
    return layer.kernel_size if name == "stride" else None


def _windowed(name: str, value: Any, words: Words) -> list[str]:
    """The kernel of a layer without weights, and what is not as it is by itself."""
    if name == "kernel_size":
        return [words("kernel", size=spelled(value))]
    if name == "padding":
        return [padding_words(value, words)] if any(map(any, value)) else []
    return [] if set(value) == {1} else [words(name, size=spelled_short(value))]


def _sliding(layer: Sliding, words: Words) -> list[str]:
    parts = [words("kernel", size=spelled(layer.kernel_size))]
    if isinstance(layer, Conv | ConvTranspose) and layer.out_channels is not None:
        parts.append(words.counted("filters_count", layer.out_channels))
    parts += _besides(layer, _padded(layer, words), words)
    if isinstance(layer, Conv | ConvTranspose) and layer.groups > 1:
        parts.append(words("groups", number=str(layer.groups)))
    return parts


def _padded(layer: Sliding, words: Words) -> str:
    """The padding of a layer, and what it holds if not zeros; "" where there is none."""
    if not any(map(any, layer.padding)):
        return ""
    padding = padding_words(layer.padding, words)
    if isinstance(layer, Conv) and layer.padding_mode != "zeros":
        padding = words("padding_copied", padding=padding, mode=words(layer.padding_mode))
    return padding


def _besides(layer: Sliding, padding: str, words: Words) -> list[str]:
    """What is told of a layer besides its kernel and channels, defaults left out; its padding is told already."""
    ones = (1,) * len(layer.input_size)
    default_stride = ones if isinstance(layer, Conv | ConvTranspose) else layer.kernel_size
    parts = [words("stride", size=spelled_short(layer.stride))] if layer.stride != default_stride else []
    parts += [padding] if padding else []
    if dilation_of(layer) != ones:
        parts.append(words("dilation", size=spelled_short(dilation_of(layer))))
    if isinstance(layer, ConvTranspose) and any(layer.output_padding):
        parts.append(words("output_padding", size=spelled_short(layer.output_padding)))
    if isinstance(layer, ConvTranspose) and not layer.transpose_kernel:
        parts.append(words("kernel_flipped"))
    if isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        parts.append(words("ceil_mode"))
    if isinstance(layer, AvgPool) and not layer.count_include_pad and padding:
        parts.append(words("padding_not_counted"))
    if isinstance(layer, AvgPool) and layer.divisor_override is not None:
        parts.append(words("divided_by", number=str(layer.divisor_override)))
    return parts


def pointwise_name(stage: Pointwise, words: Words) -> str:
    """What a pointwise step is called: `relu`, `leaky relu`."""
    return words(stage.op.replace("-", "_"))


def stage_parameters(stage: Stage, words: Words) -> str:
    """A layer in one line as `parameters` has it; a pointwise step's name: `relu`, `leaky relu`."""
    return pointwise_name(stage, words) if isinstance(stage, Pointwise) else parameters(stage, words)


def stages_in_brief(figure: Layer | Chain, words: Words) -> str:
    """A layer, or all stages of a chain, in the fewest words: `conv 5×5, relu`; of one `max pool 2×2, stride 1`."""
    stages = figure.stages if isinstance(figure, Chain) else (figure,)
    if len(stages) > 1:
        return words("list").join(brief(stage, words) for stage in stages)
    name, *more = _brief_parts(stages[0], words)
    return words("list").join([" ".join([name, *more[:1]]), *more[1:]])


def told_apart(figures: Sequence[Layer | Chain], words: Words) -> list[str]:
    """What each of some figures is called beside the others: in the fewest words, or in more where these are alike."""
    titles = [stages_in_brief(figure, words) for figure in figures]
    if len(set(titles)) == len(titles):
        has_padding = any(any(map(any, padding_of(layer))) for layer in map(_alone, figures) if layer is not None)
        return [_with_padding(f, title, words) if has_padding else title for f, title in zip(figures, titles)]
    every = [figure.stages if isinstance(figure, Chain) else (figure,) for figure in figures]
    return [words("list").join(stage_parameters(stage, words) for stage in stages) for stages in every]


def _alone(figure: Layer | Chain) -> Layer | None:
    """The one layer of a figure; None where there are more."""
    stages = figure.stages if isinstance(figure, Chain) else (figure,)
    return stages[0] if len(stages) == 1 and isinstance(stages[0], Layer) else None


def _with_padding(figure: Layer | Chain, title: str, words: Words) -> str:
    """A title beside one of a layer with padding: it says where there is none, and names what has two sides."""
    layer = _alone(figure)
    if not isinstance(layer, Sliding):
        return title
    if not any(map(any, layer.padding)):
        return words("list").join([title, words("padding_none")])
    sides = padding_words(layer.padding, words)
    is_same = isinstance(layer, Conv) and replace(layer, padding=_SAME).padding == layer.padding
    is_even = all(before == after for before, after in layer.padding)
    return title.replace(sides, words("padding_same")) if is_same and not is_even else title


def brief(stage: Stage, words: Words) -> str:
    """A stage in the fewest words, as the parts of a chain are called: `conv 5×5`, `max pool 2×2 stride 1`, `relu`."""
    return " ".join(_brief_parts(stage, words))


def _brief_parts(stage: Stage, words: Words) -> list[str]:
    """The name of a stage, the size of its kernel if it has one, and each of its arguments."""
    if isinstance(stage, Pointwise):
        return [pointwise_name(stage, words)]
    name = layer_name(stage, words)
    if isinstance(stage, Pad):
        told = [part for field in ("mode", "value") for part in _filled(field, getattr(stage, field), words)]
        return [name, sides_words(stage.padding, words), *told]
    if not isinstance(stage, Sliding):
        kernel, *more = _own(stage, words)
        return [name, spelled(stage.kernel_size) if isinstance(stage, MaxUnpool) else kernel, *more]
    is_depthwise = isinstance(stage, Conv | ConvTranspose) and stage.groups == stage.in_channels != 1
    parts = [words("depthwise", name=name) if is_depthwise else name, spelled(stage.kernel_size)]
    padding = words("causal") if _is_causal(stage) else _padded(stage, words)
    parts += _besides(stage, padding, words)
    if isinstance(stage, Conv | ConvTranspose) and stage.groups > 1 and not is_depthwise:
        parts.append(words("groups", number=str(stage.groups)))
    return parts


def _is_causal(layer: Sliding) -> bool:
    """Whether the window goes along one axis and never reaches past the cell that it is for; zeros are before it."""
    is_conv = isinstance(layer, Conv) and layer.stride == (1,) and layer.padding_mode == "zeros"
    return is_conv and all(sides == (axis.footprint - 1, 0) for sides, axis in zip(layer.padding, layer.axes))
