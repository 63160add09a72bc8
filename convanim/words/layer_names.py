"""A layer or a stage in words: all its arguments on one line, or in the fewest words."""

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, dilation_of
from convanim.layers.sizes import spelled, spelled_short, spelled_sides
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.language import Words


def layer_name(layer: Layer, words: Words) -> str:
    """What a layer is called in few words: `conv`, `max pool`."""
    return words(layer.op.replace("-", "_"))


def layer_title(layer: Layer, words: Words) -> str:
    """A layer in one line as a title: `Convolution, kernel 3×3, stride 2`."""
    return words("list").join([words(f"title_{layer.op.replace('-', '_')}"), *_parameters(layer, words)])


def parameters(layer: Layer, words: Words) -> str:
    """The layer in one line, defaults left out: `conv, kernel 3×3, 20 filters, stride 2, padding 1, groups 2`."""
    return words("list").join([layer_name(layer, words), *_parameters(layer, words)])


def _parameters(layer: Layer, words: Words) -> list[str]:
    parts = [words("kernel", size=spelled(layer.kernel_size))]
    if isinstance(layer, Conv | ConvTranspose) and layer.out_channels is not None:
        parts.append(words.counted("filters_count", layer.out_channels))
    ones = (1,) * len(layer.input_size)
    default_stride = ones if isinstance(layer, Conv | ConvTranspose) else layer.kernel_size
    if layer.stride != default_stride:
        parts.append(words("stride", size=spelled_short(layer.stride)))
    if any(map(any, layer.padding)):
        padding = words("padding", size=spelled_sides(layer.padding))
        if isinstance(layer, Conv) and layer.padding_mode != "zeros":
            padding = words("padding_copied", padding=padding, mode=words(layer.padding_mode))
        parts.append(padding)
    if dilation_of(layer) != ones:
        parts.append(words("dilation", size=spelled_short(dilation_of(layer))))
    if isinstance(layer, ConvTranspose) and any(layer.output_padding):
        parts.append(words("output_padding", size=spelled_short(layer.output_padding)))
    if isinstance(layer, ConvTranspose) and not layer.transpose_kernel:
        parts.append(words("kernel_flipped"))
    if isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        parts.append(words("ceil_mode"))
    if isinstance(layer, AvgPool) and not layer.count_include_pad and any(map(any, layer.padding)):
        parts.append(words("padding_not_counted"))
    if isinstance(layer, AvgPool) and layer.divisor_override is not None:
        parts.append(words("divided_by", number=str(layer.divisor_override)))
    if isinstance(layer, Conv | ConvTranspose) and layer.groups > 1:
        parts.append(words("groups", number=str(layer.groups)))
    return parts


def pointwise_name(stage: Pointwise, words: Words) -> str:
    """What a pointwise step is called: `relu`, `leaky relu`."""
    return words(stage.op.replace("-", "_"))


def stage_parameters(stage: Stage, words: Words) -> str:
    """A layer in one line as `parameters` has it; a pointwise step's name: `relu`, `leaky relu`."""
    return pointwise_name(stage, words) if isinstance(stage, Pointwise) else parameters(stage, words)


def stages_in_brief(figure: Layer | Chain, words: Words) -> str:
    """A layer, or all stages of a chain, in the fewest words: `conv 5×5, relu`."""
    stages = figure.stages if isinstance(figure, Chain) else (figure,)
    return words("list").join(brief(stage, words) for stage in stages)


def brief(stage: Stage, words: Words) -> str:
    """A stage in the fewest words, as the parts of a chain are called: `conv 5×5`, `max pool 2×2 stride 1`, `relu`."""
    if isinstance(stage, Pointwise):
        return pointwise_name(stage, words)
    name = layer_name(stage, words)
    is_depthwise = isinstance(stage, Conv | ConvTranspose) and stage.groups == stage.in_channels != 1
    parts = [words("depthwise", name=name) if is_depthwise else name, spelled(stage.kernel_size)]
    default_stride = (1,) * len(stage.input_size) if isinstance(stage, Conv | ConvTranspose) else stage.kernel_size
    if stage.stride != default_stride:
        parts.append(words("stride", size=spelled_short(stage.stride)))
    if any(map(any, stage.padding)):
        parts.append(words("causal") if _is_causal(stage) else words("padding", size=spelled_sides(stage.padding)))
    if max(dilation_of(stage)) > 1:
        parts.append(words("dilation", size=spelled_short(dilation_of(stage))))
    if isinstance(stage, Conv | ConvTranspose) and stage.groups > 1 and not is_depthwise:
        parts.append(words("groups", number=str(stage.groups)))
    return " ".join(parts)


def _is_causal(layer: Layer) -> bool:
    """Whether the window never reaches past the cell that it is for."""
    is_conv = isinstance(layer, Conv) and max(layer.stride) == 1
    return is_conv and all(sides == (axis.footprint - 1, 0) for sides, axis in zip(layer.padding, layer.axes))
