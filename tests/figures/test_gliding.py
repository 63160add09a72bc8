"""What is between two steps of a film: outlines and rays on their way, all else as in the nearer step."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed, some, together
from helpers.pixels import composed
from helpers.strategies import layers
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.animation import Animation, compose
from convanim.figures.film import film, films, glides, step_frames
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.layers.layer import Conv, MaxPool
from convanim.render.frames import Renderer, still
from convanim.scene.gliding import is_gliding
from convanim.scene.scene import Blocks, Cells, Floats, Lines, Scene, Shape, Texts, shown

FOUR = Conv(4, 3)  # whose steps are two rows of two


def outlines(scene: Scene, step: int, *roles: str) -> list[Floats]:
    """The lines of some roles that are seen at a step, of each shape that has any."""
    found = [s for s in scene.shapes if isinstance(s, Lines) and s.role in roles and s.strength_at(step)]
    return [lines.at(step) for lines in found if len(lines.at(step))]


def look(shape: Shape, step: int) -> object:
    """What is seen of a shape at a step, whatever it is made of."""
    if isinstance(shape, Lines):
        return shape.at(step).tolist()
    if isinstance(shape, Blocks):
        return shape.at(step).tolist()
    elements = shown(shape.when, len(shape), step).tolist()
    if isinstance(shape, Texts):
        return [(element, shape.string(step, element)) for element in elements]
    assert isinstance(shape, Cells)
    return elements


def assert_nothing_else_moves(animation: Animation) -> None:
    """All shapes but outlines and rays look, in each frame of the film, as in one of the steps around it.

    The nearer one: the first half of the frames between shows the earlier step, the rest the later one.
    """
    whole, gliding = film(animation, 0), film(animation)
    at = frames_of(animation)
    for frame, step in enumerate(gliding.timing.steps):
        before = max(place for place, first in enumerate(at) if first <= frame)
        share = (frame - at[before]) / 4
        steps = whole.timing.steps[before : before + 2]
        nearer = steps[0] if share < 0.5 else max(steps) if share == 0.5 else steps[-1]
        for was, now in zip(whole.scene.shapes, gliding.scene.shapes):
            if not is_gliding(was):
                assert look(now, step) == look(was, nearer)
        assert gliding.scene.reads(step) == whole.scene.reads(nearer)
        assert gliding.scene.writes(step) == whole.scene.writes(nearer)


def frames_of(animation: Animation) -> list[int]:
    """Where the frames of the film without in-betweens stand in the one with three."""
    at = [0]
    for glide in glides(animation)[:-1]:
        at.append(at[-1] + (4 if glide else 1))
    return at


def test_an_outline_goes_along_a_row_and_rests_at_its_ends() -> None:
    """It starts slowly, is in the middle halfway, and always stands on whole pixels; window, cell and rays alike."""
    scene = film(compose(FOUR, Options())).scene
    for role in ("accent", "ray"):
        for way in map(np.stack, zip(*(outlines(scene, step, role) for step in range(5)), strict=True)):
            whole = way[4] - way[0]
            assert (whole[..., 0] > 0).all()
            for step, share in enumerate((0, 0.15625, 0.5, 0.84375, 1)):
                assert np.abs(way[step] - way[0] - share * whole).max() <= 0.5
                assert (way[step] == np.rint(way[step])).all()


def test_at_the_end_of_a_row_lines_fade_and_come_again() -> None:
    """Nothing runs back over the map: what was there grows faint, and what comes is faint first, in its place."""
    played = film(compose(FOUR, Options()))
    first, second = (step_frames(compose(FOUR, Options()))[row] for row in (1, 2))
    assert (first, second) == (4, 8)
    lines = [shape for shape in played.scene.shapes if isinstance(shape, Lines) and shape.role in ("accent", "ray")]
    assert len(lines) == 3
    for each in lines:
        assert [each.strength_at(step) for step in range(4, 9)] == [1, 0.5, 0, 0.5, 1]
        assert np.array_equal(each.at(5), each.at(4))
        assert np.array_equal(each.at(7), each.at(8))


def test_faint_lines_are_drawn_faint() -> None:
    """Half of an outline is half of its colour over what is below, none of it nothing."""
    played = film(compose(FOUR, Options(view="flat")))
    pictures = [still(played.scene, played.theme, step).pixels.astype(int) for step in (4, 5, 6)]
    bare = replace(played.scene, shapes=tuple(shape for shape in played.scene.shapes if shape.role != "accent"))
    below = [still(bare, played.theme, step).pixels.astype(int) for step in (4, 5, 6)]
    assert np.array_equal(pictures[2], below[2])
    (x, y), (u, v) = outlines(played.scene, 4, "accent")[0][0]
    at = round((y + v) / 2), round((x + u) / 2)
    stroke = np.array(played.theme.styles["accent"].stroke)
    assert np.abs(pictures[0][at][:3] - stroke).max() <= 1
    assert np.abs(pictures[1][at][:3] - (stroke + below[1][at][:3]) / 2).max() <= 1


def test_films_of_one_scene_are_the_films_by_themselves() -> None:
    """With as many in-betweens, frame by frame, however they are drawn one after the other."""
    animation = compose(FOUR, Options(bounce=True, slow=1, values="arange"))
    every = films(animation)
    (scene,) = {id(played.scene): played.scene for played, _ in every}.values()
    renderer = Renderer(scene, animation.theme)
    assert len(every) == 4
    for betweens, (played, own) in enumerate(every):
        alone = film(animation, betweens)
        assert (played.timing.times, played.timing.turn) == (alone.timing.times, alone.timing.turn)
        assert [*own] == [*step_frames(animation, betweens)]
        assert len(played.timing.steps) == len(alone.timing.steps)
        for step, same in some(list(zip(played.timing.steps, alone.timing.steps))):
            assert np.array_equal(renderer.frame(step).packed, still(alone.scene, alone.theme, same).packed)


def test_what_no_line_crosses_is_not_drawn_again_on_the_way() -> None:
    """Half way to the next step nothing changes but around the lines that glide."""
    played = film(compose(MaxPool(4, 2), Options(values="random:1", width=300)))
    renderer = Renderer(played.scene, played.theme)
    for step in range(3):  # to the last frame that is as the first step but for its lines
        frame = renderer.frame(step)
        lines = [shape for shape in played.scene.shapes if isinstance(shape, Lines) and is_gliding(shape)]
        around = np.concatenate([line.boxes(at, np.arange(len(line.at(at)))) for line in lines for at in (0, 1)])
        (left, top), (right, bottom) = around[:, :2].min(axis=0) - 4, around[:, 2:].max(axis=0) + 4
        for box in frame.changed if step == 1 else ():
            assert left <= box.left < box.right <= right
            assert top <= box.top < box.bottom <= bottom


@pytest.mark.parametrize(
    "name", ["three_by_three", "numerical_padding_strides", "depthwise", "im2col", "network_in_network"]
)
def test_what_is_filled_and_written_is_of_a_step(name: str) -> None:
    """Cells, numbers and equations are as at a whole step in every frame, the nearer one."""
    assert_nothing_else_moves(load_recipe(name).animation())


@campaign(40)
@given(data=st.data())
def test_random_layers_glide_truly(data: st.DataObject) -> None:
    """In every reading and view, with numbers and without, to and fro."""
    op = data.draw(st.sampled_from(["conv", "conv-transpose", "max-pool", "avg-pool"]))
    layer = data.draw(layers(op))
    options = Options(
        view=data.draw(st.sampled_from(["iso", "flat"])),
        values=data.draw(st.sampled_from([None, "random:1"])),
        bounce=data.draw(st.booleans()),
        hold=data.draw(st.sampled_from([0.0, 1.0])),
        max_frames=12,
    )
    animation = composed(layer, options)
    assert_nothing_else_moves(animation)
    gliding = film(animation)
    renderer = Renderer(gliding.scene, gliding.theme)
    steps = [0, *data.draw(st.lists(st.sampled_from(sorted(set(gliding.timing.steps))), max_size=5))]
    for step in steps:
        assert np.array_equal(renderer.frame(step).packed, still(gliding.scene, gliding.theme, step).packed)


@listed("options", [{}, {"slow": 2, "values": "arange"}, {"bounce": True}, {"hold": 0.0}, {"steps": "1:4"}])
def test_time_is_what_it_is_without(options: dict[str, Any]) -> None:
    """A film lasts as long; steps begin when they did; its own frames are those of the steps."""
    animation = compose(Conv(5, 3), Options(**options))
    whole, gliding = film(animation, 0), film(animation)
    begins = [np.cumsum([0, *map(each.timing.duration, range(len(each.timing.steps)))]) for each in (whole, gliding)]
    assert np.array_equal(begins[1][frames_of(animation)], begins[0][:-1])
    assert begins[1][-1] == begins[0][-1]
    own = step_frames(animation)
    assert len(own) == len(animation.timing.steps)
    for frame, step in zip(own, animation.timing.steps):
        shown_then = still(gliding.scene, gliding.theme, gliding.timing.steps[frame]).packed
        assert np.array_equal(shown_then, still(animation.scene, animation.theme, step).packed)
    assert gliding.still == own[animation.still]
    assert film(gliding) is gliding


def test_a_way_takes_15_hundredths_or_half_a_step() -> None:
    """Three in-betweens of 50 ms; shorter ones in quick steps; none where they would be too short to be played."""
    for time, glide in ((1.2, 15), (0.3, 15), (0.2, 9), (0.12, 6), (0.11, 0), (0.02, 0)):
        assert glides(compose(FOUR, Options(step_time=time))) == [glide] * 3 + [0, 0]


def test_nothing_glides_back_through_parts_nor_to_the_rest() -> None:
    """Parts of a step and the rest come at once; the way to the first part of the next step is gone."""
    animation = compose(FOUR, Options(values="arange", slow=2))
    whole = glides(animation)
    assert [frame for frame, glide in enumerate(whole) if glide] == [10, 21, 22]
    to_and_fro = glides(compose(FOUR, Options(bounce=True)))
    assert to_and_fro == [15, 15, 15, 0, 0, 15, 0]


def test_going_back_is_going_forth_reversed() -> None:
    """Frames between that come back are those that went, in reverse."""
    steps = film(compose(FOUR, Options(bounce=True))).timing.steps
    assert list(steps) == [*range(14), 8, 7, 6, 5, 4]


@together(
    "figure, options",
    [
        (Conv(11, 3), {"steps": ":65"}),
        (FOUR, {"glide": False}),
        (FOUR, {"still": True}),
        (FOUR, {"sheet": "2x2"}),
        (Conv(3, 3), {}),
    ],
)
def test_nothing_glides_where_it_shall_not(figure: Conv, options: dict[str, Any]) -> None:
    """Past 64 steps, where it was not wanted, in stills, on sheets, in a single step."""
    animation = compose(figure, Options(**options))
    assert not any(glides(animation))
    assert len(film(animation).timing.steps) == len(film(animation, 0).timing.steps)


def test_64_steps_glide() -> None:
    """The most that do."""
    assert sum(map(bool, glides(compose(Conv(11, 3), Options(steps=":64"))))) == 63


def test_the_parts_of_a_comparison_glide_each_in_its_row() -> None:
    """One map's row may end where another's goes on."""
    parts = Part(Conv(4, 3), Options()), Part(Conv(5, 3), Options())
    scene = film(compose(Comparison(parts), Options(width=900))).scene
    lines = [shape for shape in scene.shapes if isinstance(shape, Lines) and is_gliding(shape)]
    assert {shape.strength_at(6) for shape in lines} == {0.0, 1.0}


def test_a_recipe_says_it_too(tmp_path: Path) -> None:
    """`[view] glide = false` is as the option."""
    path = tmp_path / "own.toml"
    path.write_text('[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n[view]\nglide = false\n', encoding="utf-8")
    assert not load_recipe(str(path)).animation().timing.glides
    assert load_recipe(str(path), glide=True).animation().timing.glides
