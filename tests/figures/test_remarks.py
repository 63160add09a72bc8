"""What makers are told of their figures: weights that numbers come from are drawn, or else there is a note."""

from typing import Any

from helpers.campaigns import together

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.layer import Conv, ConvTranspose, MaxPool
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells

CHAIN = Chain("1@6", ["conv 3 2", "relu", "conv 1"])


def told(figure: Any, **options: Any) -> tuple[bool, list[str]]:
    """Whether weights are drawn, and what is said of them."""
    made = compose(figure, Options(values="random:1", **options))
    is_drawn = any(isinstance(shape, Cells) and shape.map == "kernel" for shape in made.scene.shapes)
    return is_drawn, [note for note in made.notes if "weights" in note]


@together("view", ["flat", "iso"])
@together("figure", [Conv(5, 3), Conv("3@5", 3, out_channels=2), Conv("12@5", 1), CHAIN])
@together("heat_map", [None, True])
def test_weights_never_vanish_silently(figure: Any, view: str, heat_map: bool | None) -> None:
    """They stand in the figure, or one note says that they do not."""
    is_drawn, notes = told(figure, view=view, heat_map=heat_map)
    assert len(notes) == (0 if is_drawn else 1)


def test_where_no_weights_are_none_are_missed() -> None:
    """Pools have none, figures without numbers show none, and nodes have theirs on their edges."""
    assert told(MaxPool("3@4", 2)) == (False, [])
    assert not compose(CHAIN, Options()).notes
    assert told(Chain("3@3", ["conv 1 2", "relu"]), perceptron=True) == (False, [])


def test_numbers_that_are_rounded_for_want_of_room_are_told() -> None:
    """2.25 as 2.3 is; in a wider picture, and where numbers need no more than they have, nothing is said."""
    values = [[3, 1.5, 0], [-1, 2, 2.25], [0, 4, 1]]
    up = ConvTranspose(3, 3, 2)

    def is_told(layer: Any, width: int, values: Any) -> bool:
        return any("numbers are rounded" in note for note in compose(layer, Options(values=values, width=width)).notes)

    assert is_told(up, 720, values)
    assert not is_told(up, 1100, values)
    assert not is_told(up, 720, [[3, 1, 0], [-1, 2, 2], [0, 4, 1]])
    assert not is_told(Conv(4, 3), 480, "random:1")
