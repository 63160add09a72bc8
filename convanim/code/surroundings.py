"""The code of what stands around a layer: a pad before it, a slice after it, in each framework; and command lines."""

from convanim.code.signatures import NotExpressibleError
from convanim.layers.axis import PaddingMode
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, dilation_of, output_size
from convanim.layers.sizes import Sides, Sizes
from convanim.networks.arrangements import Arranged

_TORCH = {
    PaddingMode.ZEROS: "Zero",
    PaddingMode.REFLECT: "Reflection",
    PaddingMode.REPLICATE: "Replication",
    PaddingMode.CIRCULAR: "Circular",
}
# numpy's names, which jnp.pad and ONNX's Pad share.
_NUMPY = {PaddingMode.REFLECT: "reflect", PaddingMode.REPLICATE: "edge", PaddingMode.CIRCULAR: "wrap"}


def pad_code(arranged: Arranged, framework: str) -> str:
    """The pad before a layer; "" where there is none. Raises NotExpressibleError where a framework has no such pad."""
    pads, mode = arranged.pads, arranged.pad_mode
    if not any(map(any, pads)):
        return ""
    least = isinstance(arranged.layer, MaxPool)  # padding is no maximum
    if framework == "pytorch":
        return _torch_pad(pads, mode, least=least)
    if framework == "keras":
        return _keras_pad(pads, mode, least=least)
    if framework == "onnx":
        ends = [0, 0, *(before for before, _ in pads), 0, 0, *(after for _, after in pads)]
        how = ", constant_value=-inf" if least else "" if mode is PaddingMode.ZEROS else f", mode={_NUMPY[mode]!r}"
        return f"Pad(pads={ends}{how})"
    how = ", constant_values=-jnp.inf" if least else "" if mode is PaddingMode.ZEROS else f", mode={_NUMPY[mode]!r}"
    return f"jnp.pad(x, {_with_channels_behind(pads)}{how})"


def _torch_pad(pads: Sides, mode: PaddingMode, *, least: bool) -> str:
    ends = tuple(end for sides in reversed(pads) for end in sides)  # the last axis comes first
    if least:
        return f"nn.ConstantPad{len(pads)}d({ends}, float('-inf'))"
    return f"nn.{_TORCH[mode]}Pad{len(pads)}d({ends})"


def _keras_pad(pads: Sides, mode: PaddingMode, *, least: bool) -> str:
    if least:
        return f"keras.ops.pad(x, {_with_channels_behind(pads)}, constant_values=float('-inf'))"
    if mode is PaddingMode.ZEROS:
        return f"keras.layers.ZeroPadding{len(pads)}D({pads[0] if len(pads) == 1 else pads})"
    if mode is PaddingMode.REFLECT:
        return f"keras.ops.pad(x, {_with_channels_behind(pads)}, mode='reflect')"
    raise NotExpressibleError(f"keras.ops.pad has no {mode.value} on every backend")


def _with_channels_behind(pads: Sides) -> str:
    return str(((0, 0), *pads, (0, 0)))


def slice_code(arranged: Arranged, framework: str) -> str:
    """What is kept of what the layer makes, called y; "" where that is all of it."""
    if arranged.is_whole:
        return ""
    made = output_size(arranged.layer)
    ends = [first + (size - 1) * step + 1 for first, size, step in zip(arranged.first, arranged.size, arranged.step)]
    if framework == "keras" and max(arranged.step) == 1:
        crop = tuple((first, size - end) for first, size, end in zip(arranged.first, made, ends))
        return f"keras.layers.Cropping{len(crop)}D({crop[0] if len(crop) == 1 else crop})"
    if framework == "onnx":
        steps = f", steps={list(arranged.step)}" if max(arranged.step) > 1 else ""
        axes = list(range(2, 2 + len(ends)))
        return f"Slice(starts={list(arranged.first)}, ends={ends}, axes={axes}{steps})"
    parts = [_part(*axis) for axis in zip(arranged.first, ends, arranged.step, made)]
    if framework in ("keras", "jax"):
        return f"y[:, {', '.join(parts)}, :]"
    return f"y[..., {', '.join(parts)}]"


def _part(first: int, end: int, step: int, made: int) -> str:
    stop = "" if end > made - step else str(end)
    return f"{first or ''}:{stop}" + (f":{step}" if step > 1 else "")


def command_of(layer: Layer) -> str:
    """A layer as convanim's own command line has it, arguments that are as nobody gives them left out."""
    words = [layer.op, "-i", _input(layer), "-k", _sizes(layer.kernel_size)]
    usual = (1,) * len(layer.input_size) if isinstance(layer, Conv | ConvTranspose) else layer.kernel_size
    words += ["-s", _sizes(layer.stride)] if layer.stride != usual else []
    words += ["-p", _sides(layer.padding)] if any(map(any, layer.padding)) else []
    words += ["-d", _sizes(dilation_of(layer))] if max(dilation_of(layer)) > 1 else []
    if isinstance(layer, Conv | ConvTranspose):
        words += ["--out-channels", str(layer.out_channels)] if layer.out_channels is not None else []
        words += ["--groups", str(layer.groups)] if layer.groups > 1 else []
    if isinstance(layer, Conv) and layer.padding_mode != PaddingMode.ZEROS:
        words += ["--padding-mode", layer.padding_mode]
    if isinstance(layer, ConvTranspose):
        words += ["--output-padding", _sizes(layer.output_padding)] if any(layer.output_padding) else []
        words += [] if layer.transpose_kernel else ["--no-transpose-kernel"]
    if isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        words.append("--ceil-mode")
    if isinstance(layer, AvgPool):
        words += [] if layer.count_include_pad else ["--no-count-include-pad"]
        words += ["--divisor-override", str(layer.divisor_override)] if layer.divisor_override is not None else []
    return " ".join([*words, *(["--dims", "1"] if len(layer.input_size) == 1 else [])])


def _input(layer: Layer) -> str:
    size = "x".join(map(str, layer.input_size))
    return size if layer.in_channels is None else f"{layer.in_channels}@{size}"


def _sizes(sizes: Sizes) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def _sides(sides: Sides) -> str:
    parts = [str(before) if before == after else f"{before}:{after}" for before, after in sides]
    return parts[0] if len(set(parts)) == 1 else "x".join(parts)
