"""Channels by definition, without PyTorch; and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
from helpers.campaigns import campaign, together
from helpers.oracle import cells, maxima, means, oracle_of
from helpers.refusals import refused
from helpers.strategies import NUMBERED, avg_pools, convs, layers, max_pools, transposed, whole
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    channels_of,
    input_shape,
    kernel_shape,
    output_shape,
)
from convanim.layers.operations import OPERATIONS
from convanim.networks.cost import cost_of
from convanim.numbers.values import by_filter, partial_sum, values_of, winner

few = campaign(60)
Numbers = NDArray[np.int64]


def with_channels(layer: Any, **channels: int) -> Any:
    """A layer with channels; not one of the pools whose padding, of a word, is past half the kernel."""
    if layer.op in ("max-pool", "avg-pool"):
        assume(all(max(p) <= k // 2 for p, k in zip(layer.padding, layer.kernel_size)))
    return replace(layer, **channels)


@st.composite
def grouped(draw: st.DrawFn, bare: st.SearchStrategy[Any] | None = None) -> Any:
    """Convolutions of both kinds with channels: whole, grouped, depthwise."""
    layer = draw(convs() | transposed() if bare is None else bare)
    groups, read, made = (draw(st.integers(1, 3)) for _ in range(3))
    return replace(layer, in_channels=groups * read, out_channels=groups * made, groups=groups)


def filled(data: st.DataObject, layer: Layer) -> tuple[Numbers, Numbers]:
    """Numbers for the input and for the kernel."""
    return data.draw(whole(input_shape(layer))), data.draw(whole(kernel_shape(layer)))


def meets(layer: Any) -> list[tuple[int, int, tuple[int, int]]]:
    """Which input channel meets which output channel, group after group, and where PyTorch's kernel keeps that."""
    read, made = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    found = [(g, i, o) for g in range(layer.groups) for o in range(made) for i in range(read)]
    if layer.op == "conv-transpose":
        return [(g * read + i, g * made + o, (g * read + i, o)) for g, i, o in found]
    return [(g * read + i, g * made + o, (g * made + o, i)) for g, i, o in found]


@few
@given(data=st.data())
def test_the_cells_that_are_read_are_those_of_the_taps(data: st.DataObject) -> None:
    """Channels included, in the same order, as often as taps read them."""
    geometry = Geometry(data.draw(grouped()))
    for output in map(geometry.output, range(geometry.steps)):
        taps = [tap.input for tap in geometry.taps(output) if tap.input is not None]
        assert list(geometry.cells_read(output)) == taps


@few
@given(data=st.data())
def test_sums_over_channels_are_exact(data: st.DataObject) -> None:
    """An output channel is the sum, over the input channels of its group, of each one's own convolution."""
    layer = data.draw(grouped())
    x, w = filled(data, layer)
    expected = dict.fromkeys(cells(output_shape(layer)), 0)
    for source, channel, at in meets(layer):
        for output, taps in oracle_of(layer).taps.items():
            expected[(channel, *output)] += sum(int(w[(*at, *k)] * x[(source, *cell)]) for k, cell in taps if cell)
    values = values_of(Geometry(layer), x, w)
    assert values.output.dtype == np.int64
    assert {cell: int(values.output[cell]) for cell in cells(values.output.shape)} == expected
    cell = data.draw(st.sampled_from(list(expected)))
    assert partial_sum(Geometry(layer), values, cell, x.size - 1) == expected[cell]


@few
@given(data=st.data())
def test_taps_and_filters_name_their_channels(data: st.DataObject) -> None:
    """A cell's taps are those of one channel, once for each channel of its group, null ones too."""
    layer = data.draw(grouped())
    geometry, oracle = Geometry(layer), oracle_of(layer)
    w = data.draw(whole(kernel_shape(layer)))
    filters = by_filter(layer, w)
    for channel in range(layer.out_channels):
        sources = sorted((source, at) for source, output, at in meets(layer) if output == channel)
        place = data.draw(st.sampled_from(list(oracle.taps)))
        assert [(tap.kernel, tap.input) for tap in geometry.taps((channel, *place))] == [
            ((*at, *kernel), cell if cell is None else (source, *cell))
            for source, at in sources
            for kernel, cell in oracle.taps[place]
        ]
        np.testing.assert_array_equal(filters[channel], [w[at] for _, at in sources])


@few
@given(data=st.data())
def test_pools_keep_channels_apart(data: st.DataObject) -> None:
    """Each channel of a pool is that channel pooled alone, and has its own winners."""
    bare = data.draw(max_pools() | avg_pools())
    layer = with_channels(bare, in_channels=data.draw(st.integers(1, 4)))
    x = data.draw(whole(input_shape(layer), 3))
    found = values_of(Geometry(layer), x, None).output
    assert found.shape == output_shape(layer)
    for channel, plane in enumerate(x):
        if isinstance(layer, MaxPool):
            for cell, most in maxima(oracle_of(bare), plane).items():
                assert found[(channel, *cell)] == (most[0] if most else -np.inf)
                at = winner(Geometry(layer), x, (channel, *cell))
                assert at == ((channel, *most[1]) if most else None)
        else:
            for cell, mean in means(oracle_of(bare), plane).items():
                assert found[(channel, *cell)] == float(mean)
                assert Geometry(layer).divisor((channel, *cell)) == oracle_of(bare).divisors[cell]


@few
@given(data=st.data())
def test_a_transposed_convolution_is_the_adjoint_with_groups(data: st.DataObject) -> None:
    """<conv(x), y> = <x, conv_transpose(y)>, with one kernel that both store alike."""
    conv = data.draw(grouped(convs()))
    sizes = zip(conv.input_size, conv.kernel_size, conv.stride, conv.dilation, conv.padding)
    unread = tuple((n + sum(sides) - d * (k - 1) - 1) % s for n, k, s, d, sides in sizes)
    windows = (conv.kernel_size, conv.stride, conv.padding, unread, conv.dilation)
    back = ConvTranspose(output_shape(conv)[1:], *windows, conv.out_channels, conv.in_channels, conv.groups)
    assert kernel_shape(back) == kernel_shape(conv)
    assert output_shape(back) == input_shape(conv)
    x, w = filled(data, conv)
    y = data.draw(whole(output_shape(conv)))
    forth = values_of(Geometry(conv), x, w).output
    assert (forth * y).sum() == (x * values_of(Geometry(back), y, w).output).sum()


@few
@given(data=st.data())
def test_one_channel_is_no_channel(data: st.DataObject) -> None:
    """One channel in and one out give the numbers, the cost and the reads of a layer that names none."""
    bare = data.draw(st.one_of([layers(op) for op in NUMBERED]))
    has_weights = OPERATIONS[bare.op].has_weights
    one = with_channels(bare, in_channels=1, **({"out_channels": 1} if has_weights else {}))
    x = data.draw(whole(bare.input_size))
    w = data.draw(whole(bare.kernel_size)) if has_weights else None  # type: ignore[union-attr]
    found = values_of(Geometry(one), x[None], w if w is None else w[None, None]).output
    np.testing.assert_array_equal(found[0], values_of(Geometry(bare), x, w).output)
    assert found.shape == (1, *output_shape(bare))
    assert cost_of(one) == cost_of(bare)
    for cell in cells(output_shape(bare)):
        ours = [None if tap.input is None else tap.input[1:] for tap in Geometry(one).taps((0, *cell))]
        assert ours == [tap.input for tap in Geometry(bare).taps(cell)]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.lists(st.integers(0, 15), max_size=5))
def test_groups_share_channels_evenly(groups: int, read: int, made: int, outputs: list[int]) -> None:
    """Some output channels read all of their groups' input channels, each once, ascending."""
    channels = Channels(groups * read, groups * made, groups)
    outputs = [output % channels.outputs for output in outputs]
    expected = [i for i in range(channels.inputs) if any(i // read == output // made for output in outputs)]
    assert channels.inputs_of(outputs) == expected
    assert (channels.read, channels.made) == (read, made)


@together(
    "given, expected",
    [
        (Conv("3@32x32", 5, out_channels=6), Conv((32, 32), 5, in_channels=3, out_channels=6)),
        (Conv(" 3 @32x16", 5, in_channels=3, out_channels=6), Conv((32, 16), 5, in_channels=3, out_channels=6)),
        (Conv("3@9", 3, dims=1), Conv((9,), 3, in_channels=3, out_channels=1)),
        (Conv(5, 3, groups=4), Conv(5, 3, in_channels=4, out_channels=4, groups=4)),
        (Conv(5, 3, out_channels=6, groups=3), Conv(5, 3, in_channels=3, out_channels=6, groups=3)),
        (ConvTranspose("4@5", 3, groups=2), ConvTranspose(5, 3, in_channels=4, out_channels=2, groups=2)),
        (MaxPool("7@6x8", 2), MaxPool((6, 8), 2, in_channels=7)),
    ],
)
def test_channels_in_the_input(given: Layer, expected: Layer) -> None:
    """`3@32x32` is 32x32 with in_channels 3; channels left out are as many as the groups."""
    assert given == expected
    assert channels_of(Conv("3@32x32", 5, out_channels=6)) == Channels(3, 6, 1)


@together("arguments, field, message", [
        ({"in_channels": 6, "out_channels": 9, "groups": 4}, "groups", "does not divide in_channels 6; try 1 or 3"),
        ({"in_channels": 6, "out_channels": 8, "groups": 3}, "groups", "does not divide out_channels 8; try 1 or 2"),
        ({"in_channels": 5, "groups": 2}, "groups", "groups 2: does not divide in_channels 5; try 1"),
        ({"out_channels": 5, "groups": 2}, "groups", "groups 2: does not divide out_channels 5; try 1"),
        ({"groups": 0}, "groups", "groups 0: must be at least 1; try 1 or more"),
        ({"in_channels": 0}, "in_channels", "in_channels 0: must be at least 1; try 1 or more"),
        ({"out_channels": -3}, "out_channels", "out_channels -3: must be at least 1; try 1 or more"),
        ({"out_channels": 2.5}, "out_channels", "out_channels 2.5: not a whole number; give one such as 3"),
        ({"groups": True}, "groups", "groups True: not a whole number; give one such as 3"),
        ({"in_channels": 10**18}, "in_channels", "has more than 18 digits; give a smaller number"),
        ({"in_channels": 3, "input_size": "4@8x8"}, "input_size", "in_channels says 3; say it once"),
        ({"input_size": "0@8x8"}, "input_size", "must be at least 1"),
        ({"input_size": "@8x8"}, "input_size", "such as 3@32x32"),
        ({"input_size": "3@8@8"}, "input_size", "such as 3@32x32"),
        ({"input_size": "3x@8"}, "input_size", "such as 3@32x32"),
        ({"input_size": "-3@8"}, "input_size", "such as 3@32x32"),
        ({"input_size": "٣@8"}, "input_size", "such as 3@32x32"),
        ({"input_size": "3@"}, "input_size", "such as 3@32x32"),
        ({"kernel_size": "3@3"}, "kernel_size", "only an input has channels"),
    ])  # fmt: skip
@together("kind", [Conv, ConvTranspose])
def test_channels_that_do_not_fit(kind: Any, arguments: dict[str, Any], field: str, message: str) -> None:
    """Channels and groups that contradict each other are refused, with the field and a way out."""
    error = refused(lambda: kind(**{"input_size": 8, "kernel_size": 3, **arguments}))
    assert error.field == field
    assert message in str(error)


def test_separators_around_a_number_of_channels_are_no_part_of_it() -> None:
    """What counts as a blank in text but not in a number is left out before it is read."""
    assert ConvTranspose(3, 2, in_channels=2, groups="1\x1f").groups == 1  # type: ignore[arg-type]
    assert Conv("3\x1f@5", 2).in_channels == 3
