"""Marks on the blocks of an overview: found at once, in their places, more for more cells, to scale where large."""

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.overviews import MARKS, NETWORKS, blocks, faces, marks, network, sides, words
from helpers.stacks import drawn as fitting
from hypothesis import given
from hypothesis import strategies as st

from convanim import animate
from convanim.figures.animation import Animation
from convanim.figures.recipes.recipes import load_recipe
from convanim.networks.network import Network
from convanim.scene.scene import Scene
from convanim.views.networks.network_volumes import seen_of, volumes_of
from convanim.views.registry import VIEWS
from convanim.words.language import english

Side: TypeAlias = tuple[str, int, int, int, int, int, int, int]
NOTE = "small marks not to scale"
FOUND = 11, 7  # pixels at the least text, of a face that leans across


def random_network(rng: random.Random) -> Network:
    """A few branches of odd kernels, behind and before layers that make maps smaller, or larger."""

    def layer() -> str:
        k = rng.choice([1, 3, 5, 7])
        return rng.choice([f"conv {k}x{k} 8 p{k // 2}", f"conv {k}x1 8 p{k // 2}x0", "conv 3x3 8 p2 d2"])

    branches = (", ".join(layer() for _ in range(rng.randint(1, 2))) for _ in range(rng.randint(2, 4)))
    around = ["conv 3x3 8 s2", "max-pool 2", "conv-transpose 2x2 8 s2", "conv 3x3 8"]
    text = f"{rng.choice(around)}, parallel({', '.join(f'({branch})' for branch in branches)}), {rng.choice(around)}"
    rows, columns = (rng.choice([rng.randint(9, 14), rng.randint(9, 300)]) for _ in range(2))
    return network(text, f"3@{rows}x{columns}")


def drawn(figure: Network, animation: Animation) -> Iterator[tuple[int, list[Side]]]:
    """For some steps the two sides of every mark: its map and axis, from which cell on how many of how many are marked,

    the pixel it begins at and the one behind its last, and the face's pixels.
    """
    scene = animation.scene
    volumes, seen, face = volumes_of(figure, english(), None, None), seen_of(figure), faces(scene)
    for step in {0, int(animation.timing.steps[animation.still]), scene.steps // 3, scene.steps - 1}:
        shown = marks(scene, step)
        found = []
        for volume, box in zip(volumes, seen(step), strict=True):
            assert (box is None) == (volume.name not in shown)
            if box is None:
                continue
            for axis, cells in enumerate((volume.rows, volume.columns)):
                low, high = shown[volume.name][axis::2]
                count = box[axis + 2] - box[axis]
                found.append((volume.name, axis, box[axis], count, cells, low, high, face[volume.name][axis]))
        yield step, found


def check(figure: Network, animation: Animation, view: str) -> None:
    """All that is claimed of marks."""
    scene = animation.scene
    has_note = NOTE in words(scene, "caption")
    are_larger = False
    for step, found in drawn(figure, animation):
        on_equal = defaultdict(list)
        for name, axis, first, count, cells, low, high, pixels in found:
            size, exact, told = high - low, count * pixels / cells, (name, step, axis)
            on_equal[axis, cells, pixels].append((count, size))
            least = (FOUND[axis] if view == "iso" else FOUND[0]) * scene.unit
            assert 0 <= low < high <= pixels, told
            assert size >= min(least, 0.25 * pixels, exact if count == cells else pixels) - 0.51, told
            assert size >= exact - 0.51, told
            if size > exact + 0.51:
                are_larger = True
                assert size <= max(1.75 * least, 2 * scene.unit) + 0.51, told
                assert size <= max(0.44 * pixels, 2 * scene.unit) + 0.51, told
            off = (low + high) / 2 - (first + count / 2) * pixels / cells
            edge = round(scene.unit)
            assert abs(off) <= 1 or (off > 0 and low <= edge) or (off < 0 and high >= pixels - edge), told
        for sizes in on_equal.values():
            for (fewer, small), (more, large) in pairwise(sorted(sizes)):
                assert small <= large if fewer < more else small == large, (step, sizes)
    assert has_note or not are_larger
    if scene.steps < 500:
        assert has_note == any(larger(figure, scene, step) for step in range(scene.steps))


def larger(figure: Network, scene: Scene, step: int) -> bool:
    """Whether a mark of a step is more than a rounding larger than to scale."""
    shown, face = marks(scene, step), faces(scene)
    for volume, box in zip(volumes_of(figure, english(), None, None), seen_of(figure)(step)):
        if box is not None:
            sizes = np.subtract(shown[volume.name][2:], shown[volume.name][:2])
            exact = np.subtract(box[2:], box[:2]) * face[volume.name] / (volume.rows, volume.columns)
            if (sizes > np.round(exact)).any():
                return True
    return False


@listed("name", NETWORKS)
@pytest.mark.parametrize("view", VIEWS)
def test_marks_of_templates_are_found_at_once(name: str, view: str) -> None:
    """As large as eyes need, or a quarter of a small face, on their faces, centred on their cells, in order."""
    recipe = load_recipe(name, view=view)
    assert isinstance(recipe.figure, Network)
    check(recipe.figure, recipe.animation(), view)


@campaign(60, deadline=None)
@given(seed=st.integers(0, 2**32), view=st.sampled_from(sorted(VIEWS)), width=st.sampled_from([700, 1000, 1600]))
def test_marks_of_random_networks_are_found_at_once(seed: int, view: str, width: int) -> None:
    """On maps of any size: none is smaller than one of fewer cells, and that small ones are larger is said."""
    figure = random_network(random.Random(seed))
    check(figure, fitting(figure, view=view, width=width), view)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size", [7, 14, 28, 112, 224, 512])
def test_one_three_and_five_cells_are_told_apart(view: str, size: int) -> None:
    """On maps of equal size, however large: each mark is two pixels higher at least, and wider, too."""
    text = "parallel((conv 1x1 8), (conv 1x1 8, conv 3x3 8 p1), (conv 1x1 8, conv 5x5 8 p2))"
    animation = animate(network(text, f"8@{size}x{size}"), view=view, width=700).animation
    found = marks(animation.scene, int(animation.timing.steps[animation.still]))
    (one, three, five) = (np.subtract(found[name][2:], found[name][:2]) for name in ("map 1", "map 2", "map 4"))
    assert three[0] >= one[0] + 2
    assert five[0] >= three[0] + 2
    assert one[1] < three[1] < five[1]
    assert (five == np.subtract(found["input"][2:], found["input"][:2])).all()


def test_marks_are_to_scale_where_all_are_large() -> None:
    """In an inception module on 7×7 cells, upright: the union of its branches is 5×5 cells, and nothing is noted."""
    branches = ("conv 1x1 8", "conv 1x1 8, conv 3x3 8 p1", "conv 1x1 8, conv 5x5 8 p2", "max-pool 3 s1 p1, conv 1x1 8")
    text = f"parallel({', '.join(f'({branch})' for branch in branches)})"
    animation = animate(network(text, "8@7x7"), width=960, view="flat").animation
    scene, still = animation.scene, animation.timing.steps[animation.still]
    high = {name: side[1] for name, side in sides(scene).items()}
    seen = marks(scene, still)
    rows = {name: (7 * top / high[name], 7 * bottom / high[name]) for name, (top, _, bottom, _) in seen.items()}
    row = int(still) // 7
    assert rows["output"] == pytest.approx((row, row + 1), abs=0.1)
    assert rows["input"] == pytest.approx((row - 2, row + 3), abs=0.1)
    assert rows["map 2"] == pytest.approx((row - 1, row + 2), abs=0.1)  # what the 3×3 reads
    assert rows["map 4"] == pytest.approx((row - 2, row + 3), abs=0.1)  # what the 5×5 reads
    assert set(seen) == set(sides(scene))
    assert NOTE not in words(scene, "caption")


@pytest.mark.parametrize("name", ["inception_module", "inception_module_naive"])
def test_that_small_marks_are_larger_is_said_once(name: str) -> None:
    """Below all figures of a picture; without labels nothing is said."""
    assert words(load_recipe(name).animation().scene, "caption").count(NOTE) == 1
    assert NOTE not in words(load_recipe("inception_module", labels=False).animation().scene, "caption")


def test_lines_are_around_marks_where_a_face_has_room() -> None:
    """On the small faces of a U they would hide both; all marks have one colour, whatever made their map."""
    found = [shape for shape in blocks(load_recipe("unet").animation().scene) if shape.role in MARKS]
    wide = faces(load_recipe("unet").animation().scene)
    assert {shape.part for shape in found} == {"whole", "fill"}
    lined = [wide[shape.map.removeprefix("window ")][1] for shape in found if shape.part == "whole"]
    plain = [wide[shape.map.removeprefix("window ")][1] for shape in found if shape.part == "fill"]
    assert min(lined) > max(plain)
    assert not [shape for shape in found if shape.series is not None]


def test_that_small_marks_are_larger_is_said_where_they_are_at_a_later_step_alone() -> None:
    """From 14 to 6 cells the first lies between two, which are large enough, and the second upon one, which is not."""
    scene = animate(network("upsample 6x6 mode=bilinear", "3@14x14"), view="flat", width=700).animation.scene
    pixels = faces(scene)["input"][1]
    widths = [right - left for _, left, _, right in (marks(scene, step)["input"] for step in (0, 1))]
    assert widths[0] == round(2 * pixels / 14)
    assert widths[1] > round(pixels / 14)
    assert NOTE in words(scene, "caption")
