"""Flax's layers, `flax.linen`, as they are written for JAX (0.12): Conv, ConvTranspose, max_pool and avg_pool."""

from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.framework_rules import COUNT_INCLUDE_PAD, flax_copied, jax_pads, jax_transposed, jax_transposed_pads
from convanim.code.padding_words import CAUSAL, COPIED, SAME, SAME_LOWER, SPREAD_PADS, TRANSPOSED_SAME, TRANSPOSED_VALID
from convanim.code.signatures import (
    Framework,
    Given,
    Input,
    NotExpressibleError,
    Signature,
    per_axis_sizes,
    positive,
    shown_literal,
    spell_tuple,
    written,
)
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding
from convanim.layers.padding import CONV_WORDS
from convanim.layers.sizes import Sides

_SILENT = ("use_bias", "dtype", "param_dtype", "precision", "kernel_init", "bias_init", "promote_dtype", "name")
_CONV = ("features", "kernel_size", "strides", "padding", "input_dilation", "kernel_dilation", "feature_group_count")
_TRANSPOSE = ("features", "kernel_size", "strides", "padding", "kernel_dilation")
_SPELLING = (("strides", "stride"), ("kernel_dilation", "dilation"), ("features", "out_channels"))
_POOL_SPELLING = (("window_shape", "kernel_size"), ("strides", "stride"))
_POOL = ("inputs", "window_shape", "strides", "padding")
_COPIES = {"CIRCULAR": "circular", "REFLECT": "reflect"}
_WORDS = {"SAME": "same", "VALID": "valid", "SAME_LOWER": "same-lower"}
FLIPS = (
    "JAX does not flip the kernel over the spread input unless transpose_kernel=True: it is a stamp that is flipped, "
    "which PyTorch's and Keras's is not"
)


def _forms() -> dict[str, Signature]:
    weights, pool = ("features", "kernel_size"), ("window_shape",)
    more = (*_SILENT[1:], "conv_general_dilated", "conv_general_dilated_cls")
    conv = (*_CONV, "use_bias", "mask", *more)
    up = (*_TRANSPOSE, "use_bias", "mask", *_SILENT[1:6], "transpose_kernel", "promote_dtype", "name")
    inputs = ("inputs",)
    forms = (
        Signature("Conv", "conv", None, conv, weights, ("use_bias", *more), _SPELLING, ("features",)),
        Signature("ConvTranspose", "conv-transpose", None, up, weights, _SILENT, _SPELLING, ("features",)),
        Signature("max_pool", "max-pool", None, _POOL, pool, inputs, _POOL_SPELLING),
        Signature("avg_pool", "avg-pool", None, (*_POOL, "count_include_pad"), pool, inputs, _POOL_SPELLING),
    )
    return {form.name: form for form in forms}


def read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    """The layer of a call, and what is to be said about it; raises RequestError."""
    if given.form.op in ("max-pool", "avg-pool"):
        return _pool(given, source)
    if "mask" in given:
        raise RequestError("mask", None, "a masked kernel cannot be drawn", "leave it out")
    value = given.sizes("kernel_size")
    kernel = (value,) if isinstance(value, int) else value
    dims = len(kernel)
    positive("kernel_size", kernel, dims)
    shared, assumed = channels_in_code(given, source, outputs="features", groups="feature_group_count")
    dilation = given.sizes("kernel_dilation")
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": given.sizes("strides"), "dims": dims}
    if given.form.op == "conv":
        if max(per_axis_sizes("input_dilation", given.sizes("input_dilation"), dims)) != 1:
            raise RequestError("input_dilation", given.get("input_dilation"), "cannot be drawn", "say nn.ConvTranspose")
        padding, mode, notes = _padding(given, kernel, dilation)
        layer = Conv(source.size, **sizes, padding=padding, dilation=dilation, padding_mode=mode, **shared)
        return layer, (*notes, *assumed)
    cropped, extra, notes = _cropping(given, kernel, dilation)
    stamped = given.flag("transpose_kernel")
    return (
        ConvTranspose(
            source.size,
            **sizes,
            padding=cropped,
            output_padding=extra,
            dilation=dilation,
            transpose_kernel=stamped,
            **shared,
        ),
        (*notes, *(() if stamped else (FLIPS,)), *assumed),
    )


def _pool(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    window = given.sizes("window_shape")
    if isinstance(window, int):
        raise RequestError("window_shape", window, "not a tuple", f"write it as ({window},) or ({window}, {window})")
    dims = len(window)
    positive("window_shape", window, dims)
    padding: Any = "valid"
    notes: tuple[str, ...] = ()
    value = given.get("padding")
    if isinstance(value, str):
        padding = _WORDS[given.word("padding", tuple(_WORDS))]
        notes = _word_notes(padding)
    elif value is not None:
        padding = _pairs(given, dims, bare=False)
    sizes: dict[str, Any] = {"stride": given.sizes("strides"), "in_channels": source.channels, "dims": dims}
    if given.form.op == "max-pool":
        return MaxPool(source.size, window, padding=padding, **sizes), notes
    counted = given.flag("count_include_pad", COUNT_INCLUDE_PAD["jax"])
    if counted:  # SAME, too, where our own word never counts
        padding = AvgPool(source.size, window, padding=padding, **sizes).padding
    return AvgPool(source.size, window, padding=padding, count_include_pad=counted, **sizes), notes


def _padding(
    given: Given, kernel: tuple[int, ...], dilation: int | tuple[int, ...]
) -> tuple[str | Sides, str, tuple[str, ...]]:
    """A Conv's padding and its mode; SAME where nothing is said."""
    value = given.get("padding")
    value = "SAME" if value is None else value
    if not isinstance(value, str):
        return _pairs(given, len(kernel)), "zeros", ()
    if value in _COPIES:
        sizes = zip(kernel, positive("kernel_dilation", dilation, len(kernel)))
        return tuple(flax_copied(*axis) for axis in sizes), _COPIES[value], (f"padding {COPIED}",)
    if value == "CAUSAL" and len(kernel) == 1:
        return "causal", "zeros", _word_notes("causal")
    if value.upper() not in _WORDS:
        known = ", ".join(map(repr, (*_WORDS, *_COPIES, *(("CAUSAL",) if len(kernel) == 1 else ()))))
        raise RequestError("padding", repr(value), "no such padding", f"try {known}, or pairs of numbers")
    word = _WORDS[value.upper()]
    return word, "zeros", _word_notes(word)


def _cropping(
    given: Given, kernel: tuple[int, ...], dilation: int | tuple[int, ...]
) -> tuple[Sides, tuple[int, ...], tuple[str, ...]]:
    dims, value = len(kernel), given.get("padding")
    value = "SAME" if value is None else value
    rates = positive("kernel_dilation", dilation, dims)
    notes: tuple[str, ...] = ()
    if isinstance(value, str):
        if value not in ("SAME", "VALID"):
            rule = "no such padding of a transposed convolution"
            raise RequestError("padding", repr(value), rule, "try 'SAME' or 'VALID', or pairs of numbers")
        axes = zip(kernel, positive("strides", given.sizes("strides"), dims), rates)
        rules = [jax_transposed(*axis, value) for axis in axes]
        if value == "SAME" or any(extra for *_, extra in rules):
            notes = (f"padding {TRANSPOSED_SAME if value == 'SAME' else TRANSPOSED_VALID}",)
    else:
        notes = (f"padding {SPREAD_PADS}",)
        pairs = _pairs(given, dims)
        rules = [jax_transposed_pads(k, d, low, high) for k, d, (low, high) in zip(kernel, rates, pairs)]
        for (low, _), (before, _, _) in zip(pairs, rules):
            if before < 0:
                rule = f"{low} cells in front are more than the kernel spans less one"
                raise RequestError("padding", given.get("padding"), rule, f"try {low + before} or less")
    return tuple((before, after) for before, after, _ in rules), tuple(extra for *_, extra in rules), notes


def _pairs(given: Given, dims: int, *, bare: bool = True) -> Sides:
    """Padding in numbers: one, one per axis, or (low, high) per axis. Source: Flax's `canonicalize_padding`."""
    value = given.get("padding")
    entries: Any = value if is_sequence(value) else (value,) * dims
    fix = "give (low, high) per axis, such as ((1, 1), (1, 1))"
    found = []
    for entry in entries:
        pair: Any = entry if is_sequence(entry) else (entry, entry) if bare else ()
        if len(pair) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) for n in pair):
            raise RequestError("padding", shown_literal(value), "not pairs of whole numbers", fix)
        found.append((pair[0], pair[1]))
    if len(found) != dims:
        raise RequestError("padding", shown_literal(value), f"there are {dims} axes", fix)
    return tuple(found)


def _word_notes(word: str) -> tuple[str, ...]:
    named = {"same": SAME, "same-lower": SAME_LOWER, "causal": CAUSAL}
    return (f"padding {named[word]}",) if word in named else ()


def write(layer: Sliding) -> str:
    """The layer as Flax code; raises UnsayableError where it has none."""
    sizes = spell_tuple(layer.kernel_size)
    strides = f"strides={spell_tuple(layer.stride)}" if max(layer.stride) > 1 else ""
    if isinstance(layer, MaxPool | AvgPool):
        return _write_pool(layer, sizes, strides)
    said = [f"features={layer.out_channels or 1}", f"kernel_size={sizes}", strides]
    dilation = f"kernel_dilation={spell_tuple(layer.dilation)}" if max(layer.dilation) > 1 else ""
    if isinstance(layer, Conv):
        groups = f"feature_group_count={layer.groups}" if layer.groups > 1 else ""
        return written("nn.Conv", *said, _spelled_padding(layer), dilation, groups)
    if layer.groups > 1:
        raise NotExpressibleError("Flax's ConvTranspose has no groups")
    stamped = "transpose_kernel=True" if layer.transpose_kernel else ""
    return written("nn.ConvTranspose", *said, _spelled_cropping(layer), dilation, stamped)


def _write_pool(layer: MaxPool | AvgPool, sizes: str, strides: str) -> str:
    if layer.ceil_mode:
        raise NotExpressibleError("JAX's pools have no ceil_mode; padding='SAME' hangs windows over both sides")
    if isinstance(layer, MaxPool) and max(layer.dilation) > 1:
        raise NotExpressibleError("Flax's max_pool has no dilation")
    if isinstance(layer, AvgPool) and layer.divisor_override is not None:
        raise NotExpressibleError("Flax's avg_pool has no divisor of its own")
    padding = ""
    if any(map(any, layer.padding)):
        padding = f"padding={_word_or_pairs(layer, (1,) * len(layer.stride))}"
    if isinstance(layer, MaxPool):
        return written("nn.max_pool", "x", sizes, strides, padding)
    return written(
        "nn.avg_pool", "x", sizes, strides, padding, "" if layer.count_include_pad else "count_include_pad=False"
    )


def _spelled_padding(layer: Conv) -> str:
    if not any(map(any, layer.padding)):
        return "padding='VALID'"
    if layer.padding_mode != "zeros":
        copied = tuple(flax_copied(k, d) for k, d in zip(layer.kernel_size, layer.dilation))
        names = {mode: name for name, mode in _COPIES.items()}
        if layer.padding_mode not in names or layer.padding != copied:
            raise NotExpressibleError(
                f"Flax copies ke − 1 cells, CIRCULAR or REFLECT; jnp.pad would have to pad first ({layer.padding_mode})"
            )
        return f"padding={names[layer.padding_mode]!r}"
    return f"padding={_word_or_pairs(layer, layer.dilation)}"


def _word_or_pairs(layer: Conv | MaxPool | AvgPool, dilation: tuple[int, ...]) -> str:
    axes = zip(layer.input_size, layer.kernel_size, layer.stride, dilation)
    is_same = layer.padding == tuple(CONV_WORDS["same"](*axis) for axis in axes)
    return "'SAME'" if is_same else _spelled_pairs(layer.padding)


def _spelled_pairs(pairs: Sides) -> str:
    return str(tuple(pairs))


def _spelled_cropping(layer: ConvTranspose) -> str:
    axes = list(zip(layer.kernel_size, layer.stride, layer.dilation))
    wanted = [(before, after, extra) for (before, after), extra in zip(layer.padding, layer.output_padding)]
    for word in ("SAME", "VALID"):
        if wanted == [jax_transposed(*axis, word) for axis in axes]:
            return f"padding={word!r}"
    return f"padding={_spelled_pairs(tuple(jax_pads(k, d, *crop) for (k, _, d), crop in zip(axes, wanted)))}"


FRAMEWORK = Framework("jax", "JAX (Flax)", ("nn", "linen", "flax.linen", ""), _forms(), read, write)
