"""PDF pages and films in the programs that people open them with."""

from pathlib import Path

import numpy as np
import pytest
from outside import drawn, needs, run
from PIL import Image
from pixels import Picture
from probes import probes, unlike

from convanim import Conv, Options
from convanim.animation import Animation, compose
from convanim.export import destination, save
from convanim.recipes import load_recipe, template_names


def saved(animation: Animation, path: Path) -> Path:
    """An animation's file."""
    (written,) = save(animation, [destination(str(path))])
    return written


def page(pdf: Path, number: int) -> Picture:
    """A page of a PDF, counted from 1, at 96 points an inch; its lines are as thin as they are, not whole pixels."""
    stem = pdf.with_name("page")
    run(needs("pdftoppm", "poppler-utils"), *f"-r 384 -f {number} -l {number} -singlefile -png".split(), pdf, stem)
    with Image.open(stem.with_suffix(".png")) as picture:
        return np.asarray(picture.convert("RGB"))[2::4, 2::4]


def assert_alike(shown: Picture, animation: Animation, step: int, tolerance: float = 3) -> None:
    """A picture is as large as the renderer's of a step, has its colours in every cell, and is like it as a whole."""
    expected = drawn(animation, step)
    assert shown.shape[:2] == expected.shape[:2]
    at = probes(animation, step)
    x, y = at.reshape(-1, 2).T
    off = np.abs(shown[..., :3].astype(float) - expected[..., :3]).max(axis=2)
    assert unlike(off[y, x].reshape(at.shape[:2]), tolerance + 0.5) <= 0.01 * len(at)  # rays cross some
    assert off.mean() < 6


@pytest.mark.parametrize("name", template_names())
def test_pages_are_the_steps_and_cells_have_the_renderers_colours(name: str, tmp_path: Path) -> None:
    """Of every template some pages look like the renderer's pictures of their steps, at the picture's size."""
    animation = load_recipe(name).animation()
    pdf = saved(animation, tmp_path / "figure.pdf")
    said = run(needs("pdfinfo", "poppler-utils"), pdf)
    steps = animation.timing.steps
    assert f"Pages:           {len(steps)}\n" in said
    assert f"Title:           {animation.title}\n" in said
    width, height = (f"{0.75 * side:g}" for side in (animation.scene.width, animation.scene.height))
    assert f"{width} x {height} pts" in said
    for number in {0, len(steps) // 2, len(steps) - 1}:
        assert_alike(page(pdf, number + 1), animation, steps[number])


def test_fonts_are_embedded_and_text_is_text(tmp_path: Path) -> None:
    """Every font is in the file, as TrueType; words come out as they went in, or spelled out."""
    words = r"<b> & \input{x} % filter 猫"
    animation = compose(Conv(4, 3), Options(values="random:7", input_label=words, width=900, still=True))
    pdf = saved(animation, tmp_path / "figure.pdf")
    fonts = run(needs("pdffonts", "poppler-utils"), pdf).splitlines()[2:]
    assert fonts
    assert all("CID TrueType" in line and " yes yes yes " in line for line in fonts)
    said = run(needs("pdftotext", "poppler-utils"), pdf, "-")
    assert r"<b> & \input{x} % filter [U+732B] 4×4" in said


@pytest.mark.parametrize("options", [Options(still=True, frame=4), Options(sheet="2x3"), Options(scale=2, still=True)])
def test_stills_and_sheets_are_one_page(options: Options, tmp_path: Path) -> None:
    """One page, which looks like the picture."""
    animation = compose(Conv(5, 3), options)
    pdf = saved(animation, tmp_path / "figure.pdf")
    assert "Pages:           1\n" in run(needs("pdfinfo", "poppler-utils"), pdf)
    (step,) = animation.timing.steps
    assert_alike(page(pdf, 1), animation, step)
