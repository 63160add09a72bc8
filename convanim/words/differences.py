"""What two layers do differently, in plain words. A is what is expected, B what is held against it."""

from collections.abc import Sequence

from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.layer import (
    AvgPool,
    ConvTranspose,
    Layer,
    LPPool,
    MaxPool,
    channels_of,
    filling_of,
    padding_of,
    window_size,
)
from convanim.layers.operation import Reduction
from convanim.layers.sizes import Cell, Sizes, spelled, spelled_short
from convanim.networks.differences import Difference, Taps
from convanim.words.language import Words
from convanim.words.layer_names import layer_name
from convanim.words.padding_sides import sides_words

_UNITS = {1: ("shift_cells",), 2: ("shift_rows", "shift_columns")}
_UNITS[3] = ("shift_slices", *_UNITS[2])
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def verdict(difference: Difference, words: Words) -> str:
    """How many output cells differ, in a few words; of maxima, how many windows: those of two may yet be equal."""
    cells, differing = difference.cells, difference.differing
    if not differing:
        if not difference.same_size:
            return words.counted("other_size_agree", cells)
        return words("equal_weighted" if difference.reduction is Reduction.SUM else "equal_numbers")
    what = "_windows" if difference.reduction is Reduction.MAX else ""
    if not difference.same_size:
        if differing < cells:
            return words(f"other_size_some{what}", cells=cells, differing=differing)
        return words.counted(f"other_size_all{what}", cells)
    if differing == cells:
        return words.counted(f"all{what}_differ", cells)
    return words.counted(f"some{what}_differ", cells - differing, differing=differing, cells=cells)


def framed_verdict(difference: Difference, words: Words) -> str:
    """The verdict as a figure tells it, which frames what only one of the outputs has, too."""
    told, alone = verdict(difference, words), difference.alone
    return words.counted("alone_besides", alone, text=told) if alone else told


def sizes_line(difference: Difference, words: Words) -> str:
    """Whether both outputs are of the same size."""
    a, b = (_shape(side.size, side.layer) for side in (difference.a, difference.b))
    return words("sizes_alike", size=a) if a == b else words("sizes_apart", a=a, b=b)


def window_lines(difference: Difference, words: Words) -> list[str]:
    """Where windows differ, and in what else the two layers do."""
    a, b = difference.a.layer, difference.b.layer
    lines = []
    if window_size(a) != window_size(b):
        kernels = words("kernels_apart", a=spelled(window_size(a)), b=spelled(window_size(b)))
        has_weights = difference.reduction is Reduction.SUM
        lines.append(words.titled(kernels, words("no_weights_fit")) if has_weights else kernels)
    lines += _apart(a.axes, b.axes, words)
    lines += _starts(a, b, words)
    lines += _contents(a, b, words)
    lines += _channels(a, b, words)
    return lines


def _apart(one: Sequence[Axis], other: Sequence[Axis], words: Words) -> list[str]:
    """Distances that differ: of windows, of the cells in one, of input cells with zeros between them."""
    lines = []
    if any(axis.own is not None for axis in (*one, *other)):
        return []  # of windows that are not alike there is no such distance
    for phrase, name in (("windows_apart", "stride"), ("kernel_apart", "dilation"), ("input_apart", "spread")):
        a, b = (tuple(getattr(axis, name) for axis in axes) for axes in (one, other))
        if a != b:
            lines.append(words(phrase, a=spelled_short(a), b=spelled_short(b)))
    return lines


def _starts(a: Layer, b: Layer, words: Words) -> list[str]:
    """Where B's windows start, seen from A's, and the padding that this comes from."""
    alike = isinstance(a, ConvTranspose) == isinstance(b, ConvTranspose)

    def because(text: str) -> str:
        if not alike or padding_of(a) == padding_of(b):
            return text
        against = words("padding_against", a=sides_words(padding_of(a), words), b=sides_words(padding_of(b), words))
        return words.titled(text, against)

    if any(one.spread != other.spread for one, other in zip(a.axes, b.axes)):
        return [because(words("start_elsewhere"))] if padding_of(a) != padding_of(b) else []
    shifts = [other.start(0) - one.start(0) for one, other in zip(a.axes, b.axes)]
    if any(shifts):
        is_first = any(one.stride != other.stride for one, other in zip(a.axes, b.axes))
        text = words("first_window_starts" if is_first else "windows_start", shift=_shifted(shifts, words))
        is_spread = max(axis.spread for axis in a.axes) > 1
        return [because(words("over_zeros", text=text) if is_spread else text)]
    if alike and padding_of(a) != padding_of(b):
        return [because(words("behind_differs"))]
    return []


def _shifted(shifts: Sequence[int], words: Words) -> str:
    """Shifts along the axes: `one row later and two columns earlier`."""
    parts = []
    for sign, phrase in ((1, "later"), (-1, "earlier")):
        moved = [(abs(shift), unit) for shift, unit in zip(shifts, _UNITS[len(shifts)]) if shift * sign > 0]
        if moved:
            said = (words.counted(unit, count, count=_number(count, words)) for count, unit in moved)
            parts.append(words(phrase, shift=_both(list(said), words)))
    return _both(parts, words)


def _both(said: list[str], words: Words) -> str:
    """One or two shifts."""
    return said[0] if len(said) == 1 else words("both", one=said[0], other=said[1])


def _contents(a: Layer, b: Layer, words: Words) -> list[str]:
    """What padding holds, which way the kernel lies, how sizes are rounded, by what means are divided."""
    lines = [*_modes(a, b, words), *_turns(a, b, words)]
    if isinstance(a, LPPool) and isinstance(b, LPPool) and a.norm_type != b.norm_type:
        norms = {"a": words.numeral(a.norm_type), "b": words.numeral(b.norm_type)}
        lines.append(words("norms_apart", **norms))
    if isinstance(a, LPPool) and isinstance(b, LPPool) and a.absolute is not b.absolute:
        lines.append(words("signs_apart", **_names(is_a=a.absolute)))
    if isinstance(a, ConvTranspose) and isinstance(b, ConvTranspose) and a.output_padding != b.output_padding:
        added = {"a": spelled_short(a.output_padding), "b": spelled_short(b.output_padding)}
        lines.append(words("output_padding_adds", **added))
    ceiled = [isinstance(layer, MaxPool | AvgPool | LPPool) and layer.ceil_mode for layer in (a, b)]
    if ceiled[0] is not ceiled[1]:
        lines.append(words("rounds_up", **_names(is_a=ceiled[0])))
    return [*lines, *_divisors(a, b, words)]


def _modes(a: Layer, b: Layer, words: Words) -> list[str]:
    held = [_held(layer, words) for layer in (a, b)]
    if held[0] == held[1] or not any(map(any, (*padding_of(a), *padding_of(b)))):
        return []
    return [words("padding_holds", a=held[0], b=held[1])]


def _held(layer: Layer, words: Words) -> str:
    """What a layer's padding holds."""
    if filling_of(layer):
        return words.numeral(filling_of(layer))
    mode = layer.axes[0].mode
    return words("zeros") if mode is PaddingMode.ZEROS else words("copies", mode=words(mode.value))


def _turns(a: Layer, b: Layer, words: Words) -> list[str]:
    """Which of two kernels lies turned around over the input, and which is a transposed layer's."""
    lines = []
    turned = [any(axis.flipped for axis in layer.axes) for layer in (a, b)]
    if turned[0] is not turned[1]:
        lines.append(words("lies_flipped", **_names(is_a=turned[0])))
    if isinstance(a, ConvTranspose) is not isinstance(b, ConvTranspose):
        lines.append(words("transposed_apart", a=layer_name(a, words), b=layer_name(b, words)))
    return lines


def _divisors(a: Layer, b: Layer, words: Words) -> list[str]:
    if not isinstance(a, AvgPool) or not isinstance(b, AvgPool):
        return []
    said = [_divided(layer, words) for layer in (a, b)]
    has_own = a.divisor_override is not None or b.divisor_override is not None
    if said[0] == said[1] or not (has_own or any(map(any, (*padding_of(a), *padding_of(b))))):
        return []
    return [words("divides_by", a=said[0], b=said[1])]


def _divided(layer: AvgPool, words: Words) -> str:
    if layer.divisor_override is not None:
        return words.numeral(layer.divisor_override)
    return words("window_cells" if layer.count_include_pad else "real_cells")


def _channels(a: Layer, b: Layer, words: Words) -> list[str]:
    one, other = channels_of(a), channels_of(b)
    if one is None or other is None or one == other:
        return []
    lines = []
    if one.outputs != other.outputs:
        filters = words.counted("filters_count", one.outputs)
        lines.append(words("filters_apart", a=filters, b=other.outputs))
    if one.groups != other.groups:
        groups, others = (words("groups", number=channels.groups) for channels in (one, other))
        read = words("groups_apart", a=one.read, inputs=one.inputs, groups=groups, b=other.read, others=others)
        lines.append(words.titled(read, words("no_weights_fit")))
    return lines


def taps_line(taps: Taps, reduction: Reduction, words: Words) -> str:
    """What the reads of all windows find."""
    if reduction not in (Reduction.SUM, Reduction.COPY):
        return words("window_taps", both=taps.same, a=taps.only_a, b=taps.only_b)
    every = taps.same + taps.other + taps.only_a + taps.only_b + taps.neither
    parts = [
        (taps.other, "taps_other"),
        (taps.only_a, "taps_a"),
        (taps.only_b, "taps_b"),
        (taps.neither, "taps_neither"),
    ]
    said = [words("taps_same", count=taps.same), *(words(phrase, count=count) for count, phrase in parts if count)]
    return words("taps", count=every, parts=words("list").join(said))


def spelled_cell(cell: Cell) -> str:
    """A cell as text names it: `(0, 3)`; on one axis `3`."""
    return str(cell[0]) if len(cell) == 1 else f"({', '.join(map(str, cell))})"


def _names(*, is_a: bool) -> dict[str, int | str]:
    """Which of the two it is that a phrase has first."""
    return {"one": "A", "other": "B"} if is_a else {"one": "B", "other": "A"}


def _shape(size: Sizes, layer: Layer) -> str:
    channels = channels_of(layer)
    return spelled(size) if channels is None else f"{channels.outputs}@{spelled(size)}"


def _number(count: int, words: Words) -> str:
    """A small number in a word, where the language has it so."""
    return words(_NUMBERS[count - 1]) if count <= len(_NUMBERS) else words.count(count)
