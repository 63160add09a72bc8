"""The width that a page needs: searched in leaps, found as if each had been tried."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from helpers.campaigns import campaign
from helpers.strategies import chains
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.layouts import fitting
from convanim.figures.options import Options
from convanim.networks.chain import Chain
from convanim.scene.lengths import Length
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Blocks, Cells
from convanim.views import registry
from convanim.views.drawing import TooNarrowError
from convanim.views.stacks import iso_layout, iso_row
from convanim.views.stacks.stack import StackOptions


def one_by_one(name: str, page: registry.AnyPage, most: int | None = None) -> PictureSize | None:
    """The first size at which a page has room, all tried in order."""
    for size in page.size.wider():
        wider = replace(page, size=size)
        if most is not None and wider.width > most:
            return None
        try:
            registry.EVERY_VIEW[name](wider)
        except TooNarrowError:
            continue
        return size
    return None


def searches(monkeypatch: pytest.MonkeyPatch, figure: Any, options: Options) -> list[tuple[object, object]]:
    """For every width that is looked for what is found, and what one by one is."""
    found: list[tuple[object, object]] = []
    quick = registry.wide_enough

    def both(name: str, page: registry.AnyPage, most: int | None = None) -> PictureSize | None:
        found.append((quick(name, page, most), one_by_one(name, page, most)))
        return quick(name, page, most)

    with monkeypatch.context() as patched:
        for module in (registry, fitting):
            patched.setattr(module, "wide_enough", both)
        with suppress(RequestError):
            compose(figure, options)
    return found


@campaign(60)
@given(
    figure=chains(),
    width=st.sampled_from([64, 90, "2cm", "4cm", "8.5cm"]),
    looks=st.sampled_from([{}, {"view": "flat"}, {"values": "random:3"}, {"values": "random:3", "heat_map": False}]),
)
def test_leaps_find_what_steps_find(figure: Chain, width: int | str, looks: dict[str, Any]) -> None:
    """The size is the same to the pixel, or there is none in both."""
    with pytest.MonkeyPatch.context() as patched:
        for leapt, stepped in searches(patched, figure, Options(width=width, **looks)):
            assert leapt == stepped


def test_few_widths_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain that no page has room for is refused after as many tries as the widths have bits, not after all."""
    tried: list[int] = []

    class Counted(registry.View):
        def __call__(self, page: registry.AnyPage) -> Any:
            tried.append(page.width)
            raise TooNarrowError("leaves no room")

    monkeypatch.setitem(registry.EVERY_VIEW, "flat", Counted(registry.VIEWS["flat"].stack))
    page: Any = Chain("3@6", ["conv 3 2"])
    size = PictureSize(Length(8.5, "cm"), Length(8, "pt"), 300)
    stack = fitting.stack_of(page, None, StackOptions(size, "filter", 8, True, (), None, None, "", False))
    assert registry.wide_enough("flat", stack) is None
    assert len(tried) <= 8
    assert max(tried) > 7500


@campaign(40)
@given(figure=chains(), width=st.sampled_from([200, 480, 960, "4cm"]))
def test_the_largest_cells_are_found_as_if_all_had_been_tried(figure: Chain, width: int | str) -> None:
    """Maps above or beside each other have cells as large as they can be."""
    assume(len(figure.input_size) == 2)

    def first(sizes: list[int], wanted: bool, *, key: Callable[[int], bool]) -> int:
        return next((place for place, size in enumerate(sizes) if key(size) is wanted), len(sizes))

    def lattices() -> list[object]:
        try:
            scene = compose(figure, Options(width=width, view="iso")).scene
        except RequestError as error:
            return [str(error)]
        return [shape.lattice for shape in scene.shapes if isinstance(shape, Cells | Blocks)]

    found = lattices()
    with pytest.MonkeyPatch.context() as patched:
        for module in (iso_layout, iso_row):
            patched.setattr(module, "bisect_left", first)
        assert lattices() == found
