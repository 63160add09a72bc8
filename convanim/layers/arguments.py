"""A layer's arguments, brought into one form: what all layers share."""

from typing import Any

from convanim.errors import RequestError
from convanim.layers import padding as words
from convanim.layers.axis import Axis
from convanim.layers.sizes import AXIS_NAMES, Sizes, count_axes, spelled


def set_fields(layer: object, **fields: object) -> None:
    """Set the fields of a frozen layer that is being made."""
    for name, value in fields.items():
        object.__setattr__(layer, name, value)


def layer_dims(
    input_size: object,
    kernel_size: object,
    stride: object,
    padding: object,
    dilation: object,
    dims: int | None,
    output_padding: object = None,
    output_size: object = None,
) -> int:
    """How many axes a layer with these arguments has; raises RequestError when they disagree."""
    sizes = {
        "input_size": input_size,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": None if _is_word(padding) else padding,
        "dilation": dilation,
        "output_padding": output_padding,
        "output_size": output_size,
    }
    return count_axes(sizes, dims)


def _is_word(padding: object) -> bool:
    return isinstance(padding, str) and not any(c.isdigit() for c in padding)


def padding_word(padding: object, allowed: tuple[str, ...], op: str) -> str:
    """The padding word, or "" for numbers; raises RequestError for a word that `op` does not have."""
    if not isinstance(padding, str) or not _is_word(padding):
        return ""
    word = padding.strip().lower().replace("_", "-")
    if word not in allowed:
        every = {*words.CONV_WORDS, *words.POOL_WORDS, *words.TRANSPOSED_WORDS}
        rule = f"{op} has no such padding" if word in every else "not a padding word"
        raise RequestError("padding", padding, rule, f"try a number, or one of {', '.join(allowed)}")
    return word


def refuse_padding_word(padding: object, op: str, example: str = "1") -> None:
    """Raise RequestError for a padding word, of an operation that has none."""
    if _is_word(padding):
        raise RequestError("padding", padding, f"{op} has no padding words", f"try a number such as {example}")


def number_in(value: Any) -> float | None:
    """A number as Python has it, given as text or numpy's, too; None for what is none."""
    found = value.item() if hasattr(value, "item") else value
    if isinstance(found, str):
        try:
            return float(found.strip())
        except ValueError:
            return None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def whole_if_so(number: float) -> float:
    """A number as a whole one, where it is one."""
    return int(number) if number == int(number) else float(number)


def flag(field: str, value: object) -> bool:
    """A switch, True or False; raises RequestError for anything else."""
    if not isinstance(value, bool):
        raise RequestError(field, value, "not true or false", "try true or false")
    return value


def refuse_large_kernels(axes: tuple[Axis, ...], kernel_size: Sizes) -> None:
    """Raise RequestError where an axis has no output cells, since its kernel does not fit."""
    for axis, name in zip(axes, AXIS_NAMES[len(axes)]):
        if axis.output_size < 1:
            _refuse_large_kernel(axis, name, kernel_size)


def refuse_uneven_channels(channels: int | None, cells: int, field: str, size: Sizes) -> None:
    """Raise RequestError for channels that the number of a window's cells does not divide."""
    if channels is not None and channels % cells:
        rule = f"{field} {spelled(size)} takes {cells} channels for each that it makes"
        raise RequestError("in_channels", channels, rule, f"try {max(1, channels // cells) * cells}")


def _refuse_large_kernel(axis: Axis, name: str, kernel_size: Sizes) -> None:
    padded = axis.input_size + axis.before + axis.after
    spans = f"spans {axis.footprint} cells" + (f" (dilation {axis.dilation})" if axis.dilation > 1 else "")
    largest = (padded - 1) // axis.dilation + 1
    raise RequestError(
        "kernel_size",
        kernel_size,
        f"{spans} of the {name}, more than the padded input's {padded}",
        f"try a kernel of at most {largest}, or more padding",
    )
