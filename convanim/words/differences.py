"""What two layers do differently, in plain words. A is what is expected, B what is held against it."""

from collections.abc import Sequence

from convanim.layers.axis import Axis
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, channels_of
from convanim.layers.operations import Reduction
from convanim.layers.sizes import Cell, Sides, Sizes, spelled, spelled_short
from convanim.networks.differences import Difference, Taps
from convanim.words.numerals import numeral

MARK = "×"
_UNITS = {1: ("cell",), 2: ("row", "column"), 3: ("slice", "row", "column")}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def verdict(difference: Difference) -> str:
    """How many output cells differ, in a few words."""
    cells, differing = difference.cells, difference.differing
    if not difference.same_size:
        how = "all agree" if not differing else "all differ" if differing == cells else f"{differing:,} differ"
        return f"outputs are not of one size; of the {_counted(cells, 'cell')} that both have {how}"
    if not differing:
        what = "numbers and weights" if difference.reduction is Reduction.SUM else "numbers"
        return f"equal: outputs agree for all {what}"
    if differing == cells:
        return f"all {cells:,} output cells differ" if cells > 1 else "the only output cell differs"
    agree = cells - differing
    also = f"{agree:,} {'agrees' if agree == 1 else 'agree'} all the same"
    return f"{differing:,} of {cells:,} output cells differ, {also}"


def marked(difference: Difference) -> str:
    """What the marks of a figure mean, and how many there are."""
    return f"{MARK} differs from the other: {verdict(difference)}"


def sizes_line(difference: Difference) -> str:
    """Whether both outputs are of the same size."""
    a, b = (_shape(side.size, side.layer) for side in (difference.a, difference.b))
    return f"sizes: both make {a}" if a == b else f"sizes: A makes {a}, B {b}"


def window_lines(difference: Difference) -> list[str]:
    """Where windows differ, and in what else the two layers do."""
    a, b = difference.a.layer, difference.b.layer
    lines = []
    if a.kernel_size != b.kernel_size:
        fit = ": no weights fit both" if difference.reduction is Reduction.SUM else ""
        lines.append(f"A's kernel is {spelled(a.kernel_size)}, B's {spelled(b.kernel_size)}{fit}")
    lines += _apart(a.axes, b.axes)
    lines += _starts(a, b)
    lines += _contents(a, b)
    lines += _channels(a, b)
    return lines


def _apart(one: Sequence[Axis], other: Sequence[Axis]) -> list[str]:
    """Distances that differ: of windows, of the cells in one, of input cells with zeros between them."""
    lines = []
    for what, name in (
        ("windows are", "stride"),
        ("cells of the kernel are", "dilation"),
        ("input cells are", "spread"),
    ):
        a, b = (tuple(getattr(axis, name) for axis in axes) for axes in (one, other))
        if a != b:
            zeros = ", with zeros between them" if name == "spread" else ""
            lines.append(f"B's {what} {spelled_short(b)} apart{zeros}, A's {spelled_short(a)}")
    return lines


def _starts(a: Layer, b: Layer) -> list[str]:
    """Where B's windows start, seen from A's, and the padding that this comes from."""
    alike = isinstance(a, ConvTranspose) == isinstance(b, ConvTranspose)
    against = f": padding {spelled_pairs(b.padding)} against {spelled_pairs(a.padding)}" if alike else ""
    if any(one.spread != other.spread for one, other in zip(a.axes, b.axes)):
        return [f"they start elsewhere{against}"] if a.padding != b.padding else []
    shifts = [other.start(0) - one.start(0) for one, other in zip(a.axes, b.axes)]
    if any(shifts):
        units = _UNITS[len(shifts)]
        # A single window starts, and more of them start.
        word = "first window starts" if any(x.stride != y.stride for x, y in zip(a.axes, b.axes)) else "windows start"
        moved = [(shift, f"{_number(abs(shift))} {unit}{'s' * (abs(shift) > 1)}") for shift, unit in zip(shifts, units)]
        parts = []
        for sign, how in ((1, "later"), (-1, "earlier")):
            found = [said for shift, said in moved if shift * sign > 0]
            if found:
                parts.append(f"{' and '.join(found)} {how}")
        over = " over the zero-stuffed input" if max(axis.spread for axis in a.axes) > 1 else ""
        return [f"B's {word} {' and '.join(parts)}{over}{against}"]
    if alike and a.padding != b.padding:
        return [f"windows start at the same cells, and what is behind the input differs{against}"]
    return []


def _contents(a: Layer, b: Layer) -> list[str]:
    """What padding holds, which way the kernel lies, how sizes are rounded, by what means are divided."""
    lines = [*_modes(a, b), *_turns(a, b)]
    if isinstance(a, ConvTranspose) and isinstance(b, ConvTranspose) and a.output_padding != b.output_padding:
        added = [spelled_short(layer.output_padding) for layer in (a, b)]
        lines.append(f"output_padding adds {added[0]} behind A, {added[1]} behind B")
    ceiled = [isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode for layer in (a, b)]
    if ceiled[0] is not ceiled[1]:
        one, other = ("A", "B") if ceiled[0] else ("B", "A")
        lines.append(f"{one} rounds its size up, so that windows may hang over the end (ceil_mode), {other} down")
    return [*lines, *_divisors(a, b)]


def _modes(a: Layer, b: Layer) -> list[str]:
    modes = [layer.padding_mode if isinstance(layer, Conv) else "zeros" for layer in (a, b)]
    if modes[0] == modes[1] or not any(map(any, (*a.padding, *b.padding))):
        return []
    held = ["zeros" if mode == "zeros" else f"copies ({mode})" for mode in modes]
    return [f"A's padding holds {held[0]}, B's {held[1]}"]


def _turns(a: Layer, b: Layer) -> list[str]:
    """Which of two kernels lies turned around over the input, and which is a transposed layer's."""
    lines = []
    turned = [any(axis.flipped for axis in layer.axes) for layer in (a, b)]
    if turned[0] is not turned[1]:
        one, other = ("A", "B") if turned[0] else ("B", "A")
        lines.append(f"{one}'s kernel lies flipped over the input, its last cell first, {other}'s does not")
    transposed = [isinstance(layer, ConvTranspose) for layer in (a, b)]
    if transposed[0] is not transposed[1]:
        names = ["conv transpose" if each else "conv" for each in transposed]
        lines.append(f"A is a {names[0]}, B a {names[1]}: the transposed one's weights have input channels in front")
    return lines


def _divisors(a: Layer, b: Layer) -> list[str]:
    if not isinstance(a, AvgPool) or not isinstance(b, AvgPool):
        return []
    said = [_divided(layer) for layer in (a, b)]
    has_own = a.divisor_override is not None or b.divisor_override is not None
    if said[0] == said[1] or not (has_own or any(map(any, (*a.padding, *b.padding)))):
        return []
    return [f"A divides by {said[0]}, B by {said[1]}"]


def _divided(layer: AvgPool) -> str:
    if layer.divisor_override is not None:
        return numeral(layer.divisor_override)
    return "all cells of the window, padded ones counted" if layer.count_include_pad else "the real cells alone"


def _channels(a: Layer, b: Layer) -> list[str]:
    one, other = channels_of(a), channels_of(b)
    if one is None or other is None or one == other:
        return []
    lines = []
    if one.outputs != other.outputs:
        lines.append(f"A has {_counted(one.outputs, 'filter')}, B {other.outputs:,}")
    if one.groups != other.groups:
        lines.append(
            f"A's filters read {one.read:,} of {one.inputs:,} channels (groups {one.groups:,}), "
            f"B's {other.read:,} (groups {other.groups:,}): no weights fit both"
        )
    return lines


def taps_line(taps: Taps, reduction: Reduction) -> str:
    """What the reads of all windows find."""
    if reduction is not Reduction.SUM:
        return f"cells in windows: {taps.same:,} in both, {taps.only_a:,} in A's alone, {taps.only_b:,} in B's alone"
    every = taps.same + taps.other + taps.only_a + taps.only_b + taps.neither
    parts = [
        (taps.other, "another one in B"),
        (taps.only_a, "a cell in A and a zero in B"),
        (taps.only_b, "a zero in A and a cell in B"),
        (taps.neither, "a zero in both"),
    ]
    said = [f"{count:,} {what}" for count, what in parts if count]
    return f"taps: of {every:,}, {', '.join([f'{taps.same:,} read the same cell in both', *said])}"


def spelled_cell(cell: Cell) -> str:
    """A cell as text names it: `(0, 3)`; on one axis `3`."""
    return str(cell[0]) if len(cell) == 1 else f"({', '.join(map(str, cell))})"


def spelled_pairs(sides: Sides) -> str:
    """Padding with both sides of each axis, once where all are alike: `0:1`, `0:1×1:1`."""
    pairs = [f"{before}:{after}" for before, after in sides]
    return pairs[0] if len(set(pairs)) == 1 else "×".join(pairs)


def _shape(size: Sizes, layer: Layer) -> str:
    channels = channels_of(layer)
    return spelled(size) if channels is None else f"{channels.outputs}@{spelled(size)}"


def _number(count: int) -> str:
    return _NUMBERS.get(count, f"{count:,}")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
