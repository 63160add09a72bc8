"""Layers of the other libraries for JAX: `flax.nnx` (0.12), Haiku (0.0.17) and Equinox (0.13)."""

from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.dialects.translated import Made, read_as
from convanim.code.framework_rules import tensorflow_output_shape
from convanim.code.jax import FLIPS
from convanim.code.jax import FRAMEWORK as FLAX
from convanim.code.padding_words import SAME, SAME_LOWER
from convanim.code.signatures import Dialect, Given, Input, Signature, per_axis_sizes, positive, shown_literal, spell
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.axis import footprint
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool
from convanim.layers.sizes import per_axis

_QUIET_FIRST = ("use_bias", "dtype", "param_dtype", "precision", "kernel_init", "bias_init", "rngs", "promote_dtype")
_MORE_QUIET = ("conv_general_dilated", "preferred_element_type", "kernel_metadata", "bias_metadata")
_NNX_QUIET = (*_QUIET_FIRST, *_MORE_QUIET)
_WORDS = {"VALID": "valid", "SAME": "same", "SAME_LOWER": "same-lower"}


def _nnx() -> dict[str, Signature]:
    ask = ("in_features", "out_features", "kernel_size")
    counts = ("in_features", "out_features", "feature_group_count")
    spelling = (("out_features", "features"), ("strides", "stride"), ("kernel_dilation", "dilation"))
    more = ("kernel_dilation", "mask", *_NNX_QUIET)
    conv = (*ask, "strides", "padding", "input_dilation", "feature_group_count", *more)
    up = (*ask, "strides", "padding", "transpose_kernel", *more)
    found = [
        Signature("Conv", "conv", None, conv, ask, _NNX_QUIET, spelling, counts),
        Signature("ConvTranspose", "conv-transpose", None, up, ask, _NNX_QUIET, spelling, counts),
    ]
    return {**FLAX.forms, **{form.name: form for form in found}}


def _read_nnx(given: Given, source: Input) -> Made:
    return read_as(FLAX.read, FLAX.forms[given.form.name], given, source, {"out_features": "features"})


_HK_QUIET = ("with_bias", "w_init", "b_init", "data_format", "name")
_HK_SPELLING = (
    ("kernel_shape", "kernel_size"),
    ("stride", "strides"),
    ("rate", "kernel_dilation"),
    ("output_channels", "features"),
    ("rate", "dilation"),
    ("window_shape", "kernel_size"),
)
_HK_RENAMED = {"kernel_shape": "kernel_size", "stride": "strides", "rate": "kernel_dilation"}


def _haiku() -> dict[str, Signature]:
    found = []
    for dims in (1, 2):
        ask = ("output_channels", "kernel_shape")
        conv = (*ask, "stride", "rate", "padding", *_HK_QUIET[:4], "mask", "feature_group_count", "name")
        up = (*ask, "stride", "output_shape", "padding", *_HK_QUIET[:4], "mask", "name")
        deep = ("channel_multiplier", "kernel_shape", "stride", "rate", "padding", *_HK_QUIET)
        counts = ("output_channels",)
        found += [
            Signature(f"Conv{dims}D", "conv", dims, conv, ask, _HK_QUIET, _HK_SPELLING, counts),
            Signature(f"Conv{dims}DTranspose", "conv-transpose", dims, up, ask, _HK_QUIET, _HK_SPELLING, counts),
            Signature(f"DepthwiseConv{dims}D", "conv", dims, deep, deep[:2], _HK_QUIET, _HK_SPELLING),
        ]
    pool = ("window_shape", "strides", "padding", "channel_axis", "name")
    for kind, name in (("max", "Max"), ("avg", "Avg")):
        quiet = ("value", "channel_axis", "name")
        found.append(Signature(f"{name}Pool", f"{kind}-pool", None, pool, pool[:3], quiet, _HK_SPELLING))
        found.append(
            Signature(f"{kind}_pool", f"{kind}-pool", None, ("value", *pool[:4]), pool[:3], quiet, _HK_SPELLING)
        )
    return {form.name: form for form in found}


def _read_haiku(given: Given, source: Input) -> Made:
    if given.form.op.endswith("pool"):
        return _haiku_pool(given, source)
    dims = given.form.dims
    assert dims is not None
    values = dict(given.values)
    values["kernel_shape"] = positive("kernel_shape", given.sizes("kernel_shape"), dims)
    renamed = {**_HK_RENAMED, "output_channels": "features"}
    if given.form.name.startswith("Depthwise"):
        many = given.whole("channel_multiplier")
        inputs = source.channels or 1
        del values["channel_multiplier"]
        values |= {"features": inputs * many, "feature_group_count": inputs}
    wanted = "output_size" if "output_size" in given else "output_shape"
    if given.form.op == "conv-transpose" and wanted in given:
        values["padding"] = _haiku_pads(given, source, wanted, dims)
        values.pop(wanted)
    name = "Conv" if given.form.op == "conv" else "ConvTranspose"
    return read_as(FLAX.read, FLAX.forms[name], Given(given.form, values, given.names), source, renamed)


def _haiku_pads(given: Given, source: Input, wanted: str, dims: int) -> Any:
    """The pads of the spread input that give an output of some shape. Source: Haiku's `compute_adjusted_padding`."""
    word = given.get("padding")
    if word not in (None, "SAME", "VALID"):
        raise RequestError("padding", shown_literal(word), "with output_shape it is a word", "try 'SAME' or 'VALID'")
    kernel, stride = given.sizes("kernel_shape"), given.sizes("stride")
    axes = zip(
        per_axis("input_size", source.size, dims, 1),
        positive("kernel_shape", kernel, dims),
        positive("stride", stride, dims),
        per_axis_sizes(wanted, given.sizes(wanted), dims),
    )
    pads = []
    for n, k, s, size in axes:
        before, after, extra = tensorflow_output_shape(n, k, s, 1, size, word != "VALID")
        pads.append((k - 1 - before, k - 1 - after + extra))
    return tuple(pads)


def _haiku_pool(given: Given, source: Input) -> Made:
    """Haiku's pools: one number for every axis of the map, or one for each axis from the last back."""
    window, strides = given.sizes("window_shape"), given.sizes("strides")
    sizes = []
    for name, value in (("window_shape", window), ("strides", strides)):
        if isinstance(value, tuple):
            if len(value) not in (2, 3, 4) or value[-1] != 1 or (len(value) == 4 and value[0] != 1):
                rule = "not one number for each axis, channels last"
                raise RequestError(name, shown_literal(value), rule, "write it as in (2, 2, 1)")
            value = value[-3:-1]
        sizes.append(value)
    dims = next((len(size) for size in sizes if isinstance(size, tuple)), 2)
    word = given.word("padding", ("SAME", "VALID"))
    make = MaxPool if given.form.op == "max-pool" else AvgPool
    kernel, stride = (per_axis_sizes("strides", size, dims) for size in sizes)
    more = {} if make is MaxPool else {"count_include_pad": False}
    notes = (f"padding {SAME}",) if word == "SAME" else ()
    shared: dict[str, Any] = {"in_channels": source.channels, "dims": dims, **more}
    return make(source.size, kernel, stride, _WORDS[word], **shared), notes


_EQX_QUIET = ("use_bias", "dtype", "key")


def _equinox() -> dict[str, Signature]:
    found = []
    ask = ("in_channels", "out_channels", "kernel_size")
    counts = ("in_channels", "out_channels", "groups")
    end = ("dilation", "groups", "use_bias", "padding_mode", "dtype", "key")
    pool = ("kernel_size", "stride", "padding", "use_ceil")
    for dims in (1, 2):
        conv, up = (*ask, "stride", "padding", *end), (*ask, "stride", "output_padding", "padding", *end)
        found += [
            Signature(f"Conv{dims}d", "conv", dims, conv, ask, _EQX_QUIET, counts=counts),
            Signature(f"ConvTranspose{dims}d", "conv-transpose", dims, up, ask, _EQX_QUIET, counts=counts),
            Signature(f"MaxPool{dims}d", "max-pool", dims, pool, ("kernel_size",)),
            Signature(f"AvgPool{dims}d", "avg-pool", dims, pool, ("kernel_size",)),
        ]
    return {form.name: form for form in found}


def _read_equinox(given: Given, source: Input) -> Made:
    dims = given.form.dims
    assert dims is not None
    sizes: dict[str, Any] = {"kernel_size": given.sizes("kernel_size"), "stride": given.sizes("stride"), "dims": dims}
    if given.form.op.endswith("pool"):
        return _equinox_pool(given, source, sizes, dims)
    shared, said = channels_in_code(given, source, "in_channels", "out_channels", "groups")
    dilation = given.sizes("dilation")
    mode = given.get("padding_mode")
    mode = "zeros" if mode is None else mode.lower() if isinstance(mode, str) else mode
    word = given.get("padding")
    if given.form.op == "conv":
        padding: Any = _WORDS.get(word.upper()) if isinstance(word, str) else _sides(given, dims)
        if padding is None:
            raise RequestError("padding", shown_literal(word), "no such padding", "try 'SAME', 'VALID' or numbers")
        notes = tuple(f"padding {rule}" for rule in (SAME, SAME_LOWER) if rule.word == padding)
        layer = Conv(source.size, padding=padding, dilation=dilation, padding_mode=str(mode), **sizes, **shared)
        return layer, (*notes, *said)
    if mode != "zeros":
        raise RequestError("padding_mode", shown_literal(mode), "only zeros are drawn here", "leave it out")
    kernel, stride = (positive(name, given.sizes(name), dims) for name in ("kernel_size", "stride"))
    rates = positive("dilation", dilation, dims)
    extras = per_axis_sizes("output_padding", given.sizes("output_padding", 0), dims)
    if isinstance(word, str) and word.upper() in ("SAME", "SAME_LOWER"):
        rules = [_equinox_same(*axis, word.upper() == "SAME_LOWER") for axis in zip(kernel, stride, rates, extras)]
    else:
        pairs = ((0, 0),) * dims if word == "VALID" else _sides(given, dims)
        rules = [(before, after, extra) for (before, after), extra in zip(pairs, extras)]
    made = ConvTranspose(
        source.size,
        padding=tuple((before, after) for before, after, _ in rules),
        output_padding=tuple(extra for *_, extra in rules),
        dilation=dilation,
        transpose_kernel=False,
        **sizes,
        **shared,
    )
    return made, (FLIPS.replace("unless transpose_kernel=True", "in Equinox's ConvTranspose"), *said)


def _equinox_same(k: int, s: int, d: int, extra: int, lower: bool) -> tuple[int, int, int]:
    """What Equinox crops with SAME, of which output_padding is a part. Source: `ConvTranspose._padding_transpose`."""
    total = footprint(k, d) - s + extra
    if total < 0:
        return (0, 0, -total)
    before = (total + lower) // 2
    return (before, total - before, 0)


def _equinox_pool(given: Given, source: Input, sizes: dict[str, Any], dims: int) -> Made:
    """A pool, whose stride is 1 unless it is said; with use_ceil a stride more is padded behind where it is wanting."""
    sides = _sides(given, dims)
    if given.flag("use_ceil"):
        axes = zip(
            per_axis("input_size", source.size, dims, 1),
            sides,
            positive("kernel_size", sizes["kernel_size"], dims),
            positive("stride", sizes["stride"], dims),
        )
        sides = tuple((a, b if (n + a + b - k) % s == 0 else b + s) for n, (a, b), k, s in axes)
    make = MaxPool if given.form.op == "max-pool" else AvgPool
    more: dict[str, Any] = {"in_channels": source.channels}
    if make is AvgPool:
        more["count_include_pad"] = True
    notes = () if "stride" in given else (f"stride {spell((1,))}: Equinox's pools have it unless it is said",)
    return make(source.size, padding=sides, **sizes, **more), notes


def _sides(given: Given, dims: int) -> Any:
    """Padding in numbers: one, one per axis, or both sides of each axis; raises RequestError."""
    value: Any = given.get("padding")
    if is_sequence(value) and value and all(is_sequence(pair) and len(pair) == 2 for pair in value):
        flat = [n for pair in value for n in pair]
        if len(value) == dims and all(isinstance(n, int) and not isinstance(n, bool) for n in flat):
            return tuple(tuple(pair) for pair in value)
        fix = "give one, one per axis, or (before, after) per axis"
        raise RequestError("padding", shown_literal(value), "not whole numbers for every axis", fix)
    return tuple((n, n) for n in per_axis_sizes("padding", given.sizes("padding", 0), dims))


NNX = Dialect("jax", "JAX (Flax NNX)", ("nnx", "flax.nnx"), _nnx(), _read_nnx, True)
HAIKU = Dialect("jax", "JAX (Haiku)", ("hk", "haiku"), _haiku(), _read_haiku, True)
EQUINOX = Dialect("jax", "JAX (Equinox)", ("eqx.nn", "equinox.nn", "eqx"), _equinox(), _read_equinox)
