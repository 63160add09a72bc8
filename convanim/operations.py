"""The operations: one entry each. Command-line options, recipe keys and the JSON's layer derive from them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from convanim.layers import AvgPool, Conv, ConvTranspose, Layer, MaxPool


class Reduction(Enum):
    """What is made of the taps of one output cell."""

    SUM = "sum"
    MAX = "max"
    MEAN = "mean"


class Takes(Enum):
    """What kind of value a field takes."""

    SIZES = "sizes"
    PADDING = "padding"
    FLAG = "flag"
    INTEGER = "integer"
    WORD = "word"


@dataclass(frozen=True)
class Field:
    """One argument of a layer: its name, what it takes, its option's short form and help."""

    name: str
    takes: Takes
    help: str
    short: str = ""


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

    @property
    def field_names(self) -> tuple[str, ...]:
        """The layer's argument names, in order."""
        return tuple(field.name for field in self.fields)


_INPUT = Field("input_size", Takes.SIZES, "Size of the input: 5, 5x7 (height x width), or 3@32x32 with channels.", "-i")
_KERNEL = Field("kernel_size", Takes.SIZES, "Size of the kernel: 3, or 3x5.", "-k")
_STRIDE = Field("stride", Takes.SIZES, "Cells from one window to the next [1].", "-s")
_POOL_STRIDE = Field("stride", Takes.SIZES, "Cells from one window to the next [the kernel size].", "-s")
_DILATION = Field("dilation", Takes.SIZES, "Cells from one kernel cell to the next [1].", "-d")
_PADDING = "1, 1x2, before:after such as 1:0x2:2, or a word"
_IN = Field("in_channels", Takes.INTEGER, "Channels of the input; -i 3@32x32 says it too.")
_OUT = Field("out_channels", Takes.INTEGER, "Channels of the output, one filter each.")
_GROUPS = Field("groups", Takes.INTEGER, "Groups of channels that keep to themselves [1].")
_CEIL = Field("ceil_mode", Takes.FLAG, "Round the output size up: windows may hang over the edge.")

CONV = Operation(
    name="conv",
    title="Convolution",
    layer=Conv,
    fields=(
        _INPUT,
        _KERNEL,
        _STRIDE,
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower, half, full, causal [0].", "-p"),
        _DILATION,
        _IN,
        _OUT,
        _GROUPS,
        Field("padding_mode", Takes.WORD, "What padding holds: zeros, reflect, replicate, circular [zeros]."),
    ),
    reduction=Reduction.SUM,
    example="convanim conv -i 5 -k 3 -s 2 -p 1 -o strided.gif",
)
CONV_TRANSPOSE = Operation(
    name="conv-transpose",
    title="Transposed convolution",
    layer=ConvTranspose,
    fields=(
        _INPUT,
        _KERNEL,
        Field("stride", Takes.SIZES, "Output cells from one stamp of the kernel to the next [1].", "-s"),
        Field("padding", Takes.PADDING, f"What is cropped off the output: {_PADDING}: valid, same [0].", "-p"),
        Field("output_padding", Takes.SIZES, "Cells added behind the output [0]."),
        _DILATION,
        _IN,
        _OUT,
        _GROUPS,
        Field("transpose_kernel", Takes.FLAG, "Stamp the kernel as it is [so it is]; JAX flips it unless told so."),
    ),
    reduction=Reduction.SUM,
    example="convanim conv-transpose -i 2 -k 3 -s 2 --output-padding 1 -o up.gif",
)
MAX_POOL = Operation(
    name="max-pool",
    title="Max pooling",
    layer=partial(MaxPool, half_at_most=True),
    fields=(
        _INPUT,
        _KERNEL,
        _POOL_STRIDE,
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower [0].", "-p"),
        _DILATION,
        _CEIL,
        _IN,
    ),
    reduction=Reduction.MAX,
    example="convanim max-pool -i 5 -k 2 --ceil-mode --values random:7 -o pool.gif",
)
AVG_POOL = Operation(
    name="avg-pool",
    title="Average pooling",
    layer=partial(AvgPool, half_at_most=True),
    fields=(
        _INPUT,
        _KERNEL,
        _POOL_STRIDE,
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower [0].", "-p"),
        _CEIL,
        Field("count_include_pad", Takes.FLAG, "Whether padded cells count in the mean [they do]."),
        Field("divisor_override", Takes.INTEGER, "Divide by this instead of the number of cells (2-D)."),
        _IN,
    ),
    reduction=Reduction.MEAN,
    example="convanim avg-pool -i 4 -k 3 -s 2 -p 1 --no-count-include-pad -o avg.gif",
)

OPERATIONS: dict[str, Operation] = {op.name: op for op in (CONV, CONV_TRANSPOSE, MAX_POOL, AVG_POOL)}


def operation_of(layer: Layer) -> Operation:
    """The entry of a layer's operation."""
    return OPERATIONS[layer.op]
