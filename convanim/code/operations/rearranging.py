"""Shuffles, unfold and fold: PyTorch's, ONNX's DepthToSpace, SpaceToDepth and Col2Im, `tf.nn.depth_to_space`."""

from convanim.code.axis_orders import listed, onnx_pads, spelled_pads
from convanim.code.operations.forms import Forms
from convanim.code.signatures import Given, Input, NotExpressibleError, Signature, spell, spell_tuple, written
from convanim.errors import RequestError
from convanim.layers.layer import Fold, Layer, PixelShuffle, PixelUnshuffle, Unfold
from convanim.layers.sizes import Sizes

_ONNX_SILENT = ("name", "domain", "module", "version", "input", "output")
_TF_SILENT = ("input", "data_format", "name")
_FOLD = ("output_size", "kernel_size", "dilation", "padding", "stride")
_COL2IM = ("image_shape", "block_shape", "dilations", "pads", "strides")
_UNFOLD = ("kernel_size", "dilation", "padding", "stride")
# The order in which ONNX and TensorFlow take channels unless told otherwise: those of one place of the block together.
_DEPTH_FIRST = "DCR"


def _shuffling(op: str, torch: str, functional: str, factor: str, onnx: str, tensorflow: str) -> dict[str, Signature]:
    node = ("blocksize", "mode") if op == PixelShuffle.op else ("blocksize",)
    return {
        "pytorch": Signature(torch, op, 2, (factor,), (factor,)),
        "functional": Signature(functional, op, 2, ("input", factor), ("input", factor), ("input",)),
        "onnx": Signature(onnx, op, 2, (*node, *_ONNX_SILENT), ("blocksize",), _ONNX_SILENT),
        "tf.nn": Signature(
            tensorflow, op, 2, ("input", "block_size", *_TF_SILENT[1:]), ("input", "block_size"), _TF_SILENT
        ),
    }


def _shuffle(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    factor = _factor(given, "upscale_factor")
    layer = PixelShuffle(source.size, factor, source.channels, dims=2)
    mode = given.word("mode", ("DCR", "CRD")) if "mode" in given else _DEPTH_FIRST
    if "upscale_factor" not in given and mode == _DEPTH_FIRST and factor > 1:
        _refuse_depth_first(given, layer.in_channels // factor**2)
    return layer, ()


def _unshuffle(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    factor = _factor(given, "downscale_factor")
    layer = PixelUnshuffle(source.size, factor, source.channels, dims=2)
    if "downscale_factor" not in given and factor > 1:
        _refuse_depth_first(given, layer.in_channels)
    return layer, ()


def _factor(given: Given, name: str) -> int:
    return next(given.whole(each) for each in (name, "blocksize", "block_size") if each in given)


def _refuse_depth_first(given: Given, channels: int) -> None:
    """Raise RequestError where it matters which of a block's channels stand together: with one, both orders agree."""
    if channels == 1:
        return
    rule = f"{given.form.name} takes the {channels} channels of one place together (DCR), PyTorch those of one channel"
    fix = "try mode='CRD'" if "mode" in given.form.arguments else "try one channel"
    raise RequestError("mode", None, rule, fix)


def _unfold(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    kernel, dilation, stride = (given.sizes(name) for name in ("kernel_size", "dilation", "stride"))
    layer = Unfold(source.size, kernel, dilation, given.sizes("padding", 0), stride, source.channels, dims=2)
    return layer, ()


def _fold(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    if given.form.name == "Col2Im":
        shape = listed(given, "image_shape")
        dims = len(shape)
        block, gaps, steps = (listed(given, name, (1,) * dims) for name in ("block_shape", "dilations", "strides"))
        return Fold(source.size, shape, block, gaps, onnx_pads(given, dims), steps, source.channels, dims=dims), ()
    out, kernel, dilation, stride = (given.sizes(name) for name in ("output_size", "kernel_size", "dilation", "stride"))
    axes = len(out) if isinstance(out, tuple) else 2
    return Fold(source.size, out, kernel, dilation, given.sizes("padding", 0), stride, source.channels, dims=axes), ()


def _write_shuffle(layer: Layer, framework: str) -> str:
    assert isinstance(layer, PixelShuffle)
    factor = _square(layer.upscale_factor)
    if framework == "pytorch":
        return written("nn.PixelShuffle", str(factor))
    if framework == "onnx":
        return written("DepthToSpace", f"blocksize={factor}", "mode='CRD'")
    raise NotExpressibleError("it has no pixel shuffle; a reshape, a transposition and a reshape make one")


def _write_unshuffle(layer: Layer, framework: str) -> str:
    assert isinstance(layer, PixelUnshuffle)
    factor = _square(layer.downscale_factor)
    if framework == "pytorch":
        return written("nn.PixelUnshuffle", str(factor))
    if framework == "onnx" and layer.in_channels == 1:
        return written("SpaceToDepth", f"blocksize={factor}")
    if framework == "onnx":
        raise NotExpressibleError("ONNX's SpaceToDepth makes its channels in another order, the input's own fastest")
    raise NotExpressibleError("it has no pixel unshuffle; a reshape, a transposition and a reshape make one")


def _write_unfold(layer: Layer, framework: str) -> str:
    assert isinstance(layer, Unfold)
    if framework != "pytorch":
        raise NotExpressibleError("it has no unfold")
    if len(layer.input_size) != 2:
        raise NotExpressibleError("nn.Unfold takes two axes")
    if any(before != after for before, after in layer.padding):
        raise NotExpressibleError("nn.Unfold pads both sides alike; F.pad would have to pad first")
    return written("nn.Unfold", spell(layer.kernel_size), *_windowed(layer))


def _write_fold(layer: Layer, framework: str) -> str:
    assert isinstance(layer, Fold)
    if framework == "onnx":
        shapes = f"image_shape={list(layer.output_size)}", f"block_shape={list(layer.kernel_size)}"
        gaps, steps = (
            f"{name}={list(sizes)}" if set(sizes) != {1} else ""
            for name, sizes in (("dilations", layer.dilation), ("strides", layer.stride))
        )
        return written("Col2Im", *shapes, gaps, spelled_pads(layer.padding), steps)
    if framework != "pytorch":
        raise NotExpressibleError("it has no fold")
    if len(layer.input_size) != 2:
        raise NotExpressibleError("nn.Fold takes two axes")
    if any(before != after for before, after in layer.padding):
        raise NotExpressibleError("nn.Fold crops both sides alike; a slice would have to crop after it")
    return written("nn.Fold", spell_tuple(layer.output_size), spell(layer.kernel_size), *_windowed(layer))


def _windowed(layer: Unfold | Fold) -> list[str]:
    """What `nn.Unfold` and `nn.Fold` say of their windows besides their size."""
    padding = tuple(before for before, _ in layer.padding)
    said = [("dilation", layer.dilation, 1), ("padding", padding, 0), ("stride", layer.stride, 1)]
    return [f"{name}={spell(sizes)}" for name, sizes, default in said if set(sizes) != {default}]


def _square(factor: Sizes) -> int:
    """The factor of both axes; raises NotExpressibleError where there are others."""
    if len(factor) != 2 or factor[0] != factor[1]:
        raise NotExpressibleError("it takes two axes and one factor for both")
    return factor[0]


def _each(forms: dict[str, Signature]) -> dict[str, tuple[Signature, ...]]:
    return {name: (form,) for name, form in forms.items()}


SHUFFLE = Forms(
    _each(
        _shuffling(PixelShuffle.op, "PixelShuffle", "pixel_shuffle", "upscale_factor", "DepthToSpace", "depth_to_space")
    ),
    _shuffle,
    _write_shuffle,
)
UNSHUFFLE = Forms(
    _each(
        _shuffling(
            PixelUnshuffle.op,
            "PixelUnshuffle",
            "pixel_unshuffle",
            "downscale_factor",
            "SpaceToDepth",
            "space_to_depth",
        )
    ),
    _unshuffle,
    _write_unshuffle,
)
UNFOLD = Forms(
    {
        "pytorch": (Signature("Unfold", Unfold.op, 2, _UNFOLD, _UNFOLD[:1]),),
        "functional": (Signature("unfold", Unfold.op, 2, ("input", *_UNFOLD), ("input", "kernel_size"), ("input",)),),
    },
    _unfold,
    _write_unfold,
)
FOLD = Forms(
    {
        "pytorch": (Signature("Fold", Fold.op, 2, _FOLD, _FOLD[:2]),),
        "functional": (
            Signature("fold", Fold.op, 2, ("input", *_FOLD), ("input", "output_size", "kernel_size"), ("input",)),
        ),
        "onnx": (Signature("Col2Im", Fold.op, None, (*_COL2IM, *_ONNX_SILENT), _COL2IM[:2], _ONNX_SILENT),),
    },
    _fold,
    _write_fold,
)
