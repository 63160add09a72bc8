"""The formulas of a layer with every number put in: its output size, its dilated kernel."""

from convanim.layers.axis import footprint
from convanim.layers.kinds.pools import pool_output_size
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Sliding,
    Unfold,
    Upsample,
    dilation_of,
    padding_of,
    window_size,
)
from convanim.layers.own_windows import Interpolation, SharedOut
from convanim.layers.sizes import AXIS_NAMES
from convanim.words.language import Words
from convanim.words.numerals import MINUS

_LISTED = 12  # windows that are not alike


def footprint_formula(layer: Layer, axis: int) -> str:
    """How many cells the dilated kernel spans: `2·(3 − 1) + 1 = 5`; "" without dilation."""
    if isinstance(layer, Fold):
        dilation, kernel = layer.dilation[axis], layer.kernel_size[axis]
    else:
        dilation, kernel = dilation_of(layer)[axis], window_size(layer)[axis]
    return "" if dilation == 1 else f"{dilation}·({kernel} {MINUS} 1) + 1 = {footprint(kernel, dilation)}"


def size_formula(layer: Layer, axis: int) -> str:
    """The output size of an axis with every number put in: `⌊(5 + 1 + 1 − 3)/2⌋ + 1 = 3`."""
    n, span, size = layer.input_size[axis], layer.axes[axis].footprint, layer.axes[axis].output_size
    if isinstance(layer, PixelShuffle):
        return f"{n}·{layer.upscale_factor[axis]} = {size}"
    if isinstance(layer, PixelUnshuffle):
        return f"{n}/{layer.downscale_factor[axis]} = {size}"
    if isinstance(layer, Pad):
        ends = "".join(f" {'+' if end >= 0 else MINUS} {abs(end)}" for end in layer.padding[axis])
        return f"{n}{ends} = {size}"
    if isinstance(layer, MaxUnpool):
        (before, after), stride, kernel = layer.padding[axis], layer.stride[axis], layer.kernel_size[axis]
        usual = (n - 1) * stride - before - after + kernel
        told = f"({n} {MINUS} 1)·{stride} {MINUS} {before} {MINUS} {after} + {kernel} = {usual}"
        return told if usual == size else f"{told} → {size}"
    if not isinstance(layer, Sliding | LPPool | Unfold):
        factors = getattr(layer, "scale_factor", None)
        return str(size) if factors is None else f"⌊{n}·{factors[axis]:g}⌋ = {size}"
    stride, (before, after) = layer.stride[axis], padding_of(layer)[axis]
    if isinstance(layer, ConvTranspose):
        extra = layer.output_padding[axis]
        return f"({n} {MINUS} 1)·{stride} {MINUS} {before} {MINUS} {after} + {span} + {extra} = {size}"
    room = f"{n} + {before} + {after} {MINUS} {span}"
    if isinstance(layer, Conv | Unfold) or not layer.ceil_mode:
        return f"⌊({room})/{stride}⌋ + 1 = {size}"
    dilation = dilation_of(layer)[axis]
    _, dropped = pool_output_size(n, layer.kernel_size[axis], stride, before, after, dilation, True)
    less = f" {MINUS} 1" if dropped else ""
    return f"⌊({room} + {stride} {MINUS} 1)/{stride}⌋ + 1{less} = {size}"


def source_formula(layer: Layer, axis: int) -> str:
    """Where an output cell o of an axis lies in the input, cells' centres being whole numbers; "" where that is said
    by a stride.
    """
    own = layer.axes[axis].own
    if not isinstance(own, Interpolation) or not isinstance(layer, Upsample):
        return ""
    n, out, scale = own.input_size, own.output_size, own.scale
    by = f"{scale.numerator}/{scale.denominator}" if scale.denominator > 1 else str(scale)
    by = f"{n}/{out}" if scale * out == n else by
    if layer.mode == "nearest" and layer.nearest_mode is None:
        return f"⌊o·{by}⌋"
    places = "align_corners" if layer.align_corners else layer.coordinate_transformation_mode
    around, half = f"(o + 0.5)·{by}", f" {MINUS} 0.5"
    if layer.mode == "nearest-exact" or (layer.nearest_mode == "round_prefer_ceil" and places == "half_pixel"):
        return f"⌊{around}⌋"
    if layer.nearest_mode == "round_prefer_floor" and places == "half_pixel":
        return f"⌈{around}⌉ {MINUS} 1"
    if scale == 0:
        point = "0"
    elif places == "align_corners":
        point = f"o·({n} {MINUS} 1)/({out} {MINUS} 1)"
    else:
        point = f"o·{by}" if places == "asymmetric" else around + half
    if places == "half_pixel_symmetric" and own.first != (scale - 1) / 2:
        point += f" + {float(own.first - (scale - 1) / 2):.4g}"
    rounded = {"floor": "⌊{}⌋", "ceil": "⌈{}⌉", "round_prefer_floor": "⌈{}" + half + "⌉", "": "{}"}
    rounded["round_prefer_ceil"] = "⌊{} + 0.5⌋"
    return rounded[own.rounding].format(point)


def windows_listed(layer: Layer, axis: int, words: Words) -> str:
    """Which input cells each output cell of an axis reads, where windows are not alike: `windows 0:2 1:4 3:5`."""
    along = layer.axes[axis]
    if not isinstance(along.own, SharedOut):
        return ""
    starts = [along.start(output) for output in range(min(along.output_size, _LISTED))]
    listed = [f"{start}:{start + along.window_size(output)}" for output, start in enumerate(starts)]
    return words("windows_listed", windows=" ".join([*listed, *(["…"] if along.output_size > _LISTED else [])]))


def columns_formula(layer: Fold, axis: int) -> str:
    """How many windows an axis of a fold's output has: `⌊(4 + 0 + 0 − 2)/1⌋ + 1 = 3`."""
    (before, after), stride, size = layer.padding[axis], layer.stride[axis], layer.output_size[axis]
    span = footprint(layer.kernel_size[axis], layer.dilation[axis])
    return f"⌊({size} + {before} + {after} {MINUS} {span})/{stride}⌋ + 1 = {layer.input_size[axis]}"


def read_lines(layer: Layer, axis: int, words: Words) -> list[str]:
    """What output cells of an axis read, where windows are not alike."""
    if isinstance(layer, Fold):
        return [words("fold_windows", formula=columns_formula(layer, axis))]
    place = source_formula(layer, axis)
    said = (windows_listed(layer, axis, words), place and words("source_point", formula=words.number(place)))
    return [line for line in said if line]


def size_formulas(layer: Layer, words: Words) -> list[str]:
    """One line an axis, or a single one when all axes say the same: `output height and width: … = 3`."""
    names = axis_names(layer, words)
    formulas = [
        words("list").join(filter(None, (size_formula(layer, axis), *read_lines(layer, axis, words))))
        for axis in range(len(names))
    ]
    if len(set(formulas)) == 1:
        return [words.titled(words("output_size", axes=words("and").join(names)), formulas[0])]
    return [words.titled(words("output_size", axes=name), formula) for name, formula in zip(names, formulas)]


def axis_names(layer: Layer, words: Words) -> list[str]:
    """What a layer's axes are called, in order."""
    return [words(name) for name in AXIS_NAMES[len(layer.axes)]]
