"""The code of what stands around a layer: a pad before it, a slice after it, in each framework; and command lines."""

from collections.abc import Iterator
from math import inf

from convanim.code.operations.padding_written import pad_written
from convanim.layers.axis import PaddingMode
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding, dilation_of, output_size
from convanim.layers.operation import Takes
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Sides, Sizes
from convanim.networks.arrangements import Arranged


def pad_code(arranged: Arranged, framework: str) -> str:
    """The pad before a layer; "" where there is none. Raises NotExpressibleError where a framework has no such pad."""
    if not any(map(any, arranged.pads)):
        return ""
    value = -inf if isinstance(arranged.layer, MaxPool) else 0  # padding is no maximum
    return pad_written(arranged.pads, arranged.pad_mode, value, framework)


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
    words = [layer.op, "-i", _input(layer)]
    if not isinstance(layer, Sliding):
        return " ".join([*words, *_told(layer), *(["--dims", "1"] if len(layer.input_size) == 1 else [])])
    words += ["-k", _sizes(layer.kernel_size)]
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


def _told(layer: Layer) -> Iterator[str]:
    """The options of a layer that is no sliding kernel."""
    operation = operation_of(layer)
    for field in operation.fields:
        value = getattr(layer, field.name)
        if field.name in ("input_size", "in_channels") or value in (None, operation.default(field)):
            continue
        name = f"--{field.name.replace('_', '-')}"
        if isinstance(value, bool):
            yield from [name] if value else []
        elif field.takes is Takes.PADDING:
            yield from (name, _sides(value))
        else:
            yield from (name, _sizes(value) if isinstance(value, tuple) else str(value))


def _input(layer: Layer) -> str:
    size = "x".join(map(str, layer.input_size))
    return size if layer.in_channels is None else f"{layer.in_channels}@{size}"


def _sizes(sizes: Sizes) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def _sides(sides: Sides) -> str:
    parts = [str(before) if before == after else f"{before}:{after}" for before, after in sides]
    return parts[0] if len(set(parts)) == 1 else "x".join(parts)
