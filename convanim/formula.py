"""A layer in words and its output size in numbers, for captions and `explain`."""

from convanim.axes import pool_output_size
from convanim.layers import AvgPool, Conv, ConvTranspose, Layer, MaxPool, dilation_of
from convanim.numerals import MINUS
from convanim.operations import operation_of
from convanim.pointwise import Pointwise, Stage
from convanim.sizes import AXIS_NAMES, spelled, spelled_short, spelled_sides


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


def footprint_formula(layer: Layer, axis: int) -> str:
    """How many cells the dilated kernel spans: `2·(3 − 1) + 1 = 5`; "" without dilation."""
    dilation, kernel = dilation_of(layer)[axis], layer.kernel_size[axis]
    return "" if dilation == 1 else f"{dilation}·({kernel} {MINUS} 1) + 1 = {layer.axes[axis].footprint}"


def size_formula(layer: Layer, axis: int) -> str:
    """The output size of an axis with every number put in: `⌊(5 + 1 + 1 − 3)/2⌋ + 1 = 3`."""
    n, stride = layer.input_size[axis], layer.stride[axis]
    before, after = layer.padding[axis]
    span, size = layer.axes[axis].footprint, layer.axes[axis].output_size
    if isinstance(layer, ConvTranspose):
        extra = layer.output_padding[axis]
        return f"({n} {MINUS} 1)·{stride} {MINUS} {before} {MINUS} {after} + {span} + {extra} = {size}"
    room = f"{n} + {before} + {after} {MINUS} {span}"
    if isinstance(layer, Conv) or not layer.ceil_mode:
        return f"⌊({room})/{stride}⌋ + 1 = {size}"
    dilation = dilation_of(layer)[axis]
    _, dropped = pool_output_size(n, layer.kernel_size[axis], stride, before, after, dilation, True)
    less = f" {MINUS} 1" if dropped else ""
    return f"⌊({room} + {stride} {MINUS} 1)/{stride}⌋ + 1{less} = {size}"


def size_formulas(layer: Layer) -> list[str]:
    """One line an axis, or a single one when all axes say the same: `output height and width: … = 3`."""
    names = AXIS_NAMES[len(layer.axes)]
    formulas = [size_formula(layer, axis) for axis in range(len(names))]
    if len(set(formulas)) == 1:
        return [f"output {' and '.join(names)}: {formulas[0]}"]
    return [f"output {name}: {formula}" for name, formula in zip(names, formulas)]
