"""A layer or a stage in words: all its arguments on one line, or in the fewest words."""

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, dilation_of
from convanim.layers.operations import operation_of
from convanim.layers.sizes import spelled, spelled_short, spelled_sides
from convanim.networks.pointwise import Pointwise, Stage


def parameters(layer: Layer) -> str:
    """The layer in one line, defaults left out: `conv, kernel 3×3, 20 filters, stride 2, padding 1, groups 2`."""
    parts = [operation_of(layer).name.replace("-", " "), f"kernel {spelled(layer.kernel_size)}"]
    if isinstance(layer, Conv | ConvTranspose) and layer.out_channels is not None:
        parts.append(f"{layer.out_channels:,} filter" + ("" if layer.out_channels == 1 else "s"))
    ones = (1,) * len(layer.input_size)
    default_stride = ones if isinstance(layer, Conv | ConvTranspose) else layer.kernel_size
    if layer.stride != default_stride:
        parts.append(f"stride {spelled_short(layer.stride)}")
    if any(map(any, layer.padding)):
        mode = f" ({layer.padding_mode})" if isinstance(layer, Conv) and layer.padding_mode != "zeros" else ""
        parts.append(f"padding {spelled_sides(layer.padding)}{mode}")
    if dilation_of(layer) != ones:
        parts.append(f"dilation {spelled_short(dilation_of(layer))}")
    if isinstance(layer, ConvTranspose) and any(layer.output_padding):
        parts.append(f"output padding {spelled_short(layer.output_padding)}")
    if isinstance(layer, ConvTranspose) and not layer.transpose_kernel:
        parts.append("kernel stamped flipped")
    if isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        parts.append("ceil mode")
    if isinstance(layer, AvgPool) and not layer.count_include_pad and any(map(any, layer.padding)):
        parts.append("padding not counted")
    if isinstance(layer, AvgPool) and layer.divisor_override is not None:
        parts.append(f"divided by {layer.divisor_override}")
    if isinstance(layer, Conv | ConvTranspose) and layer.groups > 1:
        parts.append(f"groups {layer.groups}")
    return ", ".join(parts)


def stage_parameters(stage: Stage) -> str:
    """A layer in one line as `parameters` has it; a pointwise step's name: `relu`, `leaky relu`."""
    return stage.op.replace("-", " ") if isinstance(stage, Pointwise) else parameters(stage)


def brief(stage: Stage) -> str:
    """A stage in the fewest words, as the parts of a chain are called: `conv 5×5`, `max pool 2×2 stride 1`, `relu`."""
    if isinstance(stage, Pointwise):
        return stage_parameters(stage)
    words = [operation_of(stage).name.replace("-", " "), spelled(stage.kernel_size)]
    is_depthwise = isinstance(stage, Conv | ConvTranspose) and stage.groups == stage.in_channels != 1
    if is_depthwise:
        words.insert(0, "depthwise")
    default_stride = (1,) * len(stage.input_size) if isinstance(stage, Conv | ConvTranspose) else stage.kernel_size
    if stage.stride != default_stride:
        words.append(f"stride {spelled_short(stage.stride)}")
    if any(map(any, stage.padding)):
        words.append("causal" if _is_causal(stage) else f"padding {spelled_sides(stage.padding)}")
    if max(dilation_of(stage)) > 1:
        words.append(f"dilation {spelled_short(dilation_of(stage))}")
    if isinstance(stage, Conv | ConvTranspose) and stage.groups > 1 and not is_depthwise:
        words.append(f"groups {stage.groups}")
    return " ".join(words)


def _is_causal(layer: Layer) -> bool:
    """Whether the window never reaches past the cell that it is for."""
    is_conv = isinstance(layer, Conv) and max(layer.stride) == 1
    return is_conv and all(sides == (axis.footprint - 1, 0) for sides, axis in zip(layer.padding, layer.axes))
