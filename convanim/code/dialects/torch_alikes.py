"""Libraries whose layers are called nearly as PyTorch's: Paddle (3.x), MLX (0.29) and MXNet's Gluon (1.9)."""

from dataclasses import replace
from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.dialects.translated import Made, read_as
from convanim.code.padding_words import SAME
from convanim.code.signatures import Dialect, Given, Input, Signature, per_axis_sizes, positive, shown_literal
from convanim.code.text.parsing import is_sequence
from convanim.code.torch import FRAMEWORK as TORCH
from convanim.code.torch import read as read_torch
from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, Layer, MaxPool, output_size
from convanim.layers.sizes import Sides

_COUNTS = ("in_channels", "out_channels", "groups")
_ASK = ("in_channels", "out_channels", "kernel_size")
_POOL = ("kernel_size", "stride", "padding")


def _paddle() -> dict[str, Signature]:
    found = []
    quiet = ("weight_attr", "bias_attr", "name", "return_mask")
    end = ("weight_attr", "bias_attr", "data_format")
    for dims in (1, 2):
        conv = (*_ASK, "stride", "padding", "dilation", "groups", "padding_mode", *end)
        after = ("dilation", "groups") if dims == 2 else ("groups", "dilation")
        up = (*_ASK, "stride", "padding", "output_padding", *after, *end)
        most = (*_POOL, "return_mask", "ceil_mode", *(("data_format",) if dims == 2 else ()), "name")
        means = (*_POOL, "ceil_mode", "exclusive", "divisor_override", "data_format", "name")
        avg = means if dims == 2 else (*_POOL, "exclusive", "ceil_mode", "name")
        words = ("data_format", "padding", "padding_mode")
        found += [
            Signature(f"Conv{dims}D", "conv", dims, conv, _ASK, quiet, counts=_COUNTS, words=words),
            Signature(f"Conv{dims}DTranspose", "conv-transpose", dims, up, _ASK, quiet, counts=_COUNTS, words=words),
            Signature(f"MaxPool{dims}D", "max-pool", dims, most, ("kernel_size",), quiet, words=words),
            Signature(f"AvgPool{dims}D", "avg-pool", dims, avg, ("kernel_size",), quiet, words=words),
        ]
    return {form.name: form for form in found}


def _read_paddle(given: Given, source: Input) -> Made:
    dims = given.form.dims
    assert dims is not None
    padding, notes = _paddle_padding(given, dims)
    dilation = given.sizes("dilation")
    if padding == "same" and given.form.op == "conv" and dilation != 1:
        if max(positive("dilation", dilation, dims)) > 1:
            notes = (*notes, "dilation 1: Paddle's padding 'same' sets it so (UpdatePaddingAndDilation)")
        dilation = 1
    sizes: dict[str, Any] = {"kernel_size": given.sizes("kernel_size"), "padding": padding, "dims": dims}
    if given.form.op.endswith("pool"):
        sizes["stride"] = given.sizes("stride") if "stride" in given else None
        sizes["in_channels"] = source.channels
        return _paddle_pool(given, source, sizes), notes
    if given.form.op == "conv":
        shared, said = channels_in_code(given, source, *_COUNTS)
        mode = given.get("padding_mode")
        sizes |= {"stride": given.sizes("stride"), "dilation": dilation}
        return Conv(source.size, padding_mode="zeros" if mode is None else str(mode), **sizes, **shared), (
            *notes,
            *said,
        )
    if padding == "same":
        fix = "give the numbers that it comes to"
        raise RequestError("padding", "'same'", "of a transposed convolution it is not read here", fix)
    if isinstance(padding, tuple) and any(before != after for before, after in padding):
        rule = "different sides of a transposed convolution are not read here"
        raise RequestError("padding", shown_literal(given.get("padding")), rule, "give one number for each axis")
    crop: Any = tuple(before for before, _ in padding) if isinstance(padding, tuple) else 0
    form = TORCH.forms[f"ConvTranspose{dims}d"]
    made, more = read_as(read_torch, form, given, source, {}, padding=crop)
    return made, (*notes, *more)


def _paddle_padding(given: Given, dims: int) -> tuple[str | Sides, tuple[str, ...]]:
    """`valid`, `same`, a number, one per axis, both of each axis in a row, or pairs for all axes of a batch."""
    value: Any = given.get("padding")
    if isinstance(value, str):
        word = given.word("padding", ("valid", "same", "VALID", "SAME")).lower()
        return word, (f"padding {SAME}",) if word == "same" else ()
    if is_sequence(value) and any(map(is_sequence, value)):
        said = str(given.get("data_format") or "NC")
        pairs = (
            value[1:-1] if said.upper().startswith("N") and said.upper().endswith("C") and said != "NC" else value[2:]
        )
        flat = [n for pair in pairs for n in pair] if all(is_sequence(pair) for pair in pairs) else []
    else:
        flat = [*value] if is_sequence(value) and len(value) == 2 * dims and dims > 1 else []
    if flat and len(flat) == 2 * dims and all(isinstance(n, int) and not isinstance(n, bool) for n in flat):
        return tuple(zip(flat[::2], flat[1::2])), ()
    return tuple((n, n) for n in per_axis_sizes("padding", given.sizes("padding", 0), dims)), ()


def _paddle_pool(given: Given, source: Input, sizes: dict[str, Any]) -> Layer:
    ceil_mode = given.flag("ceil_mode")
    if given.form.op == "max-pool":
        layer: Layer = MaxPool(source.size, ceil_mode=ceil_mode, **sizes)
        _refuse_empty(layer, "Paddle")
        return layer
    counted = not given.flag("exclusive", True)
    divisor = given.whole("divisor_override") if "divisor_override" in given else None
    pool = AvgPool(source.size, ceil_mode=ceil_mode, **sizes)
    layer = replace(pool, count_include_pad=counted, divisor_override=divisor)
    _refuse_empty(layer, "Paddle")
    hangs = any(axis.last > axis.input_size + axis.after - 1 for axis in layer.axes) if ceil_mode else False
    if hangs and counted and divisor is None:
        rule = "what exclusive=False divides by where a window hangs over differs between versions of Paddle"
        raise RequestError("ceil_mode", "True", rule, "leave one of them out, or say divisor_override")
    return layer


def _refuse_empty(layer: Layer, title: str) -> None:
    """Raise RequestError where a library's ceil_mode has a window more, which sees padding alone."""
    if not isinstance(layer, MaxPool | AvgPool) or not layer.ceil_mode:
        return
    dilation = (1,) * len(layer.input_size) if isinstance(layer, AvgPool) else layer.dilation
    axes = zip(layer.input_size, layer.padding, layer.kernel_size, layer.stride, dilation, output_size(layer))
    for n, (before, after), k, s, d, cells in axes:
        full = -((d * (k - 1) + 1 - n - before - after) // s) + 1
        if full != cells:
            rule = f"{title} adds a window here that sees padding alone, which cannot be drawn"
            raise RequestError("ceil_mode", "True", rule, "try less padding, or ceil_mode=False")


def _mlx() -> dict[str, Signature]:
    found = []
    for dims in (1, 2):
        conv = (*_ASK, "stride", "padding", "dilation", "groups", "bias")
        up = (*_ASK, "stride", "padding", "dilation", "output_padding", "bias")
        found += [
            Signature(f"Conv{dims}d", "conv", dims, conv, _ASK, ("bias",), counts=_COUNTS),
            Signature(f"ConvTranspose{dims}d", "conv-transpose", dims, up, _ASK, ("bias",), counts=_COUNTS),
            Signature(f"MaxPool{dims}d", "max-pool", dims, _POOL, ("kernel_size",)),
            Signature(f"AvgPool{dims}d", "avg-pool", dims, _POOL, ("kernel_size",)),
        ]
    return {form.name: form for form in found}


def _read_mlx(given: Given, source: Input) -> Made:
    if isinstance(given.get("padding"), str):
        fix = "give numbers"
        raise RequestError("padding", shown_literal(given.get("padding")), "MLX has no words for it", fix)
    return read_as(read_torch, TORCH.forms[given.form.name], given, source, {})


_GLUON_NAMES = {"channels": "out_channels", "strides": "stride", "pool_size": "kernel_size"}


def _gluon() -> dict[str, Signature]:
    found = []
    end = (
        "layout",
        "activation",
        "use_bias",
        "weight_initializer",
        "bias_initializer",
        "in_channels",
        "prefix",
        "params",
    )
    quiet = (*end[:5], "prefix", "params")
    spelling = (("channels", "out_channels"), ("strides", "stride"), ("pool_size", "kernel_size"))
    head = ("channels", "kernel_size", "strides", "padding")
    for dims in (1, 2):
        conv, up = (*head, "dilation", "groups", *end), (*head, "output_padding", "dilation", "groups", *end)
        pool = ("pool_size", "strides", "padding")
        most, means = (*pool, "layout", "ceil_mode"), (*pool, "ceil_mode", "layout", "count_include_pad")
        counts = ("channels", "in_channels", "groups")
        found += [
            Signature(f"Conv{dims}D", "conv", dims, conv, head[:2], quiet, spelling, counts),
            Signature(f"Conv{dims}DTranspose", "conv-transpose", dims, up, head[:2], quiet, spelling, counts),
            Signature(f"MaxPool{dims}D", "max-pool", dims, most, (), quiet, spelling),
            Signature(f"AvgPool{dims}D", "avg-pool", dims, means, (), quiet, spelling),
        ]
    return {form.name: form for form in found}


def _read_gluon(given: Given, source: Input) -> Made:
    """Gluon's layers; in_channels 0, its default, is left out, and a pool's kernel 2."""
    values = {name: value for name, value in given.values.items() if (name, value) != ("in_channels", 0)}
    told = replace(given, values=values)
    dims = given.form.dims
    if given.form.op.endswith("pool"):
        kind = "Max" if given.form.op == "max-pool" else "Avg"
        more = {} if "pool_size" in given else {"kernel_size": 2}
        made = read_as(_pool, TORCH.forms[f"{kind}Pool{dims}d"], told, source, _GLUON_NAMES, **more)
        assert isinstance(made[0], MaxPool | AvgPool)
        _refuse_empty(made[0], "MXNet")
        return made
    name = f"ConvTranspose{dims}d" if given.form.op == "conv-transpose" else f"Conv{dims}d"
    return read_as(read_torch, TORCH.forms[name], told, source, _GLUON_NAMES)


def _pool(given: Given, source: Input) -> Made:
    """A pool as PyTorch's, without its limit on padding."""
    sizes: dict[str, Any] = {
        "kernel_size": given.sizes("kernel_size"),
        "stride": given.sizes("stride") if "stride" in given else None,
        "padding": given.sizes("padding", 0),
        "ceil_mode": given.flag("ceil_mode"),
        "in_channels": source.channels,
        "dims": given.form.dims,
    }
    if given.form.op == "max-pool":
        return MaxPool(source.size, **sizes), ()
    return AvgPool(source.size, count_include_pad=given.flag("count_include_pad", True), **sizes), ()


PADDLE = Dialect("pytorch", "Paddle", ("paddle.nn",), _paddle(), _read_paddle, is_its=False)
MLX = Dialect("pytorch", "MLX", ("mlx.nn",), _mlx(), _read_mlx, True, is_its=False)
GLUON = Dialect(
    "pytorch", "MXNet (Gluon)", ("gluon.nn", "mxnet.gluon.nn", "mx.gluon.nn"), _gluon(), _read_gluon, is_its=False
)
