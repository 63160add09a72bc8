"""Chains on wide pages in the slanted view: maps from left to right, each with its label, rays to what is made."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.stacks import drawn
from hypothesis import given, reject
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.networks.chain import Chain
from convanim.scene.scene import Blocks, Cells, Lines, Scene, Texts, shown

FOUR = ["conv 3 4", "relu", "max-pool 2", "conv 1 2"]


def boxes(scene: Scene) -> dict[str, NDArray[np.float64]]:
    """Left, top, right and bottom of every map, the input first."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells | Blocks) and shape.map.split()[0] in ("input", "map", "output"):
            elements = shown(shape.when, len(shape), scene.steps - 1)
            if len(elements):
                found.setdefault(shape.map, []).append(shape.boxes(scene.steps - 1, elements))
    joined = {name: np.concatenate(each) for name, each in found.items()}
    return {name: np.array([*each[:, :2].min(axis=0), *each[:, 2:].max(axis=0)]) for name, each in joined.items()}


def is_row(scene: Scene) -> bool:
    """Whether no map lies above another."""
    return all(one[2] < other[0] for one, other in pairwise(boxes(scene).values()))


@pytest.mark.parametrize("size", ["3@12x12", "3@120x120"])
def test_a_chain_runs_from_left_to_right_on_a_wide_page(size: str) -> None:
    """Four stages are no thin column beside emptiness: they fill the width, and are no higher than a slide."""
    scene = drawn(Chain(size, FOUR), view="iso", width=960).scene
    assert is_row(scene)
    assert scene.height <= 960 * 9 / 16
    found = list(boxes(scene).values())
    assert found[-1][2] - found[0][0] > 0.85 * 960
    assert len(found) == 4  # relu's goes with the map that it reads
    assert sum(right - left for left, _, right, _ in found) > 0.74 * 960


STAGES = ["conv 3 4 p1", "conv 2 2", "relu", "max-pool 2 s1", "conv 3 4 s2 p1", "avg-pool 1x2", "conv 1 6"]


@campaign(40)
@given(stages=st.lists(st.sampled_from(STAGES), min_size=3, max_size=5), size=st.sampled_from(["2@14x12", "20x16"]))
def test_labels_stand_under_their_maps(stages: list[str], size: str) -> None:
    """Where maps stand in a row, each has its label under it, nearest to it, and no label meets another."""
    try:
        chain = Chain(size, stages)
    except RequestError:  # nothing is left for the last stages
        reject()
    scene = drawn(chain, view="iso", width=1440).scene
    found = boxes(scene)
    if not is_row(scene):
        return
    labels = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label" and s.text not in (("…",), ("⋮",))]
    labels = labels[-len(found) :]
    middles = np.array([(left + right) / 2 for left, _, right, _ in found.values()])
    for number, ((_, _, _, bottom), label) in enumerate(zip(found.values(), labels)):
        assert np.abs(middles - label.points[0, 0]).argmin() == number
        assert bottom < label.points[0, 1] < bottom + 5 * label.em
    sides = [label.boxes(0, np.arange(len(label))) for label in labels]
    assert all(one[:, 2].max() < other[:, 0].min() for one, other in pairwise(sides))


@pytest.mark.parametrize("stages", [FOUR, ["conv 3 4 g4", "relu", "conv 1 2"], ["conv 3 2", "conv 3 2", "conv 3 2"]])
def test_rays_lead_from_what_is_read_to_what_is_made(stages: list[str]) -> None:
    """At every step each ray starts at a corner of a window and ends at one of the cells that are made of it."""
    scene = drawn(Chain("4@12x12", stages), view="iso", width=1200).scene
    assert is_row(scene)
    for step in (0, scene.steps // 2, scene.steps - 1):
        corners: dict[str, list[NDArray[np.float64]]] = {}
        for shape in scene.shapes:
            if isinstance(shape, Cells) and shape.role.startswith(("window", "current")):
                elements = shown(shape.when, len(shape), step)
                corners.setdefault(shape.map, []).append(shape.lattice.corners(shape.cells[elements]).reshape(-1, 2))
        points = [np.concatenate(each) for each in corners.values()]
        rays = [s.at(step) for s in scene.shapes if isinstance(s, Lines) and s.role == "ray"]
        lines = np.concatenate([each for each in rays if len(each)])
        crossing = [line for line in lines if abs(line[0, 0] - line[1, 0]) > 40]
        assert len(crossing) >= 2 * len(stages)
        for start, end in crossing:
            leaves = [n for n, each in enumerate(points) if np.abs(each - start).sum(axis=1).min() < 1e-6]
            comes = [n for n, each in enumerate(points) if np.abs(each - end).sum(axis=1).min() < 1e-6]
            assert [n + 1 for n in leaves] == comes


@pytest.mark.parametrize(
    ("figure", "options"),
    [
        (Chain("3@12x12", FOUR), {"width": 400}),
        (Chain("3@12x12", FOUR[:2]), {"width": 960}),
        (Chain("3@12x12", FOUR), {"width": 960, "values": "random:2"}),
    ],
)
def test_other_chains_stand_above_each_other(figure: Chain, options: dict[str, Any]) -> None:
    """On narrow pages, of few stages, and where numbers need large cells."""
    assert not is_row(drawn(figure, view="iso", **options).scene)
