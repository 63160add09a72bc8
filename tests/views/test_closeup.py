"""The close-up of a filter over a map in colours: what is read, the filter at work, and the number that they make."""

from typing import Any

import numpy as np
from helpers.campaigns import together
from helpers.oracle import oracle_of
from helpers.stacks import bare, drawn

from convanim.layers.layer import AvgPool, Conv, ConvTranspose
from convanim.scene.scene import Cells, Scene, Texts, levels_at, shown
from convanim.words.numerals import numeral


def grid(scene: Scene, name: str) -> Cells:
    """The cells of a close-up."""
    (found,) = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == name]
    return found


@together(
    "layer",
    [
        Conv("1@6x7", 3, out_channels=3, padding=1),
        Conv(7, (2, 3), 2, dilation=2),
        Conv(5, 3, padding=1, padding_mode="reflect"),
        ConvTranspose(3, 3, 2),
    ],
)
@together("order", ["filter", "position"])
def test_what_is_seen_times_the_filter_is_the_answer(layer: Any, order: str) -> None:
    """At every step: the input's cells under the window, nothing in padding, and the weights that meet them."""
    rng = np.random.default_rng(3)
    given = rng.integers(-9, 10, (layer.input_size))
    shape = (layer.out_channels or 1, 1) if isinstance(layer, Conv) else (1, layer.out_channels or 1)
    weights = rng.integers(-4, 5, (*(shape if layer.in_channels else ()), *layer.kernel_size))
    options = {"kernel_values": weights, "heat_map": True, "view": "flat", "order": order, "width": 700}
    scene = drawn(layer, values=given.reshape((1, *given.shape) if layer.in_channels else given.shape), **options).scene
    seen, kernel, answer = (grid(scene, name) for name in ("seen", "weights", "answer"))
    taps = oracle_of(bare(layer)).taps
    ends = np.abs(given).max(), np.abs(weights).max()
    (number,) = [s for s in scene.shapes if isinstance(s, Texts) and s.role == answer.role and callable(s.levels)]
    for step in range(scene.steps):
        ((_, *cell),) = scene.writes(step)
        levels = levels_at(seen.levels, step)  # type: ignore[arg-type]
        found = {tuple(seen.index[e].tolist()): levels[e] * ends[0] for e in shown(seen.when, len(seen), step).tolist()}
        told = dict(zip(map(tuple, kernel.index.tolist()), levels_at(kernel.levels, step) * ends[1]))  # type: ignore[arg-type]
        row, column = map(int, cell[-2:])
        read = sorted(round(given[at]) for _, at in taps[row, column] if at is not None)
        if layer.op == "conv" and layer.padding_mode == "reflect":
            read = sorted(np.pad(given, 1, mode="reflect")[row : row + 3, column : column + 3].ravel().tolist())
        assert sorted(round(x) for x in found.values()) == read
        total = sum(x * told[at] for at, x in found.items())
        assert number.string(step, 0) == numeral(round(total), 1)


def test_there_is_none_where_there_is_no_filter_over_one_map() -> None:
    """Pools, several channels, 1×1 kernels, numbers and slanted views have none."""
    cases: list[tuple[Any, dict[str, Any]]] = [
        (AvgPool(5, 3), {}),
        (Conv("2@5x5", 3), {}),
        (Conv("1@5x5", 1), {}),
        (Conv("1@5x5", 3), {"view": "iso"}),
        (Conv("1@5x5", 3), {"heat_map": False}),
    ]
    for layer, options in cases:
        scene = drawn(layer, **{"values": "random", "heat_map": True, "view": "flat", "width": 700, **options}).scene
        assert not [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "seen"]


def test_a_rounded_answer_is_not_said_to_be_equal() -> None:
    """`≈` stands before 0.125, `=` before 1."""
    kernel = [[0.125, 0], [0, 0]]
    scene = drawn(Conv(3, 2), values=np.array([[1, 8, 0]] * 3), kernel_values=kernel, heat_map=True, view="flat").scene
    (signs,) = [s for s in scene.shapes if isinstance(s, Texts) and s.string(0, 0) == "×"]
    assert [signs.string(step, 1) for step in range(2)] == ["≈", "="]
