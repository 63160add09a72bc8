"""Output sizes, windows and taps: laws that hold for every operation, against the brute-force oracle."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.oracle import cells, oracle_of
from helpers.strategies import LAYERS, MOVING, convs, layers, whole
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, cell_count, output_size, window_size
from convanim.layers.operations import OPERATIONS, operation_of
from convanim.layers.step_order import ravel, unravel
from convanim.numbers.values import values_of

every_op = pytest.mark.parametrize("op", list(LAYERS))
few = campaign(100)


def taps_of(layer: Layer) -> dict[tuple[int, ...], list[tuple[tuple[int, ...], tuple[int, ...] | None]]]:
    """All taps of a layer, by output cell."""
    geometry = Geometry(layer)
    steps = [geometry.output(step) for step in range(geometry.steps)]
    return {output: [(tap.kernel, tap.input) for tap in geometry.taps(output)] for output in steps}


def run(layer: Conv | ConvTranspose, numbers: NDArray[np.int64], kernel: NDArray[np.int64]) -> NDArray[Any]:
    """What a layer with weights makes of numbers."""
    return values_of(Geometry(layer), numbers, kernel).output


def test_every_operation_has_a_strategy() -> None:
    """The strategies walk the whole registry, so that a new operation cannot go untested."""
    assert set(LAYERS) | set(MOVING) == set(OPERATIONS)


@every_op
@few
@given(data=st.data())
def test_sizes_and_taps_are_those_of_the_definition(op: str, data: st.DataObject) -> None:
    """Output size, the order of steps and all taps equal what sliding (or stamping) by brute force finds."""
    layer = data.draw(layers(op))
    oracle = oracle_of(layer)
    assert operation_of(layer) is OPERATIONS[op]
    assert output_size(layer) == Geometry(layer).output_size == oracle.output_size
    taps = taps_of(layer)
    assert list(taps) == cells(oracle.output_size)
    assert taps == oracle.taps
    read = {output: [cell for _, cell in found if cell is not None] for output, found in taps.items()}
    assert {output: list(Geometry(layer).cells_read(output)) for output in taps} == read


@every_op
@few
@given(data=st.data())
def test_masks_are_unions_of_taps(op: str, data: st.DataObject) -> None:
    """`read` marks exactly the input cells in some window, `reached` the output cells with some real tap."""
    layer = data.draw(layers(op))
    geometry, oracle = Geometry(layer), oracle_of(layer)
    assert geometry.read.shape == layer.input_size
    assert geometry.reached.shape == oracle.output_size
    np.testing.assert_array_equal(geometry.read, oracle.read(layer.input_size))
    np.testing.assert_array_equal(geometry.reached, oracle.reached())


@every_op
@few
@given(data=st.data())
def test_divisors_are_counted(op: str, data: st.DataObject) -> None:
    """A mean's divisor is the number of places that count in its window; other operations have none."""
    layer = data.draw(layers(op))
    geometry, oracle = Geometry(layer), oracle_of(layer)
    assert {o: geometry.divisor(o) for o in oracle.taps} == {o: oracle.divisors.get(o) for o in oracle.taps}
    assert all(divisor != 0 for divisor in oracle.divisors.values())


@few
@given(layer=layers("upsample"))
def test_weights_are_those_of_the_definition(layer: Layer) -> None:
    """An interpolation's taps weigh what a hat or a cubic around the source point does, and 1 in all."""
    geometry, oracle = Geometry(layer), oracle_of(layer)
    for output, weights in oracle.weights.items():
        found = [tap.weight for tap in geometry.taps(output)]
        assert found == [float(weight) for weight in weights]
        assert sum(weights) == 1


@every_op
@few
@given(data=st.data())
def test_stamps_are_taps_transposed(op: str, data: st.DataObject) -> None:
    """The scatter reading holds exactly the triples (input, kernel, output) of the gather reading."""
    layer = data.draw(layers(op))
    geometry = Geometry(layer)
    gathered = {(i, k, o) for o, taps in taps_of(layer).items() for k, i in taps if i is not None}
    scattered = set()
    for cell in cells(layer.input_size):
        stamps = list(geometry.stamps(cell))
        assert list(dict.fromkeys(stamp.kernel for stamp in stamps)) == cells(window_size(layer))
        scattered |= {(cell, stamp.kernel, stamp.output) for stamp in stamps if stamp.output is not None}
    assert scattered == gathered


@every_op
@few
@given(data=st.data())
def test_positions_agree_with_taps(op: str, data: st.DataObject) -> None:
    """Where a kernel cell stands on a real cell there is a tap, elsewhere a null one; all lies on the picture."""
    layer = data.draw(layers(op))
    geometry = Geometry(layer)
    for output in cells(geometry.output_size):
        taps, positions = list(geometry.taps(output)), list(geometry.positions(output))
        assert len(taps) == len(positions)
        for tap, position in zip(taps, positions):
            met = [axis.input_at(p) for axis, p in zip(geometry.axes, position)]
            kinds = [axis.kind(p) for axis, p in zip(geometry.axes, position)]
            assert tap.input == (None if None in met else tuple(met))
            copied = [axis.is_copy(p) for axis, p in zip(geometry.axes, position)]
            assert tap.is_copy == any(copied)
            assert (tap.input is not None) == (all(kind is CellKind.INPUT for kind in kinds) or any(copied))
            assert all(p in axis.positions for axis, p in zip(geometry.axes, position))
            under = [axis.kernel_at(o, p) for axis, o, p in zip(geometry.axes, output, position)]
            assert tuple(under) == tap.kernel


@every_op
@few
@given(data=st.data())
def test_kinds_partition_an_axis(op: str, data: st.DataObject) -> None:
    """Along each axis stand: padding, the input's cells with stride − 1 zeros between them, padding, overhang."""
    layer = data.draw(layers(op))
    for axis in Geometry(layer).axes:
        kinds = [axis.kind(p) for p in axis.positions]
        cells_between = [
            CellKind.INPUT,
            *[*[CellKind.ZERO] * (axis.spread - 1), CellKind.INPUT] * (axis.input_size - 1),
        ]
        start = max(axis.before, 0)
        expected = [CellKind.PADDING] * start + cells_between + [CellKind.PADDING] * max(axis.after, 0)
        assert kinds[: len(expected)] == expected
        assert set(kinds[len(expected) :]) <= {CellKind.OVERHANG}
        if not getattr(layer, "ceil_mode", False):
            assert len(kinds) == len(expected)
        real = [i for p in axis.positions if not axis.is_copy(p) and (i := axis.input_at(p)) is not None]
        assert real == list(range(axis.input_size))
        windows = {p for o in range(axis.output_size) for p in range(axis.start(o), axis.start(o) + axis.span(o))}
        assert all(axis.kernel_at(0, p) is None for p in axis.positions if p not in windows)


@every_op
@few
@given(data=st.data())
def test_cells_are_counted_without_drawing_them(op: str, data: st.DataObject) -> None:
    """`cell_count` is the padded or zero-stuffed input's cells and the output's."""
    layer = data.draw(layers(op))
    pictured = np.prod([len(axis.positions) for axis in layer.axes])
    assert cell_count(layer) == pictured + len(oracle_of(layer).taps)


@every_op
@few
@given(data=st.data())
def test_read_tables_list_the_same_taps(op: str, data: st.DataObject) -> None:
    """The per-axis tables that the numbers are worked out from hold each axis's reads, −1 for none."""
    layer = data.draw(layers(op))
    geometry = Geometry(layer)
    for output, taps in oracle_of(layer).taps.items():
        for kernel, cell in taps:
            found = tuple(int(table[o, k]) for table, o, k in zip(geometry.reads, output, kernel))
            assert cell == (None if -1 in found else found)


@few
@given(data=st.data())
def test_transposed_convolution_is_the_adjoint(data: st.DataObject) -> None:
    """⟨conv(x, w), y⟩ = ⟨x, conv_transpose(y, w)⟩ for the same kernel, stride, padding and dilation."""
    conv = data.draw(convs())
    outputs = output_size(conv)
    rest = tuple(
        (n + before + after - d * (k - 1) - 1) % s
        for n, k, s, (before, after), d in zip(
            conv.input_size, conv.kernel_size, conv.stride, conv.padding, conv.dilation
        )
    )
    adjoint = ConvTranspose(outputs, conv.kernel_size, conv.stride, conv.padding, rest, conv.dilation)
    assert output_size(adjoint) == conv.input_size
    x, y, w = (data.draw(whole(size)) for size in (conv.input_size, outputs, conv.kernel_size))
    assert np.sum(run(conv, x, w) * y) == np.sum(x * run(adjoint, y, w))


def test_the_documented_json_example() -> None:
    """The taps of `conv -i 3 -k 2 -p 1:0 --dims 1` are those that the design spells out."""
    layer = Conv(3, 2, padding="1:0", dims=1)
    assert (layer.input_size, layer.padding, output_size(layer)) == ((3,), ((1, 0),), (3,))
    assert [list(Geometry(layer).taps((o,))) for o in range(3)] == [
        [Tap((0,), None), Tap((1,), (0,))],
        [Tap((0,), (0,)), Tap((1,), (1,))],
        [Tap((0,), (1,)), Tap((1,), (2,))],
    ]


def test_a_stride_leaves_cells_unread() -> None:
    """A 1x1 kernel with stride 2 reads 9 cells of 5x5 and leaves 16."""
    assert int((~Geometry(Conv(5, 1, 2)).read).sum()) == 16
    assert Geometry(Conv(6, 3, 2, 0)).read[5].sum() == Geometry(Conv(6, 3, 2, 0)).read[:, 5].sum() == 0


def test_ceil_mode_window_larger_than_the_padded_input() -> None:
    """2x2, kernel 3, stride 2 gives 1x1 with ceil_mode: all four cells are read, the rest hangs over."""
    layer = MaxPool(2, 3, 2, ceil_mode=True)
    assert output_size(layer) == (1, 1)
    assert [tap.input for tap in Geometry(layer).taps((0, 0))][2::3] == [None, None, None]
    assert [axis.kind(2) for axis in layer.axes] == [CellKind.OVERHANG] * 2
    assert Geometry(AvgPool(2, 3, 2, ceil_mode=True)).divisor((0, 0)) == 4


def test_ceil_mode_drops_a_window_that_starts_in_the_padding() -> None:
    """With ceil_mode no window starts behind the last real cell: 3, kernel 2, stride 3, padding 1 gives 2, not 3."""
    assert output_size(MaxPool(3, 2, 3, 1, ceil_mode=True, dims=1)) == (2,)
    assert output_size(MaxPool(2, 2, 2, 1, ceil_mode=True, dims=1)) == (2,)
    assert output_size(MaxPool(1, 1, 3, ceil_mode=True, dims=1)) == (1,)


def test_cropping_past_the_kernel() -> None:
    """Padding beyond ke − 1 is a negative border: whole input cells are cropped and never read."""
    layer = ConvTranspose(5, 3, 1, 3, dims=1)
    (axis,) = layer.axes
    assert (axis.before, axis.after, axis.first, axis.last) == (-1, -1, 0, 4)
    assert output_size(layer) == (1,)
    assert Geometry(layer).read.tolist() == [False, True, True, True, False]
    assert [tap.input for tap in Geometry(layer).taps((0,))] == [(3,), (2,), (1,)]


def test_output_padding_uncovers_cropped_cells_first() -> None:
    """`output_padding` within `after` shows cells that cropping hid; beyond it, cells that no tap reaches."""
    hidden = Geometry(ConvTranspose(2, 3, 2, 1, dims=1))
    uncovered = Geometry(ConvTranspose(2, 3, 2, 1, 1, dims=1))
    assert (hidden.output_size, uncovered.output_size) == ((3,), (4,))
    assert uncovered.reached.all()
    assert [tap.input for tap in uncovered.taps((3,))] == [None, None, (1,)]
    beyond = Geometry(ConvTranspose(2, 3, 4, "0:1", 3, dims=1))
    assert beyond.output_size == (9,)
    assert beyond.reached.tolist() == [True, True, True, False, True, True, True, False, False]


def test_kernel_cells_meet_in_the_documented_output() -> None:
    """Input `a` and kernel cell `b` meet in output `a·stride − before + b·dilation`."""
    layer = ConvTranspose(3, 3, 4, "2:1", 2, 3, dims=1)
    for a in range(3):
        meeting = [a * 4 - 2 + b * 3 for b in range(3)]
        kept = [(o,) if 0 <= o < output_size(layer)[0] else None for o in meeting]
        assert [stamp.output for stamp in Geometry(layer).stamps((a,))] == kept


@given(size=st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple))
def test_ravel_and_unravel_are_inverse(size: tuple[int, ...]) -> None:
    """Row-major order is numpy's, both ways."""
    for index, cell in enumerate(np.ndindex(*size)):
        assert unravel(index, size) == cell
        assert ravel(cell, size) == index
