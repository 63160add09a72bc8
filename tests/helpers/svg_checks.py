"""What a file of SVG shows at a step, held against what the scene says: colours, lines, words."""

import io
from collections import Counter, defaultdict
from typing import Any, TypeAlias

import numpy as np

from convanim.export.svg.svg import write_svg
from convanim.figures.animation import Animation
from convanim.scene.font import BUNDLED
from convanim.scene.scene import Blocks, Cells, Floats, Lattice, Scene, Texts, levels_at, series_at, shown
from convanim.style.marks import Strokes, marks
from convanim.style.theme import Colour, Theme
from helpers.svg_player import Player, Shown

Pen: TypeAlias = tuple[str, float, bool]  # colour, width, whether it is dashed


def svg_bytes(animation: Animation) -> bytes:
    """An animation as an SVG."""
    stream = io.BytesIO()
    write_svg(animation, stream, lambda: None)
    return stream.getvalue()


def middle(animation: Animation, frame: int) -> float:
    """Seconds from the beginning to the middle of a frame."""
    before = sum(animation.timing.duration(f) for f in range(frame))
    return (before + animation.timing.duration(frame) / 2) / 100


def inside(polygon: Floats, points: Floats) -> Any:
    """Which points (N, 2) a closed convex polygon holds."""
    a, b = polygon[:-1], polygon[1:]
    side = (b - a)[:, 0, None] * (points[:, 1] - a[:, 1, None]) - (b - a)[:, 1, None] * (points[:, 0] - a[:, 0, None])
    return (side > 0).all(axis=0) | (side < 0).all(axis=0)


def colours_of_the_file(found: list[Shown], points: Floats) -> list[str]:
    """The colour of the uppermost area at each point; "" where there is none."""
    colours = np.full(len(points), "", dtype=object)
    for thing in found:
        for polygon in thing.polygons:
            colours[inside(polygon, points)] = thing.colour
    return list(colours)


def colours_of_the_scene(scene: Scene, theme: Theme, step: int, points: Floats) -> list[str]:
    """The same from the scene's roles."""
    colours = np.full(len(points), "" if theme.transparent else hex_of(theme.background), dtype=object)
    for shape in scene.shapes:
        if not isinstance(shape, Cells | Blocks):
            continue
        fill = theme.style(shape.role, series_at(shape, step)).fill
        places = _in_lattice(shape.lattice, points)
        if isinstance(shape, Blocks):
            for top, left, bottom, right in shape.at(step).tolist() if shape.part != "line" and fill else []:
                held = (places >= (top, left)).all(axis=1) & (places < (bottom, right)).all(axis=1)
                colours[held] = hex_of(fill)
            continue
        elements = shown(shape.when, len(shape), step).tolist()
        steps = None if shape.levels is None else theme.level_steps(shape.role, levels_at(shape.levels, step))
        here = {tuple(shape.cells[element].tolist()): element for element in elements}
        for number, place in enumerate(np.floor(places).astype(int).tolist()):
            element = here.get(tuple(place))
            if element is not None:
                colour = fill if steps is None else theme.levelled(shape.role, int(steps[element])).fill
                colours[number] = colours[number] if colour is None else hex_of(colour)
    return list(colours)


def _in_lattice(lattice: Lattice, points: Floats) -> Floats:
    basis = np.array([lattice.row, lattice.column], dtype=float)
    return np.asarray((points - np.array(lattice.origin)) @ np.linalg.inv(basis))


def probes(scene: Scene) -> Floats:
    """A point in every cell of every grid, and some over the page."""
    grids = {
        (shape.lattice, tuple(map(tuple, shape.cells.tolist()))) for shape in scene.shapes if isinstance(shape, Cells)
    }
    found = [lattice.points(np.array(cells) + np.array([0.37, 0.44])) for lattice, cells in grids if cells]
    spread = np.random.default_rng(1).uniform(0, (scene.width, scene.height), (40, 2))
    points = np.unique(np.concatenate([*found, spread]), axis=0)
    return points[:: -(-len(points) // 400)]


def hex_of(colour: Colour | None) -> str:
    """A colour as a file has it."""
    assert colour is not None
    return "#" + bytes(colour).hex()


def line_lengths(found: list[Shown]) -> dict[Pen, float]:
    """The length of all lines of each colour and width, dashed or not."""
    lengths: defaultdict[Pen, float] = defaultdict(float)
    for thing in found:
        if "stroke" in thing.paint:
            key = (thing.colour, round(float(thing.paint["stroke-width"]), 2), "stroke-dasharray" in thing.paint)
            for ends in thing.lines:
                lengths[key] += float(np.hypot(*(ends[1] - ends[0])))
    return dict(lengths)


def texts(found: list[Shown]) -> Counter[tuple[str, str, int, int]]:
    """Texts with their colours, and where they begin, to two pixels."""
    seen: Counter[tuple[str, str, int, int]] = Counter()
    for thing in found:
        if thing.text is not None:
            em = float(thing.paint["font-size"].removesuffix("px"))
            along = {"start": 0.0, "middle": 0.5, "end": 1.0}[thing.paint.get("text-anchor", "start")]
            x, y = thing.lines[0]
            x -= along * BUNDLED.width(thing.text, em)
            seen[thing.text, thing.colour, round(x), round(y)] += 1
    return seen


def check(found: list[Shown], animation: Animation, step: int, theme: Theme | None = None) -> None:
    """Areas, lines and texts are those of the scene at a step."""
    scene, theme = animation.scene, theme or animation.theme
    points = probes(scene)
    wanted = colours_of_the_scene(scene, theme, step, points)
    around = [
        colours_of_the_scene(scene, theme, step, points + np.array(d)) for d in ((-1, -1), (1, 1), (-1, 1), (1, -1))
    ]
    is_clear = [all(other[i] == colour for other in around) for i, colour in enumerate(wanted)]  # off every edge
    seen = colours_of_the_file(found, points)
    assert [c for c, clear in zip(seen, is_clear) if clear] == [c for c, clear in zip(wanted, is_clear) if clear]
    lengths: defaultdict[Pen, float] = defaultdict(float)
    written: Counter[tuple[str, str, int, int]] = Counter()
    for shape in scene.shapes:
        elements = shown(shape.when, len(shape), step)
        if isinstance(shape, Texts):
            for element in elements.tolist():
                text = shape.string(step, element)
                style = theme.style(shape.role, series_at(shape, step))
                if shape.levels is not None:
                    steps = theme.level_steps(shape.role, levels_at(shape.levels, step))
                    style = theme.levelled(shape.role, int(steps[element]))
                if text and style.text:
                    x, y = shape.start(step, element)
                    x += shape.font.width(text, shape.em) - shape.font.width(text.lstrip(" "), shape.em)
                    written[text.strip(" "), hex_of(style.text), round(x), round(y)] += 1
            continue
        for drawn in marks(shape, step, elements, theme, scene.unit):
            if isinstance(drawn, Strokes):
                key = (hex_of(drawn.colour), round(drawn.width, 2), drawn.dash is not None)
                lengths[key] += float(np.hypot(*(drawn.ends[:, 1] - drawn.ends[:, 0]).T).sum())
    mine = line_lengths(found)
    assert set(mine) == set(lengths)
    assert all(abs(mine[key] - length) <= 1e-3 * length + 0.1 for key, length in lengths.items())
    assert _near(texts(found), written)


def _near(seen: Counter[tuple[str, str, int, int]], wanted: Counter[tuple[str, str, int, int]]) -> bool:
    """Whether two sets of texts are the same, each at the same place to a pixel."""
    left = list(wanted.elements())
    for text, colour, x, y in seen.elements():
        near = [w for w in left if w[:2] == (text, colour) and abs(w[2] - x) <= 1 and abs(w[3] - y) <= 1]
        if not near:
            return False
        left.remove(near[0])
    return not left


def check_frames(animation: Animation, frames: list[int]) -> None:
    """The file shows each frame's step in the middle of its time."""
    player = Player(svg_bytes(animation))
    for frame in frames:
        check(player.at(middle(animation, frame)), animation, animation.timing.steps[frame])
