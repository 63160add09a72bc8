"""Figures of a width on paper: how wide they are in every format, how large their text is, and what is refused."""

import io
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers.campaigns import campaign, is_long, listed
from helpers.pdfs import opened
from helpers.strategies import layers
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convanim import Chain, Conv, Options, RequestError, animate, load_recipe
from convanim.export.formats import FORMATS
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.files.catalogue import template_names
from convanim.layers.layer import Layer
from convanim.layers.operations import OPERATIONS
from convanim.scene.scene import Cells, Texts, shown
from convanim.style.marks import Strokes, marks

WIDTH = {"8.5cm": 85 / 25.4 * 72, "85mm": 85 / 25.4 * 72, "3.5in": 252, "241pt": 241}  # in points
SIGNS = "→↓⋮…×=≈Σ"
MOST_WIDER = 1.2  # a width that is proposed is at most so much wider than one that is too narrow


def written(animation: Animation, suffix: str) -> bytes:
    """An animation in a format."""
    stream = io.BytesIO()
    FORMATS[suffix].write(animation, stream, lambda: None)
    return stream.getvalue()


def composed_or_not(layer: Layer, options: Options) -> tuple[Animation | None, RequestError | None]:
    """A figure, or its refusal."""
    try:
        return compose(layer, options), None
    except RequestError as error:
        return None, error


def sizes_of_words(animation: Animation) -> set[float]:
    """The font sizes in points of all text that is shown, signs left out."""
    found = set()
    for shape in animation.scene.shapes:
        if isinstance(shape, Texts):
            for step in animation.timing.steps:
                said = [shape.string(step, e) for e in shown(shape.when, len(shape), step).tolist()]
                if any(text.strip(SIGNS) for text in said):
                    found.add(round(shape.em / animation.size.per_inch * 72, 6))
    return found


@listed("width, dpi", list(product(WIDTH, [None, 72, 301, 600])), one_in=5)
def test_a_figure_is_as_wide_as_it_is_to_be(width: str, dpi: int | None) -> None:
    """A PDF's page, an SVG's size and a PNG's density say the width, and heights go with it; pixels are as many."""
    figure = compose(Conv(5, 3), Options(width=width, dpi=dpi, text_size="7pt", still=True))
    points = WIDTH[width]
    high = points * figure.scene.height / figure.scene.width
    left, bottom, right, top = opened(written(figure, ".pdf")).box(0)
    assert (left, bottom) == (0, 0)
    assert (right, top) == pytest.approx((points, high), abs=1e-6)
    root = ElementTree.fromstring(written(figure, ".svg"))
    unit = width.lstrip("0123456789.")
    assert root.get("width") == width
    assert float(str(root.get("height")).removesuffix(unit)) / float(width.removesuffix(unit)) == pytest.approx(
        high / points, abs=1e-5
    )
    assert root.get("viewBox") == f"0 0 {figure.scene.width} {figure.scene.height}"
    for suffix in (".png", ".apng"):
        with Image.open(io.BytesIO(written(figure, suffix))) as picture:
            assert picture.size == (figure.scene.width, figure.scene.height)
            assert picture.info["dpi"] == pytest.approx((figure.scene.width / points * 72,) * 2, abs=0.02)
    assert figure.scene.width == round(points / 72 * (dpi or 300))


def test_pixels_have_no_size_on_paper() -> None:
    """A width in pixels is as it was: no density in PNG, pixels in SVG, 96 an inch in PDF."""
    figure = compose(Conv(5, 3), Options(width=480, still=True))
    with Image.open(io.BytesIO(written(figure, ".png"))) as picture:
        assert "dpi" not in picture.info
    assert ElementTree.fromstring(written(figure, ".svg")).get("width") == "480"
    assert opened(written(figure, ".pdf")).box(0)[2] == 360


@listed("name", template_names(), start=5, one_in=7)
def test_all_words_and_numbers_have_the_size_that_was_asked_for(name: str) -> None:
    """Of every template, signs between grids apart."""
    width = "40cm" if name == "unet" else "17cm"  # as wide as its nine levels of blocks
    figure = load_recipe(name, width=width, text_size="7.5pt", max_frames=12).animation()
    assert sizes_of_words(figure) == {7.5}


@pytest.mark.parametrize("values", [None, "random:7"])
@pytest.mark.parametrize(("width", "size"), [("8.5cm", None), ("10cm", "10pt"), ("3.5in", "2.5mm")])
def test_files_have_text_of_the_size(values: str | None, width: str, size: str | None) -> None:
    """PDF and SVG say it of their text: 8 points where nothing is asked for."""
    figure = compose(Conv(5, 3), Options(values=values, width=width, text_size=size, caption=True))
    points = {None: 8, "10pt": 10, "2.5mm": 2.5 / 25.4 * 72}[size]
    pdf = opened(written(figure, ".pdf"))
    in_pdf = {
        float(em) for page in range(len(pdf.pages)) for em in re.findall(rb"/F\S+ ([\d.]+) Tf", pdf.content(page))
    }
    svg = written(figure, ".svg")
    in_svg = {float(em) * 72 / figure.size.per_inch for em in re.findall(rb"font-size:([\d.]+)px", svg)}
    for found in (in_pdf, in_svg):
        parts = sorted(em / points for em in found)
        assert parts == pytest.approx([1, 1.6] if values else [1], abs=1e-4)


@listed("op", OPERATIONS)
@campaign(10)
@given(data=st.data())
def test_a_width_that_is_too_small_is_refused_with_one_that_will_do(op: str, data: st.DataObject) -> None:
    """The width that is proposed is enough, and not much wider than one that is not; words never shrink."""
    layer = data.draw(layers(op))
    asked = Options(
        width=data.draw(st.sampled_from(["1.5cm", "30mm", "2in", "200pt"])),
        text_size=data.draw(st.sampled_from([None, "6pt", "12pt"])),
        view=data.draw(st.sampled_from(["iso", "flat"])),
        values=data.draw(st.sampled_from([None, "random:7"])),
        heat_map=False if data.draw(st.booleans()) else None,
        max_sheets=64,  # a fold needs all of its channels
        max_frames=4,
    )
    figure, error = composed_or_not(layer, asked)
    if error is not None:
        found = re.search(r"try ([0-9.]+)(cm|mm|in|pt) or more", error.fix)
        assert error.field == "width"
        assert found or "try a smaller input" in error.fix
        if found is None:
            return
        figure = compose(layer, replace(asked, width=found[1] + found[2]))
        with pytest.raises(RequestError, match="or more"):
            compose(layer, replace(asked, width=f"{float(found[1]) / MOST_WIDER:.2f}{found[2]}"))
    assert figure is not None
    wanted = 8 if asked.text_size is None else float(asked.text_size.removesuffix("pt"))
    assert sizes_of_words(figure) <= {wanted}


def test_words_that_would_meet_are_refused() -> None:
    """Labels find their room at a width, and at one a little smaller the figure is refused, not drawn over."""
    chain = Chain("3@16x16", ["conv 3x3 8", "relu", "conv 3x3 8", "avg-pool 2"])
    refused = 0
    widths = range(30, 120, 6 if is_long() else 18)
    for tenths in widths:
        try:
            figure = compose(chain, Options(width=f"{tenths / 10}cm", view="flat", values="random:7", max_frames=2))
        except RequestError:
            refused += 1
            continue
        boxes = []
        for shape in figure.scene.shapes:
            if isinstance(shape, Texts) and shape.role in ("label", "caption") and isinstance(shape.text, tuple):
                boxes += [(*box, shape.em) for box in shape.boxes(0, np.arange(len(shape))).tolist()]
        assert boxes
        for left, _, right, _, _ in boxes:
            assert left >= -2
            assert right <= figure.scene.width + 2
    assert 0 < refused < len(widths)


def test_a_figure_does_not_depend_on_its_pixels() -> None:
    """Of more pixels to an inch it has lines and text of the same size, and but for rounding the same height."""
    made = [compose(Conv(5, 3, padding=1), Options(width="8.5cm", dpi=dpi)) for dpi in (150, 300, 1200)]
    heights = [each.scene.height / each.scene.width for each in made]
    units = [each.scene.unit / each.size.per_inch * 72 for each in made]
    assert heights == pytest.approx([heights[0]] * 3, rel=0.02)  # cells are whole pixels, and even
    assert units == pytest.approx([8 / 15] * 3)


@listed("name", template_names(), start=6, one_in=7)
def test_lines_are_no_thinner_than_a_press_prints(name: str) -> None:
    """Lines of every template are wider than a fifth of a point; those of the grid go with the text, not the width."""
    for width in ("9cm", "17cm"):
        try:
            figure = load_recipe(name, width=width, heat_map=None, max_frames=2).animation()
        except RequestError:
            continue
        for shape in figure.scene.shapes:
            for step in figure.timing.steps:
                for mark in marks(shape, step, shown(shape.when, len(shape), step), figure.theme, figure.scene.unit):
                    if isinstance(mark, Strokes):
                        assert 0.2 <= mark.width / figure.size.per_inch * 72 <= 3


@pytest.mark.parametrize("grid", ["2x3", "1x2", "3x7", "2x12"])
def test_pictures_of_a_sheet_share_the_width(grid: str) -> None:
    """The page is as wide as it is to be, whatever pixels are left over; text keeps its size, also under pictures."""
    columns = int(grid.split("x")[1])
    layer = Conv(5, 3)  # of nine steps
    sheet = compose(layer, Options(width="24cm", sheet=grid))
    columns = min(columns, 9)
    assert sheet.scene.width == round(24 / 2.54 * 300)
    assert opened(written(sheet, ".pdf")).box(0)[2] == pytest.approx(24 / 2.54 * 72)
    assert sizes_of_words(sheet) == {8}
    lefts = {s.lattice.origin[0] for s in sheet.scene.shapes if isinstance(s, Cells) and s.role == "output_pending"}
    assert len(lefts) == columns
    pitches = np.diff(sorted(lefts))
    assert (pitches == sheet.scene.width // columns).all()


def test_a_sheet_that_is_too_narrow_is_refused_with_a_width_of_the_page() -> None:
    """The width is that of all its pictures together, and it is enough."""
    asked = Options(values="random:7", width="8.5cm", sheet="2x4")
    with pytest.raises(RequestError) as refused:
        compose(Conv(5, 3), asked)
    assert (refused.value.field, refused.value.value) == ("width", "8.5cm")
    found = re.search(r"try ([0-9.]+cm) or more", refused.value.fix)
    assert found
    assert compose(Conv(5, 3), replace(asked, width=found[1])).scene.width > 1500


def test_a_comparison_shares_the_width() -> None:
    """Parts, titles and captions have text of the size, and too narrow a page is refused with one that will do."""
    recipe = load_recipe("same_padding_pytorch_tensorflow", width="5cm", caption=True)
    with pytest.raises(RequestError, match="or more"):
        load_recipe("same_padding_pytorch_tensorflow", width="2cm", text_size="12pt").animation()
    assert sizes_of_words(recipe.animation()) == {8}
    sheet = load_recipe("same_padding_pytorch_tensorflow", width="17cm", sheet="1x2").animation()
    assert sheet.scene.width == round(17 / 2.54 * 300)
    assert sizes_of_words(sheet) == {8}


@pytest.mark.parametrize("size", [9, 14, 20])
def test_text_of_some_pixels(size: int) -> None:
    """With a width in pixels text has as many as were asked for, and `scale` makes it so much larger."""
    figure = compose(Conv(5, 3), Options(width=700, text_size=f"{size}px", values="random:7"))
    ems = {shape.em for shape in figure.scene.shapes if isinstance(shape, Texts)}
    assert sorted(ems) == pytest.approx([size, 1.6 * size])
    twice = compose(Conv(5, 3), Options(width=700, text_size=f"{size}px", scale=2))
    assert {shape.em for shape in twice.scene.shapes if isinstance(shape, Texts)} == {2 * size}
    assert compose(Conv(5, 3), Options(width="700px")).scene.width == 700


@listed("suffix", FORMATS, start=1)
def test_formats_say_a_size_or_have_it_said(suffix: str, tmp_path: Path) -> None:
    """Those with pixels alone are told how many to an inch; those that fill their place take no width on paper."""
    form, to = FORMATS[suffix], destination(str(tmp_path / f"figure{suffix}"))
    plain = compose(Conv(4, 3), Options(width="4cm"))
    told = compose(Conv(4, 3), Options(width="4cm", dpi=100))
    for figure, is_taken in ((plain, form.holds_size), (told, not form.fills)):
        if is_taken:
            save(figure, [to])
            to.path.unlink()
            continue
        with pytest.raises(RequestError, match=r"width 4cm: .*write \.png, \.svg, \.pdf, \.apng"):
            save(figure, [to])
    assert not list(tmp_path.iterdir())
    assert told.scene.width == 157


def test_a_folder_of_frames_has_the_density(tmp_path: Path) -> None:
    """Each PNG says how large its pixels are."""
    save(compose(Conv(4, 3), Options(width="4cm")), [destination(f"{tmp_path}/frames/")])
    for path in (tmp_path / "frames").iterdir():
        with Image.open(path) as picture:
            assert picture.info["dpi"][0] == pytest.approx(300, abs=0.5)


def test_a_recipe_says_its_size(tmp_path: Path) -> None:
    """`[view]` has width, text_size and dpi; what is given replaces them, and what is wrong names file and key."""
    recipe = tmp_path / "mine.toml"
    layer = '[layer]\nop = "conv"\ninput_size = 5\nkernel_size = 3\n[view]\n'
    recipe.write_text(layer + 'width = "8.5cm"\ntext_size = "9pt"\ndpi = 150\n', encoding="utf-8")
    figure = load_recipe(str(recipe)).animation()
    assert (figure.scene.width, sizes_of_words(figure)) == (502, {9})
    assert load_recipe(str(recipe), width="6cm", text_size="7pt").animation().scene.width == 354
    for view, said in (
        ('width = "8.5m"', "view.width 8.5m: there is no unit m"),
        ('width = "8.5cm"\ntext_size = "8"', "view.text_size 8: it has no unit"),
        ('text_size = "8pt"', "view.text_size 8pt: it is of paper"),
        ("dpi = 300", "view.dpi 300: it is of a width on paper"),
        ('width = "8.5cm"\nscale = 2', "view.scale 2: a width of 8.5cm says already"),
    ):
        recipe.write_text(layer + view + "\n", encoding="utf-8")
        with pytest.raises(RequestError) as refused:
            load_recipe(str(recipe)).animation()
        assert f"{recipe}: {said}" in str(refused.value)


def test_a_figure_in_python() -> None:
    """Notebooks show it as wide as it is on paper, and matplotlib's animation is so, to the pixel."""
    figure: Any = animate(Conv(4, 3), width="8.5cm", dpi=200)
    data, sizes = figure._repr_mimebundle_(include=["image/png", "text/plain"])
    scene = figure.animation.scene
    assert sizes["image/png"] == {"width": 321, "height": round(scene.height * 96 / figure.animation.size.per_inch)}
    assert "8.5cm wide, 669×" in data["text/plain"]
    animation: Any = figure.to_matplotlib()
    canvas = animation._fig
    assert canvas.get_size_inches()[0] == pytest.approx(85 / 25.4)
    assert canvas.canvas.get_width_height() == (scene.width, scene.height)
    animation._draw_was_started = True
