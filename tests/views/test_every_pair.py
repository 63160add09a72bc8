"""Every operation in every view: what is drawn, or how it is refused, is what the table in the docs says."""

import re
from dataclasses import replace
from string import ascii_lowercase

from helpers.campaigns import listed
from helpers.examples import EXAMPLES
from helpers.pages import CHECKOUT

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.channels import Channels
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    Upsample,
    with_channels,
)
from convanim.layers.operations import OPERATIONS
from convanim.scene.scene import Cells, Scene
from convanim.views.registry import EVERY_VIEW

PAGE = CHECKOUT / "docs" / "looks.md"
THREE: dict[str, Layer] = {
    "conv": Conv("3x3x3", 2),
    "conv-transpose": ConvTranspose("2x2x2", 2),
    "max-pool": MaxPool("4x4x4", 2),
    "avg-pool": AvgPool("4x4x4", 2),
    "lp-pool": LPPool("4x4x4", 2, 2),
    "max-unpool": MaxUnpool("2x2x2", 2),
    "adaptive-max-pool": AdaptiveMaxPool("3x3x3", 2),
    "adaptive-avg-pool": AdaptiveAvgPool("3x3x3", 2),
    "upsample": Upsample("2x2x2", 3),
    "pad": Pad("2x2x2", 1),
    "pixel-shuffle": PixelShuffle("8@2x2x2", 2),
    "pixel-unshuffle": PixelUnshuffle("4x4x4", 2),
    "unfold": Unfold("3x3x3", 2),
    "fold": Fold((2, 2, 2), 3, 2),
}


def drawn(layer: Layer, options: Options) -> str:
    """What is drawn, in the words of the table, or the line of the refusal without the operation's name."""
    try:
        scene = compose(layer, options).scene
    except RequestError as error:
        return re.sub(rf"^{layer.op} ", "", f"{error.rule}; {error.fix}")
    return figure_of(scene, layer)


def figure_of(scene: Scene, layer: Layer) -> str:
    """What a scene shows, read from its maps."""
    cells = [shape for shape in scene.shapes if isinstance(shape, Cells)]
    maps = {shape.map for shape in cells}
    if "columns" in maps:
        return "columns, filters, product"
    if "matrix" in maps:
        return "matrix"
    if "map 1" in maps:
        return "maps, its pool first"
    sheets = {name: len({(s.lattice.origin) for s in cells if s.map == name}) for name in ("input", "output")}
    if len(layer.input_size) == 3:
        return "slices" if min(sheets.values()) > 1 else "?"
    return "maps" if max(sheets.values()) == 1 else "sheets"


def example(op: str, axes: int) -> Layer:
    """A layer of an operation; a pad is one of zeros, as the table has it."""
    layer = EXAMPLES[op][axes]
    return replace(layer, value=0) if isinstance(layer, Pad) else layer


def row(op: str) -> list[str]:
    """What each column of the table has for an operation."""
    layer = example(op, 2)
    wide = with_channels(layer, Channels(2, 2, 1 if OPERATIONS[op].has_weights else 2))
    return [
        *(drawn(layer, Options(view=view)) for view in EVERY_VIEW),
        drawn(wide, Options()),
        drawn(THREE[op], Options()),
    ]


def table() -> str:
    """The table as it stands in the page; a letter stands for a refusal below it."""
    refusals: dict[str, str] = {}
    columns = [*(f"`{view}`" for view in EVERY_VIEW), "channels", "three axes"]
    lines = [f"| operation | {' | '.join(columns)} |", "|" + " --- |" * (len(columns) + 1)]
    for op in OPERATIONS:
        cells = [
            f"({refusals.setdefault(cell, ascii_lowercase[len(refusals)])})" if "; " in cell else cell
            for cell in row(op)
        ]
        lines.append(f"| `{op}` | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"- {letter}: {line}" for line, letter in refusals.items())])


def test_the_page_has_the_table() -> None:
    """Each operation in each view: the figure that it gives, or the view that draws it instead."""
    made = table()
    assert made in PAGE.read_text("utf-8"), f"what docs/looks.md should have:\n{made}"


@listed("op", OPERATIONS)
def test_numbers_and_dimensions_change_nothing(op: str) -> None:
    """With numbers, and in one dimension, each view draws what it draws of maps without any, or refuses it alike."""
    bare = row(op)
    for view, told in zip(EVERY_VIEW, bare):
        assert drawn(example(op, 1), Options(view=view, values="random:1", width=960)) == told, view
    assert all("; try " in told or "; see " in told for told in bare if "; " in told)
