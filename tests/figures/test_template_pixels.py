"""The templates' GIFs, cell by cell: every colour against windows that are worked out here, from the definition."""

from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
import pytest
from helpers.campaigns import listed
from helpers.pixels import Film, coloured, decoded, gif_bytes, lattice_of

from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.layers.layer import Layer
from convanim.style.theme import Theme, load_theme

Cell: TypeAlias = tuple[int, ...]

NUMBERS = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])


@dataclass(frozen=True)
class Figure:
    """A template's layer; all maps are square."""

    name: str
    n: int
    out: int
    k: int
    s: int = 1
    p: int = 0
    d: int = 1
    transposed: bool = False
    extra: int = 0
    is_max: bool = False

    @property
    def positions(self) -> range:
        """Where a picture of the input has cells along an axis: padded, and zero-stuffed when transposed."""
        if not self.transposed:
            return range(-self.p, self.n + self.p)
        border = self.d * (self.k - 1) - self.p
        return range(-border, (self.n - 1) * self.s + border + self.extra + 1)

    def seen(self, output: int) -> list[int]:
        """The positions of the kernel's cells along an axis, in ascending order, while an output cell is computed."""
        if not self.transposed:
            return [output * self.s - self.p + j * self.d for j in range(self.k)]
        # Input cell a stands at a·s and meets kernel cell b in output cell a·s − p + b·d.
        return [output + self.p - b * self.d for b in reversed(range(self.k))]

    @property
    def outputs(self) -> range:
        """The output cells of an axis: as many windows as fit, or what the stamps reach after cropping."""
        if not self.transposed:
            return range(sum(self.seen(o)[-1] in self.positions for o in range(self.n + 2 * self.p)))
        reached = {a * self.s + b * self.d for a in range(self.n) for b in range(self.k)}
        return range(max(reached) + 1 + self.extra - 2 * self.p)

    def kind(self, cell: Cell) -> str:
        """What stands at a place of the input's picture."""
        step = self.s if self.transposed else 1
        if not all(0 <= at <= (self.n - 1) * step for at in cell):
            return "padding"
        return "zero" if any(at % step for at in cell) else "input"

    def window(self, output: Cell) -> list[Cell]:
        """The places under the kernel's cells, row by row."""
        return list(product(*map(self.seen, output)))


FIGURES = [
    Figure("no_padding_no_strides", 4, 2, 3),
    Figure("arbitrary_padding_no_strides", 5, 6, 4, p=2),
    Figure("same_padding_no_strides", 5, 5, 3, p=1),
    Figure("full_padding_no_strides", 5, 7, 3, p=2),
    Figure("no_padding_strides", 5, 2, 3, s=2),
    Figure("padding_strides", 5, 3, 3, s=2, p=1),
    Figure("padding_strides_odd", 6, 3, 3, s=2, p=1),
    Figure("dilation", 7, 3, 3, d=2),
    Figure("no_padding_no_strides_transposed", 2, 4, 3, transposed=True),
    Figure("arbitrary_padding_no_strides_transposed", 6, 5, 4, p=2, transposed=True),
    Figure("same_padding_no_strides_transposed", 5, 5, 3, p=1, transposed=True),
    Figure("full_padding_no_strides_transposed", 7, 5, 3, p=2, transposed=True),
    Figure("no_padding_strides_transposed", 2, 5, 3, s=2, transposed=True),
    Figure("padding_strides_transposed", 3, 5, 3, s=2, p=1, transposed=True),
    Figure("padding_strides_odd_transposed", 3, 6, 3, s=2, p=1, transposed=True, extra=1),
    Figure("numerical_no_padding_no_strides", 5, 3, 3),
    Figure("numerical_padding_strides", 5, 3, 3, s=2, p=1),
    Figure("numerical_average_pooling", 5, 3, 3),
    Figure("numerical_max_pooling", 5, 3, 3, is_max=True),
    Figure("three_by_three", 7, 5, 3),
    Figure("one_by_one", 5, 5, 1),
    Figure("one_by_one_strides", 5, 3, 1, s=2),
    Figure("one_by_one_max_pooling", 5, 3, 1, s=2, is_max=True),
]


def input_roles(figure: Figure, output: Cell | None) -> dict[Cell, str]:
    """What every cell of the input's picture looks like while an output cell is computed; None: when all are."""
    read = {cell for other in product(figure.outputs, repeat=2) for cell in figure.window(other)}
    roles = {cell: figure.kind(cell) for cell in product(figure.positions, repeat=2)}
    roles |= {cell: "unread" for cell, kind in roles.items() if kind == "input" and cell not in read}
    if output is None:
        return roles
    window = figure.window(output)
    roles |= {cell: "window" if roles[cell] == "input" else f"window_{roles[cell]}" for cell in window}
    if figure.is_max:
        roles[max(window, key=lambda cell: NUMBERS[cell])] = "winner"
    return roles


def output_roles(figure: Figure, step: int) -> dict[Cell, str]:
    """What every output cell looks like at a step."""
    cells = list(product(figure.outputs, repeat=2))
    return {
        cell: "current" if number == step else "output" if number < step else "output_pending"
        for number, cell in enumerate(cells)
    }


def wrong_cells(theme: Theme, film: Film, figure: Figure, name: str) -> list[str]:
    """The cells whose colour is not that of what they are, in any frame; in the last all rest."""
    scene = load_recipe(name).animation().scene
    first, found = figure.positions.start, list[str]()
    for step, output in enumerate([*product(figure.outputs, repeat=2), None]):
        below: dict[Cell, str] = {
            (row - first, column - first): role for (row, column), role in input_roles(figure, output).items()
        }
        for role, roles in (("input", below), ("output_pending", output_roles(figure, step))):
            fills = [theme.styles[r].fill or theme.background for r in roles.values()]
            good = coloured(film.pictures[step], lattice_of(scene, role), list(roles), np.array(fills))
            found += [f"frame {step}: {cell} is no {r}" for (cell, r), ok in zip(roles.items(), good) if not ok]
    return found


def test_every_template_is_in_the_table() -> None:
    """No template of one map in and one map out escapes the cell by cell look; `test_volumes` looks at three axes."""
    recipes = {name: load_recipe(name) for name in template_names()}
    figures = {name: recipe.figure for name, recipe in recipes.items() if recipe.options.view in (None, "iso", "flat")}
    layers = {name: figure for name, figure in figures.items() if isinstance(figure, Layer)}
    plain = [name for name, layer in layers.items() if layer.in_channels is None and len(layer.input_size) < 3]
    plain.remove("cropping")  # a pad, whose cells `test_padding_figures` looks at
    assert sorted(figure.name for figure in FIGURES) == sorted(plain)


@listed("figure", FIGURES, one_in=7)
def test_every_cell_of_every_frame_has_its_colour(figure: Figure) -> None:
    """Each frame shows the window, unread cells, padding, zeros, and the output done so far, exactly where they are."""
    film = decoded(gif_bytes(load_recipe(figure.name, slow=0).animation()))
    assert len(figure.outputs) == figure.out
    assert len(film.pictures) == figure.out**2 + 1
    assert wrong_cells(load_theme("classic"), film, figure, figure.name) == []


@listed("theme", ["dark", "print", "colorblind"])
@pytest.mark.parametrize("name", ["padding_strides_odd_transposed", "numerical_max_pooling", "one_by_one_strides"])
def test_other_themes_dress_the_same_cells(name: str, theme: str) -> None:
    """Every theme shows the same cells in its own colours."""
    figure = next(figure for figure in FIGURES if figure.name == name)
    film = decoded(gif_bytes(load_recipe(name, theme=theme, slow=0).animation()))
    assert wrong_cells(load_theme(theme), film, figure, name) == []


@pytest.mark.parametrize("name", ["no_padding_no_strides", "dilation", "padding_strides_transposed"])
def test_a_window_that_is_off_by_one_would_be_seen(name: str) -> None:
    """The look is sharp: against a figure shifted by one cell of padding, or one step late, it finds wrong cells."""
    figure = next(figure for figure in FIGURES if figure.name == name)
    theme, film = load_theme("classic"), decoded(gif_bytes(load_recipe(name, slow=0).animation()))
    late = Film([film.pictures[-1], *film.pictures[:-1]], film.durations, film.colours, film.loop)
    assert wrong_cells(theme, late, figure, name)

    class Shifted(Figure):
        """The same figure, its window a column and a row late."""

        def seen(self, output: int) -> list[int]:
            """One position further, as long as there is one."""
            return [min(at + 1, self.positions.stop - 1) for at in super().seen(output)]

        @property
        def outputs(self) -> range:
            """As many as there are."""
            return range(self.out)

    assert wrong_cells(theme, film, Shifted(**vars(figure)), name)
