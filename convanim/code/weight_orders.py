"""In which order frameworks store weights, and how those of one become those of another.

PyTorch and ONNX store `[out, in/groups, ky, kx]`, transposed `[in, out/groups, ky, kx]`; so does convanim. Keras and
Flax have the kernel's cells in front: `[ky, kx, in/groups, out]`, Keras's transposed convolution and Flax's with
`transpose_kernel=True` `[ky, kx, out, in]`, Flax's without it `[ky, kx, in, out]`, Keras's DepthwiseConv
`[ky, kx, in, multiplier]`.
"""

from dataclasses import dataclass

from convanim.layers.layer import Conv, ConvTranspose, Layer, channels_of, window_size

_CELLS = {1: ("k",), 2: ("ky", "kx"), 3: ("kz", "ky", "kx")}
_BEHIND = ("keras", "jax")  # whose channels stand behind the kernel's cells


@dataclass(frozen=True)
class Order:
    """The axes of a layer's weights, each by what it is of (`out`, `in`, `ky`, …); or of Keras's DepthwiseConv."""

    axes: tuple[str, ...]
    is_depthwise: bool = False

    def __str__(self) -> str:
        names = [{"out": "multiplier"}.get(axis, axis) for axis in self.axes] if self.is_depthwise else self.axes
        return f"[{', '.join(names)}]"


def order_of(layer: Layer, framework: str, code: str) -> Order | None:
    """How a framework, PyTorch where it is none of ours, stores the weights of a layer; None where it has none.

    `code` is the layer's own, by whose name Keras's DepthwiseConv is known.
    """
    if not isinstance(layer, Conv | ConvTranspose):
        return None
    cells = _CELLS[len(layer.input_size)]
    if isinstance(layer, Conv):
        if framework == "keras" and "depthwise" in code.lower():
            return Order((*cells, "in", "out"), is_depthwise=True)
        return Order((*cells, "in", "out") if framework in _BEHIND else ("out", "in", *cells))
    if framework == "jax" and not layer.transpose_kernel:
        return Order((*cells, "in", "out"))
    return Order((*cells, "out", "in") if framework in _BEHIND else ("in", "out", *cells))


def conversion(layer: Layer, source: Order, target: Order, *, flips: bool) -> str:
    """What makes weights in one order, a numpy array `w`, those of another; `w` where nothing does.

    `flips` turns the kernel around besides.
    """
    said = "w"
    cells = _CELLS[len(layer.input_size)]
    plain = ("out", "in", *cells)
    size = ", ".join(map(str, window_size(layer)))
    channels = channels_of(layer)
    outputs, inputs = (1, 1) if channels is None else (channels.outputs, channels.inputs)
    begin, end = source.axes, target.axes
    if source.is_depthwise != target.is_depthwise:
        if source.is_depthwise:  # [in, multiplier] together are the filters, one channel each
            said += f"{_transposed(begin, ('in', 'out', *cells))}.reshape({outputs}, 1, {size})"
            begin = plain
        else:
            said += f"{_transposed(begin, plain)}.reshape({inputs}, {outputs // inputs}, {size})"
            begin = ("in", "out", *cells)
    said += _transposed(begin, end)
    if flips:
        said += f"[{', '.join('::-1' if axis in cells else ':' for axis in end)}]"
    return said


def _transposed(axes: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """The call that brings axes into another order; nothing where they are in it."""
    return "" if axes == wanted else f".transpose({', '.join(str(axes.index(axis)) for axis in wanted)})"
