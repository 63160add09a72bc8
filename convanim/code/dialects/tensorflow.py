"""TensorFlow's functions: `tf.nn` (2.x, and 1.x where they differ in names alone) and `tf.layers` of 1.x.

Strides and dilations are one number, one per axis, or one for each of the four axes of a batch. Weights have the
shape [*size, in, out], transposed [*size, out, in].
"""

from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.dialects.translated import Made, read_as
from convanim.code.framework_rules import tensorflow_output_shape
from convanim.code.keras import FRAMEWORK as KERAS
from convanim.code.padding_words import SAME
from convanim.code.signatures import Dialect, Given, Input, Signature, per_axis_sizes, positive, shown_literal
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool
from convanim.layers.sizes import per_axis

_QUIET = ("input", "value", "name", "use_cudnn_on_gpu", "inputs")
_SPELLING = (("strides", "stride"), ("dilations", "dilation"), ("ksize", "kernel_size"))


def _functions() -> dict[str, Signature]:
    found = []
    for dims, stride in ((1, "stride"), (2, "strides")):
        asked = ("input", "filters")
        end = ("padding", "data_format", "dilations", "name")
        conv = ("input", "filters", stride, *end)
        up = ("input", "filters", "output_shape", "strides", *end)
        pool = ("input", "ksize", "strides", "padding", "data_format", "name")
        found += [
            _form(f"conv{dims}d", "conv", dims, conv, asked),
            _form(f"conv{dims}d_transpose", "conv-transpose", dims, up, (*asked, "output_shape", "strides"), "SOI"),
            *(_form(f"{kind}_pool{dims}d", f"{kind}-pool", dims, pool, pool[:3]) for kind in ("max", "avg")),
        ]
    pool = ("input", "ksize", "strides", "padding", "data_format", "name")
    found += [
        *(_form(f"{kind}_pool", f"{kind}-pool", None, pool, pool[:3]) for kind in ("max", "avg")),
        _form(
            "atrous_conv2d", "conv", 2, ("value", "filters", "rate", "padding", "name"), ("value", "filters", "rate")
        ),
        _form(
            "depthwise_conv2d",
            "conv",
            2,
            ("input", "filter", "strides", "padding", "data_format", "dilations", "name"),
            ("input", "filter", "strides", "padding"),
        ),
        _form(
            "convolution",
            "conv",
            None,
            ("input", "filters", "strides", "padding", "data_format", "dilations", "name"),
            ("input", "filters"),
        ),
    ]
    return {form.name: form for form in found}


def _form(
    name: str, op: str, dims: int | None, arguments: tuple[str, ...], asked: tuple[str, ...], order: str = "SIO"
) -> Signature:
    weight = next((argument for argument in arguments if argument.startswith("filter")), "")
    return Signature(
        name,
        op,
        dims,
        arguments,
        asked,
        _QUIET,
        _SPELLING,
        words=("data_format",),
        weight=weight,
        order=order if weight else "",
    )


def read(given: Given, source: Input) -> Made:
    """The layer of a function of `tf.nn`, and what is to be said about it; raises RequestError."""
    name = given.form.name
    size = "ksize" if "ksize" in given else "kernel_size"
    dims = given.form.dims or _axes(given, size)
    kernel = _spatial(given, size, dims)
    stride = _spatial(given, "stride" if "stride" in given else "strides", dims)
    dilation = _spatial(given, "rate" if name == "atrous_conv2d" else "dilations", dims)
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "dims": dims}
    if given.form.op == "conv-transpose":
        return _transposed(given, source, sizes, dilation, dims)
    padding = _padding(given, dims)
    notes = (f"padding {SAME}",) if padding == "same" else ()
    if given.form.op.endswith("pool"):
        make = MaxPool if given.form.op == "max-pool" else AvgPool
        more = {} if make is MaxPool else {"count_include_pad": False}
        return make(source.size, padding=padding, in_channels=source.channels, **sizes, **more), notes
    shared: dict[str, Any]
    if name == "depthwise_conv2d":
        shared, said = _depthwise(given, source)
    else:
        shared, said = channels_in_code(given, source)
    return Conv(source.size, padding=padding, dilation=dilation, **sizes, **shared), (*notes, *said)


def _transposed(given: Given, source: Input, sizes: dict[str, Any], dilation: tuple[int, ...], dims: int) -> Made:
    """`tf.nn.conv2d_transpose`, whose output_shape is that of a batch, or of the map alone."""
    same = given.word("padding", ("SAME", "VALID", "same", "valid")).upper() == "SAME" if "padding" in given else True
    name = "output_size" if "output_size" in given else "output_shape"
    wanted = given.sizes(name)
    if isinstance(wanted, tuple) and len(wanted) == dims + 2:
        wanted = wanted[1:-1] if _is_last(given) else wanted[2:]
    wanted = positive(name, per_axis_sizes(name, wanted, dims), dims)
    axes = zip(per_axis("input_size", source.size, dims, 1), sizes["kernel_size"], sizes["stride"], dilation, wanted)
    rules = [tensorflow_output_shape(*axis, same) for axis in axes]
    shared, said = channels_in_code(given, source)
    layer = ConvTranspose(
        source.size,
        padding=tuple((before, after) for before, after, _ in rules),
        output_padding=tuple(extra for *_, extra in rules),
        dilation=dilation,
        **sizes,
        **shared,
    )
    return layer, said


def _depthwise(given: Given, source: Input) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The channels of a depthwise convolution, whose filter has the shape [*size, in, multiplier]."""
    inputs = given.whole("weight_in") if "weight_in" in given else source.channels
    many = given.whole("weight_out") if "weight_out" in given else 1
    if source.channels not in (None, inputs):
        rule = f"the code says {inputs} channels"
        raise RequestError("input_size", source.written, rule, "give the size alone, or the same channels")
    if inputs is None:
        return {}, ()
    return {"in_channels": inputs, "out_channels": inputs * many, "groups": inputs}, ()


def _is_last(given: Given) -> bool:
    """Whether channels are the last axis, as they are unless data_format says so."""
    said = given.get("data_format")
    return not (isinstance(said, str) and said.upper().startswith("NC"))


def _axes(given: Given, size: str) -> int:
    """How many axes a function has that is for any number of them."""
    for name in (size, "strides"):
        value = given.get(name)
        if isinstance(value, tuple) and value:
            return len(value) - 2 if name != "kernel_size" and len(value) > 2 else len(value)
    return 2


def _spatial(given: Given, name: str, dims: int) -> tuple[int, ...]:
    """One number for each axis; of one for each axis of a batch, those of the map, the others being 1."""
    value = given.sizes(name)
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, tuple) and len(value) == dims + 2:
        others = (value[0], value[-1]) if _is_last(given) else value[:2]
        if others != (1, 1):
            rule = "batch and channels are stepped over by 1 alone"
            raise RequestError(name, shown_literal(value), rule, "write it as in [1, 2, 2, 1], or say data_format")
        value = value[1:-1] if _is_last(given) else value[2:]
    return positive(name, per_axis_sizes(name, value, dims), dims)


def _padding(given: Given, dims: int) -> Any:
    """`SAME`, `VALID`, or pairs for every axis of a batch."""
    value: Any = given.get("padding")
    if value is None:
        return "valid"
    if isinstance(value, str) and value.upper() in ("SAME", "VALID"):
        return value.lower()
    pairs = value if is_sequence(value) else ()
    if len(pairs) != dims + 2 or not all(is_sequence(pair) and len(pair) == 2 for pair in pairs):
        rule = f"{given.form.name} has no such padding"
        raise RequestError("padding", shown_literal(value), rule, "try 'SAME' or 'VALID', or pairs for all axes")
    inner = pairs[1:-1] if _is_last(given) else pairs[2:]
    return tuple(tuple(pair) for pair in inner)


def _layers() -> dict[str, Signature]:
    """`tf.layers` of TensorFlow 1: Keras's layers as functions."""
    found = []
    for name, other in _KERAS_NAMES.items():
        form = KERAS.forms[other]
        arguments = ("inputs", *form.arguments, "reuse", "_reuse", "_scope")
        required, silent = ("inputs", *form.required), ("inputs", *form.silent, "reuse", "_reuse", "_scope")
        found.append(Signature(name, form.op, form.dims, arguments, required, silent, form.spelling, form.counts))
    return {form.name: form for form in found}


_KERAS_NAMES = {
    **{f"conv{dims}d": f"Conv{dims}D" for dims in (1, 2)},
    **{f"separable_conv{dims}d": f"SeparableConv{dims}D" for dims in (1, 2)},
    **{f"max_pooling{dims}d": f"MaxPooling{dims}D" for dims in (1, 2)},
    **{f"average_pooling{dims}d": f"AveragePooling{dims}D" for dims in (1, 2)},
    "conv2d_transpose": "Conv2DTranspose",
}


def _read_layers(given: Given, source: Input) -> Made:
    return read_as(KERAS.read, KERAS.forms[_KERAS_NAMES[given.form.name]], given, source, {})


NN = Dialect("keras", "TensorFlow", ("tf.nn", "tensorflow.nn", "nn", "tf.compat.v1.nn"), _functions(), read, True)
LAYERS = Dialect(
    "keras",
    "TensorFlow 1",
    ("tf.layers", "tensorflow.layers", "tf.compat.v1.layers", "layers"),
    _layers(),
    _read_layers,
    True,
)
