"""Padding: PyTorch's modules and `F.pad`, Keras's ZeroPadding and Cropping, ONNX's Pad, `jnp.pad`, `lax.pad`, `tf.pad`.

PyTorch names the sides of the last axis first; the others name axes in order, often those of batch and channels, too.
"""

from typing import Any

from convanim.code.axis_orders import from_beginnings, from_last_axis, on_axes
from convanim.code.operations.forms import KERAS_SILENT, Forms
from convanim.code.operations.padding_written import NUMPY_NAMES, TORCH_NAMES, pad_written
from convanim.code.signatures import Given, Input, Signature, shown_literal
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.kinds.pad import PAD_MODES
from convanim.layers.layer import Layer, Pad
from convanim.layers.sizes import Sides, count_axes

_DIMS = (1, 2, 3)
_OURS = {mode: name for name, mode in PAD_MODES.items()}
# Our mode by numpy's name of it.
PAD_MODE_OF = {name: _OURS[mode] for name, mode in NUMPY_NAMES.items()}
_ONNX_SILENT = ("name", "domain", "data", "X", "Y", "module", "version")
_ARRAYS = ("array", "x", "tensor", "operand", "input", "name")


def _forms() -> dict[str, tuple[Signature, ...]]:
    op = Pad.op
    array = ("pad_width", "mode", "constant_values")
    return {
        "pytorch": tuple(
            Signature(f"{kind}{dims}d", op, dims, ("padding", *(("value",) if kind == "ConstantPad" else ())), ())
            for kind in TORCH_NAMES
            for dims in _DIMS
        ),
        "functional": (Signature("pad", op, None, ("input", "pad", "mode", "value"), ("input", "pad"), ("input",)),),
        "keras": tuple(
            Signature(f"{name}{dims}D", op, dims, (argument, *KERAS_SILENT), (), KERAS_SILENT)
            for name, argument in (("ZeroPadding", "padding"), ("Cropping", "cropping"))
            for dims in _DIMS
        ),
        "onnx": (
            Signature(
                "Pad", op, None, ("pads", "mode", "value", "constant_value", "axes", *_ONNX_SILENT), (), _ONNX_SILENT
            ),
        ),
        "jnp": (Signature("pad", op, None, ("array", *array), ("pad_width",), _ARRAYS),),
        "keras.ops": (Signature("pad", op, None, ("x", *array), ("pad_width",), _ARRAYS),),
        "lax": (
            Signature(
                "pad",
                op,
                None,
                ("operand", "padding_value", "padding_config"),
                ("padding_config",),
                _ARRAYS,
            ),
        ),
        "tf": (
            Signature(
                "pad",
                op,
                None,
                ("tensor", "paddings", "mode", "constant_values", "name"),
                ("paddings",),
                _ARRAYS,
                words=("mode",),
            ),
        ),
    }


def _read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    name, arguments = given.form.name, given.form.arguments
    if name == "Pad":
        return _onnx(given, source), ()
    if "padding_config" in arguments:
        return _made(source, _inner(_config(given), source), "constant", _value(given, "padding_value")), ()
    if "pad_width" in arguments or "paddings" in arguments:
        return _numpy(given, source), ()
    if name == "pad":
        pairs = _pairs_from_last("pad", given.get("pad"))
        mode = given.word("mode", tuple(PAD_MODES)) if "mode" in given else "constant"
        return _made(source, _filled(pairs, source), mode, _value(given, "value")), ()
    dims = given.form.dims
    assert dims is not None
    if name.endswith("D"):
        count_axes({"input_size": source.size}, dims)  # Keras pads no map of more axes
        is_crop = name.startswith("Cropping")
        pairs = _keras(given, "cropping" if is_crop else "padding", dims, by_itself=not is_crop or dims != 2)
        sides = tuple((-before, -after) for before, after in pairs) if is_crop else pairs
        return _made(source, sides, "constant", 0), ()
    said = given.get("padding")
    if said is None:
        raise RequestError("padding", None, "missing", f"give it, such as {name}(1)")
    pairs = _pairs_from_last("padding", said if is_sequence(said) else (said,) * 2 * dims)
    if len(pairs) != dims:
        rule = f"that is not two numbers for each of {dims} axes"
        raise RequestError("padding", shown_literal(said), rule, "name those of the last axis first")
    return _made(source, _filled(pairs, source), _OURS[TORCH_NAMES[name[:-2]]], _value(given, "value")), ()


def _made(source: Input, sides: Sides, mode: str, value: float) -> Pad:
    """The pad of an input, which has as many axes as there are sides unless it says so itself."""
    axes = count_axes({"input_size": source.size}, None) if _says_axes(source) else len(sides)
    if len(sides) != axes:
        rule = f"that is {len(sides)} {'axis' if len(sides) == 1 else 'axes'}, and the input has {axes}"
        fix = "leave batch and channels out, or give the input's axes" if len(sides) > axes else "give two for each"
        raise RequestError("padding", sides, rule, fix)
    return Pad(source.size, sides, mode, value, source.channels, dims=axes)


def _filled(sides: Sides, source: Input) -> Sides:
    """PyTorch's sides, whose first axes may be left out, which it then does not pad."""
    axes = count_axes({"input_size": source.size}, None) if _says_axes(source) else len(sides)
    return ((0, 0),) * (axes - len(sides)) + sides


def _says_axes(source: Input) -> bool:
    """Whether an input's size has a number for each axis."""
    size = source.size
    return "x" in size.lower().replace("×", "x") if isinstance(size, str) else isinstance(size, tuple | list)


def _inner(sides: Sides, source: Input) -> Sides:
    """The sides of the spatial axes, where those of batch and channels are named, too; raises RequestError."""
    axes = count_axes({"input_size": source.size}, None) if _says_axes(source) else max(1, len(sides) - 2)
    if len(sides) == axes + 2:
        first = sides[1:-1] if not any(sides[-1]) else sides[2:]
        around = (sides[0], sides[-1]) if not any(sides[-1]) else sides[:2]
        if any(map(any, around)):
            rule = "it pads batch or channels, which is not drawn"
            raise RequestError("padding", sides, rule, "pad the axes of the map alone")
        return first
    return sides


def _numpy(given: Given, source: Input) -> Pad:
    """`jnp.pad`, `keras.ops.pad` and `tf.pad`, whose widths are (before, after) of every axis.

    One pair alone is that of every axis, but in `tf.pad`. Source: `numpy.pad`, whose rule the others name.
    """
    is_tf = "paddings" in given.form.arguments
    name = "paddings" if is_tf else "pad_width"
    said = str(given.get("mode") or "constant")
    mode = said.lower() if is_tf else said
    if mode not in NUMPY_NAMES:
        fix = f"try {', '.join(NUMPY_NAMES)}"
        rule = "symmetric repeats the border cell, which is not drawn" if mode == "symmetric" else "not known"
        raise RequestError("mode", said, rule, fix)
    value = given.get(name)
    if not is_sequence(value):
        axes = count_axes({"input_size": source.size}, None)
        value = ((value, value),) * axes
    elif not is_tf and isinstance(value, tuple) and len(value) <= 2 and all(type(end) is int for end in value):
        value = (value * 2 if len(value) == 1 else value,)
    pairs = _pairs(name, value)
    if len(pairs) == 1 and not is_tf and _says_axes(source):
        pairs *= count_axes({"input_size": source.size}, None)
    return _made(source, _inner(pairs, source), PAD_MODE_OF[mode], _value(given, "constant_values"))


def _config(given: Given) -> Sides:
    """The sides of `lax.pad`, which could put cells between those of the input, too; raises RequestError."""
    value = given.get("padding_config")
    entries = value if is_sequence(value) else ()
    assert isinstance(entries, tuple)
    if not entries or not all(is_sequence(entry) and len(entry) == 3 for entry in entries):  # type: ignore[arg-type]
        rule = "not (low, high, interior) for each axis"
        raise RequestError("padding_config", shown_literal(value), rule, "write it as ((1, 1, 0), (1, 1, 0))")
    if any(entry[2] != 0 for entry in entries):  # type: ignore[index]
        rule = "cells between those of the input are not drawn"
        raise RequestError("padding_config", shown_literal(value), rule, "give 0; a ConvTranspose has them")
    return _pairs("padding_config", tuple(entry[:2] for entry in entries))  # type: ignore[index]


def _keras(given: Given, name: str, dims: int, *, by_itself: bool) -> Sides:
    """One number, one an axis, or two an axis; left out it is 1, but of Cropping2D, which then cuts off nothing."""
    value = given.get(name)
    if value is None:
        return ((1, 1),) * dims if by_itself else ((0, 0),) * dims
    if not is_sequence(value):
        value = (value,) * dims
    elif dims == 1 and len(value) == 2:  # type: ignore[arg-type]
        value = (value,)
    assert isinstance(value, tuple)
    if len(value) != dims:
        fix = "give one number, one per axis, or two per axis"
        raise RequestError(name, shown_literal(given.get(name)), f"that is not of {dims} axes", fix)
    pairs = _pairs(name, tuple(entry if is_sequence(entry) else (entry, entry) for entry in value))
    if min(end for pair in pairs for end in pair) < 0:
        raise RequestError(name, shown_literal(given.get(name)), "must not be negative", "try 0 or more")
    return pairs


def _onnx(given: Given, source: Input) -> Pad:
    """ONNX's Pad, whose pads and constant are written beside its attributes. Source: its text, opset 24."""
    pads = given.get("pads")
    if not is_sequence(pads) or len(pads) % 2 or not pads:  # type: ignore[arg-type]
        fix = "write it as pads=[0, 0, 1, 1, 0, 0, 1, 1], all starts before all ends"
        raise RequestError("pads", shown_literal(pads), "not two numbers for each axis", fix)
    assert isinstance(pads, tuple)
    half = len(pads) // 2
    pairs = _pairs("pads", from_beginnings(pads))
    axes = given.get("axes")
    if axes is not None:
        spatial = count_axes({"input_size": source.size}, None) if _says_axes(source) else half
        pairs = tuple(on_axes(pairs, axes, ((0, 0),) * spatial))
    elif half > 2 and (half - 2 <= 3):
        pairs = _behind(pairs, source)
    mode = given.word("mode", tuple(NUMPY_NAMES)) if "mode" in given else "constant"
    value = _value(given, "constant_value") if "constant_value" in given else _value(given, "value")
    if mode != "constant" and min(end for pair in pairs for end in pair) < 0:
        rule = "with it runtimes do not agree what is copied where cells are cut off"
        raise RequestError("mode", mode, rule, "crop with a Slice, or before a Pad of its own")
    return _made(source, pairs, PAD_MODE_OF[mode], value)


def _behind(pairs: Sides, source: Input) -> Sides:
    """The sides of the spatial axes, where those of batch and channels stand before them."""
    axes = count_axes({"input_size": source.size}, None) if _says_axes(source) else len(pairs) - 2
    if len(pairs) != axes + 2:
        return pairs
    if any(map(any, pairs[:2])):
        rule = "it pads batch or channels, which is not drawn"
        raise RequestError("pads", pairs, rule, "pad the axes of the map alone")
    return pairs[2:]


def _pairs_from_last(name: str, value: object) -> Sides:
    """PyTorch's sides: before and after of the last axis, then of the one before it, and so on."""
    if not is_sequence(value) or len(value) % 2 or not value:  # type: ignore[arg-type]
        fix = "name those of the last axis first, as in (left, right, top, bottom)"
        raise RequestError(name, shown_literal(value), "not two numbers for each axis", fix)
    assert isinstance(value, tuple)
    return _pairs(name, from_last_axis(value))


def _pairs(name: str, value: object) -> Sides:
    """(before, after) of each axis, whole numbers; raises RequestError."""
    entries = value if is_sequence(value) else ()
    assert isinstance(entries, tuple)
    found = []
    for entry in entries:
        ends = [end for end in entry if type(end) is int] if isinstance(entry, tuple) else []
        if len(ends) != 2 or ends != list(entry if isinstance(entry, tuple) else ()):
            fix = "write them as (1, 1)"
            raise RequestError(name, shown_literal(value), "not two whole numbers for each axis", fix)
        found.append((ends[0], ends[1]))
    return tuple(found)


def _value(given: Given, name: str) -> Any:
    value = given.get(name)
    return 0 if value is None else value if not is_sequence(value) else shown_literal(value)


def _write(layer: Layer, framework: str) -> str:
    assert isinstance(layer, Pad)
    return pad_written(layer.padding, PAD_MODES[layer.mode], layer.value, framework)


PAD = Forms(_forms(), _read, _write)
