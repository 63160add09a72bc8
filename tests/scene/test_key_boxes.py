"""Boxes of keys: the same sequence as the keys that they stand for, wherever these are read."""

from dataclasses import replace
from itertools import product

import pytest
from helpers.campaigns import campaign
from hypothesis import given
from hypothesis import strategies as st

from convanim import animate, network
from convanim.export.html.lists import key_blocks
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.scene.key_boxes import KeyBoxes, joined
from convanim.scene.transforms import merged, named

SPANS = st.builds(lambda start, count: range(start, start + count), st.integers(-3, 5), st.integers(0, 4))


@campaign(40)
@given(boxes=st.lists(st.tuples(st.sampled_from(["a", "b"]), st.tuples(SPANS, SPANS)), max_size=3))
def test_boxes_are_the_keys_in_them(boxes: list[tuple[str, tuple[range, range]]]) -> None:
    """In order, counted, taken one by one and in slices; and a page packs both alike."""
    keys = tuple((name, *place) for name, axes in boxes for place in product(*axes))
    told = KeyBoxes(tuple(boxes))
    assert tuple(told) == keys
    assert len(told) == len(keys)
    assert [told[number] for number in range(-len(keys), len(keys))] == [*keys, *keys]
    assert told[1:-1] == keys[1:-1]
    with pytest.raises(IndexError):
        told[len(keys)]
    assert key_blocks(told) == key_blocks(keys)


def test_boxes_beside_each_other_stay_boxes() -> None:
    """Behind one another in order; with keys that are no boxes they are keys."""
    one, other = KeyBoxes((("a", (range(2), range(3))),)), KeyBoxes((("b", (range(1), range(2))),))
    assert joined([one, other]) == KeyBoxes((*one.boxes, *other.boxes))
    assert joined([one, (("c", 4),)]) == (*one, ("c", 4))


def test_an_overview_reads_a_box_of_its_input() -> None:
    """No step lists its cells, beside another figure and in a page of frames neither."""
    made = network("conv 3 2, conv 3 2", "1@9x9")
    scene = animate(made).animation.scene
    assert isinstance(scene.reads(3), KeyBoxes)
    assert set(scene.reads(0)) == {("input", *place) for place in product(range(5), range(5))}
    both = merged([named(scene, "1"), named(scene, "2")], scene.width, scene.height)
    assert isinstance(both.reads(3), KeyBoxes)
    assert tuple(both.reads(3)) == tuple((f"{n}/{key[0]}", *key[1:]) for n in (1, 2) for key in scene.reads(3))
    part = Part(made, Options())
    beside = compose(Comparison((part, replace(part, title="again"))), Options())
    assert isinstance(beside.scene.reads(0), KeyBoxes)
