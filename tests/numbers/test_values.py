"""What layers make of numbers, against exact arithmetic in Python's own whole numbers and fractions."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.oracle import cells, maxima, means, oracle_of, sums
from helpers.strategies import avg_pools, convs, max_pools, transposed, whole
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray

from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool, output_size
from convanim.numbers.values import Values, partial_sum, values_of, winner

few = campaign(150)
line = pytest.mark.filterwarnings("error")  # an overflow that numpy warns of is a wrong number in the picture


def worked_out(layer: Any, numbers: Any, kernel: Any = None) -> Values:
    """The values of a layer over nested lists of numbers."""
    weights = None if kernel is None else np.array(kernel)
    return values_of(Geometry(layer), np.array(numbers), weights)


@few
@given(data=st.data())
def test_weighted_sums_are_exact(data: st.DataObject) -> None:
    """Whole numbers stay whole and equal the definition's sums, in convolutions of both kinds."""
    layer = data.draw(convs() | transposed())
    numbers, kernel = data.draw(whole(layer.input_size)), data.draw(whole(layer.kernel_size))
    values = values_of(Geometry(layer), numbers, kernel)
    assert values.output.dtype == np.int64
    assert values.output.shape == output_size(layer)
    assert {cell: int(values.output[cell]) for cell in cells(values.output.shape)} == sums(
        oracle_of(layer), numbers, kernel
    )
    assert (values.input is numbers, values.kernel is kernel) == (True, True)


@few
@given(data=st.data())
def test_fractions_are_summed_in_floating_point(data: st.DataObject) -> None:
    """Halves in the input or in the kernel give exact halves in the output."""
    layer = data.draw(convs() | transposed())
    numbers, kernel = data.draw(whole(layer.input_size)), data.draw(whole(layer.kernel_size))
    exact = sums(oracle_of(layer), numbers, kernel)
    for x, w, scale in ((numbers / 2, kernel, 2), (numbers, kernel / 2, 2), (numbers / 2, kernel / 4, 8)):
        output = values_of(Geometry(layer), x, w).output
        assert output.dtype == np.float64
        assert {cell: float(output[cell]) * scale for cell in exact} == exact


@few
@given(data=st.data())
def test_maxima_are_exact(data: st.DataObject) -> None:
    """The output holds each window's largest real cell, −inf where there is none, whole where it can be."""
    layer = data.draw(max_pools())
    numbers = data.draw(whole(layer.input_size, 3))
    expected = maxima(oracle_of(layer), numbers)
    output = values_of(Geometry(layer), numbers, None).output
    assert {o: float(output[o]) for o in expected} == {o: m[0] if m else -np.inf for o, m in expected.items()}
    assert (output.dtype == np.int64) == all(expected.values())


@few
@given(data=st.data())
def test_the_first_maximum_wins(data: st.DataObject) -> None:
    """The winner is the kernel cell that meets the maximum first in row-major order, or none."""
    layer = data.draw(max_pools())
    numbers = data.draw(whole(layer.input_size, 2))
    for output, expected in maxima(oracle_of(layer), numbers).items():
        assert winner(Geometry(layer), numbers, output) == (expected[1] if expected else None)


@few
@given(data=st.data())
def test_means_are_exact(data: st.DataObject) -> None:
    """A mean is the sum of the real cells over the divisor, to the last bit."""
    layer = data.draw(avg_pools())
    numbers = data.draw(whole(layer.input_size))
    expected = means(oracle_of(layer), numbers)
    output = values_of(Geometry(layer), numbers, None).output
    assert output.dtype == np.float64
    assert {cell: float(output[cell]) for cell in expected} == {cell: float(mean) for cell, mean in expected.items()}


@few
@given(data=st.data())
def test_partial_sums_grow_into_the_output(data: st.DataObject) -> None:
    """After each input cell a partial sum holds what has been stamped so far; after the last, the output."""
    layer = data.draw(transposed() | convs())
    numbers, kernel = data.draw(whole(layer.input_size)), data.draw(whole(layer.kernel_size))
    geometry, names = Geometry(layer), cells(layer.input_size)
    values = values_of(geometry, numbers, kernel)
    output = data.draw(st.sampled_from(cells(geometry.output_size)))
    taps = oracle_of(layer).taps[output]
    for last in range(-1, len(names)):
        so_far = sum(int(kernel[k]) * int(numbers[c]) for k, c in taps if c is not None and c in names[: last + 1])
        partial = partial_sum(geometry, values, output, last)
        assert type(partial) is int
        assert partial == so_far
    assert so_far == values.output[output]


def test_the_documented_average() -> None:
    """4x4 of 1…16, kernel 3, stride 2, padding 1, ceil_mode gives the table of the design."""
    output = worked_out(AvgPool(4, 3, 2, 1, ceil_mode=True), np.arange(1, 17).reshape(4, 4)).output
    expected = [[1.5556, 3.3333, 2], [6.3333, 11, 6], [4.5, 7.5, 4]]
    np.testing.assert_array_equal(output.round(4), expected)


def test_the_kernel_is_not_flipped() -> None:
    """A convolution is a cross-correlation; its transpose stamps the kernel as it is."""
    assert worked_out(Conv(4, 3, dims=1), [0, 1, 0, 0], [1, 2, 3]).output.tolist() == [2, 1]
    assert worked_out(Conv(3, 3, padding=2, dims=1), [0, 1, 0], [1, 2, 3]).output.tolist() == [0, 3, 2, 1, 0]
    assert worked_out(ConvTranspose(3, 3, dims=1), [0, 1, 0], [1, 2, 3]).output.tolist() == [0, 1, 2, 3, 0]
    assert worked_out(ConvTranspose(2, 2, 3, dims=1), [1, 10], [1, 2]).output.tolist() == [1, 2, 0, 10, 20]


def test_a_window_of_padding_alone() -> None:
    """A dilated max window that meets no real cell gives −inf and has no winner; others are unharmed."""
    layer = MaxPool(2, 2, 3, 1, 3, dims=1)
    assert worked_out(layer, [5, 6]).output.tolist() == [-np.inf]
    assert winner(Geometry(layer), np.array([5, 6]), (0,)) is None
    wider = MaxPool(2, 2, 1, 1, 3, ceil_mode=False)
    assert np.isneginf(worked_out(wider, [[-5, -6], [-7, -8]]).output).all()
    some = worked_out(MaxPool(3, 2, 1, 1, 3, dims=1), [-1, -2, -3]).output
    assert some.tolist() == [-3, -1]
    assert worked_out(MaxPool(2, 2, 1, "same", 3, dims=1), [5, 6]).output.tolist() == [-np.inf, 5]


def test_padding_never_wins_a_maximum() -> None:
    """Negative numbers beside padding keep their maximum; a real 0 and ties go to the first cell."""
    layer = MaxPool(3, 3, 1, 1)
    numbers = np.full((3, 3), -7)
    assert worked_out(layer, numbers).output.tolist() == numbers.tolist()
    assert winner(Geometry(layer), numbers, (0, 0)) == (1, 1)
    assert winner(Geometry(layer), numbers, (1, 1)) == (0, 0)
    assert winner(Geometry(layer), np.array([[0, 1, 2], [2, 2, 0], [1, 2, 2]]), (1, 1)) == (0, 2)


def test_a_mean_of_real_cells_alone() -> None:
    """Without count_include_pad a constant map keeps its constant, ceil_mode's overhang included."""
    for ceil_mode in (False, True):
        output = worked_out(AvgPool("5x4", "3x2", 2, "1x1", ceil_mode, False), np.full((5, 4), 6)).output
        assert (output == 6).all()


BIG = 2**62


@line
@pytest.mark.parametrize(
    ("layer", "numbers", "kernel"),
    [
        (Conv(1, 1, dims=1), [2**40], [2**40]),
        (Conv(2, 2, dims=1), [BIG, BIG], [1, 1]),
        (Conv(2, 2, dims=1), [-BIG, -BIG], [1, 2]),
        (Conv(1, 1, dims=1), [-(2**63)], [-1]),
        (Conv(1, 1, dims=1), [-(2**63)], [1]),
        (Conv(1, 1, dims=1), [1], [-(2**63)]),
        (Conv(2, 2, dims=1), [2**63 - 1, 1], [1, 1]),
        (Conv(2, 2, dims=1), [1, 1], [BIG, BIG]),
        (Conv(4, 4, dims=1), [BIG // 2] * 4, [1] * 4),
        (ConvTranspose(2, 3, dims=1), [BIG, BIG], [3, 3, 3]),
    ],
)
def test_sums_past_64_bits_do_not_wrap(layer: Any, numbers: list[int], kernel: list[int]) -> None:
    """Sums that int64 cannot hold become floating point, in the output and in every partial sum."""
    x, w = np.array(numbers), np.array(kernel)
    values = worked_out(layer, x, w)
    for cell, exact in sums(oracle_of(layer), x, w).items():
        assert values.output[cell] == pytest.approx(exact)
        assert partial_sum(Geometry(layer), values, cell, len(numbers) - 1) == pytest.approx(exact)


@line
def test_large_whole_numbers_stay_whole() -> None:
    """Sums below 2^62 are exact, past what a double can hold; so are maxima."""
    assert worked_out(Conv(2, 2, dims=1), [2**60 + 1, 1], [1, 1]).output.tolist() == [2**60 + 2]
    assert worked_out(MaxPool(2, 2, dims=1), [2**63 - 1, 2**63 - 2]).output.tolist() == [2**63 - 1]
    assert worked_out(MaxPool(1, 1, dims=1), [-(2**63)]).output.tolist() == [-(2**63)]


@line
def test_means_past_64_bits_do_not_wrap() -> None:
    """A mean of numbers whose sum int64 cannot hold is still near them."""
    assert worked_out(AvgPool(2, 2, dims=1), [2**63 - 1, 2**63 - 1]).output[0] == pytest.approx(2.0**63)
    assert worked_out(AvgPool(2, 2, dims=1), [-(2**63), -(2**63)]).output[0] == pytest.approx(-(2.0**63))
    huge = worked_out(AvgPool(2, 2, divisor_override=2**50), [[1, 1], [1, 1]]).output
    assert huge.tolist() == [[4 / 2**50]]


@line
@campaign(60)
@given(data=st.data())
def test_any_64_bit_numbers_come_out_near_the_exact_sum(data: st.DataObject) -> None:
    """Over the whole range of int64 no sum wraps around and nothing warns."""
    layer = data.draw(convs(st.just(1)) | transposed(st.just(1)))
    elements = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)

    def drawn(size: tuple[int, ...]) -> NDArray[np.int64]:
        return data.draw(numpy_st.arrays(np.int64, size, elements=elements))

    x, w = drawn(layer.input_size), drawn(layer.kernel_size)
    scale = float(sum(abs(int(a)) for a in x)) * float(sum(abs(int(b)) for b in w))
    output = values_of(Geometry(layer), x, w).output
    for cell, exact in sums(oracle_of(layer), x, w).items():
        assert abs(float(output[cell]) - exact) <= 1e-12 * scale
