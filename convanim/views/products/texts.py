"""What stands in the entries of a layer's matrix, and which colour each has."""

from math import prod

from convanim.layers.kinds.rearranged import channel_phase
from convanim.layers.layer import Rearranged, kernel_shape, window_size
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.layers.step_order import ravel
from convanim.numbers.as_matrix import Entry, LayerMatrix
from convanim.words.language import Words
from convanim.words.numerals import weights_of

HUES = 12  # kernel cells from one hue to where it comes again
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def kernel_texts(matrix: LayerMatrix, words: Words) -> tuple[str, ...]:
    """What stands in each cell of a kernel that all of the matrix shares: its weight, else a letter.

    Nothing where there is no such kernel, or more cells than letters.
    """
    layer = matrix.geometry.layer
    if not operation_of(layer).has_weights or prod(kernel_shape(layer)) != prod(window_size(layer)):
        return ()
    if matrix.kernel is not None:
        numbers = [float(x) for x in matrix.kernel.ravel().tolist()]
        texts = weights_of(numbers, words.decimal).texts
        return tuple(texts[x] for x in numbers)
    cells = prod(window_size(layer))
    return tuple(_LETTERS[:cells]) if cells <= len(_LETTERS) else ()


def entry_texts(matrix: LayerMatrix, words: Words) -> tuple[str, ...]:
    """What stands in each entry: its number, else the letters of its kernel cells; nothing where it has neither."""
    if matrix.numbers is not None:
        texts = weights_of(matrix.numbers, words.decimal).texts
        return tuple(texts[x] for x in matrix.numbers)
    letters = kernel_texts(matrix, words)
    if not letters:
        return ()
    return tuple("+".join(letters[_place(matrix, tap.kernel)] for tap in entry.taps) for entry in matrix.entries)


def has_filter_hues(matrix: LayerMatrix) -> bool:
    """Whether hues tell filters apart, as those of 1×1 have no cells that would."""
    return matrix.geometry.channels is not None and prod(window_size(matrix.geometry.layer)) == 1


def entry_series(matrix: LayerMatrix, entry: Entry) -> int | None:
    """The hue of an entry: that of its kernel cell; none where several meet in it, or there is no kernel.

    That of what moves cells is its channel's, as in other views.
    """
    layer = matrix.geometry.layer
    if isinstance(layer, Rearranged):
        (tap,) = entry.taps
        assert tap.input is not None
        return channel_phase(layer, tap.kernel[0], tap.input[0]) % HUES
    if has_filter_hues(matrix) and operation_of(matrix.geometry.layer).has_weights:
        return entry.row // prod(matrix.geometry.output_size) % HUES
    return cell_series(matrix, entry.taps[0].kernel) if len(entry.taps) == 1 else None


def cell_series(matrix: LayerMatrix, kernel: Cell) -> int | None:
    """The hue of a kernel cell, the same in all channels."""
    if not operation_of(matrix.geometry.layer).has_weights:
        return None
    return _place(matrix, kernel) % HUES


def _place(matrix: LayerMatrix, kernel: Cell) -> int:
    """The row-major place of a kernel cell within its slice."""
    size = window_size(matrix.geometry.layer)
    return ravel(kernel[-len(size) :], size)


def lit_role(matrix: LayerMatrix, hue: int | None, *, is_framed: bool) -> str:
    """How a weight and what it meets are lit where a frame is around them: in the weight's own colour.

    Lit in a stronger one, a weight whose hue comes again would look like another one at rest.
    """
    has_own = hue is not None and operation_of(matrix.geometry.layer).has_weights and not has_filter_hues(matrix)
    return "kernel" if is_framed and has_own else "window"
