"""Figures of a width on paper, placed in a page of LaTeX: measured there, they have that width and that text."""

import re
from pathlib import Path

import pytest
from outside import needs, run

from convanim import Conv, Options
from convanim.export.save import destination, save
from convanim.figures.animation import compose
from convanim.publish.decks.kinds import deck_place, save_deck
from convanim.scene.font import BUNDLED

PAGE = r"""\documentclass{article}
\usepackage{graphicx}
\pagestyle{empty}
\newsavebox{\placed}
\begin{document}
\savebox{\placed}{\includegraphics{FILE}}
\typeout{It is \the\wd\placed\space wide.}
\noindent\usebox{\placed}
\end{document}
"""
LATEX_POINT = 72 / 72.27  # of the points that everybody else has


def words_on(pdf: Path) -> dict[str, float]:
    """Every word on the first page of a PDF that is there once, and how wide it is in points."""
    text = run(needs("pdftotext", "poppler-utils"), "-l", "1", "-bbox", pdf, "-")
    found = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', text)
    return {word: float(right) - float(left) for left, right, word in found}


@pytest.mark.parametrize("suffix", [".pdf", ".png"])
def test_a_column_of_latex(suffix: str, tmp_path: Path) -> None:
    """Placed without a width it is 8.5 cm wide; of a PDF the words on the page are 8 points, in an embedded font."""
    latex = needs("pdflatex", "texlive-latex-recommended")
    figure = compose(Conv(5, 3), Options(width="8.5cm", values="random:7", still=True, caption=True))
    (path,) = save(figure, [destination(str(tmp_path / f"figure{suffix}"))])
    (tmp_path / "page.tex").write_text(PAGE.replace("FILE", path.name), encoding="utf-8")
    log = run(latex, "-interaction=nonstopmode", "-halt-on-error", "page.tex", cwd=tmp_path)
    found = re.search(r"It is ([\d.]+)pt wide", log)
    assert found
    assert float(found[1]) * LATEX_POINT == pytest.approx(85 / 25.4 * 72, abs=0.02)
    if suffix == ".png":
        return
    said = run(needs("pdfinfo", "poppler-utils"), path)
    assert "Page size:       240.945 x " in said
    fonts = run(needs("pdffonts", "poppler-utils"), tmp_path / "page.pdf").splitlines()[2:]
    assert len(fonts) == 1
    assert "DejaVuSans" in fonts[0]
    assert "CID TrueType" in fonts[0]
    assert " yes yes yes " in fonts[0]
    words = words_on(tmp_path / "page.pdf")
    for word in ("input", "output", "kernel", "height", "weights"):
        assert words[word] == pytest.approx(BUNDLED.width(word, 8), abs=0.05)


def test_a_slide_of_beamer(tmp_path: Path) -> None:
    """A figure on a slide keeps its size, where all others are as large as there is room; it finds its room."""
    latex = needs("pdflatex", "texlive-latex-recommended")
    figures = [compose(Conv(4, 3), Options(width=width), name=name) for width, name in (("6cm", "a"), (480, "b"))]
    save_deck(figures, [deck_place(str(tmp_path / "talk.tex"))])
    log = run(latex, "-interaction=nonstopmode", "-halt-on-error", "talk.tex", cwd=tmp_path)
    assert "Overfull" not in log
    assert words_on(tmp_path / "talk.pdf")["input"] == pytest.approx(BUNDLED.width("input", 8), abs=0.05)
