"""Costs and receptive fields of known layers and networks; and of any, past a transposed layer."""

from fractions import Fraction

import pytest
from helpers.campaigns import campaign, together
from helpers.english import spelled_cost
from hypothesis import given
from hypothesis import strategies as st

from convanim.layers.layer import Conv, ConvTranspose, Layer, MaxPool
from convanim.networks.chain import Chain, StageLike
from convanim.networks.cost import cost_of
from convanim.networks.receptive_fields import Dependence, ReceptiveField, receptive_fields

few = campaign(60)


@together(
    "figure, weights, macs",
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
