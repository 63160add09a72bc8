"""Max unpooling: PyTorch's MaxUnpool and its functions, ONNX's MaxUnpool."""

from convanim.code.axis_orders import listed, onnx_pads, spelled_pads
from convanim.code.operations.forms import Forms
from convanim.code.signatures import Given, Input, NotExpressibleError, Signature, spell, spell_tuple, written
from convanim.layers.kinds.max_unpool import default_size
from convanim.layers.layer import Layer, MaxUnpool

_TORCH = ("kernel_size", "stride", "padding")
_ONNX = ("kernel_shape", "strides", "pads")
_SILENT = ("name", "domain", "module", "version", "X", "I", "Y")
_DIMS = (1, 2, 3)


def _forms() -> dict[str, tuple[Signature, ...]]:
    op, arrays = MaxUnpool.op, ("input", "indices")
    return {
        "pytorch": tuple(Signature(f"MaxUnpool{dims}d", op, dims, _TORCH, _TORCH[:1]) for dims in _DIMS),
        "functional": tuple(
            Signature(
                f"max_unpool{dims}d", op, dims, (*arrays, *_TORCH, "output_size"), (*arrays, "kernel_size"), arrays
            )
            for dims in _DIMS
        ),
        "onnx": (Signature("MaxUnpool", op, None, (*_ONNX, "output_shape", *_SILENT), _ONNX[:1], _SILENT),),
    }


def _read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    if given.form.name == "MaxUnpool":
        kernel = listed(given, "kernel_shape")
        dims = len(kernel)
        stride = listed(given, "strides", (1,) * dims)
        out = _behind_channels(given, "output_shape", dims)
        return MaxUnpool(source.size, kernel, stride, onnx_pads(given, dims), out, source.channels, dims=dims), ()
    assert given.form.dims is not None
    layer = MaxUnpool(
        source.size,
        given.sizes("kernel_size"),
        given.sizes("stride") if "stride" in given else None,
        given.sizes("padding", 0),
        _behind_channels(given, "output_size", given.form.dims),
        source.channels,
        dims=given.form.dims,
    )
    return layer, ()


def _behind_channels(given: Given, name: str, dims: int) -> int | tuple[int, ...] | None:
    """A size whose last numbers are of the map's axes, behind those of the batch and the channels."""
    size = given.sizes(name) if name in given else None
    return size[-dims:] if isinstance(size, tuple) else size


def _write(layer: Layer, framework: str) -> str:
    assert isinstance(layer, MaxUnpool)
    usual = default_size(layer.input_size, layer.kernel_size, layer.stride, layer.padding)
    dims = len(layer.input_size)
    if framework == "onnx":
        said = [f"kernel_shape={list(layer.kernel_size)}", f"strides={list(layer.stride)}", spelled_pads(layer.padding)]
        shape = [1, layer.in_channels or 1, *layer.output_size]
        return written("MaxUnpool", *said, f"output_shape={shape}" if layer.output_size != usual else "")
    if framework != "pytorch":
        raise NotExpressibleError("it has no max unpool")
    if any(before != after for before, after in layer.padding):
        raise NotExpressibleError("PyTorch's pools pad both sides alike")
    padding = tuple(before for before, _ in layer.padding)
    said = [spell(layer.kernel_size)]
    said += [f"stride={spell(layer.stride)}"] if layer.stride != layer.kernel_size else []
    said += [f"padding={spell(padding)}"] if any(padding) else []
    if layer.output_size == usual:
        return written(f"nn.MaxUnpool{dims}d", *said)
    return written(f"F.max_unpool{dims}d", "x", "indices", *said, f"output_size={spell_tuple(layer.output_size)}")


UNPOOL = Forms(_forms(), _read, _write)
