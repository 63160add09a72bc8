"""How many channels a layer reads and makes, and which of them talk to which."""

from collections.abc import Iterable
from operator import index
from typing import NamedTuple, SupportsIndex

from convanim.errors import RequestError
from convanim.layers.sizes import LARGEST, SizeLike


class Channels(NamedTuple):
    """Channels in, channels out, and the groups that keep to themselves; a pool has one group a channel."""

    inputs: int
    outputs: int
    groups: int

    @property
    def read(self) -> int:
        """How many input channels one output channel reads."""
        return self.inputs // self.groups

    @property
    def made(self) -> int:
        """How many output channels one group makes."""
        return self.outputs // self.groups

    def group(self, output: int) -> int:
        """The group of an output channel."""
        return output // self.made

    def inputs_of(self, outputs: Iterable[int]) -> list[int]:
        """The input channels that some output channels read, ascending."""
        groups = sorted({self.group(output) for output in outputs})
        return [group * self.read + i for group in groups for i in range(self.read)]


def split_channels(input_size: SizeLike, in_channels: object) -> tuple[SizeLike, int | None]:
    """The spatial size and the channels of an input: `3@32x32` is LeCun's notation for three maps of 32x32.

    Raises RequestError when both say how many channels there are and they differ.
    """
    channels = None if in_channels is None else channel_count("in_channels", in_channels)
    if not isinstance(input_size, str) or "@" not in input_size:
        return input_size, channels
    before, _, size = input_size.partition("@")
    if not before.strip().isdecimal() or not before.strip().isascii() or len(before.strip()) > 18 or "@" in size:
        fix = "write channels@height x width, such as 3@32x32"
        raise RequestError("input_size", input_size, "before the @ stands how many channels there are", fix)
    if not size.strip():
        raise RequestError("input_size", input_size, "no size stands behind the @", "write it, such as 3@32x32")
    said = channel_count("input_size", int(before.strip()))
    if channels is not None and channels != said:
        rule = f"in_channels says {channels}"
        raise RequestError("input_size", input_size, rule, "say it once, or the same")
    return size, said


def channel_count(field: str, value: object) -> int:
    """A number of channels or groups; raises RequestError."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value) < 19:
        value = int(value.strip())
    if not isinstance(value, SupportsIndex) or isinstance(value, bool):
        raise RequestError(field, value, "not a whole number", "give one such as 3")
    number = index(value)
    if number < 1:
        raise RequestError(field, number, "must be at least 1", "try 1 or more")
    if number >= LARGEST:
        raise RequestError(field, number, "has more than 18 digits", "give a smaller number")
    return number


def all_channels(in_channels: int | None, out_channels: object, groups: object) -> tuple[int | None, int | None, int]:
    """in_channels, out_channels and groups; where some are given, those left out are as many as there are groups.

    Raises RequestError when the groups do not divide them.
    """
    group_count = channel_count("groups", 1 if groups is None else groups)
    outputs = None if out_channels is None else channel_count("out_channels", out_channels)
    if in_channels is None and outputs is None and group_count == 1:
        return None, None, 1
    inputs = group_count if in_channels is None else in_channels
    outputs = group_count if outputs is None else outputs
    for field, count in (("in_channels", inputs), ("out_channels", outputs)):
        if count % group_count:
            rule = f"does not divide {field} {count}"
            raise RequestError("groups", group_count, rule, f"try {_divisors(inputs, outputs)}")
    return inputs, outputs, group_count


def _divisors(inputs: int, outputs: int) -> str:
    common = [n for n in range(1, min(inputs, outputs, 1000) + 1) if inputs % n == 0 and outputs % n == 0]
    return " or ".join(map(str, common[-3:]))
