"""ONNX's operators with their attributes (opset 22), as Netron shows them, in a dict, or as a call."""

from typing import Any

from convanim.code.axis_orders import listed, onnx_pads, spelled_pads
from convanim.code.framework_rules import (
    COUNT_INCLUDE_PAD,
    onnx_output_shape,
    onnx_transposed_same,
)
from convanim.code.padding_words import SAME, SAME_LOWER, TRANSPOSED_SAME
from convanim.code.signatures import (
    Framework,
    Given,
    Input,
    NotExpressibleError,
    Signature,
    per_axis_sizes,
    positive,
    written,
)
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.kinds.conv_transpose import transposed_output_size
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding, kernel_shape
from convanim.layers.padding import POOL_WORDS
from convanim.layers.sizes import Sides, per_axis

_SILENT = ("name", "storage_order", "domain", "B", "X", "Y", "module", "version")
_SHARED = ("auto_pad", "dilations", "kernel_shape", "pads", "strides")
_SPELLING = (("kernel_shape", "kernel_size"), ("strides", "stride"), ("pads", "padding"), ("dilations", "dilation"))
_WORDS = {"VALID": "valid", "SAME_UPPER": "same", "SAME_LOWER": "same-lower"}
_AUTO = ("NOTSET", *_WORDS)
_SHAPED = "output_shape: what is cropped or added comes from it (ONNX ConvTranspose); pads are not asked"


def _forms() -> dict[str, Signature]:
    forms = (
        Signature("Conv", "conv", None, (*_SHARED, "group", "W", *_SILENT), (), _SILENT, _SPELLING),
        Signature(
            "ConvTranspose",
            "conv-transpose",
            None,
            (*_SHARED, "group", "output_padding", "output_shape", "W", *_SILENT),
            (),
            _SILENT,
            _SPELLING,
        ),
        Signature(
            "MaxPool", "max-pool", None, (*_SHARED, "ceil_mode", *_SILENT), ("kernel_shape",), _SILENT, _SPELLING
        ),
        Signature(
            "AveragePool",
            "avg-pool",
            None,
            (*_SHARED, "ceil_mode", "count_include_pad", *_SILENT),
            ("kernel_shape",),
            _SILENT,
            _SPELLING,
        ),
    )
    return {form.name: form for form in forms}


def read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    """The layer of a node, and what is to be said about it; raises RequestError."""
    shape = _weights_shape(given)
    kernel = listed(given, "kernel_shape") if "kernel_shape" in given else shape[2:]
    if shape and kernel != shape[2:]:
        raise RequestError("kernel_shape", list(kernel), f"W says {list(shape[2:])}", "give one of them, or the same")
    dims = len(kernel)
    positive("kernel_shape", kernel, dims)
    strides = listed(given, "strides", (1,) * dims)
    dilations = listed(given, "dilations", (1,) * dims)
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": strides, "dims": dims}
    word = _WORDS.get(given.word("auto_pad", _AUTO) if "auto_pad" in given else "NOTSET", "")
    if word and "pads" in given:
        raise RequestError("pads", None, "auto_pad is given, too", "give one of them")
    notes = (f"auto_pad {SAME if word == 'same' else SAME_LOWER}",) if word.startswith("same") else ()
    if given.form.op == "conv-transpose":
        shared, assumed = _channels(given, source, shape, transposed=True)
        cropped, extra = _cropping(given, source, word, kernel, strides, dilations)
        asked = "output_shape" in given or "output_size" in given
        notes = (f"auto_pad {TRANSPOSED_SAME}",) if word == "same" and not asked else ()
        if asked:
            notes = (_SHAPED,)
        layer: Layer = ConvTranspose(
            source.size, **sizes, padding=cropped, output_padding=extra, dilation=dilations, **shared
        )
        return layer, (*notes, *assumed)
    padding = word or onnx_pads(given, dims)
    if given.form.op == "conv":
        shared, assumed = _channels(given, source, shape, transposed=False)
        return Conv(source.size, **sizes, padding=padding, dilation=dilations, **shared), (*notes, *assumed)
    return _pool(given, source, sizes, padding, dilations), notes


def _pool(
    given: Given, source: Input, sizes: dict[str, Any], padding: str | Sides, dilations: tuple[int, ...]
) -> Layer:
    # The text of auto_pad gives SAME the same size with ceil_mode and without.
    ceil_mode = _switch(given, "ceil_mode", False) and padding not in ("same", "same-lower")
    if given.form.op == "max-pool":
        return MaxPool(
            source.size, **sizes, padding=padding, dilation=dilations, ceil_mode=ceil_mode, in_channels=source.channels
        )
    if max(dilations, default=1) > 1:
        raise RequestError("dilations", list(dilations), "a mean with dilation cannot be drawn", "leave it out")
    counted = _switch(given, "count_include_pad", COUNT_INCLUDE_PAD["onnx"])
    if counted and isinstance(padding, str):
        pool = AvgPool(source.size, **sizes, padding=padding, ceil_mode=ceil_mode)
        padding = pool.padding
    return AvgPool(
        source.size,
        **sizes,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=counted,
        in_channels=source.channels,
    )


def _switch(given: Given, name: str, default: bool) -> bool:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, float | str) or value not in (0, 1):
        raise RequestError(name, value, "not 0 or 1", "try 0 or 1")
    return bool(value)


def _weights_shape(given: Given) -> tuple[int, ...]:
    """The shape of the weights W, where it is given."""
    if "W" not in given:
        if "kernel_shape" not in given:
            fix = "give kernel_shape, such as [3, 3], or W's shape, or {kernel_size}"
            raise RequestError("kernel_shape", None, "missing", fix)
        return ()
    value = given.get("W")
    shape = listed(given, "W")
    if not is_sequence(value) or len(shape) not in (3, 4, 5) or min(shape) < 1:
        raise RequestError("W", list(shape), "not a shape of weights", "give one such as [8, 3, 3, 3]")
    return shape


def _channels(
    given: Given, source: Input, shape: tuple[int, ...], *, transposed: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The channels, from W's shape, or else from the input: attributes do not say them."""
    groups = given.whole("group")
    asked = given.whole("asked_out") if "asked_out" in given else None
    if shape:
        if asked is not None:
            raise RequestError("out_channels", asked, "W says it", "leave it out")
        inputs, outputs = (shape[0], shape[1] * groups) if transposed else (shape[1] * groups, shape[0])
        if source.channels not in (None, inputs):
            rule = f"W says {inputs} channels"
            raise RequestError("input_size", source.written, rule, "give the size alone, or the same channels")
        return {"in_channels": inputs, "out_channels": outputs, "groups": groups}, ()
    if source.channels is None and groups == 1 and asked is None:
        return {}, ()
    shared = {"in_channels": source.channels or groups, "out_channels": asked, "groups": groups}
    if asked is not None:
        return shared, ()
    filters = f"there {'is 1 filter' if groups == 1 else f'are {groups} filters'}, as many as groups"
    note = f"the attributes do not say how many filters there are, so {filters}; W=[8, 3, 3, 3] says it"
    return shared, (note,)


def _cropping(
    given: Given,
    source: Input,
    word: str,
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
) -> tuple[Sides, tuple[int, ...]]:
    dims = len(kernel)
    extra = per_axis_sizes("output_padding", listed(given, "output_padding"), dims) if "output_padding" in given else ()
    extra = extra or (0,) * dims
    if min(extra) < 0:
        raise RequestError("output_padding", list(extra), "must not be negative", "try 0 or more")
    wanted = next((name for name in ("output_shape", "output_size") if name in given), "")
    if wanted:
        shape = listed(given, wanted)
        shape = shape[2:] if len(shape) == dims + 2 else shape
        sizes = positive(wanted, per_axis_sizes(wanted, shape if len(shape) > 1 else shape[0], dims), dims)
        axes = zip(per_axis("input_size", source.size, dims, 1), kernel, strides, dilations, extra, sizes)
        rules = [
            onnx_output_shape(transposed_output_size(n, k, s, 0, 0, d, added), size, word == "same")
            for n, k, s, d, added, size in axes
        ]
        kept = tuple(added + more for added, (_, _, more) in zip(extra, rules))
        for size, more, stride, dilation in zip(sizes, kept, strides, dilations):
            if more >= max(stride, dilation):
                most = size - more + max(stride, dilation) - 1
                rule = f"{more} cells would be added, which are less than the stride ({stride}) or the dilation"
                raise RequestError(wanted, size, rule, f"try {most} or less")
        return tuple((before, after) for before, after, _ in rules), kept
    if not word.startswith("same"):
        return ((0, 0),) * dims if word else onnx_pads(given, dims), extra
    axes = zip(kernel, positive("strides", strides, dims), positive("dilations", dilations, dims), extra)
    rules = [onnx_transposed_same(*axis, word == "same-lower") for axis in axes]
    return tuple((before, after) for before, after, _ in rules), tuple(added for *_, added in rules)


def write(layer: Sliding) -> str:
    """The layer as an ONNX node; raises UnsayableError where it has none."""
    said = [f"kernel_shape={list(layer.kernel_size)}"]
    said += [f"strides={list(layer.stride)}" if max(layer.stride) > 1 else ""]
    dilations = "" if isinstance(layer, AvgPool) or max(layer.dilation) == 1 else f"dilations={list(layer.dilation)}"
    if isinstance(layer, Conv | ConvTranspose):
        return _write_weighted(layer, said, dilations)
    said += [_pool_pads(layer), dilations, "ceil_mode=1" if layer.ceil_mode else ""]
    if isinstance(layer, MaxPool):
        return written("MaxPool", *said)
    if layer.divisor_override is not None:
        raise NotExpressibleError("ONNX's AveragePool has no divisor of its own")
    return written("AveragePool", *said, "count_include_pad=1" if layer.count_include_pad else "")


def _write_weighted(layer: Conv | ConvTranspose, said: list[str], dilations: str) -> str:
    said = [*said, spelled_pads(layer.padding), dilations]
    if isinstance(layer, ConvTranspose):
        if not layer.transpose_kernel:
            raise NotExpressibleError("ONNX has no transposed convolution that flips the kernel it stamps")
        said += [f"output_padding={list(layer.output_padding)}" if any(layer.output_padding) else ""]
    elif layer.padding_mode != "zeros":
        raise NotExpressibleError(
            f"ONNX's Conv pads with zeros; a Pad node would have to pad first ({layer.padding_mode})"
        )
    said += [f"group={layer.groups}" if layer.groups > 1 else ""]
    said += ["" if layer.in_channels is None else f"W={list(kernel_shape(layer))}"]
    return written("Conv" if isinstance(layer, Conv) else "ConvTranspose", *said)


def _pool_pads(layer: MaxPool | AvgPool) -> str:
    """Pads in numbers, or as auto_pad where they are the kernel or more and a word means them."""
    if all(max(sides) < kernel for sides, kernel in zip(layer.padding, layer.kernel_size)):
        return spelled_pads(layer.padding)
    dilation = (1,) * len(layer.input_size) if isinstance(layer, AvgPool) else layer.dilation
    axes = list(zip(layer.input_size, layer.kernel_size, layer.stride, dilation))
    for attribute, word in _WORDS.items():
        if not layer.ceil_mode and layer.padding == tuple(POOL_WORDS[word](*axis) for axis in axes):
            return f"auto_pad={attribute!r}"
    raise NotExpressibleError("ONNX pads a pool by less than its kernel, and no auto_pad comes to this padding")


FRAMEWORK = Framework("onnx", "ONNX", ("", "onnx", "ai.onnx"), _forms(), read, write)
