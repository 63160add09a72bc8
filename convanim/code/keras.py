"""Keras's layers, `keras.layers`, as their constructors take them (3.15); what `same` means is in `padding_words`."""

from dataclasses import replace
from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.framework_rules import keras_takes_both, keras_transposed
from convanim.code.keras_written import write
from convanim.code.padding_words import CAUSAL, SAME, TRANSPOSED_ADDED, TRANSPOSED_SAME, TRANSPOSED_VALID
from convanim.code.signatures import Framework, Given, Input, Signature, per_axis_sizes, positive, shown_literal, spell
from convanim.errors import RequestError
from convanim.layers.kinds.conv_transpose import transposed_output_size
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, output_size
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
    for dims in (1, 2, 3):
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
        if dims < 3:
            found.append(Signature(f"DepthwiseConv{dims}D", "conv", dims, deeper, ("kernel_size",), deep, convs))
        made = ("initializer", "regularizer", "constraint")
        parts = tuple(f"{what}_{how}" for how in made for what in ("depthwise", "pointwise", "bias"))
        quiet = ("data_format", "activation", "use_bias", *parts, *_COMMON)
        separable = (*_SEPARABLE, "activation", "use_bias", *parts, *_COMMON)
        for alias in (f"SeparableConv{dims}D", f"SeparableConvolution{dims}D") if dims < 3 else ():
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
    allowed = ("valid", "same") if given.form.op != "conv" or dims > 1 else ("valid", "same", "causal")
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


# What people import the same layers as.
_ALSO = ("L", "kl", "KL", "tfl", "tfkl", "k.layers", "keras.layers.convolutional", "keras.layers.pooling")
FRAMEWORK = Framework(
    "keras",
    "Keras",
    ("keras.layers", "layers", "tf.keras.layers", "tensorflow.keras.layers", "", *_ALSO),
    _forms(),
    read,
    write,
)
