"""Slides in the programs that show them: LibreOffice, pdflatex; and the lines of `embed`."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from deck_files import figures, pages, steps
from helpers.pixels import Picture
from outside import browser, needs, run
from PIL import Image

from convanim.figures.recipes.recipes import load_recipe
from convanim.publish.decks.kinds import deck_place, save_deck
from convanim.publish.embedding import embed


def pictures(pdf: Path, folder: Path, width: int) -> list[Picture]:
    """The pages of a PDF as pictures of a width."""
    run(
        needs("pdftoppm", "poppler-utils"), "-png", "-scale-to-x", str(width), "-scale-to-y", "-1", pdf, folder / "page"
    )
    return [np.asarray(Image.open(path).convert("RGB")) for path in sorted(folder.glob("page*.png"))]


@pytest.mark.parametrize("per_step", [False, True])
def test_libreoffice_opens_the_slides(tmp_path: Path, per_step: bool) -> None:
    """Every slide becomes a page with its title, its figure in its place, and its background."""
    office = needs("soffice", "libreoffice-impress")
    made = figures()
    save_deck(made, [deck_place(str(tmp_path / "talk.pptx"))], per_step=per_step)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    run(office, home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "talk.pptx")
    assert pages(tmp_path / "talk.pdf") == (sum(map(steps, made)) if per_step else 3)
    text = run(needs("pdftotext", "poppler-utils"), tmp_path / "talk.pdf", "-")
    assert "No padding, strides" in text
    assert "<script>alert(1)</script>" in text.replace("\n", " ")
    shown = pictures(tmp_path / "talk.pdf", tmp_path, 960)
    assert tuple(shown[-1][5, 5]) == made[-1].theme.background
    for picture, animation in ((shown[0], made[0]), (shown[-1], made[-1])):
        colours = {tuple(colour) for colour in picture[100:430].reshape(-1, 3).tolist()}
        fill = animation.theme.styles["input"].fill
        assert fill is not None
        assert any(max(abs(a - b) for a, b in zip(colour, fill)) <= 4 for colour in colours)


def test_pdflatex_compiles_the_beamer_file(tmp_path: Path) -> None:
    """There is a page a step, hostile words are text, and every page shows its step."""
    latex = needs("pdflatex", "texlive-latex-recommended")
    made = figures()
    save_deck(made, [deck_place(str(tmp_path / "my talk.tex"))])
    log = run(latex, "-interaction=nonstopmode", "-halt-on-error", "my talk.tex", cwd=tmp_path)
    assert "Overfull" not in log
    assert pages(tmp_path / "my talk.pdf") == sum(map(steps, made))
    text = run(needs("pdftotext", "poppler-utils"), tmp_path / "my talk.pdf", "-")
    assert "\\input{x}" in text
    assert "[U+732B]" in text
    shown = pictures(tmp_path / "my talk.pdf", tmp_path, 960)
    for before, after in pairwise(shown[:4]):
        assert (before != after).any()
    for number in (0, steps(made[0]), len(shown) - 1):
        assert shown[number][100:400].std() > 10
    assert tuple(shown[-1][5, 5]) == made[-1].theme.background


def test_latex_of_the_snippets_compiles(tmp_path: Path) -> None:
    """The lines for an article and for Beamer compile as they stand; Beamer has a page a step."""
    latex = needs("pdflatex", "texlive-latex-recommended")
    hostile = figures()[1]
    embed(hostile, str(tmp_path / "out"))
    text = (tmp_path / "out" / "snippets.md").read_text(encoding="utf-8")
    article, beamer = re.findall(r"^```latex\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for name, start, body in (
        ("article", "\\documentclass{article}\\usepackage{graphicx}", article),
        ("beamer", "\\documentclass{beamer}\\usepackage{pgffor}", beamer),
    ):
        whole = f"{start}\n\\begin{{document}}\n{body}\\end{{document}}\n"
        (tmp_path / "out" / f"{name}.tex").write_text(whole, encoding="utf-8")
        run(latex, "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex", cwd=tmp_path / "out")
    assert pages(tmp_path / "out" / "article.pdf") == 1
    assert pages(tmp_path / "out" / "beamer.pdf") == steps(hostile)


def test_the_picture_follows_dark_and_rest(tmp_path: Path) -> None:
    """The lines for Markdown show the dark GIF, the dark still, the still or the GIF, as the page asks for."""
    embed(load_recipe("no_padding_strides").animation(), str(tmp_path))
    text = (tmp_path / "snippets.md").read_text(encoding="utf-8")
    block = re.findall(r"^```html\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[0]
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{block}", encoding="utf-8")
    for scheme, motion, name in (
        ("light", "no-preference", "no_padding_strides.gif"),
        ("dark", "no-preference", "no_padding_strides-dark.gif"),
        ("light", "reduce", "no_padding_strides.png"),
        ("dark", "reduce", "no_padding_strides-dark.png"),
    ):
        context = browser().new_context(color_scheme=scheme, reduced_motion=motion)
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function("document.images[0].complete && document.images[0].naturalWidth > 0")
        assert page.evaluate("document.images[0].currentSrc").endswith("/" + name)
        context.close()


def test_lines_for_sphinx_build_with_both_builders(tmp_path: Path) -> None:
    """A page of the lines for Sphinx has the SVG in HTML and the still in LaTeX, without a warning."""
    pytest.importorskip("sphinx")
    embed(load_recipe("no_padding_strides").animation(), str(tmp_path / "in"))
    text = (tmp_path / "in" / "snippets.md").read_text(encoding="utf-8")
    (block, *_) = re.findall(r"^```rst\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "in" / "index.rst").write_text(f"Figure\n======\n\n{block}", encoding="utf-8")
    (tmp_path / "in" / "conf.py").write_text("", encoding="utf-8")
    for builder, file, part in (
        ("html", "index.html", "no_padding_strides.svg"),
        ("latex", "*.tex", "no_padding_strides}.png"),
    ):
        command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", builder, tmp_path / "in", tmp_path / builder]
        subprocess.run([str(word) for word in command], check=True, env=os.environ | {"PYTHONPATH": ""})
        (written,) = (tmp_path / builder).glob(file)
        assert part in written.read_text(encoding="utf-8")
