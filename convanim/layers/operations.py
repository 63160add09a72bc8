"""The operations: one entry each. Command-line options, recipe keys and the JSON's layer derive from them."""

from functools import partial

from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    Upsample,
)
from convanim.layers.operation import Field, Operation, Reduction, Takes

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
LP_POOL = Operation(
    name="lp-pool",
    title="Power-average pooling",
    layer=LPPool,
    fields=(
        _INPUT,
        Field("norm_type", Takes.WORD, "The power p of the norm: 2, or 1 for sums", "-n"),
        _KERNEL,
        _POOL_STRIDE,
        _CEIL,
        Field("absolute", Takes.FLAG, "Powers of numbers without their signs, as ONNX has them"),
        _IN,
    ),
    reduction=Reduction.NORM,
    example="convanim lp-pool -i 4 -n 2 -k 2 --values random:7 -o norms.gif",
)
_TOLD = Field("output_size", Takes.SIZES, "Size of the output; 1 pools all cells into one", "-n")
MAX_UNPOOL = Operation(
    name="max-unpool",
    title="Max unpooling",
    layer=MaxUnpool,
    fields=(
        _INPUT,
        _KERNEL,
        Field("stride", Takes.SIZES, "Cells from one window of the max pool to the next", "-s", "the kernel's size"),
        Field("padding", Takes.PADDING, "The max pool's: 1, 1x2, or before:after such as 1:0x2:2", "-p"),
        Field("output_size", Takes.SIZES, "Size of what the max pool read", "-n", "(input - 1)*stride + kernel"),
        _IN,
    ),
    reduction=Reduction.PLACE,
    example="convanim max-unpool -i 2 -k 2 --values random:7 -o unpooled.gif",
)
ADAPTIVE_MAX_POOL = Operation(
    name="adaptive-max-pool",
    title="Adaptive max pooling",
    layer=AdaptiveMaxPool,
    fields=(_INPUT, _TOLD, _IN),
    reduction=Reduction.MAX,
    example="convanim adaptive-max-pool -i 7 --output-size 3 --values random:7 -o a.gif",
)
ADAPTIVE_AVG_POOL = Operation(
    name="adaptive-avg-pool",
    title="Adaptive average pooling",
    layer=AdaptiveAvgPool,
    fields=(_INPUT, _TOLD, _IN),
    reduction=Reduction.MEAN,
    example="convanim adaptive-avg-pool -i 12 --output-size 7 -o a.gif",
)
UPSAMPLE = Operation(
    name="upsample",
    title="Upsampling",
    layer=Upsample,
    fields=(
        _INPUT,
        Field("size", Takes.SIZES, "Size of the output: 8, or 8x12", default="what scale_factor gives"),
        Field("scale_factor", Takes.WORD, "How much larger the output is: 2, or 2x1.5", default="what size gives"),
        Field("mode", Takes.WORD, "nearest, nearest-exact, linear (1-D), bilinear, bicubic (2-D), trilinear (3-D)"),
        Field("align_corners", Takes.FLAG, "Put the centres of the outermost cells onto each other"),
        Field(
            "coordinate_transformation_mode",
            Takes.WORD,
            "ONNX's: half_pixel, pytorch_half_pixel, half_pixel_symmetric, asymmetric, align_corners",
            default="half_pixel",
        ),
        Field(
            "nearest_mode",
            Takes.WORD,
            "ONNX's rounding: floor, ceil, round_prefer_floor, round_prefer_ceil",
            default="the mode's own",
        ),
        Field("cubic_coeff_a", Takes.WORD, "The slope of bicubic; TensorFlow and JAX have -0.5"),
        Field("exclude_outside", Takes.FLAG, "Bicubic: cells outside weigh nothing, as in TensorFlow and JAX"),
        _IN,
    ),
    reduction=Reduction.BLEND,
    example="convanim upsample -i 4 --scale-factor 2 --mode bilinear -o a.gif",
)
PAD = Operation(
    name="pad",
    title="Padding",
    layer=Pad,
    fields=(
        _INPUT,
        Field(
            "padding", Takes.PADDING, "1, 1x2, or before:after such as 1:0x2:2; a negative number cuts cells off", "-p"
        ),
        Field("mode", Takes.WORD, "What padding holds: constant, reflect, replicate, circular"),
        Field("value", Takes.WORD, "The constant that it holds"),
        _IN,
    ),
    reduction=Reduction.COPY,
    example="convanim pad -i 4 -p 2 --mode reflect -o reflected.gif",
)

_SHUFFLED_IN = Field(
    "in_channels", Takes.INTEGER, "Channels of the input; -i 4@4 says it too", default="as many as the factor has cells"
)
PIXEL_SHUFFLE = Operation(
    name="pixel-shuffle",
    title="Pixel shuffle",
    layer=PixelShuffle,
    fields=(_INPUT, Field("upscale_factor", Takes.SIZES, "How much larger the output is: 2", "-r"), _SHUFFLED_IN),
    reduction=Reduction.COPY,
    example="convanim pixel-shuffle -i 4@4 -r 2 -o shuffled.gif",
)
_SINGLE_IN = Field("in_channels", Takes.INTEGER, "Channels of the input; -i 3@32x32 says it too", default="1")
PIXEL_UNSHUFFLE = Operation(
    name="pixel-unshuffle",
    title="Pixel unshuffle",
    layer=PixelUnshuffle,
    fields=(_INPUT, Field("downscale_factor", Takes.SIZES, "How much smaller the output is: 2", "-r"), _SINGLE_IN),
    reduction=Reduction.COPY,
    example="convanim pixel-unshuffle -i 8 -r 2 -o channels.gif",
)
UNFOLD = Operation(
    name="unfold",
    title="Unfold (im2col)",
    layer=Unfold,
    fields=(
        _INPUT,
        _KERNEL,
        _DILATION,
        Field("padding", Takes.PADDING, "1, 1x2, or before:after such as 1:0x2:2", "-p"),
        _STRIDE,
        _SINGLE_IN,
    ),
    reduction=Reduction.COPY,
    example="convanim unfold -i 4 -k 2 -o columns.gif",
)
FOLD = Operation(
    name="fold",
    title="Fold (col2im)",
    layer=Fold,
    fields=(
        Field("input_size", Takes.SIZES, "Columns of the input: 9, or windows on each axis: 3x3; 4@9 with rows", "-i"),
        Field("output_size", Takes.SIZES, "Size of the output: 4, or 4x6", "-n"),
        _KERNEL,
        _DILATION,
        Field("padding", Takes.PADDING, "What is cropped off the output: 1, 1x2, or before:after", "-p"),
        _STRIDE,
        Field(
            "in_channels",
            Takes.INTEGER,
            "Rows of the input; -i 4@9 says it too",
            default="as many as the kernel has cells",
        ),
    ),
    reduction=Reduction.ADD,
    example="convanim fold -i 9 --output-size 4 -k 2 -o folded.gif",
)

OPERATIONS: dict[str, Operation] = {
    op.name: op
    for op in (
        CONV,
        CONV_TRANSPOSE,
        MAX_POOL,
        AVG_POOL,
        LP_POOL,
        MAX_UNPOOL,
        ADAPTIVE_MAX_POOL,
        ADAPTIVE_AVG_POOL,
        UPSAMPLE,
        PAD,
        PIXEL_SHUFFLE,
        PIXEL_UNSHUFFLE,
        UNFOLD,
        FOLD,
    )
}


def operation_of(layer: Layer) -> Operation:
    """The entry of a layer's operation."""
    return OPERATIONS[layer.op]
