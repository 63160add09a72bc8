"""Layers as Keras code (3.15)."""

from convanim.code.framework_rules import keras_transposed
from convanim.code.signatures import NotExpressibleError, spell, written
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool, Sliding
from convanim.layers.padding import CONV_WORDS, POOL_WORDS


def write(layer: Sliding) -> str:
    """The layer as Keras code; raises UnsayableError where it has none."""
    dims = len(layer.input_size)
    if isinstance(layer, Conv | ConvTranspose):
        return _write_weighted(layer, dims)
    if layer.ceil_mode:
        raise NotExpressibleError("Keras has no ceil_mode; padding='same' hangs windows over both sides")
    if isinstance(layer, MaxPool) and max(layer.dilation) > 1:
        raise NotExpressibleError("Keras's pools have no dilation")
    if isinstance(layer, AvgPool) and layer.divisor_override is not None:
        raise NotExpressibleError("Keras's pools have no divisor of their own")
    if isinstance(layer, AvgPool) and layer.count_include_pad and any(map(any, layer.padding)):
        raise NotExpressibleError("Keras never counts padded cells in a mean")
    word = _padding_word(layer, ("same",))
    stride = "" if layer.stride == layer.kernel_size else f"strides={spell(layer.stride)}"
    name = f"keras.layers.{'Max' if isinstance(layer, MaxPool) else 'Average'}Pooling{dims}D"
    return written(name, spell(layer.kernel_size), stride, word)


def _write_weighted(layer: Conv | ConvTranspose, dims: int) -> str:
    both = max(layer.stride) > 1 and max(layer.dilation) > 1
    channels = layer.in_channels or 1
    said = [str(layer.out_channels or 1), spell(layer.kernel_size)]
    said += [f"strides={spell(layer.stride)}" if max(layer.stride) > 1 else ""]
    dilation = f"dilation_rate={spell(layer.dilation)}" if max(layer.dilation) > 1 else ""
    refused = "Keras refuses strides together with dilation_rate"
    if isinstance(layer, ConvTranspose):
        if both:
            raise NotExpressibleError(refused)
        if layer.groups > 1:
            raise NotExpressibleError("Keras's transposed convolution has no groups")
        if not layer.transpose_kernel:
            raise NotExpressibleError("Keras has no transposed convolution that flips the kernel it stamps")
        return written(f"keras.layers.Conv{dims}DTranspose", *said, _cropping_word(layer), dilation)
    if layer.padding_mode != "zeros":
        raise NotExpressibleError(
            f"Keras pads with zeros; keras.ops.pad would have to pad first ({layer.padding_mode})"
        )
    word = _padding_word(layer, ("same", "causal") if dims == 1 else ("same",))
    if layer.groups == channels and (channels > 1 or both) and "causal" not in word and dims < 3:
        many = (layer.out_channels or 1) // channels
        said = [said[1], *said[2:], word, f"depth_multiplier={many}" if many > 1 else "", dilation]
        return written(f"keras.layers.DepthwiseConv{dims}D", *said)
    if both:
        raise NotExpressibleError(f"{refused}, except in DepthwiseConv{dims}D" if dims < 3 else refused)
    groups = f"groups={layer.groups}" if layer.groups > 1 else ""
    return written(f"keras.layers.Conv{dims}D", *said, word, dilation, groups)


def _padding_word(layer: Sliding, allowed: tuple[str, ...]) -> str:
    """`padding` in a word; raises UnsayableError where none means just this padding."""
    if not any(map(any, layer.padding)):
        return ""
    words = CONV_WORDS if isinstance(layer, Conv) else POOL_WORDS
    dilation = (1,) * len(layer.input_size) if isinstance(layer, AvgPool) else layer.dilation
    axes = list(zip(layer.input_size, layer.kernel_size, layer.stride, dilation))
    for word in allowed:
        if layer.padding == tuple(words[word](*axis) for axis in axes):
            return f"padding={word!r}"
    known = " nor ".join(("valid", *allowed))
    raise NotExpressibleError(f"Keras pads in words, and this padding is neither {known}; ZeroPadding would come first")


def _cropping_word(layer: ConvTranspose) -> str:
    axes = list(zip(layer.kernel_size, layer.stride, layer.dilation))
    wanted = [(before, after, extra) for (before, after), extra in zip(layer.padding, layer.output_padding)]
    for word in ("valid", "same"):
        said = "" if word == "valid" else "padding='same'"
        if wanted == [keras_transposed(*axis, word) for axis in axes]:
            return said
        extras = []
        for axis, crop in zip(axes, wanted):
            extras += [extra for extra in range(min(axis[1], 1000)) if keras_transposed(*axis, word, extra) == crop][:1]
        if len(extras) == len(axes):
            return ", ".join(part for part in (said, f"output_padding={spell(tuple(extras))}") if part)
    raise NotExpressibleError(
        "Keras crops in words, and neither valid nor same crops this way, with any output_padding"
    )
