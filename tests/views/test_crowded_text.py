"""Words around the maps that reach past the page, or into one another, are refused where their size is given."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convanim import Conv, Options
from convanim.figures.animation import compose
from convanim.scene.scene import Texts
from convanim.views.drawing import TooNarrowError
from convanim.views.text_layout import refuse_crowded_text

SCENE = compose(Conv(4, 3), Options()).scene


@pytest.mark.parametrize(
    ("points", "said"),
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
