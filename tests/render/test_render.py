"""Pixels: a frame made from the one before equals a frame made from nothing, and nothing but the scene decides it."""

from dataclasses import replace
from typing import Any

import matplotlib
import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.pixels import composed, pictures_of
from helpers.scenes import walk
from helpers.strategies import LAYERS, layers, transposed
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.options import Options
from convanim.files.catalogue import theme_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from convanim.layers.operations import OPERATIONS
from convanim.render.boxes import Box, disjoint
from convanim.render.frames import Renderer, frames, still
from convanim.views.registry import VIEWS

THEMES = st.sampled_from(theme_names())
WALKS = st.lists(st.integers(0, 10_000), min_size=1, max_size=7)
NUMBERS = st.sampled_from([None, "random:7"])
OPTIONS = st.builds(
    Options,
    view=st.sampled_from(list(VIEWS)),
    theme=THEMES,
    transparent=st.booleans(),
    values=NUMBERS,
    width=st.sampled_from([64, 131, 240]),
    caption=st.booleans(),
)
EXAMPLES: list[tuple[Layer, dict[str, str]]] = [
    (Conv(5, 3, 2, 1), {}),
    (Conv((4, 6), (2, 3), padding=1), {"values": "random:1"}),
    (ConvTranspose(3, 3, 2, 1, 1), {"view": "flat"}),
    (ConvTranspose(3, 3, 2, 1, 1), {"transposed_as": "scatter", "values": "random:1"}),
    (MaxPool(5, 2, ceil_mode=True), {"values": "random:1", "view": "iso"}),
    (AvgPool(6, 2, dims=1), {"values": "random:1"}),
]


@listed("op", list(OPERATIONS), start=2)
@campaign(20)
@given(data=st.data(), options=OPTIONS, steps=WALKS)
def test_a_frame_does_not_depend_on_those_before(
    op: str, data: st.DataObject, options: Options, steps: list[int]
) -> None:
    """Steps drawn in any order, with repeats, equal those drawn from scratch, to the last pixel."""
    animation = composed(data.draw(layers(op)), options)
    walk(animation, [step % animation.scene.steps for step in steps])


@campaign(25)
@given(layer=transposed(), options=OPTIONS, steps=WALKS)
def test_a_scatter_frame_does_not_depend_on_those_before(
    layer: ConvTranspose, options: Options, steps: list[int]
) -> None:
    """The same holds for stamps, whose cells change several times."""
    animation = composed(layer, replace(options, transposed_as="scatter"))
    walk(animation, [step % animation.scene.steps for step in steps])


@listed("layer, options", EXAMPLES)
def test_a_walk_to_and_fro(layer: Layer, options: dict[str, str]) -> None:
    """Forwards, backwards and in jumps, over all steps of a figure of each kind."""
    animation = composed(layer, Options(width=300, **options))  # type: ignore[arg-type]
    last = animation.scene.steps - 1
    walk(animation, [*range(0, last + 1, 2), last, last, last - 1, 0, last, 1])


@listed("layer, options", EXAMPLES, start=1)
def test_large_shapes_in_bands_are_the_same(
    layer: Layer, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shapes that are drawn in bands are the same pixels, step by step and in a still."""
    animation = composed(layer, Options(**options))  # type: ignore[arg-type]
    step = animation.scene.steps // 2
    whole = Renderer(animation.scene, animation.theme).frame(step).pixels.astype(int)
    for module in ("painter", "patches", "still_layers"):
        monkeypatch.setattr(f"convanim.render.{module}.LARGEST", 3000)
    walk(animation, [0, step, step, 0, step])
    banded = Renderer(animation.scene, animation.theme).frame(step).pixels
    assert np.array_equal(still(animation.scene, animation.theme, step).pixels, banded)
    assert np.abs(banded - whole).max() <= 6  # very long lines are cut, which Agg rounds


@listed("layer, options", EXAMPLES[:4])
def test_frames_come_in_the_order_of_the_timing(layer: Layer, options: dict[str, str]) -> None:
    """`frames` gives one picture for every entry of the timing, each what its step looks like."""
    animation = composed(layer, Options(steps="1:-1", width=131, **options))  # type: ignore[arg-type]
    drawn = [frame.pixels.copy() for frame in frames(animation)]
    assert len(drawn) == len(animation.timing.steps) == animation.scene.steps - 2
    assert all(np.array_equal(a, b) for a, b in zip(drawn, pictures_of(animation)))


SETTINGS: dict[str, Any] = {
    "agg.path.chunksize": 101,
    "figure.dpi": 300,
    "font.family": "monospace",
    "lines.antialiased": False,
    "lines.linewidth": 9,
    "lines.solid_capstyle": "round",
    "patch.antialiased": False,
    "patch.linewidth": 5,
    "path.effects": [],
    "path.simplify": True,
    "path.simplify_threshold": 1.0,
    "path.sketch": (5, 50, 3),
    "path.snap": True,
    "savefig.dpi": 300,
    "text.antialiased": False,
    "text.color": "red",
    "text.hinting": "force_autohint",
}


@listed("name", ["everything", *SETTINGS], one_in=9)
def test_the_users_matplotlib_settings_change_nothing(name: str) -> None:
    """No entry of a matplotlibrc moves a pixel, nor do all of them together."""
    options = Options(view="flat", values="random:7", width=480, theme="print")
    for layer in (Conv(9, 3, padding=9), Conv(40, 2, 2)):
        animation = composed(layer, options if layer.input_size[0] < 20 else Options(view="flat"))
        plain = Renderer(animation.scene, animation.theme).frame(3).pixels.copy()
        chosen: Any = SETTINGS if name == "everything" else {name: SETTINGS[name]}
        with matplotlib.rc_context(chosen):
            assert np.array_equal(Renderer(animation.scene, animation.theme).frame(3).pixels, plain)


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    """A renderer changes no setting and imports no pyplot."""
    before = dict(matplotlib.rcParams)
    animation = composed(Conv(5, 3), Options(values="random:1"))
    Renderer(animation.scene, animation.theme).frame(0)
    assert dict(matplotlib.rcParams) == before


@campaign(30)
@given(layer=st.sampled_from(list(LAYERS)).flatmap(layers), options=OPTIONS, at=st.integers(0, 10_000))
def test_a_transparent_frame_on_its_background_is_the_opaque_frame(layer: Layer, options: Options, at: int) -> None:
    """Laid over the theme's background, a transparent frame differs from the opaque one by rounding alone."""
    clear = composed(layer, replace(options, transparent=True))
    solid = composed(layer, replace(options, transparent=False))
    step = at % clear.scene.steps
    over = Renderer(clear.scene, clear.theme).frame(step).pixels.astype(float)
    opaque = Renderer(solid.scene, solid.theme).frame(step).pixels
    alpha = over[..., 3:] / 255
    laid = over[..., :3] * alpha + np.array(clear.theme.background) * (1 - alpha)
    assert np.abs(np.rint(laid) - opaque[..., :3]).max() <= 4
    assert (opaque[..., 3] == 255).all()
    assert (over[..., 3] == 0).any()


@given(
    st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 12)] * 2), max_size=8).map(
        lambda found: [Box(x, y, x + w, y + h) for x, y, w, h in found]
    )
)
def test_disjoint_boxes_hold_all_of_the_boxes(boxes: list[Box]) -> None:
    """The boxes that come out share no pixel and leave none out."""
    apart = disjoint(boxes)
    count = np.zeros((50, 50), dtype=int)
    for box in apart:
        count[box.region] += 1
    assert count.max(initial=0) <= 1
    assert all((count[box.region] == 1).all() for box in boxes)
