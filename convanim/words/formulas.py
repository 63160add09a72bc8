"""The formulas of a layer with every number put in: its output size, its dilated kernel."""

from convanim.layers.layer import Conv, ConvTranspose, Layer, dilation_of
from convanim.layers.pools import pool_output_size
from convanim.layers.sizes import AXIS_NAMES
from convanim.words.language import Words
from convanim.words.numerals import MINUS


def footprint_formula(layer: Layer, axis: int) -> str:
    """How many cells the dilated kernel spans: `2·(3 − 1) + 1 = 5`; "" without dilation."""
    dilation, kernel = dilation_of(layer)[axis], layer.kernel_size[axis]
    return "" if dilation == 1 else f"{dilation}·({kernel} {MINUS} 1) + 1 = {layer.axes[axis].footprint}"


def size_formula(layer: Layer, axis: int) -> str:
    """The output size of an axis with every number put in: `⌊(5 + 1 + 1 − 3)/2⌋ + 1 = 3`."""
    n, stride = layer.input_size[axis], layer.stride[axis]
    before, after = layer.padding[axis]
    span, size = layer.axes[axis].footprint, layer.axes[axis].output_size
    if isinstance(layer, ConvTranspose):
        extra = layer.output_padding[axis]
        return f"({n} {MINUS} 1)·{stride} {MINUS} {before} {MINUS} {after} + {span} + {extra} = {size}"
    room = f"{n} + {before} + {after} {MINUS} {span}"
    if isinstance(layer, Conv) or not layer.ceil_mode:
        return f"⌊({room})/{stride}⌋ + 1 = {size}"
    dilation = dilation_of(layer)[axis]
    _, dropped = pool_output_size(n, layer.kernel_size[axis], stride, before, after, dilation, True)
    less = f" {MINUS} 1" if dropped else ""
    return f"⌊({room} + {stride} {MINUS} 1)/{stride}⌋ + 1{less} = {size}"


def size_formulas(layer: Layer, words: Words) -> list[str]:
    """One line an axis, or a single one when all axes say the same: `output height and width: … = 3`."""
    names = axis_names(layer, words)
    formulas = [size_formula(layer, axis) for axis in range(len(names))]
    if len(set(formulas)) == 1:
        return [words.titled(words("output_size", axes=words("and").join(names)), formulas[0])]
    return [words.titled(words("output_size", axes=name), formula) for name, formula in zip(names, formulas)]


def axis_names(layer: Layer, words: Words) -> list[str]:
    """What a layer's axes are called, in order."""
    return [words(name) for name in AXIS_NAMES[len(layer.axes)]]
