"""`embed`: the files of one figure, light and dark, and lines to paste that name them rightly and hold its words."""

import ast
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner, Result
from docutils.core import publish_string
from helpers.slides import HOSTILE, parsed
from PIL import Image

from convanim.cli import main
from convanim.figures.recipes.recipes import load_recipe
from convanim.publish.embedding import snippets
from convanim.style.theme import load_theme

pytestmark = pytest.mark.usefixtures("no_betweens")

PLACES = ["Markdown, GitHub", "HTML", "reveal.js", "Quarto", "LaTeX", "Jupyter", "Sphinx"]


def run(*words: str) -> Result:
    """The command `embed`."""
    return CliRunner().invoke(main, ["embed", *words])


def blocks(folder: Path, language: str) -> list[str]:
    """The fenced blocks of a language in the snippets."""
    return _fenced((folder / "snippets.md").read_text(encoding="utf-8"), language)


def _fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a figure of hostile words."""
    folder = tmp_path_factory.mktemp("embed") / "out"
    result = run("conv -i 4 -k 3", str(folder), "--width", "200", "--title", HOSTILE, "--alt", f"{HOSTILE} Alt", "-q")
    assert result.exit_code == 0, result.output
    return folder


def test_everything_for_one_figure(tmp_path: Path) -> None:
    """Every format, in light and dark where it cannot follow, and the snippets; paths are printed."""
    result = run("no_padding_strides", str(tmp_path / "out"), "--width", "200", "--frame", "1", "--no-glide")
    assert result.exit_code == 0, result.output
    names = [f"no_padding_strides{end}.{kind}" for kind in ("gif", "png") for end in ("", "-dark")]
    names += [f"no_padding_strides.{kind}" for kind in ("svg", "html", "pdf")]
    names += ["no_padding_strides.mp4", "no_padding_strides-dark.mp4"]
    assert sorted(os.listdir(tmp_path / "out")) == sorted([*names, "snippets.md"])
    assert sorted(result.stdout.splitlines()) == sorted(
        str(tmp_path / "out" / name) for name in os.listdir(tmp_path / "out")
    )
    for end, theme in (("", "classic"), ("-dark", "dark")):
        for suffix in ("gif", "png"):
            with Image.open(tmp_path / "out" / f"no_padding_strides{end}.{suffix}") as picture:
                assert picture.convert("RGB").getpixel((0, 0)) == load_theme(theme).background
    own = load_recipe("no_padding_strides", width=200, frame=1).animation()
    with Image.open(tmp_path / "out" / "no_padding_strides.gif") as moving:
        assert getattr(moving, "n_frames", 1) == len(own.timing.steps) + 1
        moving.seek(1)
        shown = np.asarray(moving.convert("RGB"), dtype=int)
    with Image.open(tmp_path / "out" / "no_padding_strides.png") as still:
        assert np.abs(np.asarray(still.convert("RGB")) - shown).max() <= 16
    assert "prefers-color-scheme" in (tmp_path / "out" / "no_padding_strides.svg").read_text(encoding="utf-8")


def test_a_chosen_theme_is_the_only_one(tmp_path: Path) -> None:
    """Where a theme was chosen no file and no snippet is dark by itself; what an earlier run left is gone."""
    folder = tmp_path / "out"
    assert run("no_padding_strides", str(folder), "--width", "200").exit_code == 0
    (folder / "mine-dark.gif").write_text("mine", encoding="utf-8")
    assert run("no_padding_strides", str(folder), "--width", "200", "--theme", "print").exit_code == 0
    assert [name for name in os.listdir(folder) if "dark" in name] == ["mine-dark.gif"]
    assert "dark" not in (folder / "snippets.md").read_text(encoding="utf-8")
    assert "prefers-color-scheme" not in (folder / "no_padding_strides.svg").read_text(encoding="utf-8")


def test_there_are_lines_for_every_place(embedded: Path) -> None:
    """Each place has a heading and a block."""
    text = (embedded / "snippets.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert [part.split("\n")[0] for part in parts] == PLACES
    assert all("```" in part for part in parts)
    assert text.count("```") % 2 == 0
    assert "{{" not in text


def test_every_path_is_there_and_every_file_is_named(embedded: Path) -> None:
    """Paths are those of files beside the snippets, and every file is of use."""
    text = "\n".join((embedded / "snippets.md").read_text(encoding="utf-8").split("\n")[1:])
    named = set(re.findall(r"conv(?:-dark)?\.(?:gif|png|svg|mp4|html|pdf)", text))
    there = set(os.listdir(embedded)) - {"snippets.md"}
    assert named <= there
    assert there - named <= {"conv-dark.mp4"}


@pytest.mark.parametrize(("loop", "goes_on"), [(0, True), (1, False), (3, False)])
def test_films_start_again_only_where_the_figure_plays_for_ever(loop: int, goes_on: bool) -> None:
    """A figure that plays some times is in its film that often, and no line makes the film start again."""
    animation = load_recipe("no_padding_strides", loop=loop).animation()
    text = snippets(animation, ["no_padding_strides.mp4", "no_padding_strides.gif", "no_padding_strides.png"])
    films = [attributes for tag, attributes in parsed("".join(_fenced(text, "html"))).elements if tag == "video"]
    assert len(films) == 2
    assert all(("loop" in attributes) == goes_on for attributes in films)


def test_lines_of_html_hold_the_words(embedded: Path) -> None:
    """HTML is well-formed, every picture has the alternative text, and no word is markup."""
    found = blocks(embedded, "html")
    assert len(found) >= 4
    for block in found:
        page = parsed(block)
        tags = {tag for tag, _ in page.elements}
        assert tags <= {"picture", "source", "img", "iframe", "video", "section", "h2"}
        for tag, attributes in page.elements:
            if tag == "img":
                assert attributes["alt"] == f"{HOSTILE} Alt"
            if tag == "video":
                assert attributes["aria-label"] == f"{HOSTILE} Alt"
            if tag == "iframe":
                assert str(attributes["title"]).startswith(HOSTILE)
        assert all(text == HOSTILE for _, text in page.texts)


def test_the_picture_for_markdown_knows_dark_and_still(embedded: Path) -> None:
    """The `<picture>` offers the still in dark, the still, the dark GIF, and the GIF, in that order."""
    block = blocks(embedded, "html")[0].replace("<picture>\n", "").replace("</picture>\n", "")
    sources = [attributes for _, attributes in parsed(block).elements]
    assert [source.get("srcset") or source.get("src") for source in sources] == [
        "conv-dark.png",
        "conv.png",
        "conv-dark.gif",
        "conv.gif",
    ]
    assert "reduce" in str(sources[1]["media"])
    assert "dark" in str(sources[2]["media"])


def test_lines_of_python_run(embedded: Path) -> None:
    """The code for notebooks is Python, and its string is the alternative text."""
    (block,) = blocks(embedded, "python")
    strings = [node.value for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Constant)]
    assert f"{HOSTILE} Alt" in strings


def test_lines_of_rst_are_read_by_docutils(embedded: Path) -> None:
    """The directives hold the alternative text and the title as they are."""
    (block,) = blocks(embedded, "rst")
    figures = re.findall(r"( {3}\.\. figure::.*?)(?=\n\.\. only|\Z)", block, re.DOTALL)
    assert len(figures) == 2
    for figure in figures:
        text = re.sub(r"^ {3}", "", figure, flags=re.MULTILINE)
        xml = publish_string(text, writer="xml", settings_overrides={"report_level": 1, "halt_level": 1})
        tree = ElementTree.fromstring(xml)
        (image,) = tree.iter("image")
        assert (image.get("alt") or "").replace("\x00", "") == f"{HOSTILE} Alt"
        (caption,) = tree.iter("caption")
        assert "".join(caption.itertext()) == HOSTILE
        assert (embedded / str(image.get("uri"))).exists()


def test_the_directive_is_for_figures_that_say_all(tmp_path: Path) -> None:
    """The extension's own line is there where the figure's text alone makes it anywhere."""
    assert run("conv -i 4 -k 3", str(tmp_path / "a")).exit_code == 0
    assert blocks(tmp_path / "a", "rst")[1:] == [".. convanim:: conv -i 4 -k 3\n"]
    assert run("conv -i 4 -k 3", str(tmp_path / "b"), "--width", "200").exit_code == 0
    assert len(blocks(tmp_path / "b", "rst")) == 1


def test_pages_of_the_pdf_are_named(tmp_path: Path) -> None:
    """The still for print is the page of the frame that stills show, and Beamer has all pages."""
    folder = tmp_path / "out"
    assert run("no_padding_strides", str(folder), "--width", "200", "--frame", "2", "--bounce").exit_code == 0
    text = "".join(blocks(folder, "latex"))
    assert "[page=3," in text
    assert r"\foreach \n in {1,...,4}" in text


def test_what_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyAV there is no film, the snippets do without, and a note says how to get it."""
    monkeypatch.setattr("convanim.export.formats.find_spec", lambda name: None)
    folder = tmp_path / "out"
    result = run("no_padding_strides", str(folder), "--width", "200")
    assert result.exit_code == 0
    assert "pip install av\n" in result.stderr
    assert ".mp4" not in (folder / "snippets.md").read_text(encoding="utf-8")
    assert not list(folder.glob("*.mp4"))


def test_a_still_is_no_film_and_nothing_speaks_of_steps(tmp_path: Path) -> None:
    """One frame: no film, no word of motion, no frame of Beamer's for each step."""
    result = run("dilation", str(tmp_path / "out"), "--width", "200", "--still")
    assert (result.exit_code, result.stderr) == (0, "")
    assert not any(name.endswith(".mp4") for name in os.listdir(tmp_path / "out"))
    said = (tmp_path / "out" / "snippets.md").read_text(encoding="utf-8").lower()
    for word in ("motion", "moving", "film", "step", "foreach", "starts", "page 1 of"):
        assert word not in said
    assert "page=1," in said


def test_what_a_film_cannot_be(tmp_path: Path) -> None:
    """A transparent figure has all but the film, which is told; days of rounds are refused before anything is there."""
    result = run("dilation", str(tmp_path / "out"), "--width", "200", "--transparent")
    assert (result.exit_code, result.stderr) == (0, "Note: there is no .mp4: a film has a background\n")
    assert not any(name.endswith(".mp4") for name in os.listdir(tmp_path / "out"))
    assert ".mp4" not in (tmp_path / "out" / "snippets.md").read_text(encoding="utf-8")
    refused = run("dilation", str(tmp_path / "long"), "--loop", "60000")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--loop 60000: a film has every round in it" in refused.stderr
    assert not (tmp_path / "long").exists()


def test_names_of_files_need_no_quoting(tmp_path: Path) -> None:
    """A recipe of any name gives files of plain names."""
    recipe = tmp_path / "größe 100%.toml"
    recipe.write_text('[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n', encoding="utf-8")
    result = run(str(recipe), str(tmp_path / "out"), "--width", "150")
    assert result.exit_code == 0, result.output
    assert all(re.fullmatch(r"gro-e-100(-dark)?\.\w+|snippets\.md", name) for name in os.listdir(tmp_path / "out"))


def test_another_figures_folder_is_refused(tmp_path: Path) -> None:
    """A folder that has another figure's snippets, or some of its owner's, is left as it is."""
    folder = tmp_path / "out"
    assert run("no_padding_strides", str(folder), "--width", "200").exit_code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = run("dilation", str(folder))
    assert result.exit_code == 2
    assert "no_padding_strides" in result.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "snippets.md").write_text("mine", encoding="utf-8")
    assert run("no_padding_strides", str(folder)).exit_code == 2
    assert (folder / "snippets.md").read_text(encoding="utf-8") == "mine"


def test_a_failed_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be written there is no folder afterwards."""

    def broken(*arguments: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr("convanim.publish.embedding.snippets", broken)
    result = run("conv -i 4 -k 3", str(tmp_path / "out"), "--width", "150")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Error: no room")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["dilation", "no/out"], "no folder no"),
        (["dilation", "file"], "there is a file of that name"),
        (["dilatoin", "out"], "no such template"),
        (["conv 3 x", "out", "-i", "5"], "conv 3 x"),
        (["dilation", "out", "-i", "5"], "--input-size 5"),
    ],
)
def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], part: str) -> None:
    """What cannot be is told in one line."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("", encoding="utf-8")
    result = run(*words)
    assert result.exit_code == 2
    assert part in result.stderr
    assert result.stderr.startswith("Error: ")
    assert os.listdir() == ["file"]


def test_a_figure_on_paper_is_placed_as_it_is(tmp_path: Path) -> None:
    """Lines for LaTeX and Beamer give no width, those for pages the pixels of a screen that it is wide."""
    result = run("conv -i 4 -k 3", str(tmp_path / "out"), "--width", "5cm", "--dpi", "200", "-q")
    assert result.exit_code == 0, result.output
    latex = "".join(blocks(tmp_path / "out", "latex"))
    assert "includegraphics[page=4,alt=" in latex
    assert "includegraphics[page=\\n,alt=" in latex
    assert "width" not in latex
    assert f'<img src="conv.svg" width="{round(5 / 2.54 * 96)}"' in "".join(blocks(tmp_path / "out", "html"))
    with Image.open(tmp_path / "out" / "conv.gif") as picture:
        assert picture.width == round(5 / 2.54 * 200)


def test_a_figure_in_pixels_is_placed_by_the_text(tmp_path: Path) -> None:
    """Lines for LaTeX give a part of the line."""
    assert run("conv -i 4 -k 3", str(tmp_path / "out"), "--width", "200", "-q").exit_code == 0
    latex = "".join(blocks(tmp_path / "out", "latex"))
    assert "[page=4,width=0.6\\linewidth,alt=" in latex
    assert "width=\\textwidth,height=0.75\\textheight,keepaspectratio,alt=" in latex
