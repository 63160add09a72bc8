"""What is painted over what in a window: cells, the winner, frames of copies, the outline, and at last all numbers."""

from typing import Any

import pytest
from helpers.campaigns import together

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.layer import Conv, Fold, Layer, MaxPool, Upsample
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells, During, Lines, Scene, Shape, Texts, shown
from convanim.views.registry import VIEWS

FIGURES: dict[str, tuple[Layer, dict[str, Any]]] = {
    "maximum": (MaxPool(4, 2, padding=1), {"values": "random:3"}),
    "maximum, slowly": (MaxPool(4, 2), {"values": "random:3", "slow": 2}),
    "maximum of channels": (MaxPool("2@4", 2), {"values": "random:3"}),
    "copies": (Conv(4, 3, padding=1, padding_mode="reflect"), {"values": "random:3"}),
    "copies in channels": (Conv("2@4", 3, padding=1, padding_mode="reflect"), {"values": "random:3"}),
    "between cells": (Upsample(3, size=5, mode="bilinear"), {"values": "arange"}),
}
# What lies over what, from below.
ORDER = ("window", "winner", "source_edge", "source", "accent", "point_edge", "point", "ring_edge", "ring", "lit")
cases = pytest.mark.parametrize(("name", "view"), [(name, view) for name in FIGURES for view in VIEWS])


def drawn(name: str, view: str) -> Scene:
    """The scene of one of the figures."""
    layer, looks = FIGURES[name]
    return compose(layer, Options(view=view, **looks)).scene


def windows(scene: Scene) -> list[list[Shape]]:
    """The shapes of each sheet's window, from its first cells to its last numbers."""
    found: list[list[Shape]] = []
    lattice = None
    for shape in scene.shapes:
        if isinstance(shape, Cells):
            if shape.map not in ("window", "winner"):
                lattice = None
            elif shape.lattice != lattice:
                lattice = shape.lattice
                found.append([])
        if isinstance(shape, Texts):  # those of several sheets come after all of their cells
            own = [shapes for shapes in found if places_of(shape) <= places_of(shapes[0])]
            for shapes in own[-1:]:
                shapes.append(shape)
        elif lattice is not None:
            found[-1].append(shape)
    return [[s for s in shapes if rank(s) >= 0] for shapes in found]


def places_of(shape: Shape) -> set[tuple[float, float]]:
    """Where the elements of cells or texts have their middles, whenever they are shown."""
    assert isinstance(shape, Cells | Texts)
    points = shape.points if isinstance(shape, Texts) else shape.lattice.centres(shape.cells)
    return {(float(x), float(y)) for x, y in points}


def rank(shape: Shape) -> int:
    """How far up a shape of a window lies; -1 for what is none of it."""
    role = "window" if shape.role.startswith("window") else shape.role
    if isinstance(shape, Lines) and shape.of_part is not None:
        role = "lit"  # the cell that a part of a step is about
    if role not in ORDER:
        return -1
    return len(ORDER) if isinstance(shape, Texts) else ORDER.index(role)


@cases
def test_a_window_is_painted_in_its_order(name: str, view: str) -> None:
    """The outline is whole on the winner's cell and on frames of copies, and numbers are on everything."""
    scene = drawn(name, view)
    ordered = windows(scene)
    assert ordered
    for shapes in ordered:
        assert [*map(rank, shapes)] == sorted(map(rank, shapes))
    assert any(isinstance(shape, Texts) for shapes in ordered for shape in shapes)
    told = {shape.role for shapes in ordered for shape in shapes}
    assert {"window", "accent"} <= told
    assert ("winner" in told, "source" in told, "point" in told) == (
        name.startswith("maximum"),
        name.startswith("copies") or "slowly" in name,
        name == "between cells",
    )


@cases
def test_every_cell_under_a_window_has_one_number(name: str, view: str) -> None:
    """A winner's number is written once, in its own colour, and before it is known in the window's."""
    scene = drawn(name, view)
    for step in range(scene.steps):
        for shapes in windows(scene):
            under = [place for s in shapes if isinstance(s, Cells) and s.map == "window" for place in places(s, step)]
            written = [place for s in shapes if isinstance(s, Texts) for place in places(s, step)]
            if written:  # in a slanted stack numbers are on the uppermost sheet
                assert sorted(written) == sorted(under)
            so_far = [place for s in shapes if isinstance(s, Texts) for place in places(s, step, part=1)]
            assert sorted(so_far) == sorted(written)


def places(shape: Cells | Texts, step: int, part: int | None = None) -> list[tuple[float, float]]:
    """Where the elements that are shown have their middles."""
    points = shape.points if isinstance(shape, Texts) else shape.lattice.centres(shape.cells)
    elements = shown(shape.when, len(points), step)
    if part is not None and isinstance(shape.when, During) and shape.when.of_part is not None:
        elements = shape.when.of_part(step, part)
    return [(float(x), float(y)) for x, y in points[elements]]


@together(
    "figure",
    [
        Conv(4, 3),
        MaxPool(4, 2, padding=1),
        Conv("2@4", 3),
        Fold("4@9", 4, 2),
        Chain(5, ["conv 3", "max-pool 2"]),
        Conv("4x4x4", 3),
    ],
)
def test_rays_cross_no_digit_under_the_window(figure: Any) -> None:
    """They are drawn before the digits of the sheet that they come from."""
    shapes = compose(figure, Options(view="iso", values="random:3")).scene.shapes
    assert any(isinstance(shape, Lines) and shape.role == "ray" for shape in shapes)
    over: list[Shape] = []  # what is drawn over cells, the last first
    for shape in reversed(shapes):
        if isinstance(shape, Texts) and shape.role.startswith(("window", "winner")):
            assert not any(isinstance(each, Lines) and each.role == "ray" for each in over)
        over = [] if isinstance(shape, Cells) else [*over, shape]
