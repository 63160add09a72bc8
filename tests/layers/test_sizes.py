"""Sizes in every way of writing them, and what is refused."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.layers.layer import Conv, ConvTranspose, MaxPool
from convanim.layers.sizes import count_axes, per_axis, per_side, spelled, spelled_short, spelled_sides

SEVEN = np.int64(7)


@together(
    "written, sizes",
    [
        (5, (5, 5)),
        ("5", (5, 5)),
        (" 5 ", (5, 5)),
        ("05", (5, 5)),
        (np.int32(5), (5, 5)),
        (np.array(5), (5, 5)),
        ((5, 7), (5, 7)),
        ([5, 7], (5, 7)),
        ((np.int8(5), SEVEN), (5, 7)),
        (range(5, 9, 2), (5, 7)),
        ("5x7", (5, 7)),
        ("5×7", (5, 7)),
        ("5X7", (5, 7)),
        ("5 x 7", (5, 7)),
        (np.array([5, 7]), (5, 7)),
    ],
)
def test_sizes_are_normalised(written: Any, sizes: tuple[int, ...]) -> None:
    """However a size is written, the layer holds plain whole numbers, height first."""
    layer = Conv(written, 1)
    assert layer.input_size == sizes
    assert {type(n) for n in layer.input_size} == {int}
    assert layer == Conv(sizes, (1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), dims=2)
    assert hash(layer) == hash(Conv(sizes, 1))


@together(
    "written, sides",
    [
        (1, ((1, 1), (1, 1))),
        (np.uint8(1), ((1, 1), (1, 1))),
        ("0", ((0, 0), (0, 0))),
        ("1x2", ((1, 1), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ("1:0x2:2", ((1, 0), (2, 2))),
        ("1:0×2", ((1, 0), (2, 2))),
        ("2X1:0", ((2, 2), (1, 0))),
        ("1 : 0 x 2", ((1, 0), (2, 2))),
        ("1:0", ((1, 0), (1, 0))),
        (((1, 0), (2, 2)), ((1, 0), (2, 2))),
        ([[1, 0], 2], ((1, 0), (2, 2))),
        ([(np.int16(1), SEVEN), 2], ((1, 7), (2, 2))),
    ],
)
def test_padding_is_normalised(written: Any, sides: tuple[tuple[int, int], ...]) -> None:
    """Padding is held as (before, after) on each axis, in plain whole numbers."""
    padding = Conv(9, 1, padding=written).padding
    assert padding == sides
    assert {type(n) for pair in padding for n in pair} == {int}


@together(
    "fields, axes",
    [
        ({"input_size": 5}, 2),
        ({"input_size": (5,)}, 1),
        ({"input_size": "5", "kernel_size": (3,)}, 1),
        ({"input_size": 5, "kernel_size": "1x3"}, 2),
        ({"input_size": 5, "kernel_size": 3, "stride": (2, 1)}, 2),
        ({"input_size": 5, "kernel_size": 3, "dims": 1}, 1),
        ({"input_size": (5,), "kernel_size": 3, "dims": 1}, 1),
        ({"input_size": 5, "kernel_size": 3, "padding": ((1, 0),)}, 1),
        ({"input_size": 5, "kernel_size": 3, "padding": "1:0"}, 2),
        ({"input_size": 5, "kernel_size": 3, "padding": "1x0"}, 2),
        ({"input_size": 5, "kernel_size": 3, "dilation": (1,)}, 1),
        ({"input_size": 5, "kernel_size": 3, "padding": "same", "dims": 1}, 1),
    ],
)
def test_axes_are_counted_from_any_field(fields: dict[str, Any], axes: int) -> None:
    """The number of axes is `dims`, else what any size says, else 2."""
    layer = Conv(**{"kernel_size": 1} | fields)
    assert [len(held) for held in (layer.input_size, layer.stride, layer.padding)] == [axes] * 3


def test_output_padding_counts_axes_too() -> None:
    """An output_padding of one axis makes a layer of one dimension."""
    assert ConvTranspose(3, 3, 2, output_padding=(1,)).output_padding == (1,)
    assert ConvTranspose(3, 3, 2, output_padding="1x0").output_padding == (1, 0)


@together(
    "fields, blamed",
    [
        ({"input_size": "5x7", "kernel_size": (3,)}, "kernel_size"),
        ({"input_size": (5,), "kernel_size": 3, "dims": 2}, "input_size"),
        ({"input_size": "5x7", "kernel_size": 3, "dims": 1}, "input_size"),
        ({"input_size": 5, "kernel_size": "3x3", "padding": ((1, 0),)}, "padding"),
        ({"input_size": (5, 5, 5, 5), "kernel_size": 3}, "input_size"),
        ({"input_size": "5x5x5x5", "kernel_size": 3}, "input_size"),
        ({"input_size": (), "kernel_size": 3}, "input_size"),
        ({"input_size": 5, "kernel_size": 3, "padding": "1x1x1x1"}, "padding"),
        ({"input_size": 5, "kernel_size": 3, "stride": [1, 2, 3], "dims": 2}, "stride"),
    ],
)
def test_wrong_numbers_of_axes_are_refused(fields: dict[str, Any], blamed: str) -> None:
    """Sizes that disagree on the number of axes, or have none or three, are refused in one line."""
    with pytest.raises(RequestError) as refused:
        Conv(**fields)
    assert refused.value.field == blamed
    assert "ax" in refused.value.rule
    assert "\n" not in str(refused.value)


@together("dims", [0, 4, -1, "2", "", 2.0, 1.5, True, [2], (1,), {}])
def test_wrong_dims_are_refused(dims: Any) -> None:
    """`dims` is the number 1, 2 or 3 and nothing that merely looks like it."""
    with pytest.raises(RequestError) as refused:
        MaxPool(5, 1, dims=dims)
    assert refused.value.field == "dims"


def test_a_refusal_quotes_other_fields_on_one_line() -> None:
    """Text of another field that a refusal quotes is shown on one line and cut, like the field's own."""
    for other in ("5x\n7", "5x" + "7" * 5000):
        with pytest.raises(RequestError) as refused:
            count_axes({"input_size": other, "kernel_size": (3,)})
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize("minimum", [0, 1])
def test_the_least_size_is_allowed(minimum: int) -> None:
    """A minimum is itself allowed, one less is not."""
    assert per_axis("stride", minimum, 2, minimum) == (minimum, minimum)
    with pytest.raises(RequestError, match=f"at least {minimum}"):
        per_axis("stride", minimum - 1, 2, minimum)
    with pytest.raises(RequestError, match=f"at least {minimum}"):
        per_axis("stride", f"{minimum}x{minimum - 1}", 2, minimum)


def test_sizes_are_spelled_shortly() -> None:
    """Pictures and messages write `5×7`, `2` where all axes agree, `1:0×2` where sides differ."""
    assert spelled((5, 7)) == "5×7"
    assert (spelled_short((2, 2)), spelled_short((1, 3)), spelled_short((4,))) == ("2", "1×3", "4")
    assert spelled_sides(((1, 1), (1, 1))) == "1"
    assert spelled_sides(((1, 1), (2, 2))) == "1×2"
    assert spelled_sides(((1, 0), (2, 2))) == "1:0×2"
    assert spelled_sides(((1, 0),)) == "1:0"


@given(sides=st.lists(st.tuples(*[st.integers(0, 99)] * 2), min_size=1, max_size=2).map(tuple))
def test_spelled_padding_reads_back(sides: tuple[tuple[int, int], ...]) -> None:
    """What is spelled out can be typed in again."""
    assert per_side("padding", spelled_sides(sides), len(sides)) == sides
    sizes = tuple(before for before, _ in sides)
    assert per_axis("kernel_size", spelled(sizes), len(sides), 0) == sizes
    assert per_axis("kernel_size", spelled_short(sizes), len(sides), 0) == sizes
