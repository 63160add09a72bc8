"""Figures in documents, built by Sphinx for several builders."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from outside import browser, needs, needs_style, run

import convanim
from convanim import animate
from convanim.figures.options import option_names

pytest.importorskip("sphinx", reason="needs the module sphinx: pip install -e '.[formats]'")

HOSTILE = r"""<script>alert(1)</script> & "quotes" 100 % \\input{x} #1 _a ~ ^ $"""
TOLD = HOSTILE.replace(r"\\", "\\")
CONF = """
project = "figures"
extensions = ["convanim.publish.sphinx"]
numfig = True
latex_elements = {"fontpkg": "", "preamble": r"\\renewcommand{\\familydefault}{\\rmdefault}"}
"""
INDEX = rf"""
Figures
=======

.. toctree::

   sub/more

.. convanim:: conv -i 5 -k 3
   :alt: {TOLD}
   :title: {TOLD}

.. convanim:: padding_strides
   :theme: dark
   :align: center
   :name: strides
   :class: wide

   A *figure*: {HOSTILE}

   And a legend.

.. convanim:: nn.Conv2d(3, 8, 3, stride=2)
   :input-size: 5x7
   :max-frames: 8
   :width: 80%

See :numref:`strides`.
"""
MORE = """
More
====

.. convanim:: mine.toml
   :width: 320
   :caption: Of *mine*

.. convanim:: conv -k 2 --values numbers.csv --no-labels

.. convanim:: conv 3 2, relu
   :input-size: 6
   :max-frames: 4
"""


@pytest.fixture(autouse=True)
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(convanim.__file__).parent.parent))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small project with two documents, a recipe and numbers."""
    (tmp_path / "sub").mkdir()
    for name, text in {
        "conf.py": CONF,
        "index.rst": INDEX,
        "sub/more.rst": MORE,
        "sub/mine.toml": '[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 2\n',
        "sub/numbers.csv": "1,2,3\n4,5,6\n7,8,9\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def build(source: Path, builder: str, *options: str, strict: bool = True) -> str:
    """Build a project; what Sphinx warns of, which is nothing where it is strict."""
    warned = source / "warnings.txt"
    how = ["-W", "--keep-going"] if strict else []
    where = ["-d", "out/doctrees", "-w", warned.name, ".", f"out/{builder}"]
    run(sys.executable, "-m", "sphinx", "-q", "-n", "-b", builder, *how, *options, *where, cwd=source)
    return warned.read_text(encoding="utf-8")


def images(page: Path) -> list[dict[str, str]]:
    """The attributes of every image in an HTML page."""
    from html import unescape

    tags = re.findall(r"<img ([^>]*?)/?>", page.read_text(encoding="utf-8"))
    return [{name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)} for tag in tags]


def test_html_has_moving_svg_with_its_words(source: Path) -> None:
    """Every directive is an SVG that is there, moves, and has its alternative text; a caption makes a figure of it."""
    build(source, "html")
    html = source / "out/html"
    found = images(html / "index.html")
    assert [image["src"].rsplit("-", 1)[0] for image in found] == [
        "_images/conv",
        "_images/padding_strides",
        "_images/conv",
    ]
    assert found[0]["alt"] == TOLD
    assert found[1]["alt"] == animate("padding_strides").animation.alt
    assert "width: 80%" in found[2]["style"]
    drawings = [(html / image["src"]).read_text(encoding="utf-8") for image in found]
    assert all("@keyframes" in drawing for drawing in drawings)
    assert ["prefers-color-scheme" in drawing for drawing in drawings] == [
        True,
        True,
        True,
    ]
    text = (html / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert re.search(r'<figure class="[^"]*align-center[^"]*" id="strides"', text)
    assert re.search(
        r"<figcaption>.*<em>figure</em>: &lt;script&gt;alert\(1\)&lt;/script&gt; &amp; .*input\{x\}", text, re.S
    )
    assert "And a legend." in text
    assert re.search(r'href="#strides"[^>]*><span class="std std-numref">Fig\. \d</span>', text)
    more = images(html / "sub/more.html")
    assert [image["src"].split("/")[-1].rsplit("-", 1)[0] for image in more] == ["mine", "conv", "chain"]
    mine = (html / "sub" / more[0]["src"]).read_text(encoding="utf-8")
    assert 'width="320"' in mine
    assert "<em>mine</em>" in (html / "sub/more.html").read_text(encoding="utf-8")


def test_pages_show_the_figures(source: Path) -> None:
    """In a browser every image is loaded, at the picture's own width unless another was asked for."""
    build(source, "html")
    tab = browser().new_page()
    tab.goto((source / "out/html/index.html").as_uri())
    sizes = tab.eval_on_selector_all(".body img", "all => all.map(i => [i.complete, i.naturalWidth, i.clientWidth])")
    assert [size[:2] for size in sizes] == [[True, 480]] * 3
    assert sizes[0][2] == 480
    tab.close()


def test_latex_has_stills_in_pdf_and_compiles(source: Path) -> None:
    """Every directive is one page of PDF; captions are escaped; pdflatex makes a document of it all."""
    build(source, "latex")
    folder = source / "out/latex"
    text = (folder / "figures.tex").read_text(encoding="utf-8")
    names = re.findall(r"\\sphinxincludegraphics(?:\[[^\]]*\])?\{\{([\w-]+)\}\.pdf\}", text)
    assert len(names) == 6
    for name in names:
        assert "Pages:           1\n" in run(needs("pdfinfo", "poppler-utils"), folder / f"{name}.pdf")
    assert r"\textless{}script\textgreater{}alert(1)" in text
    assert r"100 \% \textbackslash{}input\{x\} \#1 \_a \textasciitilde{}" in text
    assert "<script>" not in text
    pdflatex = needs("pdflatex", "texlive-latex-extra")
    needs_style("fncychap", "texlive-latex-extra")  # of Sphinx's own documents
    for _ in range(2):
        run(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "figures.tex", cwd=folder)
    said = run(needs("pdftotext", "poppler-utils"), folder / "figures.pdf", "-")
    assert "100 %" in said
    assert "And a legend." in said


def test_other_builders_have_a_still_or_the_words(source: Path) -> None:
    """A book has PNG at its size on the page; plain text and manuals have the alternative text."""
    build(source, "epub", "-D", "version=1", "-D", "copyright=me")
    (first, *_) = images(source / "out/epub/index.xhtml")
    assert first["src"].endswith(".png")
    assert first["style"] == "width: 480px;"
    assert (source / "out/epub" / first["src"]).read_bytes().startswith(b"\x89PNG")
    build(source, "text")
    assert "[image: A 3×3 window moves two cells" in (source / "out/text/index.txt").read_text(encoding="utf-8")
    for builder in ("texinfo", "man", "dirhtml", "singlehtml", "linkcheck"):
        build(source, builder)


def drawn(source: Path) -> dict[str, int]:
    """The files that were drawn, and when."""
    return {path.name: path.stat().st_mtime_ns for path in (source / "out/doctrees/convanim").iterdir()}


def test_what_is_drawn_already_is_left_alone(source: Path) -> None:
    """A build anew draws nothing; one changed recipe or file of numbers makes one new drawing each."""
    build(source, "html")
    before = drawn(source)
    assert len(before) == 6
    shutil.rmtree(source / "out/html")
    build(source, "html", "-E")
    assert drawn(source) == before
    for name, old, new in (("mine.toml", "4", "5"), ("numbers.csv", "9", "0")):
        path, known = source / "sub" / name, drawn(source)
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        build(source, "html")
        (made,) = drawn(source).keys() - known.keys()
        assert made.startswith("mine" if name == "mine.toml" else "conv")


def test_many_documents_are_read_at_once(source: Path) -> None:
    """With several processes the result is the same."""
    for number in range(6):
        (source / f"extra{number}.rst").write_text(
            f":orphan:\n\nExtra\n=====\n{MORE.split('More')[-1][5:]}".replace("mine.toml", "sub/mine.toml").replace(
                "numbers.csv", "sub/numbers.csv"
            ),
            encoding="utf-8",
        )
    build(source, "html", "-j", "2")
    assert len(images(source / "out/html/extra5.html")) == 3


def test_a_project_may_choose_its_theme(source: Path) -> None:
    """`convanim_theme` is that of all figures that choose none."""
    build(source, "html", "-D", "convanim_theme=print")
    first = (source / "out/html" / images(source / "out/html/index.html")[0]["src"]).read_text(encoding="utf-8")
    assert "prefers-color-scheme" not in first
    assert "#268bd2" not in first


def test_a_project_may_choose_its_language(source: Path) -> None:
    """`convanim_lang` is that of all figures that choose none, a name or a file beside the project's settings."""
    (source / "sub" / "more.rst").write_text(
        "More\n====\n\n.. convanim:: dilation\n\n.. convanim:: dilation\n   :lang: fr\n", encoding="utf-8"
    )
    (source / "words.toml").write_text('base = "de"\n[phrases]\ninput = "Bild"\n', encoding="utf-8")
    build(source, "html", "-D", "convanim_lang=words.toml")
    german, french = images(source / "out/html/sub/more.html")
    assert german["alt"].startswith("Faltung, Kern 3×3, Dilatation 2. Ein Fenster")
    assert french["alt"].startswith("Convolution, noyau 3×3, dilatation 2. Une fenêtre")
    drawn = [(source / "out/html/sub" / image["src"]).read_text(encoding="utf-8") for image in (german, french)]
    assert ">Bild 7×7<" in drawn[0]
    assert ">entrée 7×7<" in drawn[1]


WRONG = [
    ("conv -i 3 -k 9", "", "figure conv -i 3 -k 9: --kernel-size 9x9: spans 9 cells"),
    ("conv -i 5 -k 3 --widht 9", "", "no such option here: --widht; try --width"),
    ("no_such_template", "", "recipe no_such_template: no such template"),
    ("none.toml", "", "recipe none.toml: "),
    ("nn.Conv2d(3, 8, 3)", "", ":input-size:: missing; the code does not say it: give :input-size:, such as 7x9"),
    ("nn.Conv2d(3, 8, f())", ":input-size: 5", "code nn.Conv2d(3, 8, f()): "),
    ("conv -i 5 -k 3", ":theme: none", ":theme: none: "),
    ("conv -i 5 -k 3", ":lang: dutch", ":lang: dutch: no such language"),
    ("conv -i 5 -k 3", ":width: 3px", ":width: 3: "),
    ("conv -i 5 -k 3", ":width: -3px", "invalid option value: (option: \"width\"; value: '-3px')"),
    ("conv -i 5 -k 3", ":text-size: 8pt", ":text-size: 8pt: it is of paper"),
    ("conv -i 5 -k 3", ":step-time: soon", "figure conv -i 5 -k 3: --step-time soon: not a number"),
    ("conv -i 5 -k 3", ":labels: maybe", "give yes or no"),
    ("conv -i 5 -k 3", ":colour: red", 'unknown option: "colour"'),
    ("one_by_one", ":input-size: 5", ":input-size: 5: templates and recipes have their own"),
    ("", "", "1 argument(s) required"),
]


@pytest.mark.parametrize(("text", "option", "said"), WRONG, ids=[f"{text} {option}" for text, option, _ in WRONG])
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, option: str, said: str) -> None:
    """One line with the document, the line and the rule; the rest of the document is built."""
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    (tmp_path / "index.rst").write_text(
        f"Wrong\n=====\n\n.. convanim:: {text}\n   {option}\n\nAfter.\n", encoding="utf-8"
    )
    warned = build(tmp_path, "html", strict=False)
    assert re.match(r".*index\.rst:4: ERROR: ", warned)
    assert said in warned.splitlines()[0] + (warned if "directive" in warned else "")
    assert "Traceback" not in warned
    assert "After." in (tmp_path / "out/html/index.html").read_text(encoding="utf-8")


def test_a_width_with_a_unit_is_the_figures_own_where_its_text_is(tmp_path: Path) -> None:
    """With `text-size` the figure is drawn for that width, without it only placed; it is as wide in both."""
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    plain, own = (f".. convanim:: conv -i 4 -k 3\n   :width: 8.5cm\n{more}\n" for more in ("", "   :text-size: 8pt\n"))
    (tmp_path / "index.rst").write_text(f"Paper\n=====\n\n{plain}\n{own}", encoding="utf-8")
    build(tmp_path, "html")
    placed = images(tmp_path / "out/html/index.html")
    assert all("width: 8.5cm" in image["style"] for image in placed)
    first, second = ((tmp_path / "out/html" / image["src"]).read_text(encoding="utf-8") for image in placed)
    assert ' width="480" ' in first
    assert ' width="8.5cm" ' in second


def test_every_option_of_a_figure_is_one_of_the_directive() -> None:
    """What figures can be told can be told in a document, but for their scale."""
    from convanim.publish.sphinx import ConvanimDirective

    known: Any = ConvanimDirective.option_spec
    assert {name.replace("_", "-") for name in option_names()} - set(known) == {"scale"}
