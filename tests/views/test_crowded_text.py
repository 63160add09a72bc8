"""Words around the maps that reach past the page, or into one another, are refused where their size is given."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from hypothesis import given
from hypothesis import strategies as st

from convanim import Conv, Options
from convanim.figures.animation import compose
from convanim.layers.geometry import Geometry
from convanim.scene.lengths import Length
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Texts
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.text_layout import refuse_crowded_text, text_block

SCENE = compose(Conv(4, 3), Options()).scene


@together(
    "points, said",
    [
        ([(240, 100), (240, 130)], ""),
        ([(240, 100), (240, 108)], "between the words"),
        ([(240, 100), (260, 100)], "between the words"),
        ([(5, 100), (240, 100)], "for the words"),
        ([(240, 100), (475, 100)], "for the words"),
    ],
)
def test_words_have_their_room(points: list[tuple[int, int]], said: str) -> None:
    """Two labels may stand near each other, but not in one another, nor past an edge of the page."""
    words = Texts("label", np.array(points, dtype=float), ("words",) * 2, 15.0)
    scene = replace(SCENE, shapes=(words,))
    if not said:
        refuse_crowded_text(scene)
        return
    with pytest.raises(TooNarrowError, match=said):
        refuse_crowded_text(scene)


def test_a_view_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of a text size are looked at, others are not."""
    seen: list[Any] = []
    monkeypatch.setattr("convanim.views.registry.refuse_crowded_text", seen.append)
    compose(Conv(4, 3), Options())
    assert not seen
    compose(Conv(4, 3), Options(width="8.5cm"))
    assert seen


@campaign(300)
@given(
    text=st.sampled_from(["64@112×112", "484 of 802,816 steps", "conv 7×7 stride 2 padding 3", "2.048@1.000×1.000"]),
    room=st.floats(5, 400),
    width=st.integers(300, 700),
)
def test_a_number_is_never_broken(text: str, room: float, width: int) -> None:
    """Whatever room a label has, its lines hold its numbers whole; where it was made to fit, it is on one line."""
    page = Drawing(Geometry(Conv(5, 3)), None, PictureSize(Length(width, "px")))
    block = text_block(page, text, room)
    numbers = re.compile(r"[\d.,]*\d")
    assert [n for line in block.lines for n in numbers.findall(line)] == numbers.findall(text)
    assert len(block.lines) == 1 or block.em == page.least_em
    assert len(block.lines) == 1 or page.font.width(text, 1) * page.least_em > room
