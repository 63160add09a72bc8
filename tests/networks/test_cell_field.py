"""What one cell sees of the input: exact, bounded, and where most of a gradient lies; in text, JSON and a picture."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers.campaigns import together

from convanim import RequestError, animate, network, receptive_field
from convanim.cli import main
from convanim.networks.dependence import NetworkDependence
from convanim.scene.scene import Blocks, Cells, Lines

STAGES = "stem: conv 3x3 4 s2 d2, parallel((conv 1x1 2), (conv 3x3 2 g2 p1)), max-pool 2 s1, up: conv-transpose 3 4 s2"


def run(*words: str) -> Result:
    """The command's run."""
    return CliRunner().invoke(main, list(words))


def test_a_place_is_the_union_of_its_channels() -> None:
    """A cell without a channel sees what the cells of all channels see, and lies in the bounded field."""
    net = network(STAGES, "2@21x25")
    channels, *size = net.shapes["up"]
    for cell in ((3, 5), (0, 0), (size[0] - 1, size[1] - 1)):
        field = receptive_field(net, node="up", cell=cell)
        every = [np.asarray(NetworkDependence(net).cells((c, *cell), "up")["input"].mask) for c in range(channels)]
        assert (field.exact == np.logical_or.reduce(every)).all()
        assert (receptive_field(net, node="up", cell=(0, *cell)).exact == every[0]).all()
        ends, bounded = field.exact_box, field.bounded_box
        assert ends is not None
        assert bounded is not None
        assert all(b[0] <= e[0] <= e[1] <= b[1] for e, b in zip(ends, bounded))


def test_most_of_a_gradient_lies_between_its_ends() -> None:
    """At most 2.5 % of it lies before the first, and as much behind the last; no more can be left out."""
    field = receptive_field("conv 3 2", "2@30x8")
    rng = np.random.default_rng(3)
    for _ in range(20):
        heat = rng.random((2, 30, 8)) ** 6
        box = replace(field, effective=heat, images=1).effective_box
        assert box is not None
        for (first, last), along in zip(box, (heat.sum(axis=(0, 2)), heat.sum(axis=(0, 1)))):
            share = along / along.sum()
            assert share[:first].sum() <= 0.025 < share[: first + 1].sum()
            assert share[last + 1 :].sum() <= 0.025 + 1e-9 < share[last:].sum() + 1e-9
    assert replace(field, effective=np.zeros((2, 30, 8))).effective_box is None


def test_the_picture_has_the_heat_and_the_outlines() -> None:
    """Levels are the gradient by its largest, in squares of several cells where there are many; frames say ends."""
    field = receptive_field("conv 3x3 2 s2 p1, max-pool 2", "3@13x9", cell=(1, 1))
    heat = np.where(field.exact, np.arange(13 * 9).reshape(13, 9), 0.0)
    scene = animate(replace(field, effective=np.stack([heat] * 3), images=1)).animation.scene
    (cells,) = (shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "input")
    assert isinstance(cells.levels, np.ndarray)
    assert np.allclose(cells.levels.reshape(13, 9), heat / heat.max())
    frames = {shape.role: shape for shape in scene.shapes[::-1] if isinstance(shape, Lines | Blocks)}
    assert frames.keys() >= {"accent", "edge", "padding"}
    edge = frames["edge"]
    assert isinstance(edge, Lines)
    assert field.exact_box is not None
    (top, bottom), (left, right) = field.exact_box
    corners = cells.lattice.points(np.array([(top, left), (bottom + 1, right + 1)]))
    assert edge.at(0).reshape(-1, 2).min(axis=0).tolist() == corners[0].tolist()
    assert edge.at(0).reshape(-1, 2).max(axis=0).tolist() == corners[1].tolist()
    wide = animate(receptive_field("conv 3x3 2 p1", "3@300x240")).animation.scene
    (cells,) = (shape for shape in wide.shapes if isinstance(shape, Cells) and shape.map == "input")
    assert len(cells) == 100 * 80


def test_pictures_of_other_gradients_are_others() -> None:
    """The digest, by which a file is taken for current, is of the numbers, too."""
    field = receptive_field("conv 3x3 2", "1@5x5")
    one, other = (replace(field, effective=np.full((1, 5, 5), 1.0) + np.eye(5) * i, images=1) for i in (1, 2))
    assert animate(one).animation.digest != animate(other).animation.digest
    assert "95%" in animate(one).animation.alt


def test_the_command_tells_of_a_cell(tmp_path: Path) -> None:
    """Three lines, JSON, or a picture; what is no cell is refused in one line."""
    given = ("network", STAGES, "-i", "2@21x25", "--cell")
    told = run(*given, "up@0x3x5")
    field = receptive_field(STAGES, "2@21x25", node="up", cell=(0, 3, 5))
    assert told.stdout.splitlines()[0] == "input 2@21×25 · cell 0, 3, 5 of up"
    assert run(*given, "up@0x3x5", "--lang", "de").stdout.startswith("Eingabe 2@21×25 · Zelle 0, 3, 5")
    table = json.loads(run(*given, "up@0x3x5", "--json").stdout)
    assert table["exact"]["cells"] == field.exact.sum()
    assert table["bounded"]["ends"] == [list(ends) for ends in field.bounded_box or ()]
    picture = tmp_path / "cell.png"
    assert run(*given, "up", "-o", str(picture)).exit_code == 0
    assert picture.stat().st_size > 1000
    for cell, said in {"upp": "try up", "up@x": "up@7x7", "up@99x1": "4@17×21", "up@1x1x1x1": "4@17×21"}.items():
        wrong = run(*given, cell)
        assert wrong.exit_code == 2
        assert said in wrong.stderr
        assert wrong.stderr.count("\n") == 1


def test_what_is_not_there_is_refused() -> None:
    """No weights in a text, no images without them."""
    with pytest.raises(RequestError, match="a model with its weights"):
        receptive_field("conv 3 2", "1@9", effective=True)
    with pytest.raises(RequestError, match="images"):
        receptive_field("conv 3 2", "1@9", images=np.zeros((1, 9)))


def test_what_is_small_is_seen_and_what_a_name_says_is_text() -> None:
    """A field of three cells of 2000 has a frame of some pixels; a name may be long, and have any letters."""
    net = network({"<b>\n" + "a" * 500: "conv 3x3 1"}, "1@2000x2000")
    figure = animate(receptive_field(net)).animation
    edge = next(shape for shape in figure.scene.shapes if shape.role == "edge")
    left, top, right, bottom = edge.boxes(0, np.arange(4)).T
    assert right.max() - left.min() >= 8
    assert bottom.max() - top.min() >= 8
    assert "\n" not in figure.title
    assert len(figure.title) < 80


@together("cell", ["3x3", 3, (1.7, 2), (None, 1), ("1", "2"), b"11", 2.0])
def test_a_cell_is_whole_numbers(cell: Any) -> None:
    """What else it is said to be is refused, with how it is written; numpy's whole numbers will do."""
    with pytest.raises(RequestError, match=r"cell .*write it as \(channel, row, column\)"):
        receptive_field("conv 3 8, conv 3 8", "3@9x9", cell=cell)
    field = receptive_field("conv 3 8, conv 3 8", "3@9x9", cell=np.array([1, 2]))  # type: ignore[arg-type]
    assert field.cell == (1, 2)


@together(
    "given",
    [
        {"values": "random:7"},
        {"gradient_values": "random:7"},
        {"resize": True},
        {"heat_map": False},
        {"backward": "input"},
        {"perceptron": True},
        {"transposed_as": "scatter"},
        {"order": "position"},
        {"max_sheets": 4},
        {"output_label": "y"},
        {"cell_size": 30},
        {"max_cells": 5},
        {"caption": True},
        {"bounce": True},
    ],
)
def test_options_that_say_nothing_of_a_field_are_refused(given: dict[str, Any]) -> None:
    """In one line with their names; so are those of layers for an overview of a network."""
    (name,) = given
    net = network("conv 3 2, conv 3 1", "1@7x7")
    with pytest.raises(RequestError, match=f"^{name}.*a receptive field .*leave it out$"):
        animate(receptive_field(net), **given)
    if name in ("values", "resize", "heat_map", "perceptron", "transposed_as"):
        with pytest.raises(RequestError, match=f"^{name}.*an overview of a network .*leave it out$"):
            animate(net, **given)


@pytest.mark.parametrize("more", [("--jobs", "2"), ("--force",)])
def test_a_cell_is_not_several_figures(more: tuple[str, ...]) -> None:
    """What says how several are drawn is refused."""
    wrong = run("network", "conv 3 2", "-i", "1@9x9", "--cell", "conv1", *more)
    assert wrong.exit_code == 2
    assert f"{more[0]}" in wrong.stderr
    assert "one picture" in wrong.stderr
