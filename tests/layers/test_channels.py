"""Channels, chains and their costs by definition, without PyTorch; and what is refused."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.oracle import cells, maxima, means, oracle_of
from helpers.strategies import avg_pools, convs, layers, max_pools, transposed, whole
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.options import Options
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
from convanim.networks.chain import Chain, StageLike
from convanim.networks.cost import cost_of
from convanim.networks.pointwise import FUNCTIONS
from convanim.networks.receptive_fields import Dependence, ReceptiveField, receptive_fields
from convanim.networks.stage_text import stage_table
from convanim.numbers.figure_values import figure_values
from convanim.numbers.values import by_filter, partial_sum, values_of, winner
from convanim.words.costs import spelled_cost

few = campaign(60)
Numbers = NDArray[np.int64]


def with_channels(layer: Any, **channels: int) -> Any:
    """A layer with channels; not one of the pools whose padding, of a word, is past half the kernel."""
    assume(OPERATIONS[layer.op].has_weights or all(max(p) <= k // 2 for p, k in zip(layer.padding, layer.kernel_size)))
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
    bare = data.draw(st.one_of([layers(op) for op in OPERATIONS]))
    has_weights = OPERATIONS[bare.op].has_weights
    one = with_channels(bare, in_channels=1, **({"out_channels": 1} if has_weights else {}))
    x = data.draw(whole(bare.input_size))
    w = data.draw(whole(bare.kernel_size)) if has_weights else None
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


@pytest.mark.parametrize(
    ("given", "expected"),
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


def refused(make: Any) -> RequestError:
    """What a request is refused with."""
    with pytest.raises(RequestError) as caught:
        make()
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("arguments", "field", "message"),
    [
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
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Conv, ConvTranspose])
def test_channels_that_do_not_fit(kind: Any, arguments: dict[str, Any], field: str, message: str) -> None:
    """Channels and groups that contradict each other are refused, with the field and a way out."""
    error = refused(lambda: kind(**{"input_size": 8, "kernel_size": 3, **arguments}))
    assert error.field == field
    assert message in str(error)


@pytest.mark.parametrize(
    ("size", "stages", "field", "parts"),
    [
        ("3@8x8", ["conv 3 8", "relu", "conv 9 4"], "stage 3", ["conv 9 4", "it gets 8@6×6", "at most 6"]),
        ("5x4", ["max-pool 2", "avg-pool 3"], "stage 2", ["it gets 2×2", "at most 2"]),
        ("2@9", ["conv 3 4 g3"], "stage 1", ["it gets 2@9×9", "groups 3: does not divide in_channels 2", "try 1 or 2"]),
        ("6", ["conv 3 4", "conv 1 6 g4"], "stage 2", ["it gets 4@4×4", "divide out_channels 6", "try 1 or 2"]),
        ("6", ["relu", "blur 3"], "stage 2", ["blur 3", "no such stage", "conv-transpose", "silu"]),
        ("6", ["relu 3"], "stage 1", ["takes no arguments", "write relu alone"]),
        ("6", ["conv 3", MaxPool(5, 2)], "stage 2", ["takes 5×5"]),
        ("6", ["conv"], "stage 1", ["kernel_size", "missing"]),
        ("6", ["conv 3 s2 s2"], "stage 1", ["stride is given twice"]),
        ("6", ["max-pool 2 4"], "stage 1", ["max-pool has no out_channels"]),
        ("6", ["conv 3 input-size=5"], "stage 1", ["conv has no input_size here"]),
        ("6", ["max-pool 2 ceil-mode=yes"], "stage 1", ["ceil_mode yes is not true or false"]),
        ("6", [{"op": "conv", "kernel_size": 3, "in_channels": 2}], "stage 1", ["in_channels", "leave it out"]),
        ("6", [{"op": "relu", "kernel_size": 3}], "stage 1", ["takes no kernel_size"]),
        ("6", [{"op": "tanh", "x": 3}], "stage 1", ["takes no x"]),
        ("6", [{"kernel_size": 3}], "stage 1", ["op is missing"]),
        ("6", [{"op": "conv", "kernel": 3}], "stage 1", ["kernel", "no such argument"]),
        ("6", [], "stages", ["at least one"]),
    ],
)  # fmt: skip
def test_stages_that_do_not_fit(size: str, stages: list[StageLike], field: str, parts: list[str]) -> None:
    """A chain that does not hold together names the stage, what it gets, what is wrong and a way out."""
    error = refused(lambda: Chain(size, stages))
    assert error.field == field
    for part in parts:
        assert part in str(error)


WORDS = st.one_of(
    st.text(max_size=6),
    st.sampled_from([*OPERATIONS, *FUNCTIONS, "ceil", "same", "psame", "3@3", "g2", "k=3", "dilation=2", "groups=x"]),
    st.from_regex(r"(p|s|d|g|op|kernel-size=|padding=|out-channels=|)[-0-9x:]{0,6}", fullmatch=True),
)


@campaign(400)
@given(op=st.sampled_from([*OPERATIONS, *FUNCTIONS, ""]), words=st.lists(WORDS, max_size=5), text=st.text(max_size=20))
def test_any_text_is_a_stage_or_refused(op: str, words: list[str], text: str) -> None:
    """Nothing but RequestError comes of any text, in a chain neither, and its message is one line."""
    for line in (text, " ".join([op, *words])):
        said = None
        try:
            assert stage_table(line)["op"] in (*OPERATIONS, *FUNCTIONS)
            assert Chain("2@7x8", [line]).has_channels
        except RequestError as error:
            said = error
        assert said is None or (said.fix and "\n" not in str(said))


@pytest.mark.parametrize("word", ["\x1b[31m", "\x00=1", "ceil-mode=\x08", "x" * 10_000, "y" * 10_000 + "=1"])
def test_what_is_said_of_a_word_can_be_read(word: str) -> None:
    """A word that is none is shown as values are: cut where it is long, without control characters."""
    error = refused(lambda: stage_table(f"max-pool 2 {word}"))
    assert str(error).isprintable()
    assert len(str(error)) < 400


def test_each_stage_has_its_own_kernel() -> None:
    """Kernels are given one a stage, None where there is none or the default will do; others are refused."""
    chain = Chain("2@3", ["conv 1 1", "relu", "conv 2 3"], dims=1)
    x, first, last = np.array([[1, 2, 3], [1, 1, 5]]), np.array([[[1], [-1]]]), np.ones((3, 1, 2), dtype=np.int64)
    values = figure_values(chain, Options(values=x, kernel_values=[first, None, last]))
    assert values is not None
    assert [map_.tolist() for map_ in values.maps[1:]] == [[[0, 1, -2]], [[0, 1, 0]], [[1, 1]] * 3]
    drawn = figure_values(chain, Options(kernel_values=[None, None, "box"]))
    assert drawn is not None
    assert (drawn.kernels[1], drawn.kernels[2].tolist()) == (None, [[[0.5, 0.5]]] * 3)  # type: ignore[union-attr]
    assert figure_values(chain, Options()) is None
    for kernels, message in [
        ([first, None], "2 are given for 3 stages"),
        ([first, last, last], "relu has no weights"),
        ([last, None, last], "stage 1: "),
        (["sobel-x", None, None], "stage 1: "),
    ]:
        error = refused(lambda kernels=kernels: figure_values(chain, Options(values=x, kernel_values=kernels)))
        assert error.field == "kernel_values"
        assert message in str(error)


@pytest.mark.parametrize(
    ("figure", "weights", "macs"),
    [
        (Conv("192@28x28", 5, padding=2, out_channels=32), 153_600, 120_422_400),  # GoogLeNet's 3a, direct
        (Chain("192@28x28", ["conv 1x1 16", "relu", "conv 5x5 32 p2", "relu"]), 15_872, 12_443_648),  # and reduced
        (Conv("50@200x200", 1, out_channels=20), 1_000, 40_000_000),
        (Chain("512@14x14", ["conv 3 512 p1 g512", "conv 1 512"]), 4_608 + 262_144, 903_168 + 51_380_224),  # MobileNet
        (Conv("96@27x27", 5, padding=2, out_channels=256, groups=2), 307_200, 223_948_800),  # AlexNet's second
        (ConvTranspose("512@4x4", 4, 2, 1, out_channels=256), 2_097_152, 33_554_432),  # DCGAN
        (MaxPool("64@112x112", 3, 2, 1), 0, 0),
    ],
)
def test_the_cost_of_known_layers(figure: Layer | Chain, weights: int, macs: int) -> None:
    """Weights and multiply–accumulates are those that papers and profilers give."""
    cost = cost_of(figure)
    assert (cost.weights, cost.macs) == (weights, macs)


def vgg16() -> list[StageLike]:
    """The convolutional part of VGG16."""
    pairs = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]
    return [stage for n, made in pairs for stage in [*[f"conv 3x3 {made} p1", "relu"] * n, "max-pool 2x2"]]


ALEXNET: list[StageLike] = [
    "conv 11 64 s4", "max-pool 3 s2", "conv 5 192 p2", "max-pool 3 s2",
    "conv 3 384 p1", "conv 3 384 p1", "conv 3 256 p1", "max-pool 3 s2",
]  # fmt: skip


def test_the_cost_of_a_whole_network() -> None:
    """VGG16's convolutions have 14.7 million weights and take 15.3 thousand million multiply–accumulates."""
    cost = cost_of(Chain("3@224x224", vgg16()))
    assert (cost.weights, cost.macs) == (14_710_464, 15_346_630_656)
    assert spelled_cost(cost) == "14,710,464 weights · 15.3 G MACs"


@pytest.mark.parametrize(
    ("stages", "size", "stride", "start"),
    [
        (vgg16(), 212, 32, -90),
        (ALEXNET, 195, 32, -64),
        (["conv-transpose 4 s2 p1"], Fraction(5, 2), Fraction(1, 2), -1),
    ],
)
def test_known_receptive_fields(stages: list[StageLike], size: Fraction, stride: Fraction, start: Fraction) -> None:
    """VGG16's and AlexNet's fields are those of Araujo, Norris and Sim (2019)."""
    for axis in receptive_fields(Chain("3@224x224", stages))[-1]:
        assert axis == ReceptiveField(size, stride, start)


@few
@given(before=st.lists(st.sampled_from(["conv 3", "conv 2 s2 p1", "conv 3 d2", "relu"]), max_size=3), data=st.data())
def test_the_formula_is_tight_around_a_transposed_layer(before: list[str], data: st.DataObject) -> None:
    """Some cell's field starts, and some cell's ends, exactly where the formula says, past a transposed layer too."""
    k, s, d = (data.draw(st.integers(1, 4)) for _ in range(3))
    chain = Chain(200, [*before, f"conv-transpose {k} s{s} d{d}"], dims=1)
    ((field,),) = receptive_fields(chain)[-1:]
    firsts, lasts = Dependence(chain).reached(len(chain.stages))[0]
    begins = [field.start + i * field.stride for i in range(len(firsts))]
    ends = [begin + field.size - 1 for begin in begins]
    inside = [i for i, (begin, end) in enumerate(zip(begins, ends)) if begin >= 0 and end < 200]
    assert any(firsts[i] == begins[i] for i in inside)
    assert any(lasts[i] == ends[i] for i in inside)
    assert all(begins[i] <= firsts[i] and lasts[i] <= ends[i] for i in range(len(begins)) if firsts[i] <= lasts[i])


def test_separators_around_a_number_of_channels_are_no_part_of_it() -> None:
    """What counts as a blank in text but not in a number is left out before it is read."""
    assert ConvTranspose(3, 2, in_channels=2, groups="1\x1f").groups == 1  # type: ignore[arg-type]
    assert Conv("3\x1f@5", 2).in_channels == 3
