"""Maps with more numbers than any picture has room for: colours at once, or a refusal."""

import pytest

from convanim import Chain, Conv, RequestError, animate


def test_many_numbers_are_colours_without_a_search_for_room() -> None:
    """Past 100,000 cells in one map nothing is laid out with numbers; a note says so."""
    said = "the numbers do not fit into their cells and are drawn as colours"
    for figure in (Conv((400, 300), 3), Chain((400, 300), ["relu"])):
        assert said in animate(figure, values="arange", width=960).notes


def test_many_numbers_that_may_not_be_colours_are_refused() -> None:
    """The line says how many there are, and what would do."""
    with pytest.raises(RequestError, match="120,000 numbers in one map are more than a picture has room for; try a sm"):
        animate(Conv((400, 300), 3), values="arange", heat_map=False)
