"""PyTorch's layers, `torch.nn`, as their constructors take them, and `torch.nn.functional` (2.13)."""

from convanim.code.channels import channels_in_code
from convanim.code.framework_rules import (
    COUNT_INCLUDE_PAD,
    POOL_TOO_LARGE,
    pytorch_output_padding,
    pytorch_pool_fits,
    pytorch_pool_limit,
    refuse_unfit_pool,
)
from convanim.code.padding_words import SAME
from convanim.code.signatures import (
    Dialect,
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
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding
from convanim.layers.padding import CONV_WORDS

_SILENT = ("bias", "device", "dtype")
_COUNTS = ("in_channels", "out_channels", "groups")
_WORDS = ("padding", "padding_mode")
_CONV = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
_TRANSPOSE = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias")
_MAX = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_AVG = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
_POOL = ("kernel_size",)


def _forms() -> dict[str, Signature]:
    found = []
    rest = ("padding_mode", "device", "dtype")
    for dims in (1, 2, 3):
        avg = (*_AVG, "divisor_override") if dims > 1 else _AVG
        for lazy in ("", "Lazy"):
            ask = ("out_channels", "kernel_size") if lazy else ("in_channels", "out_channels", "kernel_size")
            conv, up = ((*known, *rest)[1 if lazy else 0 :] for known in (_CONV, (*_TRANSPOSE, "dilation")))
            name = f"{lazy}Conv{dims}d"
            found.append(Signature(name, "conv", dims, conv, ask, _SILENT, counts=_COUNTS, words=_WORDS))
            name = f"{lazy}ConvTranspose{dims}d"
            found.append(Signature(name, "conv-transpose", dims, up, ask, _SILENT, counts=_COUNTS, words=_WORDS))
        found += [
            Signature(f"MaxPool{dims}d", "max-pool", dims, _MAX, _POOL, ("return_indices",)),
            Signature(f"AvgPool{dims}d", "avg-pool", dims, avg, _POOL),
        ]
    return {form.name: form for form in found}


def _functions() -> dict[str, Signature]:
    """`torch.nn.functional`, whose weights have shapes `[out, in/groups, …]`, transposed `[in, out/groups, …]`."""
    found = []
    weights, quiet = ("input", "weight"), ("input", "bias")
    conv = (*weights, "bias", "stride", "padding", "dilation", "groups")
    up = (*weights, "bias", "stride", "padding", "output_padding", "groups", "dilation")
    most = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
    for dims in (1, 2, 3):
        avg = ("input", *_AVG, "divisor_override") if dims > 1 else ("input", *_AVG)
        pool = ("input", "kernel_size")
        found += [
            Signature(f"conv{dims}d", "conv", dims, conv, weights, quiet, weight="weight", order="OIS"),
            Signature(
                f"conv_transpose{dims}d", "conv-transpose", dims, up, weights, quiet, weight="weight", order="IOS"
            ),
            Signature(f"max_pool{dims}d", "max-pool", dims, most, pool, ("input", "return_indices")),
            Signature(f"avg_pool{dims}d", "avg-pool", dims, avg, pool, ("input",)),
        ]
    return {form.name: form for form in found}


def read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    """The layer of a call, and what is to be said about it; raises RequestError."""
    dims = given.form.dims
    assert dims is not None
    kernel = given.sizes("kernel_size")
    if given.form.op == "max-pool":
        layer: Layer = MaxPool(
            source.size,
            kernel,
            _pool_stride(given),
            given.sizes("padding", 0),
            given.sizes("dilation"),
            given.flag("ceil_mode"),
            source.channels,
            dims=dims,
            half_at_most=True,
        )
        return layer, ()
    if given.form.op == "avg-pool":
        layer = AvgPool(
            source.size,
            kernel,
            _pool_stride(given),
            given.sizes("padding", 0),
            given.flag("ceil_mode"),
            given.flag("count_include_pad", COUNT_INCLUDE_PAD["pytorch"]),
            given.whole("divisor_override") if "divisor_override" in given else None,
            source.channels,
            dims=dims,
            half_at_most=True,
        )
        refuse_unfit_pool(layer.input_size, layer.kernel_size)
        return layer, ()
    return _weighted(given, source, dims)


def _weighted(given: Given, source: Input, dims: int) -> tuple[Layer, tuple[str, ...]]:
    mode = "zeros" if given.get("padding_mode") is None else given.get("padding_mode")
    names = ("in_channels", "out_channels") if not given.form.weight else ("", "")
    shared, said = channels_in_code(given, source, *names, "groups")
    shared["dims"] = dims
    kernel, stride, dilation = given.sizes("kernel_size"), given.sizes("stride"), given.sizes("dilation")
    if given.form.op == "conv-transpose":
        if mode != "zeros":
            rule = f"{given.form.name} has no other mode than zeros"
            raise RequestError("padding_mode", shown_literal(mode), rule, "leave it out")
        crop, extra = given.sizes("padding", 0), given.sizes("output_padding", 0)
        if "output_size" in given:
            bare = ConvTranspose(source.size, kernel, stride, crop, 0, dilation, dims=dims)
            extra = _output_padding(bare, given.sizes("output_size"))
            how = spell(extra) if isinstance(extra, tuple) else extra
            instead = "; the layer's own is not asked" if "output_padding" in given else ""
            said = (f"output_size: output_padding {how} gives it{instead}", *said)
        return ConvTranspose(source.size, kernel, stride, crop, extra, dilation, **shared), said
    if not isinstance(mode, str):
        raise RequestError("padding_mode", shown_literal(mode), "not text", "try 'zeros'")
    padding, notes = _conv_padding(given, dims)
    return Conv(source.size, kernel, stride, padding, dilation, padding_mode=mode, **shared), (*notes, *said)


def _output_padding(bare: ConvTranspose, wanted: int | tuple[int, ...]) -> tuple[int, ...]:
    """The output_padding that comes to an output size, as `_ConvTransposeNd._output_padding` finds it."""
    dims = len(bare.input_size)
    if isinstance(wanted, tuple) and len(wanted) == dims + 2:
        wanted = wanted[2:]
    sizes = per_axis_sizes("output_size", wanted, dims)
    return tuple(
        pytorch_output_padding(axis.output_size, stride, size)
        for axis, stride, size in zip(bare.axes, bare.stride, sizes)
    )


def _conv_padding(given: Given, dims: int) -> tuple[int | str | tuple[int, ...], tuple[str, ...]]:
    """`padding` of a Conv: numbers, or a word. Source of the words' rules: `torch/nn/modules/conv.py`, `_ConvNd`."""
    if not isinstance(given.get("padding"), str):
        return given.sizes("padding", 0), ()
    word = given.word("padding", ("valid", "same"))
    if word == "same" and max(positive("stride", given.sizes("stride"), dims)) > 1:
        rule = "PyTorch has padding 'same' at stride 1 alone"
        raise RequestError("padding", repr(word), rule, "give numbers, or ask for Keras's same")
    return word, (f"padding {SAME}",) if word == "same" else ()


def _pool_stride(given: Given) -> int | tuple[int, ...] | None:
    value = given.get("stride")
    return None if value is None or (is_sequence(value) and not value) else given.sizes("stride")


def write(layer: Sliding) -> str:
    """The layer as PyTorch code; raises UnsayableError where it has none."""
    dims = len(layer.input_size)
    if isinstance(layer, Conv | ConvTranspose):
        return _write_weighted(layer, dims)
    padding = _both_sides(layer)
    for pad, kernel in zip(padding, layer.kernel_size):
        if pad > pytorch_pool_limit(kernel):
            raise NotExpressibleError(f"PyTorch pads a pool by at most half its kernel ({kernel}//2), not by {pad}")
    if isinstance(layer, AvgPool) and not pytorch_pool_fits(layer.input_size, layer.kernel_size):
        raise NotExpressibleError(POOL_TOO_LARGE)
    stride = "" if layer.stride == layer.kernel_size else f"stride={spell(layer.stride)}"
    said = [spell(layer.kernel_size), stride, f"padding={spell(padding)}" if any(padding) else ""]
    if isinstance(layer, MaxPool):
        said += [f"dilation={spell(layer.dilation)}" if max(layer.dilation) > 1 else ""]
    said += ["ceil_mode=True" if layer.ceil_mode else ""]
    if isinstance(layer, AvgPool):
        said += ["" if layer.count_include_pad else "count_include_pad=False"]
        said += ["" if layer.divisor_override is None else f"divisor_override={layer.divisor_override}"]
    return written(f"nn.{'Max' if isinstance(layer, MaxPool) else 'Avg'}Pool{dims}d", *said)


def _write_weighted(layer: Conv | ConvTranspose, dims: int) -> str:
    said = [str(layer.in_channels or 1), str(layer.out_channels or 1), spell(layer.kernel_size)]
    said += [f"stride={spell(layer.stride)}" if max(layer.stride) > 1 else ""]
    if isinstance(layer, ConvTranspose):
        if not layer.transpose_kernel:
            raise NotExpressibleError("PyTorch has no transposed convolution that flips the kernel it stamps")
        said += _cropped(layer)
    else:
        said += [_padded(layer)]
    said += [f"groups={layer.groups}" if layer.groups > 1 else ""]
    said += [f"dilation={spell(layer.dilation)}" if max(layer.dilation) > 1 else ""]
    if isinstance(layer, Conv) and layer.padding_mode != "zeros":
        said += [f"padding_mode={layer.padding_mode!r}"]
    return written(f"nn.{'Conv' if isinstance(layer, Conv) else 'ConvTranspose'}{dims}d", *said)


def _padded(layer: Conv) -> str:
    if all(before == after for before, after in layer.padding):
        padding = _both_sides(layer)
        return f"padding={spell(padding)}" if any(padding) else ""
    sizes = zip(layer.input_size, layer.kernel_size, layer.stride, layer.dilation)
    if max(layer.stride) == 1 and layer.padding == tuple(CONV_WORDS["same"](*axis) for axis in sizes):
        return "padding='same'"
    kinds = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
    pad = f"nn.{kinds[layer.padding_mode]}Pad{len(layer.input_size)}d"
    raise NotExpressibleError(f"PyTorch pads both sides alike; another layer, such as {pad}, would come first")


def _cropped(layer: ConvTranspose) -> list[str]:
    """Padding and output_padding: what differs behind can be put into output_padding as far as that may reach."""
    crops, extras = [], []
    axes = zip(layer.padding, layer.output_padding, layer.stride, layer.dilation)
    for (before, after), extra, stride, dilation in axes:
        behind = extra + before - after
        if not 0 <= behind < max(stride, dilation):
            raise NotExpressibleError(
                f"PyTorch crops both sides alike, and its output_padding, from 0 to less than stride or dilation, "
                f"does not make up for {before} before and {after} after"
            )
        crops.append(before)
        extras.append(behind)
    return [
        f"padding={spell(tuple(crops))}" if any(crops) else "",
        f"output_padding={spell(tuple(extras))}" if any(extras) else "",
    ]


def _both_sides(layer: Sliding) -> tuple[int, ...]:
    if any(before != after for before, after in layer.padding):
        raise NotExpressibleError("PyTorch pads both sides of a pool alike; another layer would come first")
    return tuple(before for before, _ in layer.padding)


FRAMEWORK = Framework(
    "pytorch",
    "PyTorch",
    ("nn", "torch.nn", "", "th.nn", "torch.nn.modules.conv", "torch.nn.modules.pooling"),
    _forms(),
    read,
    write,
)
FUNCTIONAL = Dialect(
    "pytorch",
    "PyTorch",
    ("F", "nn.functional", "torch.nn.functional", "torch", "functional"),
    _functions(),
    read,
)
