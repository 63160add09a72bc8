"""What users import: `animate(layer, …).save("figure.gif")`."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.figures.options import options_of
from convanim.figures.recipes.from_text import is_recipe, recipe_of, refuse_stray_size, spelled_input
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Shown
from convanim.layers.layer import Layer
from convanim.layers.sizes import SizeLike
from convanim.networks.cell_field import CellField
from convanim.networks.chain import Chain
from convanim.networks.network import Network

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.patches import PathPatch
    from numpy.typing import NDArray


@dataclass(frozen=True, repr=False)
class Figure:
    """A finished figure, ready to be saved or looked at; the last line of a notebook's cell shows it."""

    animation: Animation

    def save(self, *paths: str | os.PathLike[str]) -> "Figure":
        """Write the figure to each path, whose suffix picks the format (`.gif`, `.png`, `DIR/` for frames).

        Raises RequestError for a path that no format fits, or where there is none, OSError when one cannot be written;
        then none is changed.
        """
        if not paths:
            raise RequestError("output", None, "there is nowhere to write to", "give a path such as figure.gif")
        save(self.animation, [destination(os.fspath(path)) for path in paths])
        return self

    def frames(self) -> "Iterator[NDArray[np.uint8]]":
        """Each frame as an array (height, width, 4) of straight RGBA bytes, made when it is asked for."""
        from convanim.render.frames import frames

        for frame in frames(self.animation):
            yield frame.pixels.copy()

    def draw(self, ax: "Axes", step: int | None = None) -> "list[PathPatch]":
        """Draw one step, the still's unless it is given, into matplotlib axes; the artists, all of them vectors.

        Data coordinates become the figure's pixels, y down. Raises RequestError for a step that there is not.
        """
        from convanim.publish.artists import draw

        return draw(self.animation, ax, step)

    def to_matplotlib(self) -> "FuncAnimation":
        """All frames as an animation of matplotlib's, on a figure of its own."""
        from convanim.publish.artists import to_matplotlib

        return to_matplotlib(self.animation)

    def __repr__(self) -> str:
        from convanim.publish.notebook import summary

        return summary(self.animation)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
        from convanim.publish.notebook import mimebundle

        return mimebundle(self.animation, include, exclude)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the figure leaves out or replaces."""
        return self.animation.notes


def animate(figure: Shown | str | os.PathLike[str], *, input_size: SizeLike | None = None, **options: Any) -> Figure:
    """The figure of a layer, a chain, a network, a receptive field or a comparison.

    Or of a template by its name, of a recipe's `.toml` file.

    Text may also be what the command line takes: a framework's code, stages, a command line; `input_size` is that of
    the input where it says none.

    `options` are those of `convanim.Options`: `values`, `view`, `theme`, `width`, `caption` …; they replace a recipe's.
    Raises RequestError when an option is unknown or does not fit the layer.
    """
    asked = options_of(options)
    if isinstance(figure, str) and not is_recipe(figure):
        size = spelled_input(input_size)
        refuse_stray_size([figure], size, None)
        return Figure(recipe_of(figure, "figure", input_size=size, given=options).animation())
    if input_size is not None:
        raise RequestError("input_size", input_size, "layers, templates and recipes have their own", "leave it out")
    if isinstance(figure, str | os.PathLike):
        return Figure(load_recipe(os.fspath(figure), **options).animation())
    if not isinstance(figure, Layer | Chain | Network | CellField | Comparison):
        fix = "give Conv(5, 3); from_module makes one of a framework's layer: from_module(layer, input_size=7)"
        raise RequestError("figure", figure, "not a layer, nor the name of a template or recipe", fix)
    return Figure(compose(figure, asked))
