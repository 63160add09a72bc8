"""What is told of numbers that are taken as they are: that they are copies, in words, and no equation of two equals."""

import pytest
from helpers.campaigns import listed
from helpers.pixels import numbers_at

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.files.catalogue import language_names
from convanim.layers.kinds.fold import Fold
from convanim.layers.kinds.rearranged import PixelShuffle
from convanim.layers.layer import Layer, LPPool, Pad, Upsample
from convanim.networks.chain import Chain

COPIES: list[Layer] = [
    Upsample(3, scale_factor=2),
    Upsample("2@3", scale_factor=2),
    Pad(3, 1, mode="reflect"),
    PixelShuffle("4@3", 2),
    LPPool(3, 1, 1),
    LPPool("2@3", 1, 1),
]


@listed("lang", language_names())
@pytest.mark.parametrize("layer", COPIES, ids=lambda layer: type(layer).__name__)
def test_copies_are_told_in_words(layer: Layer, lang: str) -> None:
    """Each step names the number that it copies, and there is no `3 = 3`."""
    scene = compose(layer, Options(values="random:7", view="flat", lang=lang)).scene
    every = [scene.equation(step) for step in range(scene.steps)]
    assert len({said.strip("0123456789") for said in every}) == 1
    for step, said in enumerate(every):
        ((_, *cell),) = scene.writes(step)
        assert "=" not in said
        assert said.replace(numbers_at(scene, step, "output")["output", *cell], "", 1) != said


def test_what_padding_holds_is_no_copy() -> None:
    """A constant is named as the padding's."""
    scene = compose(Pad(3, 1, mode="constant", value=7), Options(values="random:7", view="flat")).scene
    assert [scene.equation(step).partition(":")[0].partition(" of")[0] for step in (0, 6)] == ["padding", "a copy"]
    assert scene.equation(0) == "padding: 7"


def test_a_fold_adds_or_copies() -> None:
    """Where windows overlap their numbers are added up, where only one lies it is a copy."""
    scene = compose(Fold("4@9", 4, 2), Options(values="random:7")).scene
    said = [scene.equation(step) for step in range(scene.steps)]
    assert [("+" in text, text.startswith("a copy of ")) for text in said[:2]] == [(False, True), (True, False)]


def test_a_maximum_goes_back() -> None:
    """What a max unpool puts back is said to go to its place, everything else to be no maximum."""
    chain = Chain(4, ["max-pool 2", "max-unpool 2"])
    scene = compose(chain, Options(values="random:7")).scene
    said = [scene.equation(step).lstrip("0123456789 ") for step in range(scene.steps)]
    assert said.count("goes back to its place") == 4
    assert len(set(said)) == 2
