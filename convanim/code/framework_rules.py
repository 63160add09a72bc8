"""The rules in which frameworks differ from each other, one function each, with its source.

The padding words that all of them share are in `layers/padding.py`. Sizes are per axis: `k` is the kernel, `s` the
stride, `d` the dilation. A rule of a transposed convolution gives (before, after, output_padding): how many cells it
crops on either side, and how many it adds behind.

Read at these versions: PyTorch 2.13, Keras 3.15, ONNX 1.23 (opset 22), JAX 0.10, Flax 0.12.

Where a framework does something else than its document says, a rule follows the document. What is known to differ is
noted here and beside the rules; `tests/frameworks/` asserts that it still does:

- onnxruntime 1.31, Conv: refuses auto_pad SAME with dilation.
- onnxruntime, MaxPool: SAME pads for the kernel without its dilation.
- onnxruntime, SAME where the stride is so much larger than the kernel that the total padding is negative: Conv and
  AveragePool crop in front, MaxPool fails. The text pads by nothing.
- onnxruntime, pools: a kernel that exceeds the padded input by less than a stride gives one cell, since it divides
  towards 0; the text's floor gives none.
- Keras, DepthwiseConv: takes strides together with dilation_rate, which its document calls incompatible. Here we follow
  what it does, since there is but one thing that the two can mean.
- PyTorch, Conv: a negative padding crops with the modes that copy cells; with zeros it is refused, as we refuse it.
"""

from convanim.errors import RequestError
from convanim.layers.axis import footprint

POOL_TOO_LARGE = "PyTorch takes no pool of three axes whose kernel is larger than the input, padding not counted"

# Whether a mean counts padded cells where its user says nothing. PyTorch: `nn.AvgPool2d(count_include_pad=True)`.
# ONNX: AveragePool, "Default is 0". Flax: `avg_pool(count_include_pad=True)`, with padding SAME, too. TensorFlow and
# Keras (`tf.nn.avg_pool`, `AveragePooling2D`) never count them and have no such argument; but Keras on PyTorch, with
# padding 'same' and an odd number of padded cells on an axis, copies the border cells and counts the copies.
COUNT_INCLUDE_PAD = {"pytorch": True, "keras": False, "onnx": False, "jax": True}


def pytorch_pool_limit(k: int) -> int:
    """By how many cells PyTorch pads a pool on one side at most.

    Source: `nn.MaxPool2d`, and `pool2d_shape_check` in `aten/src/ATen/native/Pool.h`: half the kernel, without its
    dilation. It is PyTorch's alone: neither ONNX's text nor Flax has a limit, onnxruntime refuses the whole kernel and
    more, and so do we, since there would be means of no cell.
    """
    return k // 2


def pytorch_pool_fits(n: tuple[int, ...], k: tuple[int, ...]) -> bool:
    """Whether PyTorch takes the mean, or norm, of windows of this kernel over an input of this size.

    Source: `pool3d_shape_check` in `aten/src/ATen/native/Pool.h`, which of three axes refuses an input that is smaller
    than the kernel, padding not counted; maxima and maps of fewer axes are not so checked.
    """
    return len(n) < 3 or all(size >= kernel for size, kernel in zip(n, k))


def refuse_unfit_pool(n: tuple[int, ...], k: tuple[int, ...]) -> None:
    """Raise RequestError for a mean or norm that `pytorch_pool_fits` says PyTorch does not take."""
    if not pytorch_pool_fits(n, k):
        fix = "try a smaller kernel, or pad before it, with ConstantPad3d"
        raise RequestError("kernel_size", k, POOL_TOO_LARGE, fix)


def pytorch_output_padding(least: int, s: int, wanted: int) -> int:
    """The output_padding with which PyTorch makes an output of some size, on one axis; raises RequestError.

    Source: `_ConvTransposeNd._output_padding` in `torch/nn/modules/conv.py`: from the size without any, `least`, to
    stride − 1 more, whatever the dilation.
    """
    if not least <= wanted <= least + s - 1:
        rule = f"it can be {least} alone" if s == 1 else f"it can be {least} to {least + s - 1}"
        fix = "try that" if s == 1 else f"try {least}, or another padding"
        raise RequestError("output_size", wanted, f"{rule}: output_padding adds less than the stride ({s})", fix)
    return wanted - least


def onnx_output_shape(least: int, wanted: int, is_upper: bool) -> tuple[int, int, int]:
    """ONNX ConvTranspose with output_shape: (before, after, added behind), `least` cells without any cropping.

    Source: the operator's text, `total_padding = stride·(input − 1) + output_padding + ke − output_shape`, the odd one
    at the end for SAME_UPPER, at the beginning else. Where the total is negative, the cells that are wanting are added
    behind, as in its example `convtranspose_output_shape` and as onnxruntime does.
    """
    total = least - wanted
    if total < 0:
        return (0, 0, -total)
    less, more = total // 2, total - total // 2
    return (less, more, 0) if is_upper else (more, less, 0)


def tensorflow_output_shape(n: int, k: int, s: int, d: int, wanted: int, is_same: bool) -> tuple[int, int, int]:
    """TensorFlow's transposed convolution with output_shape: (before, after, added behind); raises RequestError.

    Source: `tf.nn.conv2d_transpose` is the gradient of `tf.nn.conv2d` whose input has `wanted` cells; its padding is
    that convolution's, and it must give `n` cells (`ConvBackpropExtractAndVerifyDimension`).
    """
    ke = footprint(k, d)
    low, high = ((n - 1) * s + 1, n * s) if is_same else ((n - 1) * s + ke, n * s + ke - 1)
    if not low <= wanted <= high:
        word = "SAME" if is_same else "VALID"
        rule = f"a convolution with padding {word} and stride {s} makes {n} cells of {low} to {high} alone"
        raise RequestError("output_shape", wanted, rule, f"try {high if is_same else low}")
    if not is_same:
        return (0, 0, wanted - low)
    return _halved((n - 1) * s + ke - wanted)


def keras_takes_both(layer: str) -> bool:
    """Whether a convolution of Keras takes strides together with dilation_rate.

    Every one of them is documented alike: "`strides > 1` is incompatible with `dilation_rate > 1`". `BaseConv.__init__`
    and `BaseConvTranspose.__init__` refuse them; DepthwiseConv1D and DepthwiseConv2D compute them, as every backend
    can: for TensorFlow, which could not, `keras/src/backend/tensorflow/nn.py` has a
    `_depthwise_conv_stride_dilation_decomposition`.
    """
    return layer.startswith("Depthwise")


def keras_transposed(k: int, s: int, d: int, word: str, output_padding: int | None = None) -> tuple[int, int, int]:
    """Keras's Conv1DTranspose and Conv2DTranspose, `valid` or `same`, with and without output_padding.

    The output's size is the documented one of `keras.layers.Conv2DTranspose` (there and in `deconv_output_length`):
    valid `(n − 1)·s + max(ke, s)`, same `n·s`; with output_padding valid `(n − 1)·s + ke + output_padding`, same
    `(n − 1)·s + ke % 2 + output_padding`. What is cropped is halved, the odd cell behind,
    as in TensorFlow's gradient of SAME: `keras/src/backend/common/backend_utils.py`,
    `_convert_conv_transpose_padding_args_from_keras_to_jax`.
    """
    ke = footprint(k, d)
    if word == "valid":
        return (0, 0, max(s - ke, 0) if output_padding is None else output_padding)
    total = ke - s if output_padding is None else ke - ke % 2 - output_padding
    return _halved(total)


def jax_transposed(k: int, s: int, d: int, word: str) -> tuple[int, int, int]:
    """`jax.lax.conv_transpose` with SAME or VALID: the sizes of Keras without output_padding.

    Source: `jax/_src/lax/convolution.py`, `_conv_transpose_padding`, with the dilated kernel. Unless
    `transpose_kernel=True` it does not flip the kernel over the zero-stuffed input, so that a stamp of it stands
    flipped in the output.
    """
    return keras_transposed(k, s, d, word.lower())


def jax_transposed_pads(k: int, d: int, low: int, high: int) -> tuple[int, int, int]:
    """`jax.lax.conv_transpose` with padding in numbers: those are of the zero-stuffed input, not of the output.

    Source: its docstring, `use_consistent_padding=False`. `low` is what is left of `ke − 1` by cropping.
    """
    full = footprint(k, d) - 1
    return (full - low, max(full - high, 0), max(high - full, 0))


def jax_pads(k: int, d: int, before: int, after: int, output_padding: int) -> tuple[int, int]:
    """The (low, high) with which `jax.lax.conv_transpose` crops that way: `jax_transposed_pads` the other way round."""
    full = footprint(k, d) - 1
    return (full - before, full - after + output_padding)


def onnx_transposed_same(k: int, s: int, d: int, output_padding: int, lower: bool) -> tuple[int, int, int]:
    """ONNX ConvTranspose with auto_pad SAME_UPPER or SAME_LOWER: input·stride cells.

    Source: the operator's text, `total_padding = stride·(input − 1) + output_padding + ke − output`, the odd one at the
    end for SAME_UPPER, at the beginning for SAME_LOWER. Where the total is negative the text gives negative pads; here
    the cells that are wanting are added behind, as TensorFlow does. onnxruntime adds none: it gives
    `(input − 1)·stride + ke + output_padding` cells. It also refuses an output_padding from the stride on, where the
    text allows it below the dilation.
    """
    total = footprint(k, d) + output_padding - s
    if total < 0:
        return (0, 0, s - footprint(k, d))
    less, more = total // 2, total - total // 2
    return (more, less, output_padding) if lower else (less, more, output_padding)


def flax_copied(k: int, d: int) -> tuple[int, int]:
    """Flax's CIRCULAR and REFLECT: ke − 1 copied cells at any stride, the odd one behind.

    Source: `flax/linen/linear.py`, `_Conv.__call__`: `((k − 1)//2, k//2)` of the dilated kernel, then VALID. Where that
    is more than the input has to copy, `jnp.pad` goes round again, and we refuse it as PyTorch does.
    """
    ke = footprint(k, d)
    return ((ke - 1) // 2, ke // 2)


def _halved(total: int) -> tuple[int, int, int]:
    """A number of cropped cells on two sides; a negative one is added behind."""
    return (total // 2, total - total // 2, 0) if total >= 0 else (0, 0, -total)
