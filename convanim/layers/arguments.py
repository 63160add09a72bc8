"""A layer's arguments, brought into one form: what all layers share."""

from convanim.errors import RequestError
from convanim.layers import padding as words
from convanim.layers.axis import Axis
from convanim.layers.sizes import Sizes, count_axes


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


def flag(field: str, value: object) -> bool:
    """A switch that is really one; raises RequestError."""
    if not isinstance(value, bool):
        raise RequestError(field, value, "not true or false", "try true or false")
    return value


def refuse_large_kernel(axis: Axis, name: str, kernel_size: Sizes) -> None:
    """Raise RequestError for an axis without output cells, since its kernel does not fit."""
    padded = axis.input_size + axis.before + axis.after
    spans = f"spans {axis.footprint} cells" + (f" (dilation {axis.dilation})" if axis.dilation > 1 else "")
    largest = (padded - 1) // axis.dilation + 1
    raise RequestError(
        "kernel_size",
        kernel_size,
        f"{spans} of the {name}, more than the padded input's {padded}",
        f"try a kernel of at most {largest}, or more padding",
    )
