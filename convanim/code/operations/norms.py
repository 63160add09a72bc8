"""Power-average pools: PyTorch's LPPool and `F.lp_pool2d`, ONNX's LpPool and GlobalLpPool."""

from typing import Any

from convanim.code.axis_orders import listed, onnx_pads
from convanim.code.framework_rules import POOL_TOO_LARGE, pytorch_pool_fits, refuse_unfit_pool
from convanim.code.operations.forms import Forms
from convanim.code.signatures import Given, Input, NotExpressibleError, Signature, spell, written
from convanim.errors import RequestError
from convanim.layers.layer import Layer, LPPool
from convanim.layers.sizes import per_axis, spelled
from convanim.networks.chain import Chain

_DIMS = (1, 2, 3)
_TORCH = ("norm_type", "kernel_size", "stride", "ceil_mode")
_ONNX = ("kernel_shape", "p", "strides", "pads", "dilations", "auto_pad", "ceil_mode")
_ONNX_SILENT = ("name", "domain", "X", "Y", "module", "version")
_SAID = "ONNX takes |x|^p, PyTorch x^p: they differ for negative numbers where p is no even number"


def _forms() -> dict[str, tuple[Signature, ...]]:
    op = LPPool.op
    spelling = (("kernel_shape", "kernel_size"), ("strides", "stride"), ("p", "norm_type"))
    return {
        "pytorch": tuple(Signature(f"LPPool{dims}d", op, dims, _TORCH, _TORCH[:2]) for dims in _DIMS),
        "functional": tuple(
            Signature(f"lp_pool{dims}d", op, dims, ("input", *_TORCH), ("input", *_TORCH[:2]), ("input",))
            for dims in _DIMS
        ),
        "onnx": (
            Signature("LpPool", op, None, (*_ONNX, *_ONNX_SILENT), ("kernel_shape",), _ONNX_SILENT, spelling),
            Signature("GlobalLpPool", op, None, ("p", *_ONNX_SILENT), (), _ONNX_SILENT),
        ),
    }


def _read(given: Given, source: Input) -> tuple[Layer | Chain, tuple[str, ...]]:
    if given.form.name == "GlobalLpPool":
        power = given.number("p", 2)
        whole = LPPool(source.size, power, 1, in_channels=source.channels).input_size
        return LPPool(whole, power, whole, in_channels=source.channels, absolute=True), _said(power)
    if given.form.name == "LpPool":
        return _onnx(given, source)
    stride: Any = given.sizes("stride") if "stride" in given else None
    layer = LPPool(
        source.size,
        given.number("norm_type", 2),
        given.sizes("kernel_size"),
        stride,
        given.flag("ceil_mode"),
        source.channels,
        dims=given.form.dims,
    )
    refuse_unfit_pool(layer.input_size, layer.kernel_size)
    return layer, ()


def _onnx(given: Given, source: Input) -> tuple[Layer | Chain, tuple[str, ...]]:
    """ONNX's LpPool, which adds up what a window holds; pads are a Pad before it. Source: its text, opset 22."""
    kernel = listed(given, "kernel_shape")
    dims = len(kernel)
    if set(per_axis("dilations", listed(given, "dilations", (1,)), dims, 1)) != {1}:
        raise RequestError("dilations", given.get("dilations"), "cannot be drawn of a norm", "leave it out")
    if given.get("auto_pad") not in (None, "NOTSET", "VALID"):
        raise RequestError("auto_pad", given.get("auto_pad"), "cannot be drawn of a norm", "give pads in numbers")
    strides = listed(given, "strides", (1,) * dims)
    power, ceiled = given.number("p", 2), bool(given.whole("ceil_mode", 0))
    sides = onnx_pads(given, dims)
    if any(map(any, sides)):
        said = {"norm_type": power, "kernel_size": kernel, "stride": strides, "ceil_mode": ceiled, "absolute": True}
        stages = ({"op": "pad", "padding": sides}, {"op": "lp-pool", **said})
        chain = Chain(source.size, stages, in_channels=source.channels, dims=dims)
        last = chain.stages[-1]
        assert isinstance(last, LPPool)
        _refuse_overhang(last)
        return chain, ("pads are a pad of zeros before it", *_said(power))
    layer = LPPool(source.size, power, kernel, strides, ceiled, source.channels, True, dims=dims)
    _refuse_overhang(layer)
    return layer, _said(power)


def _refuse_overhang(layer: LPPool) -> None:
    """Raise RequestError where a window hangs over the end, whose sum PyTorch scales and ONNX does not."""
    if any(axis.last >= axis.input_size for axis in layer.axes):
        rule = "a window hangs over the end, whose sum PyTorch scales to the whole kernel, and runtimes do not"
        fitting = spelled(tuple(axis.last + 1 for axis in layer.axes))
        raise RequestError("ceil_mode", 1, rule, f"leave it out; in {fitting}, pads counted, no window does")


def _said(power: float) -> tuple[str, ...]:
    return () if power % 2 == 0 else (_SAID,)


def _write(layer: Layer, framework: str) -> str:
    assert isinstance(layer, LPPool)
    dims = len(layer.input_size)
    strided = layer.stride != layer.kernel_size
    if framework == "pytorch":
        if not pytorch_pool_fits(layer.input_size, layer.kernel_size):
            raise NotExpressibleError(POOL_TOO_LARGE)
        if layer.absolute:
            raise NotExpressibleError("PyTorch takes x^p, with its sign; x.abs() would come first")
        return written(
            f"nn.LPPool{dims}d",
            f"{layer.norm_type}",
            spell(layer.kernel_size),
            f"stride={spell(layer.stride)}" if strided else "",
            "ceil_mode=True" if layer.ceil_mode else "",
        )
    if framework == "onnx":
        if any(axis.last >= axis.input_size for axis in layer.axes):
            raise NotExpressibleError(
                "ONNX does not scale the sum of a window that hangs over the end, as PyTorch does"
            )
        if layer.norm_type != int(layer.norm_type):
            raise NotExpressibleError("ONNX's LpPool takes a whole p")
        if layer.norm_type % 2 and not layer.absolute:
            raise NotExpressibleError("ONNX's LpPool takes |x|^p, which is not x^p for negative numbers where p is odd")
        return written(
            "LpPool",
            f"kernel_shape={list(layer.kernel_size)}",
            f"p={layer.norm_type}",
            f"strides={list(layer.stride)}" if set(layer.stride) != {1} else "",
            "ceil_mode=1" if layer.ceil_mode else "",
        )
    raise NotExpressibleError("it has no power-average pool; a power, a mean and a root make one")


LP_POOL = Forms(_forms(), _read, _write)
