"""What a figure costs when it is drawn the usual ways: the same scenes at the same size, without their text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from PIL import Image

from convanim.figures.animation import Animation
from convanim.scene.scene import ALWAYS, Cells, Lines, Shape, Texts, shown
from convanim.style.theme import Style

_DPI = 72


def with_func_animation(animation: Animation, path: Path) -> None:
    """`FuncAnimation` and `PillowWriter` as a good user writes them: a collection for each role, not a patch a cell."""
    scene = animation.scene
    figure = Figure(figsize=(scene.width / _DPI, scene.height / _DPI), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.set_axis_off()
    drawn: list[tuple[Shape, Any]] = []
    for depth, shape in enumerate(scene.shapes):
        style = animation.theme.styles[shape.role]
        if isinstance(shape, Cells):
            collection: Any = PolyCollection([], facecolors=_rgb(style.fill), edgecolors=_rgb(style.stroke))
        elif isinstance(shape, Lines):
            collection = LineCollection([], colors=_rgb(style.stroke))
        else:
            continue
        collection.set(linewidths=style.width, zorder=depth)
        if style.dash:
            collection.set_linestyle((0, style.dash))
        axes.add_collection(collection, autolim=False)
        _put(shape, collection, 0)
        drawn.append((shape, collection))

    def update(step: int) -> list[Any]:
        changing = [(shape, collection) for shape, collection in drawn if len(shape) and not _is_still(shape)]
        for shape, collection in changing:
            _put(shape, collection, step)
        return [collection for _, collection in changing]

    moving = FuncAnimation(figure, update, frames=list(animation.timing.steps), blit=True)
    moving.save(path, writer=PillowWriter(fps=2), dpi=_DPI)


def with_bare_agg(animation: Animation, path: Path) -> None:
    """Agg itself, everything drawn anew at every step, and Pillow's GIF writer."""
    pictures = list(_agg_pictures(animation))
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=500, loop=0)


def _agg_pictures(animation: Animation) -> Iterator[Image.Image]:
    scene = animation.scene
    renderer: Any = RendererAgg(scene.width, scene.height, _DPI)  # type: ignore[no-untyped-call]
    flip = Affine2D().scale(1, -1).translate(0, scene.height)
    for step in animation.timing.steps:
        np.asarray(renderer.buffer_rgba())[:] = (*animation.theme.background, 255)
        for shape in scene.shapes:
            if isinstance(shape, Texts):
                continue
            style = animation.theme.styles[shape.role]
            outlines = _outlines(shape, step)
            if not len(outlines):
                continue
            context = renderer.new_gc()
            context.set_linewidth(style.width)
            if style.stroke is not None:
                context.set_foreground(_rgb(style.stroke))
            if style.dash:
                context.set_dashes(0, style.dash)
            path = Outline.make_compound_path(*(Outline(o, closed=isinstance(shape, Cells)) for o in outlines))
            renderer.draw_path(context, path, flip, _fill(shape, style))
        yield Image.fromarray(np.asarray(renderer.buffer_rgba())[..., :3].copy())


def _fill(shape: Shape, style: Style) -> Any:
    return _rgb(style.fill) if isinstance(shape, Cells) and style.fill is not None else None


def _is_still(shape: Shape) -> bool:
    return shape.when == ALWAYS


def _put(shape: Shape, collection: Any, step: int) -> None:
    outlines = _outlines(shape, step)
    collection.set_verts(outlines) if isinstance(shape, Cells) else collection.set_segments(outlines)


def _outlines(shape: Shape, step: int) -> Any:
    elements = shown(shape.when, len(shape), step)
    if isinstance(shape, Cells):
        corners = shape.lattice.corners(shape.cells[elements])
        return np.concatenate([corners, corners[:, :1]], axis=1)
    assert isinstance(shape, Lines)
    return shape.at(step)[elements]


def _rgb(colour: tuple[int, int, int] | None) -> Any:
    return "none" if colour is None else tuple(c / 255 for c in colour)
