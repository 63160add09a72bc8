"""Scenes retimed, named and merged: each shows what it should, at any frame, in any order."""

from dataclasses import replace
from typing import Any

import numpy as np
from helpers.campaigns import campaign, listed, together
from helpers.stacks import drawn
from hypothesis import given
from hypothesis import strategies as st

from convanim.layers.layer import Conv, ConvTranspose, MaxPool
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Cells, During, Scene, Texts, levels_at, series_at, shown
from convanim.scene.transforms import merged, named, rested, retimed
from convanim.style.theme import load_theme

FIGURES: list[tuple[Any, dict[str, Any]]] = [
    (Conv("2@4x4", 2, out_channels=2), {"values": "random:1"}),
    (Conv("2@4x4", 2, out_channels=2), {"values": "random:1", "heat_map": True}),
    (Conv("3@150x150", 7, 5, out_channels=2), {}),
    (MaxPool("2@4x4", 2), {"values": "random:1", "order": "position"}),
    (ConvTranspose(3, 2, 2), {"values": "random:1", "transposed_as": "scatter", "heat_map": True}),
    (ConvTranspose(3, 3, 2), {"values": "random:1", "transposed_as": "scatter"}),
    (Chain(8, ["conv 2", "relu"], dims=1), {}),
]
SCENES = st.sampled_from(FIGURES).map(lambda found: drawn(found[0], width=240, view="flat", **found[1]).scene)


def look(scene: Scene, step: int) -> list[Any]:
    """All that a scene shows at a step."""
    found: list[Any] = []
    for shape in scene.shapes:
        elements = shown(shape.when, len(shape) if isinstance(shape, Cells | Texts) else 0, step)
        if isinstance(shape, Cells | Texts):
            found.append((shape.role, series_at(shape, step), shape.boxes(step, elements).tolist()))
            if shape.levels is not None:
                found.append(levels_at(shape.levels, step)[elements].tolist())
            if isinstance(shape, Texts):
                found.append([shape.string(step, element) for element in elements.tolist()])
        else:
            series = series_at(shape, step) if isinstance(shape, Blocks) else None
            found.append((shape.role, series, shape.at(step).tolist()))
    return found


@campaign(25)
@given(scene=SCENES, data=st.data())
def test_a_retimed_scene_shows_the_steps_that_are_played(scene: Scene, data: st.DataObject) -> None:
    """Frame i shows step `steps[i]`, and past the last of them that one, whatever the shapes are."""
    steps = sorted(data.draw(st.sets(st.integers(0, scene.steps - 1), min_size=1, max_size=5)))
    total = data.draw(st.integers(len(steps), len(steps) + 3))
    played = retimed(scene, steps, total)
    assert played.steps == total
    for frame in data.draw(st.permutations(range(total))):
        step = steps[min(frame, len(steps) - 1)]
        assert look(played, frame) == look(scene, step)
        assert played.reads(frame) == scene.reads(step)
        assert played.writes(frame) == scene.writes(step)
        assert played.equation(frame) == scene.equation(step)


@listed("number", range(len(FIGURES)))
def test_a_retimed_scene_draws_the_pictures_of_its_steps(number: int) -> None:
    """As pixels, too, one frame drawn from another."""
    figure, options = FIGURES[number]
    animation = drawn(figure, width=240, view="flat", **options)
    scene, theme = animation.scene, load_theme("classic")
    steps = [1, scene.steps // 2, scene.steps - 1]
    renderer = Renderer(retimed(scene, steps, 5), theme)
    for frame in (0, 4, 1, 2, 0, 3):
        fresh = Renderer(scene, theme).frame(steps[min(frame, 2)]).pixels
        assert np.array_equal(renderer.frame(frame).pixels, fresh)


@campaign(10)
@given(scene=SCENES)
def test_a_named_scene_has_its_name_in_front_of_every_map(scene: Scene) -> None:
    """Of shapes, of what is read and of what is written; nothing else changes."""
    told = named(scene, "left")
    for step in (0, scene.steps - 1):
        assert told.reads(step) == tuple((f"left/{name}", *at) for name, *at in scene.reads(step))
        assert told.writes(step) == tuple((f"left/{name}", *at) for name, *at in scene.writes(step))
        assert told.equation(step) == scene.equation(step)
        assert look(told, step) == look(scene, step)
    for shape, there in zip(scene.shapes, told.shapes):
        if isinstance(shape, Cells | Blocks):
            assert isinstance(there, Cells | Blocks)
            assert there.map == f"left/{shape.map}"
            assert replace(there, map=shape.map).role == shape.role


@campaign(10)
@given(one=SCENES, other=SCENES, move=st.tuples(st.integers(0, 300), st.integers(0, 300)))
def test_merged_scenes_are_all_shown_on_one_page(one: Scene, other: Scene, move: tuple[int, int]) -> None:
    """Each where it stands, in the order given; what is read, written and said is that of all."""
    total = min(one.steps, other.steps)
    parts = [retimed(one, range(total), total), retimed(other, range(total), total).shifted(*move)]
    whole = merged(parts, 900, 700)
    assert (whole.width, whole.height, whole.steps, whole.unit) == (900, 700, total, one.unit)
    for step in (0, total - 1):
        assert look(whole, step) == look(parts[0], step) + look(parts[1], step)
        assert whole.reads(step) == (*one.reads(step), *other.reads(step))
        assert whole.writes(step) == (*one.writes(step), *other.writes(step))
        said = [scene.equation(step) for scene in (one, other) if scene.equation(step)]
        assert whole.equation(step) == " | ".join(said)


@campaign(10)
@given(scene=SCENES, move=st.tuples(st.integers(-50, 300), st.integers(-50, 300)))
def test_a_shifted_scene_is_the_same_elsewhere(scene: Scene, move: tuple[int, int]) -> None:
    """Blocks, heat maps and moving lines are shifted like all else."""
    for step in (0, scene.steps - 1):
        for shape, there in zip(scene.shapes, scene.shifted(*move).shapes):
            elements = shown(shape.when, len(shape), step)
            assert np.array_equal(shown(there.when, len(there), step), elements)
            assert np.allclose(there.boxes(step, elements), shape.boxes(step, elements) + np.array([*move, *move]))


def test_dresses_are_all_that_a_scene_wears() -> None:
    """Every role with every series that it is in at some step is among the dresses."""
    for figure, options in FIGURES:
        scene = drawn(figure, width=240, view="flat", **options).scene
        worn = {(s.role, series_at(s, step)) for s in scene.shapes for step in (0, scene.steps // 2, scene.steps - 1)}
        assert worn <= set(scene.dresses())


@together("figure, options", [*FIGURES, (Conv(4, 3, padding=1, padding_mode="reflect"), {})])
def test_at_rest_all_is_made_and_nothing_is_happening(figure: Any, options: dict[str, Any]) -> None:
    """No window, no ray, no current cell, no equation; every output cell as its last step left it."""
    scene = drawn(figure, **options).scene
    resting, end = rested(scene), scene.steps
    assert (resting.steps, resting.reads(end), resting.writes(end), resting.equation(end)) == (end + 1, (), (), "")
    for before, after in zip(scene.shapes, resting.shapes):
        is_gone = isinstance(before.when, During) and not before.when.stays
        at_end = shown(after.when, len(after), end)
        assert len(at_end) == (0 if is_gone else len(shown(before.when, len(before), end - 1)))
        if isinstance(after, Texts):
            assert [after.string(end, e) for e in at_end] == [before.string(end - 1, e) for e in at_end]  # type: ignore[union-attr]
    there = [shape for shape in resting.shapes if len(shown(shape.when, len(shape), end))]
    said = {shape.role for shape in there if getattr(shape, "map", "") != "key"}  # which tells what colours mean
    assert not said & {"window", "window_padding", "ray", "accent", "source", "winner", "current", "equation"}
    assert look(resting, 0) == look(scene, 0)
    assert look(resting, end - 1) == look(scene, end - 1)
