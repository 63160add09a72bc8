"""Slanted stacks have depth: what lies lower is drawn first, and no line ends in the middle of a sheet."""

from typing import Any, TypeAlias

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.stacks import drawn, some
from helpers.strategies import LAYERS, chains, channelled
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.files.catalogue import theme_names
from convanim.layers.layer import Conv, MaxPool, cell_count
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Cells, Lattice, Lines, Scene, series_at, shown

Points: TypeAlias = NDArray[np.float64]
Sheet: TypeAlias = tuple[Lattice, int, int]  # and its rows and columns
WIDTHS = st.sampled_from([240, 480, 2400])  # where sheets are in piles, and where they are in lanes
VOLUMES = st.sampled_from(["conv", "conv-transpose", "max-pool"]).flatmap(lambda op: LAYERS[op](st.just(3)))
ANY = st.one_of(
    st.sampled_from(list(OPERATIONS)).flatmap(channelled),
    chains(),
    VOLUMES.filter(lambda layer: cell_count(layer) < 700),
)
BOX = Conv("7x5x5", 3, dilation=(2, 1, 1), padding=(1, 0, 1))
PILED = Conv("8@9x9", 3, out_channels=8, groups=8)
# Its middle maps have no grid, and windows that reach into the zeros around them.
SPREAD = Chain("2x2", ["conv 1x1 p1", "conv-transpose 1x1 s2", "conv-transpose 3x3 s2 d2"])
STILL = ("input", "hidden", "output_pending", "unread")


def every_sheet(figure: Any) -> dict[str, int]:
    """The option that has all channels drawn; slices of three axes are drawn without it."""
    return {"max_sheets": 99} if len(figure.input_size) < 3 else {}


def inside(point: Points, lattice: Lattice, rows: int, columns: int) -> bool:
    """Whether a point lies in the midst of a sheet, off its edges."""
    basis = np.array([lattice.row, lattice.column], dtype=float)
    row, column = (point - np.array(lattice.origin)) @ np.linalg.inv(basis)
    return bool(0.1 < row < rows - 0.1 and 0.1 < column < columns - 0.1)


def sheets_of(scene: Scene) -> list[tuple[int, Sheet]]:
    """Every sheet: where in the display list it comes, its lattice, its rows and columns."""
    found: list[tuple[int, Sheet]] = []
    for order, shape in enumerate(scene.shapes):
        if isinstance(shape, Cells) and shape.role in STILL:
            rows, columns = (shape.cells.max(axis=0) + 1).tolist()
            found.append((order, (shape.lattice, rows, columns)))
        elif isinstance(shape, Blocks) and shape.role in STILL and isinstance(shape.blocks, np.ndarray):
            rows, columns = shape.blocks[0, 2:].tolist()
            found.append((order, (shape.lattice, rows, columns)))
    return found


@pytest.mark.parametrize(
    "figure",
    [
        Conv("4@5x5", 3, out_channels=4, groups=4),
        Conv("4@5x5", 3, out_channels=4, groups=2),
        Conv("6@4x4", 3, out_channels=3, groups=3),
        Chain("4@5x5", ["conv 3 4 groups=4", "conv 1 4"]),
    ],
    ids=str,
)
def test_channels_that_keep_apart_lead_to_what_is_over_them_in_their_hue(figure: Any) -> None:
    """All are in one row; rays have the hue of the sheet that they leave, which is right under what is made of it."""
    scene = drawn(figure, view="iso", order="position").scene
    middles: dict[tuple[str, int], set[float]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.role in STILL and shape.map in ("input", "output"):
            corners = shape.lattice.corners(shape.cells)
            assert isinstance(shape.series, int)
            middles.setdefault((shape.map, shape.series), set()).add(
                (corners[..., 0].min() + corners[..., 0].max()) / 2
            )
    for series in {hue for _, hue in middles}:
        one, other = (np.mean(list(middles[name, series])) for name in ("input", "output"))
        assert abs(one - other) <= 4
    for step in range(0, scene.steps, 5):
        windows: dict[Any, list[list[float]]] = {}
        for shape in scene.shapes:
            if isinstance(shape, Cells) and shape.role == "window" and shape.map == "window":
                corners = shape.lattice.corners(shape.cells[shown(shape.when, len(shape), step)])
                windows.setdefault(shape.series, []).extend(corners.reshape(-1, 2).tolist())
        rays = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray" and len(s.at(step))]
        assert {ray.series for ray in rays} >= {hue for hue, corners in windows.items() if corners}
        for ray in rays:
            for start, *_ in ray.at(step).tolist():
                assert [hue for hue, corners in windows.items() if start in corners] in ([ray.series], [])


def hidden_ends(scene: Scene, step: int, *, has_slices: bool = False) -> list[list[float]]:
    """The ends of rays that are drawn over a sheet which lies over the window that they come from or go to.

    Among slices upright ones are the edges of a narrow box.
    """
    outlines: dict[tuple[float, ...], list[int]] = {}  # where the corners of windows and current cells come
    for order, shape in enumerate(scene.shapes):
        if isinstance(shape, Cells) and shape.role in ("window", "window_hidden"):
            # A map's own cells are made by the stage before, the padding in the window is not.
            cells = shape.cells[shown(shape.when, len(shape), step)]
            if not len(cells):
                continue
            (top, left), (bottom, right) = cells.min(axis=0), cells.max(axis=0) + 1
            corners = shape.lattice.points(np.array([(top, left), (top, right), (bottom, right), (bottom, left)]))
        elif shape.role != "accent":
            continue
        elif isinstance(shape, Lines):
            lines = shape.at(step)  # upright ones are a box's edges, which come up from under a sheet
            corners = lines[lines[:, 0, 0] != lines[:, 1, 0]].reshape(-1, 2)
        else:
            assert isinstance(shape, Blocks)
            corners = shape.corners(step, shown(shape.when, len(shape.at(step)), step)).reshape(-1, 2)
        for corner in corners.tolist():
            outlines.setdefault(tuple(corner), []).append(order)
    sheets = sheets_of(scene)
    found = []
    for order, shape in enumerate(scene.shapes):
        if not isinstance(shape, Lines) or shape.role != "ray":
            continue
        rays = shape.at(step)
        for end in (rays[rays[:, 0, 0] != rays[:, 1, 0]] if has_slices else rays).reshape(-1, 2):
            assert tuple(end.tolist()) in outlines, "a ray ends where no outline is"
            start = min(outlines[tuple(end.tolist())])
            if any(start < at < order and inside(end, *sheet) for at, sheet in sheets):
                found.append(end.tolist())
    return found


@campaign(20)
@example(figure=PILED, width=240)
@example(figure=BOX, width=480)
@example(figure=SPREAD, width=240)
@given(figure=ANY, width=WIDTHS)
def test_no_ray_ends_in_the_middle_of_a_sheet(figure: Any, width: int) -> None:
    """Rays and the prism's edges end at corners of outlines, and under the sheets that lie over these."""
    scene = drawn(figure, view="iso", width=width, labels=False, **every_sheet(figure)).scene
    for step, _ in some(list(range(scene.steps)), 4):
        assert hidden_ends(scene, step, has_slices=len(figure.input_size) == 3) == []


@campaign(20)
@example(figure=PILED, width=240)
@example(figure=BOX, width=480)
@given(figure=ANY, width=WIDTHS)
def test_nothing_is_painted_over_what_stands_in_front(figure: Any, width: int) -> None:
    """Windows and current cells come before every sheet that lies over their own."""
    scene = drawn(figure, view="iso", width=width, labels=False, max_frames=100_000, **every_sheet(figure)).scene
    sheets = sheets_of(scene)
    places = {lattice: at for at, (lattice, *_) in sheets}
    for order, shape in enumerate(scene.shapes):
        if not isinstance(shape, Cells) or shape.role not in ("window", "window_hidden", "current"):
            continue
        over = [sheet for at, sheet in sheets if places[shape.lattice] < at < order]
        for step, _ in some(list(range(scene.steps)), 4):
            for point in shape.lattice.centres(shape.cells[shown(shape.when, len(shape), step)]):
                assert not any(inside(point, *sheet) for sheet in over)


def test_sheets_that_are_read_apart_lie_apart() -> None:
    """Groups, and all maps that are made one by one, have lanes of their own, which hide nothing of each other."""
    for figure in (
        Conv("4@5x5", 3, out_channels=4, groups=4),
        Conv("4@5x5", 3, out_channels=4, groups=2),
        MaxPool("3@6x6", 2),
        Chain("3@7x7", ["conv 3x3 4", "relu"]),
    ):
        scene = drawn(figure, view="iso", width=800).scene
        for step in range(0, scene.steps, 3):
            lit = [
                (shape.lattice, point)
                for shape in scene.shapes
                if isinstance(shape, Cells) and shape.role in ("window", "current")
                for point in shape.lattice.centres(shape.cells[shown(shape.when, len(shape), step)])
            ]
            tops = {lattice.origin[1]: lattice for lattice, _ in lit}
            top = tops[min(tops)]  # where the cell is that is made
            assert not any(
                inside(point, *sheet)
                for lattice, point in lit
                if lattice == top
                for _, sheet in sheets_of(scene)
                if sheet[0] != top
            )


PROBES = np.stack(np.meshgrid(*2 * [np.linspace(0.2, 0.8, 9)]), axis=2).reshape(-1, 2)  # of a cell; rays cross some


@campaign(200, deadline=None)
@given(
    layer=st.sampled_from(["conv", "conv-transpose"]).flatmap(channelled),
    view=st.sampled_from(["iso", "flat"]),
    theme=st.sampled_from(theme_names()),
)
def test_a_window_has_its_filters_pure_hue(layer: Any, view: str, theme: str) -> None:
    """On a sheet that none lies over, most pixels in a window's cells that no line covers are of its filter's hue."""
    animation = drawn(layer, view=view, theme=theme, width=800, max_sheets=99, labels=False)
    scene, hues, outline = animation.scene, animation.theme.series, animation.theme.style("accent").stroke
    for step, _ in some(list(range(scene.steps)), 2):
        pixels = Renderer(scene, animation.theme).frame(step).pixels
        windows = [s for s in scene.shapes if isinstance(s, Cells) and s.role == "window"]
        lit = [(s, s.cells[shown(s.when, len(s), step)]) for s in windows if len(shown(s.when, len(s), step))]
        for shape, cells in lit[-1:]:  # the last one that is drawn has nothing over it
            series = series_at(shape, step)
            if series is None or series >= len(hues):
                continue
            over = (outline, animation.theme.style("ray", series).stroke)
            place = next(at for at, each in enumerate(scene.shapes) if each is shape)
            above = [sheet for at, sheet in sheets_of(scene) if at > place]
            for cell in cells:
                if any(inside(shape.lattice.centres(cell[None])[0], *sheet) for sheet in above):
                    continue
                x, y = shape.lattice.points(cell + PROBES).astype(int).T
                found = [c for c in map(tuple, pixels[y, x, :3].tolist()) if c not in over]  # which fill small cells
                assert max(set(found), key=found.count) == hues[series]
