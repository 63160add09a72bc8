"""Upsampling: PyTorch's Upsample and interpolate, Keras's UpSampling and Resizing, ONNX's Resize, `image.resize`."""

from typing import Any

from convanim.code.axis_orders import on_axes
from convanim.code.canonical import untied
from convanim.code.operations.forms import KERAS_SILENT, Forms
from convanim.code.operations.upsampling_written import KEYS, sized, upsampling_written
from convanim.code.signatures import Given, Input, Signature, shown_literal
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.kinds.resize_rules import SLOPE
from convanim.layers.kinds.upsample import LINEAR
from convanim.layers.layer import Layer, Upsample
from convanim.layers.sizes import count_axes, per_axis

_TORCH = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")
_WITH_MODE = {"UpsamplingNearest2d": "nearest", "UpsamplingBilinear2d": "bilinear"}
_ONNX_SILENT = ("name", "domain", "X", "Y", "roi", "module", "version", "extrapolation_value")
_RESIZE = (
    "mode",
    "coordinate_transformation_mode",
    "nearest_mode",
    "scales",
    "sizes",
    "antialias",
    "cubic_coeff_a",
    "exclude_outside",
    "keep_aspect_ratio_policy",
    "axes",
)
_TF_IMAGE = ("images", "size", "method", "preserve_aspect_ratio", "antialias", "name")
_ASPECTS = ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
_RESIZING = ("height", "width", "interpolation", *_ASPECTS, "fill_mode", "fill_value", *KERAS_SILENT)
_OF_BACKEND = "bicubic is TensorFlow's; another backend of Keras may have PyTorch's slope"
_OF_CHANNELS = "it resizes batch or channels, which is not drawn"


def _forms() -> dict[str, tuple[Signature, ...]]:
    op = Upsample.op
    keras = ("size", "data_format", "interpolation", *KERAS_SILENT[1:])
    return {
        "pytorch": (
            Signature("Upsample", op, None, _TORCH),
            *(Signature(name, op, 2, _TORCH[:3]) for name in _WITH_MODE),  # whose mode is printed, and not given
        ),
        "functional": (
            Signature("interpolate", op, None, ("input", *_TORCH, "antialias"), ("input",), ("input",)),
            Signature("upsample", op, None, ("input", *_TORCH[:4]), ("input",), ("input",)),
        ),
        "keras": (
            Signature("Resizing", op, 2, _RESIZING, _RESIZING[:2], KERAS_SILENT),
            *_upsampling_layers(keras),
        ),
        "tf.image": (Signature("resize", op, 2, _TF_IMAGE, ("images", "size"), ("images", "name"), words=("method",)),),
        "onnx": (Signature("Resize", op, None, (*_RESIZE, *_ONNX_SILENT), (), _ONNX_SILENT),),
        "jax.image": (
            Signature(
                "resize",
                op,
                None,
                ("image", "shape", "method", "antialias", "precision"),
                ("shape", "method"),
                ("image", "precision"),
            ),
        ),
    }


def _upsampling_layers(keras: tuple[str, ...]) -> tuple[Signature, ...]:
    op = Upsample.op
    return tuple(
        Signature(f"UpSampling{dims}D", op, dims, keras if dims == 2 else ("size", *KERAS_SILENT), (), KERAS_SILENT)
        for dims in (1, 2, 3)
    )


def _read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    name = given.form.name
    if name == "Resize":
        return _resize(given, source)
    if name == "resize" and "images" in given.form.arguments:
        return _tensorflow(given, source, _size(given, "size"), "method", "preserve_aspect_ratio")
    if name == "Resizing":
        sides = (given.whole("height"), given.whole("width"))
        return _tensorflow(given, source, sides, "interpolation", *_ASPECTS)
    if name == "resize":
        return _jax(given, source)
    if name.startswith("UpSampling"):
        return _keras(given, source)
    if given.flag("antialias"):
        raise RequestError("antialias", "True", "windows that grow with the scale are not drawn", "leave it out")
    if name in _WITH_MODE and "mode" in given:
        given.word("mode", (_WITH_MODE[name],))
    mode = _WITH_MODE.get(name) or given.get("mode")
    if mode is not None and not isinstance(mode, str):
        raise RequestError("mode", shown_literal(mode), "not text", "try 'bilinear'")
    size, factor = _size(given, "size"), _factor(given, "scale_factor")
    if size is not None and factor is not None:
        raise RequestError("size", None, "scale_factor is given, too", "give one of them")
    layer = Upsample(
        source.size,
        size,
        factor,
        mode or "nearest",
        name == "UpsamplingBilinear2d" or given.flag("align_corners"),
        source.channels,
        dims=given.form.dims,
    )
    if given.flag("recompute_scale_factor") and factor is not None:
        layer = sized(layer)
    return layer, ()


def _tensorflow(given: Given, source: Input, size: Any, method: str, *switches: str) -> tuple[Layer, tuple[str, ...]]:
    """`tf.image.resize` and Keras's Resizing, whose points are half_pixel, and whose bicubic is Keys's."""
    for switch in ("antialias", *switches):
        if switch in given.form.arguments and given.flag(switch):
            raise RequestError(switch, "True", "what it does is not drawn", "leave it out")
    said = given.get(method)
    how = said.rpartition(".")[2] if isinstance(said, str) else said or "bilinear"
    known = {"bilinear": "bilinear", "nearest": "nearest-exact", "bicubic": "bicubic"}
    known["nearest_neighbor"] = known["nearest"]
    if not isinstance(how, str) or how.lower() not in known:
        raise RequestError(method, shown_literal(said), "not drawn", f"try {', '.join(map(repr, known))}")
    more = KEYS if how.lower() == "bicubic" else {}
    said = (_OF_BACKEND,) if more and given.form.name == "Resizing" else ()
    return Upsample(source.size, size, None, known[how.lower()], False, source.channels, dims=2, **more), said


def _keras(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    known = ("nearest", "bilinear", "bicubic")
    method = given.word("interpolation", known) if "interpolation" in given else "nearest"
    size = _size(given, "size")
    factor: Any = 2 if size is None else size
    more = KEYS if method == "bicubic" else {}
    said = (_OF_BACKEND,) if more else ()
    return Upsample(source.size, None, factor, method, False, source.channels, dims=given.form.dims, **more), said


def _jax(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    shape = _size(given, "shape")
    if not isinstance(shape, tuple) or len(shape) < 3:
        raise RequestError("shape", shown_literal(given.get("shape")), "not a shape", "write it as (1, 8, 8, 1)")
    out = shape[1:-1]
    if len(out) not in LINEAR:
        raise RequestError("shape", shape, f"that is {len(out)} axes", "a batch, one to three axes, channels")
    _refuse_other_channels("shape", shape, shape[-1], source)
    linear = LINEAR[len(out)]
    methods = {"nearest": "nearest-exact", "linear": linear, linear: linear}
    methods |= {"cubic": "bicubic", "bicubic": "bicubic"} if len(out) == 2 else {}
    mode = methods[given.word("method", tuple(methods))]
    more = KEYS if mode == "bicubic" else {}
    layer = Upsample(source.size, out, None, mode, False, source.channels, dims=len(out), **more)
    if mode != "nearest-exact" and given.flag("antialias", True) and any(o < n for o, n in zip(out, layer.input_size)):
        rule = "windows that grow with the scale are not drawn, and it is on by itself"
        raise RequestError("antialias", "True", rule, "try antialias=False")
    return layer, ()


def _resize(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    """ONNX's Resize, whose scales or sizes are written beside its attributes. Source: its text, opset 19."""
    scales, sizes = _factor(given, "scales"), _size(given, "sizes")
    if (scales is None) == (sizes is None):
        raise RequestError(
            "scales", None, "scales or sizes say how large it gets", "give one, such as scales=[1, 1, 2, 2]"
        )
    given_sizes = scales if scales is not None else sizes
    assert given_sizes is not None
    many = list(given_sizes) if isinstance(given_sizes, tuple) else [given_sizes]
    own = None if "axes" in given else many if len(many) < 3 else many[2:]
    axes = count_axes({"input_size": source.size, "sizes": own}, None)
    if "axes" not in given and len(many) == axes + 2:
        if scales is None:
            _refuse_other_channels("sizes", many, many[1], source)
        elif many[:2] != [1, 1]:
            raise RequestError("scales", shown_literal(scales), _OF_CHANNELS, "give 1 for batch and channels")
        many = many[2:]
    if "axes" in given:
        others = per_axis("input_size", source.size, axes, 1)
        many = on_axes(many, given.get("axes"), [1] * axes if scales is not None else others)
    if given.whole("antialias", 0):
        rule = "windows that grow with the scale are not drawn"
        raise RequestError("antialias", given.get("antialias"), rule, "leave it out")
    policy = given.get("keep_aspect_ratio_policy") or "stretch"
    if policy != "stretch":
        rule = "a size that is worked out from the others is not drawn"
        raise RequestError("keep_aspect_ratio_policy", shown_literal(policy), rule, "leave it out, and give that size")
    mode = given.word("mode", ("nearest", "linear", "cubic")) if "mode" in given else "nearest"
    chosen: dict[str, Any] = {"scale_factor": tuple(many)} if scales is not None else {"size": tuple(many)}
    places = str(given.get("coordinate_transformation_mode") or "half_pixel")
    if mode == "nearest":
        chosen["nearest_mode"] = str(given.get("nearest_mode") or "round_prefer_floor")
    elif mode == "cubic":
        chosen["cubic_coeff_a"] = given.number("cubic_coeff_a", SLOPE)
        chosen["exclude_outside"] = bool(given.whole("exclude_outside", 0))
    layer = Upsample(
        source.size,
        mode={"nearest": "nearest", "linear": LINEAR[axes], "cubic": "bicubic"}[mode],
        in_channels=source.channels,
        coordinate_transformation_mode=places,
        dims=axes,
        **chosen,
    )
    return untied(layer), ()


def _refuse_other_channels(name: str, said: Any, channels: int, source: Input) -> None:
    """Raise RequestError for a size, batch and channels counted, of other channels than the input's."""
    if source.channels not in (None, channels):
        raise RequestError(name, said, _OF_CHANNELS, f"give the input's {source.channels} channels")


def _size(given: Given, name: str) -> int | tuple[int, ...] | None:
    return None if given.get(name) is None else given.sizes(name)


def _factor(given: Given, name: str) -> Any:
    value = given.get(name)
    entries = value if is_sequence(value) else () if value is None else (value,)
    assert isinstance(entries, tuple)
    for entry in entries:
        if not isinstance(entry, int | float) or isinstance(entry, bool):
            raise RequestError(name, shown_literal(value), "not a number, nor one per axis", "give one such as 2")
    return value


UPSAMPLE = Forms(_forms(), _read, upsampling_written)
