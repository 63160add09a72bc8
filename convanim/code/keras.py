"""Keras's layers, `keras.layers`, as their constructors take them (3.15)."""

from dataclasses import replace
from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.framework_rules import (
    CAUSAL,
    SAME,
    TRANSPOSED_ADDED,
    TRANSPOSED_SAME,
    TRANSPOSED_VALID,
    keras_takes_both,
    keras_transposed,
)
from convanim.code.signatures import (
    Framework,
    Given,
    Input,
    NotExpressibleError,
    Signature,
    per_axis_sizes,
    positive,
    shown_literal,
    spell,
    written,
)
from convanim.errors import RequestError
from convanim.layers.conv_transpose import transposed_output_size
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, output_size
from convanim.layers.padding import CONV_WORDS, POOL_WORDS
from convanim.layers.sizes import per_axis
from convanim.networks.chain import Chain

_COMMON = (
    "activity_regularizer",
    "trainable",
    "name",
    "dtype",
    "autocast",
    "input_shape",
    "input_dtype",
    "batch_size",
    "batch_input_shape",
    "weights",
    "dynamic",  # of Keras 2
)
_SEPARABLE = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier")


def _trained(part: str) -> tuple[str, ...]:
    made = ("initializer", "regularizer", "constraint")
    return ("activation", "use_bias", *(f"{what}_{how}" for how in made for what in (part, "bias")))


_COUNTS = ("filters",)


def _forms() -> dict[str, Signature]:
    found: list[Signature] = []
    convs = (("strides", "stride"), ("dilation_rate", "dilation"), ("filters", "out_channels"))
    pools = (("pool_size", "kernel_size"), ("strides", "stride"))
    for dims in (1, 2):
        rest = ("data_format", "dilation_rate")
        kernel, depthwise = _trained("kernel"), _trained("depthwise")
        silent, deep = ("data_format", *kernel, *_COMMON), ("data_format", *depthwise, *_COMMON)
        head = ("filters", "kernel_size", "strides", "padding")
        conv = (*head, *rest, "groups", *kernel, *_COMMON)
        up = (*head, "output_padding", *rest, *kernel, *_COMMON)
        deeper = ("kernel_size", "strides", "padding", "depth_multiplier", *rest, *depthwise, *_COMMON)
        pool = ("pool_size", "strides", "padding", "data_format", *_COMMON)
        ask = ("filters", "kernel_size")
        for alias in (f"Conv{dims}D", f"Convolution{dims}D"):
            found.append(Signature(alias, "conv", dims, conv, ask, silent, convs, _COUNTS))
        for alias in (f"Conv{dims}DTranspose", f"Convolution{dims}DTranspose"):
            found.append(Signature(alias, "conv-transpose", dims, up, ask, silent, convs, _COUNTS))
        found.append(Signature(f"DepthwiseConv{dims}D", "conv", dims, deeper, ("kernel_size",), deep, convs))
        made = ("initializer", "regularizer", "constraint")
        parts = tuple(f"{what}_{how}" for how in made for what in ("depthwise", "pointwise", "bias"))
        quiet = ("data_format", "activation", "use_bias", *parts, *_COMMON)
        separable = (*_SEPARABLE, "activation", "use_bias", *parts, *_COMMON)
        for alias in (f"SeparableConv{dims}D", f"SeparableConvolution{dims}D"):
            found.append(Signature(alias, "separable", dims, separable, ask, quiet, convs, _COUNTS))
        for alias in (f"MaxPooling{dims}D", f"MaxPool{dims}D"):
            found.append(Signature(alias, "max-pool", dims, pool, (), ("data_format", *_COMMON), pools))
        for alias in (f"AveragePooling{dims}D", f"AvgPool{dims}D"):
            found.append(Signature(alias, "avg-pool", dims, pool, ("pool_size",), ("data_format", *_COMMON), pools))
    return {form.name: form for form in found}


def read(given: Given, source: Input) -> tuple[Layer | Chain, tuple[str, ...]]:
    """The layer of a call, and what is to be said about it; raises RequestError."""
    if given.form.op == "separable":
        return _separable(given, source)
    dims = given.form.dims
    assert dims is not None
    word = _word(given, dims)
    notes = () if word == "valid" else (f"padding {CAUSAL if word == 'causal' else SAME}",)
    if given.form.op in ("max-pool", "avg-pool"):
        stride = given.sizes("strides") if "strides" in given else None
        make = MaxPool if given.form.op == "max-pool" else AvgPool
        kernel = given.sizes("pool_size", 2)
        return make(source.size, kernel, stride, word, in_channels=source.channels, dims=dims), notes
    both = _both(given, dims)
    sizes: dict[str, Any] = {"kernel_size": given.sizes("kernel_size"), "stride": given.sizes("strides")}
    dilation, (shared, assumed) = given.sizes("dilation_rate"), _channels(given, source)
    if given.form.op == "conv":
        layer: Layer = Conv(source.size, **sizes, padding=word, dilation=dilation, **shared, dims=dims)
        return layer, (*notes, *both, *assumed)
    if "output_size" in given:
        return _of_output_size(given, source, word, sizes, dilation, dims)
    cropped, extra = _cropping(given, word, dims)
    if word == "same":
        notes = (f"padding {TRANSPOSED_ADDED if 'output_padding' in given else TRANSPOSED_SAME}",)
    elif "output_padding" not in given and any(extra):
        notes = (f"padding {TRANSPOSED_VALID}",)
    layer = ConvTranspose(
        source.size, **sizes, padding=cropped, output_padding=extra, dilation=dilation, **shared, dims=dims
    )
    return layer, (*notes, *assumed)


def _word(given: Given, dims: int) -> str:
    value = given.get("padding")
    word = value.lower() if isinstance(value, str) else value
    allowed = ("valid", "same") if given.form.op != "conv" or dims == 2 else ("valid", "same", "causal")
    if "Depthwise" in given.form.name:
        allowed = ("valid", "same")
    if word is None:
        return "valid"
    if not isinstance(word, str) or word not in allowed:
        rule = f"{given.form.name} has no such padding"
        raise RequestError("padding", shown_literal(value), rule, f"try {' or '.join(map(repr, allowed))}")
    return word


def _both(given: Given, dims: int) -> tuple[str, ...]:
    """What is to be said of strides together with dilation_rate; raises RequestError where Keras refuses them."""
    strides = positive("strides", given.sizes("strides"), dims)
    rates = positive("dilation_rate", given.sizes("dilation_rate"), dims)
    if max(strides) == 1 or max(rates) == 1:
        return ()
    if not keras_takes_both(given.form.name):
        fix = "leave one of them at 1"
        raise RequestError("dilation_rate", rates, "Keras refuses it together with strides", fix)
    return ("strides with dilation_rate is incompatible by Keras's document; DepthwiseConv takes both all the same",)


def _channels(given: Given, source: Input) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The channels of a call that does not say how many it reads: from the input, else one."""
    if "Depthwise" not in given.form.name:
        return channels_in_code(given, source, outputs="filters", groups="groups")
    (many,) = positive("depth_multiplier", given.whole("depth_multiplier"), 1)
    if "asked_out" in given:
        raise RequestError("out_channels", given.get("asked_out"), "the code says it", "leave it out")
    if source.channels is None and many == 1:
        return {}, ()
    said = "the code does not say how many channels come in, so there is 1; an input size such as 3@7x9 says it"
    inputs = source.channels or 1
    notes = () if source.channels is not None else (said,)
    return {"in_channels": inputs, "out_channels": inputs * many, "groups": inputs}, notes


def _separable(given: Given, source: Input) -> tuple[Chain, tuple[str, ...]]:
    """SeparableConv as the two layers that it is: every channel by itself, then 1x1 kernels through all of them."""
    (many,) = positive("depth_multiplier", given.whole("depth_multiplier"), 1)
    inputs = source.channels or 1
    own = {name: value for name, value in given.values.items() if name not in ("filters", "asked_out")}
    depthwise = FRAMEWORK.forms[f"DepthwiseConv{given.form.dims}D"]
    first, notes = read(Given(depthwise, own), replace(source, channels=inputs))
    assert isinstance(first, Conv)
    values = {name: given.get(name) for name in ("filters", "asked_out")}
    shared, said = channels_in_code(
        Given(given.form, values, given.names), replace(source, channels=inputs * many), outputs="filters"
    )
    second = Conv(output_size(first), 1, **shared, dims=given.form.dims)
    if source.channels is None:
        said = ("the code does not say how many channels come in, so there is 1; an input size such as 3@7x9 says it",)
    pieces = f"{given.form.name} is two layers: depthwise, then 1x1 kernels through all channels"
    size = "x".join(map(str, first.input_size))
    return Chain(f"{inputs}@{size}", [first, second], dims=given.form.dims), (*notes, pieces, *said)


def _of_output_size(
    given: Given, source: Input, word: str, sizes: dict[str, Any], dilation: int | tuple[int, ...], dims: int
) -> tuple[Layer, tuple[str, ...]]:
    """The transposed convolution whose output_padding gives an output of some size; raises RequestError."""
    if "output_padding" in given:
        raise RequestError("output_size", given.get("output_size"), "output_padding is given, too", "give one of them")
    wanted = per_axis_sizes("output_size", given.sizes("output_size"), dims)
    kernels = positive("kernel_size", given.sizes("kernel_size"), dims)
    strides, rates = positive("strides", given.sizes("strides"), dims), positive("dilation_rate", dilation, dims)
    bare = per_axis("input_size", source.size, dims, 1)
    makes: list[dict[int | None, int]] = []
    for n, k, s, d in zip(bare, kernels, strides, rates):
        rules = {extra: keras_transposed(k, s, d, word, extra) for extra in (None, *range(min(s, 1000)))}
        makes.append({extra: transposed_output_size(n, k, s, b, a, d, more) for extra, (b, a, more) in rules.items()})
    alone = all(made[None] == size for made, size in zip(makes, wanted))
    extras: list[int] = []
    for axis, (made, size) in enumerate(zip(makes, wanted)):
        fitting = [extra for extra, cells in made.items() if cells == size and extra is not None]
        if not alone and not fitting:
            able = sorted({cells for cells in made.values() if cells > 0})
            rule = f"Keras's {word!r} gives {able[0]} to {able[-1]}" if len(able) > 1 else f"Keras gives {able[0]}"
            raise RequestError("output_size", size, f"{rule} on axis {axis + 1}", f"try {able[-1]}")
        extras += [] if alone else fitting[:1]
    values = {name: value for name, value in given.values.items() if name != "output_size"}
    if alone:
        return _single(read(Given(given.form, values, given.names), source))
    layer, notes = read(Given(given.form, {**values, "output_padding": tuple(extras)}, given.names), source)
    return _single((layer, (*notes, f"output_size: output_padding={spell(tuple(extras))} gives it")))


def _single(made: tuple[Layer | Chain, tuple[str, ...]]) -> tuple[Layer, tuple[str, ...]]:
    layer, notes = made
    assert not isinstance(layer, Chain)
    return layer, notes


def _cropping(given: Given, word: str, dims: int) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...]]:
    kernels = positive("kernel_size", given.sizes("kernel_size"), dims)
    strides = positive("strides", given.sizes("strides"), dims)
    rates = positive("dilation_rate", given.sizes("dilation_rate"), dims)
    extras: tuple[int | None, ...] = (None,) * dims
    if "output_padding" in given:
        extras = per_axis_sizes("output_padding", given.sizes("output_padding", 0), dims)
        for extra, stride in zip(extras, strides):
            if extra is not None and not 0 <= extra < stride:
                rule = f"must be less than the stride ({stride}) on its axis"
                raise RequestError("output_padding", extras, rule, f"try {stride - 1}")
    rules = [keras_transposed(k, s, d, word, extra) for k, s, d, extra in zip(kernels, strides, rates, extras)]
    return tuple((before, after) for before, after, _ in rules), tuple(extra for *_, extra in rules)


def write(layer: Layer) -> str:
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
    if layer.groups == channels and (channels > 1 or both) and "causal" not in word:
        many = (layer.out_channels or 1) // channels
        said = [said[1], *said[2:], word, f"depth_multiplier={many}" if many > 1 else "", dilation]
        return written(f"keras.layers.DepthwiseConv{dims}D", *said)
    if both:
        raise NotExpressibleError(f"{refused}, except in DepthwiseConv{dims}D")
    groups = f"groups={layer.groups}" if layer.groups > 1 else ""
    return written(f"keras.layers.Conv{dims}D", *said, word, dilation, groups)


def _padding_word(layer: Layer, allowed: tuple[str, ...]) -> str:
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


FRAMEWORK = Framework(
    "keras",
    "Keras",
    ("keras.layers", "layers", "tf.keras.layers", "tensorflow.keras.layers", ""),
    _forms(),
    read,
    write,
)
