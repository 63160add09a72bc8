"""The operations: one entry each. Command-line options, recipe keys and the JSON's layer derive from them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from inspect import Parameter, signature

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool


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
        own = signature(self.layer).parameters[field.name].default
        return None if own is Parameter.empty else field.default if own is None else own

    @property
    def field_names(self) -> tuple[str, ...]:
        """The layer's argument names, in order."""
        return tuple(field.name for field in self.fields)


_INPUT = Field("input_size", Takes.SIZES, "Size of the input: 5, 5x7 (height x width), or 3@32x32 with channels", "-i")
_KERNEL = Field("kernel_size", Takes.SIZES, "Size of the kernel: 3, or 3x5", "-k")
_STRIDE = Field("stride", Takes.SIZES, "Cells from one window to the next", "-s")
_POOL_STRIDE = Field("stride", Takes.SIZES, "Cells from one window to the next", "-s", "the kernel's size")
_DILATION = Field("dilation", Takes.SIZES, "Cells from one kernel cell to the next", "-d")
_PADDING = "1, 1x2, before:after such as 1:0x2:2, or a word"
_IN = Field("in_channels", Takes.INTEGER, "Channels of the input; -i 3@32x32 says it too", default="none")
_OUT = Field("out_channels", Takes.INTEGER, "Channels of the output, one filter each", default="as many as groups")
_GROUPS = Field("groups", Takes.INTEGER, "Groups of channels that keep to themselves")
_CEIL = Field("ceil_mode", Takes.FLAG, "Round the output size up: windows may hang over the edge")

CONV = Operation(
    name="conv",
    title="Convolution",
    layer=Conv,
    fields=(
        _INPUT,
        _KERNEL,
        _STRIDE,
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower, half, full, causal", "-p"),
        _DILATION,
        _IN,
        _OUT,
        _GROUPS,
        Field("padding_mode", Takes.WORD, "What padding holds: zeros, reflect, replicate, circular"),
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
        Field("stride", Takes.SIZES, "Output cells from one stamp of the kernel to the next", "-s"),
        Field("padding", Takes.PADDING, f"What is cropped off the output: {_PADDING}: valid, same", "-p"),
        Field("output_padding", Takes.SIZES, "Cells added behind the output", default="0"),
        Field(
            "output_size",
            Takes.SIZES,
            "The output's size, for which output_padding is worked out",
            default="what the others come to",
            is_worked_in=True,
        ),
        _DILATION,
        _IN,
        _OUT,
        _GROUPS,
        Field("transpose_kernel", Takes.FLAG, "Stamp the kernel as it is; JAX flips it unless told so"),
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
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower", "-p"),
        _DILATION,
        _CEIL,
        _IN,
    ),
    reduction=Reduction.MAX,
    example="convanim max-pool -i 5 -k 2 --ceil-mode --values random:7 -o a.gif",
)
AVG_POOL = Operation(
    name="avg-pool",
    title="Average pooling",
    layer=partial(AvgPool, half_at_most=True),
    fields=(
        _INPUT,
        _KERNEL,
        _POOL_STRIDE,
        Field("padding", Takes.PADDING, f"{_PADDING}: valid, same, same-lower", "-p"),
        _CEIL,
        Field(
            "count_include_pad", Takes.FLAG, "Whether padded cells count in the mean", default="on; off with -p same"
        ),
        Field("divisor_override", Takes.INTEGER, "Divide by this (2-D)", default="the number of cells"),
        _IN,
    ),
    reduction=Reduction.MEAN,
    example="convanim avg-pool -i 4 -k 3 -p 1 --no-count-include-pad -o avg.gif",
)

OPERATIONS: dict[str, Operation] = {op.name: op for op in (CONV, CONV_TRANSPOSE, MAX_POOL, AVG_POOL)}


def operation_of(layer: Layer) -> Operation:
    """The entry of a layer's operation."""
    return OPERATIONS[layer.op]
