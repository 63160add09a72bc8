"""The size of a layer's input where its code says it: `input_shape=(28, 28, 1)`, `Input(…)`, `torch.randn(…)`."""

from convanim.code.signatures import Dialect, Signature
from convanim.code.text.parsing import Call, Literal, Name
from convanim.errors import RequestError
from convanim.layers.channels import split_channels
from convanim.layers.sizes import SizeLike

_INPUTS = ("input", "inputs", "value", "lhs", "operand")


def size_in_code(
    call: Call, dialect: Dialect, form: Signature, input_size: SizeLike | None
) -> tuple[SizeLike | None, tuple[str, ...]]:
    """The input's size, which may stand in the code as a shape, and what is to be said of it; raises RequestError."""
    shape, channels_last = _shape_in_code(call, dialect, form)
    if shape is None:
        return input_size, ()
    axes, channels = (shape[:-1], shape[-1]) if channels_last else (shape[1:], shape[0])
    inner = None if 0 in axes or not axes else "x".join(map(str, axes))
    if input_size is None:
        return (None if inner is None else f"{channels}@{inner}" if channels else inner), ()
    size, given = split_channels(input_size, None)
    if channels and given not in (None, channels):
        rule = f"the code says {channels} channels"
        raise RequestError("input_size", input_size, rule, "give the size alone, or the same channels")
    written = "x".join(map(str, size)) if isinstance(size, tuple | list) else str(size).strip()
    same = (inner, *({axes[0]} if len(set(axes)) == 1 else ()))
    notes = () if inner is None or written in map(str, same) else (f"the code says an input of {inner}",)
    return (f"{channels}@{written}" if channels else input_size), notes


def _shape_in_code(call: Call, dialect: Dialect, form: Signature) -> tuple[tuple[int, ...] | None, bool]:
    """The shape of what goes in, without the batch, 0 where it is open; and whether channels are its last axis."""
    arguments = dict(zip(form.arguments, call.positional)) | dict(call.keywords)
    said = arguments.get("data_format", arguments.get("layout"))
    is_last = dialect.channels_last
    if isinstance(said, str):
        is_last = not (said.upper().startswith("NC") or said == "channels_first") or said.upper() == "NCC"
    shape: Literal = arguments.get("input_shape")
    batch = arguments.get("batch_input_shape")
    if isinstance(batch, tuple):
        shape = batch[1:]
    if not isinstance(shape, tuple):
        first = arguments.get(form.arguments[0]) if form.arguments and form.arguments[0] in _INPUTS else None
        first = call.inputs[0] if call.inputs else first
        shape = first.shape[1:] if isinstance(first, Name) and len(first.shape) > 2 else None
    if not isinstance(shape, tuple) or not 2 <= len(shape) <= 4:
        return None, is_last
    sizes = tuple(size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else 0 for size in shape)
    return sizes, is_last
