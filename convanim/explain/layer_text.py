"""A layer explained in text: formulas with every number put in, rules and their sources, what is not read, its code."""

from math import prod

from convanim.code.frameworks import FRAMEWORKS, code_of
from convanim.code.padding_words import rules_giving
from convanim.explain.chain_text import cost_lines
from convanim.explain.size_rules import count_rule, size_rule
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import columns_placed
from convanim.layers.kinds.resize_rules import SLOPE
from convanim.layers.layer import (
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Sliding,
    Unfold,
    Upsample,
    channels_of,
    dilation_of,
    input_shape,
    output_shape,
    padding_of,
)
from convanim.layers.sizes import spelled_shape
from convanim.networks.cost import stage_cost
from convanim.words.formulas import axis_names, footprint_formula, read_lines, size_formula
from convanim.words.language import Words
from convanim.words.layer_names import parameters


def layer_lines(layer: Layer, words: Words) -> list[str]:
    """The lines that explain a layer."""
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    lines = [parameters(layer, words), words("explain_layer", input=read, output=made), ""]
    for axis, name in enumerate(axis_names(layer, words)):
        lines += _axis(layer, axis, name, words)
    lines += _rules(layer, words)
    lines += _channels(layer, words)
    lines += ["", _unread(Geometry(layer), words), *cost_lines(stage_cost(layer), words), "", words("as_code")]
    return [*lines, *(f"  {FRAMEWORKS[name].title}: {code}" for name, code in code_of(layer).items())]


def _rules(layer: Layer, words: Words) -> list[str]:
    """The rules of the output's size, of a mean's divisor, and the words that mean this padding, with their sources."""
    is_ceiled = isinstance(layer, MaxPool | AvgPool | LPPool) and layer.ceil_mode
    lines = [words(size_rule(layer.op, is_ceiled).phrase)]
    if isinstance(layer, AvgPool) and any(map(any, layer.padding)) and layer.divisor_override is None:
        lines.append(words(count_rule(layer.count_include_pad).phrase))
    if isinstance(layer, LPPool):
        lines.append(words("norm_of_absolutes" if layer.absolute else "norm_of_powers"))
        hangs = any(axis.last >= axis.input_size for axis in layer.axes)
        lines += [words("norm_scaled", cells=prod(layer.kernel_size))] if hangs else []
    if isinstance(layer, Upsample):
        lines += _resizing(layer, words)
    if isinstance(layer, Pad) and layer.mode != "constant":
        lines.append(words(f"pad_{layer.mode}"))
    extra = layer.output_padding if isinstance(layer, ConvTranspose) else None
    if not isinstance(layer, Sliding):
        return lines
    sizes = (layer.input_size, layer.kernel_size, layer.stride, dilation_of(layer))
    return lines + [
        words("padding_word", word=rule.word, rule=words(rule.phrase))
        for rule in rules_giving(layer.op, *sizes, layer.padding, extra)
    ]


def _resizing(layer: Upsample, words: Words) -> list[str]:
    """What is otherwise than PyTorch has it, and by how much the picture lies elsewhere than with half_pixel."""
    places = layer.coordinate_transformation_mode
    lines = [words(f"resize_{places}")] if places not in (None, "asymmetric") else []
    if places == "asymmetric":
        scales = layer.scale_factor or [out / n for out, n in zip(layer.size, layer.input_size)]
        further = [(scale - 1) / 2 for scale in scales]
        lines.append(words(f"resize_{places}", cells="×".join(dict.fromkeys(map(words.numeral, further)))))
    if layer.nearest_mode is not None:
        lines.append(words("resize_nearest"))
    if layer.cubic_coeff_a != SLOPE:
        lines.append(words("resize_slope", slope=words.numeral(layer.cubic_coeff_a)))
    return [*lines, *([words("resize_outside")] if layer.exclude_outside else [])]


def _axis(layer: Layer, axis: int, name: str, words: Words) -> list[str]:
    lines = [words.titled(name, size_formula(layer, axis))]
    lines += [f"  {line}" for line in read_lines(layer, axis, words)]
    footprint = footprint_formula(layer, axis)
    if footprint:
        lines.append(f"  {words('kernel_spans', formula=footprint)}")
    after = padding_of(layer)[axis][1]
    if isinstance(layer, ConvTranspose):
        geometry = layer.axes[axis]
        zeros = words.counted("zeros_count", layer.stride[axis] - 1)
        borders = {"before": str(geometry.before), "after": str(geometry.after)}
        lines.append(f"  {words('seen_as_convolution', zeros=zeros, **borders)}")
    elif isinstance(layer, MaxPool | AvgPool | LPPool) and layer.ceil_mode:
        overhang = max(layer.axes[axis].last - (layer.input_size[axis] - 1 + after), 0)
        if overhang:
            lines.append(f"  {words.counted('window_hangs', overhang)}")
    return lines


def _channels(layer: Layer, words: Words) -> list[str]:
    """Which channels talk to which, where there are any."""
    channels = channels_of(layer)
    if channels is None:
        return []
    if isinstance(layer, PixelShuffle):
        return [words("channels_shuffled", read=channels.read)]
    if isinstance(layer, Fold):
        return [words("channels_folded", read=channels.read)]
    if isinstance(layer, PixelUnshuffle | Unfold):
        return [words("channels_unfolded", made=channels.made)]
    if not isinstance(layer, Conv | ConvTranspose):
        return [words("channels_own")]
    if channels.groups == 1:
        return [words("channels_all", count=channels.inputs) if channels.inputs > 1 else words("channels_one")]
    numbers = {"groups": channels.groups, "read": channels.read, "inputs": channels.inputs}
    return [words.counted("channels_groups", channels.made, **numbers)]


def _unread(geometry: Geometry, words: Words) -> str:
    if isinstance(geometry.layer, Fold):
        cells = prod(input_shape(geometry.layer))
        return words("unread", unread=cells - columns_placed(geometry.layer), cells=cells)
    name = "unread" if geometry.channels is None else "unread_channels"
    return words(name, unread=geometry.unread, cells=prod(geometry.layer.input_size))
