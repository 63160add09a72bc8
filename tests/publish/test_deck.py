"""Presentations: slides for PowerPoint and reveal.js hold the figures' own pictures, words and steps."""

import io
import json
import os
import re
import zipfile
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers.all_commands import COMMANDS
from helpers.pixels import decoded, gif_bytes
from helpers.slides import HOSTILE, parsed, pptx_slides, rendered, reveal_data, reveal_pictures, small
from PIL import Image

from convanim import Conv, Options
from convanim.cli import main
from convanim.errors import RequestError
from convanim.export.formats import FORMATS
from convanim.export.save import destination, save
from convanim.export.slide_steps import enlarged, forward_only
from convanim.figures.animation import compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.publish.decks.kinds import DECKS, deck_place, save_deck


def run(*words: str) -> Result:
    """The command `deck`."""
    return CliRunner().invoke(main, ["deck", *words])


@pytest.mark.usefixtures("no_betweens")
def test_a_pptx_has_a_slide_a_figure(tmp_path: Path) -> None:
    """Each slide has its figure's title, its GIF, its caption, and its alternative text on the picture and as notes."""
    names = ["no_padding_strides", "numerical_max_pooling"]
    result = run(*names, "-o", str(tmp_path / "talk.pptx"))
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'talk.pptx'}\n")
    slides = pptx_slides(tmp_path / "talk.pptx")
    for slide, name in zip(slides, names, strict=True):
        animation = load_recipe(name).animation()
        assert (slide.title, slide.alt, slide.notes) == (animation.title, animation.alt, animation.alt)
        assert slide.texts == ["\n".join(animation.caption)]
        film, own = decoded(slide.picture), decoded(gif_bytes(animation))
        assert sum(film.durations) == sum(own.durations)
        height, width = film.pictures[0].shape[:2]
        left, top, right, bottom = slide.box
        assert (right - left) / (bottom - top) == pytest.approx(width / height, abs=0.01)
        assert width >= 144 * (right - left) - 1
        assert height >= 144 * (bottom - top) - 1


@pytest.mark.usefixtures("no_betweens")
def test_the_gif_on_a_slide_is_the_figure_enlarged() -> None:
    """A slide's GIF is, byte for byte, that of the same scene a whole number of times as large."""
    animation = small()
    stream = io.BytesIO()
    FORMATS[".pptx"].write(animation, stream, lambda: None, None)
    (name,) = [name for name in zipfile.ZipFile(stream).namelist() if "media" in name]
    held = zipfile.ZipFile(stream).read(name)
    factor = Image.open(io.BytesIO(held)).width // 200
    assert factor > 1
    assert held == gif_bytes(enlarged(animation, (factor * 200, 10_000)), glides=True)


def test_a_slide_a_step(tmp_path: Path) -> None:
    """With --per-step each slide shows one step as it is rendered, and says which it is; none goes back."""
    animation = small(bounce=True)
    save_deck([animation], [deck_place(str(tmp_path / "a.pptx"))], per_step=True)
    slides = pptx_slides(tmp_path / "a.pptx")
    assert len(slides) == 4
    for number, slide in enumerate(slides):
        assert slide.title == "Small"
        assert slide.alt == f"A small figure. Step {number + 1} of 4."
        assert slide.texts[0].splitlines() == [*animation.caption, f"Step {number + 1} of 4"]
        with Image.open(io.BytesIO(slide.picture)) as picture:
            large = enlarged(animation, (picture.width, 10_000))
            assert np.array_equal(np.asarray(picture.convert("RGBA")), rendered(large, number))


def test_a_still_is_one_picture(tmp_path: Path) -> None:
    """A figure that does not move is a PNG on its slide."""
    save_deck([small(still=True, frame=1)], [deck_place(str(tmp_path / "a.pptx"))])
    (slide,) = pptx_slides(tmp_path / "a.pptx")
    with Image.open(io.BytesIO(slide.picture)) as picture:
        assert picture.format == "PNG"
        large = enlarged(small(), (picture.width, 10_000))
        assert np.array_equal(np.asarray(picture.convert("RGBA")), rendered(large, 1))


@pytest.mark.usefixtures("no_betweens")
def test_the_same_deck_is_the_same_bytes(tmp_path: Path) -> None:
    """A PPTX carries no dates, and a figure twice in it is held once."""
    for name in ("a", "b"):
        save_deck([small(), small()], [deck_place(str(tmp_path / f"{name}.pptx"))])
    assert (tmp_path / "a.pptx").read_bytes() == (tmp_path / "b.pptx").read_bytes()
    assert sum("media/" in name for name in zipfile.ZipFile(tmp_path / "a.pptx").namelist()) == 1


@pytest.mark.usefixtures("no_betweens")
def test_slides_have_the_colours_of_the_theme(tmp_path: Path) -> None:
    """Background and title of a slide are those of its figure's theme."""
    save_deck([small(theme="dark")], [deck_place(str(tmp_path / "a.pptx"))])
    xml = zipfile.ZipFile(tmp_path / "a.pptx").read("ppt/slides/slide1.xml").decode()
    theme = small(theme="dark").theme
    for colour in (theme.background, theme.styles["label"].text):
        assert colour is not None
        assert bytes(colour).hex().upper() in xml.upper()


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize("suffix", [".pptx", ".html"])
def test_hostile_words_are_text(tmp_path: Path, suffix: str) -> None:
    """Titles, alternative texts and captions come out as they went in, control characters left out."""
    words = ["--title", HOSTILE + "\x00\x1b\u200f", "--alt", HOSTILE, "--width", "200"]
    result = run("conv -i 4 -k 3", *words, "-o", str(tmp_path / f"a{suffix}"), *(["--reveal"] * (suffix == ".html")))
    assert result.exit_code == 0, result.output
    if suffix == ".pptx":
        (slide,) = pptx_slides(tmp_path / "a.pptx")
        assert (slide.title.rstrip("\u200f"), slide.alt) == (HOSTILE, HOSTILE)
        return
    page = parsed((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert ("h2", HOSTILE) in [(tag, text.rstrip("\ufffd\x00\x1b\u200f")) for tag, text in page.texts]
    (canvas,) = [attributes for tag, attributes in page.elements if tag == "canvas"]
    assert canvas["aria-label"] == HOSTILE


@pytest.mark.parametrize("transparent", [False, True])
def test_a_reveal_page_holds_every_step(tmp_path: Path, transparent: bool) -> None:
    """Put together, the pictures of a figure are those of the renderer, pixel for pixel; it plays as the GIF does."""
    animation = small(bounce=True, transparent=transparent, loop=2, values="arange", kernel_values="box", view="flat")
    save_deck([animation], [deck_place(str(tmp_path / "a.html"))])
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    (data,) = reveal_data(html)
    (canvas,) = [attributes for tag, attributes in parsed(html).elements if tag == "canvas"]
    width, height = int(canvas["width"] or 0), int(canvas["height"] or 0)
    large = enlarged(forward_only(animation), (width, 10_000))
    pictures = reveal_pictures(data, width, height)
    assert len(pictures) == 4
    for step, picture in enumerate(pictures):
        own = rendered(large, step)
        if transparent:
            own[own[..., 3] == 0] = 0
            picture[picture[..., 3] == 0] = 0
        assert np.array_equal(picture, own)
    assert data["play"] == [[0, 2400], [1, 1200], [2, 1200], [3, 3700], [2, 1200], [1, 1200]]
    assert data["loop"] == 2
    assert data["equations"] == [animation.scene.equation(step) for step in range(4)]


def test_a_reveal_page_needs_nothing_else(tmp_path: Path) -> None:
    """No element of the page names another file or address, and reveal.js's licence is in it."""
    result = run("dilation", "-o", str(tmp_path / "a.html"), "--reveal")
    assert result.exit_code == 0, result.output
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    for _, attributes in parsed(html).elements:
        assert not {"src", "href", "srcset", "data-src"} & set(attributes)
    assert "Permission is hereby granted" in html


@pytest.mark.usefixtures("few_frames")
def test_options_replace_the_recipes(tmp_path: Path) -> None:
    """Options of a figure hold for all figures of a deck; layers in quotes are named by what they are."""
    words = ["no_padding_strides", "max-pool -i 4 -k 2", "nn.Conv2d(1, 1, 3)", "conv 3", "-i", "6"]
    result = run(*words, "--theme", "dark", "--step-time", "0.2", "--reveal", "-o", str(tmp_path / "a.html"))
    assert result.exit_code == 0, result.output
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert {data["play"][0][1] for data in reveal_data(html)} == {200}
    titles = [text for tag, text in parsed(html).texts if tag == "h2"]
    assert titles[0] == "No padding, strides"
    assert titles[1].startswith("Max pooling")
    assert len(titles) == 4


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["dilation"], ["--output", "talk.pptx"]),
        (["dilation", "-o", "a.gif"], ["--output a.gif", ".pptx"]),
        (["dilation", "-o", "a.html"], ["--output a.html", "--reveal"]),
        (["dilation", "-o", "a.pptx", "--reveal"], ["--reveal", ".html"]),
        (["dilation", "-o", "a.html", "--reveal", "--per-step"], ["--per-step"]),
        (["dilation", "-o", "a.tex", "--per-step"], ["--per-step"]),
        (["dilation", "-o", "100%.tex"], ["--output 100%.tex", "LaTeX"]),
        (["dilation", "-o", "no/a.html", "--reveal"], ["--output no/a.html", "no folder"]),
        (["dilatoin", "-o", "a.html", "--reveal"], ["dilatoin", "dilation"]),
        (["dilation", "-o", "a.html", "--reveal", "--theme", "auto"], ["--theme auto"]),
        (["dilation", "-o", "a.html", "--reveal", "--frame", "2"], ["--frame 2", "--still"]),
        (["dilation", "-i", "5", "-o", "a.html", "--reveal"], ["--input-size 5"]),
        (["conv 3 x", "-i", "5", "-o", "a.html", "--reveal"], ["figure", "conv 3 x"]),
    ],
)
def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], parts: list[str]) -> None:
    """What cannot be is told in one line that names it, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for part in parts:
        assert part in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["conv", "-i", "4", "-k", "3"], ["deck", "dilation"]])
def test_without_python_pptx_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Where python-pptx is missing, one line says how to get it."""
    monkeypatch.setattr("convanim.export.formats.find_spec", lambda name: None)
    result = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "a.pptx")])
    assert result.exit_code == 2
    assert "pip install python-pptx\n" in result.stderr


@pytest.mark.usefixtures("no_betweens")
def test_a_failed_deck_leaves_older_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several files of a deck none is changed when one cannot be written."""
    (tmp_path / "a.pptx").write_text("older", encoding="utf-8")

    def broken(*arguments: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr("convanim.publish.decks.reveal.reveal_page", broken)
    result = run("dilation", "-o", str(tmp_path / "a.pptx"), "-o", str(tmp_path / "b.html"), "--reveal")
    assert (result.exit_code, result.stderr) == (1, "Error: no room\n")
    assert (tmp_path / "a.pptx").read_text(encoding="utf-8") == "older"
    assert os.listdir(tmp_path) == ["a.pptx"]


def test_every_deck_can_be_asked_for() -> None:
    """The command's help names every kind of slides."""
    command = COMMANDS["deck"]
    (output,) = [param for param in command.params if param.name == "output"]
    assert isinstance(output, click.Option)
    assert all(suffix in (output.help or "") for suffix in DECKS)


@pytest.mark.usefixtures("no_betweens")
def test_every_template_can_be_a_slide(tmp_path: Path) -> None:
    """A template of each kind goes into a .pptx by `save`, as into any format."""
    for name in ("checkerboard", "one_by_one_channels", "count_include_pad"):
        animation = load_recipe(name, max_frames=4).animation()
        (path,) = save(animation, [destination(str(tmp_path / f"{name}.pptx"))])
        (slide,) = pptx_slides(path)
        assert slide.title == animation.title
        assert bool(slide.texts) == bool(animation.caption)
        assert json.dumps(slide.alt)


def test_a_beamer_file_has_a_frame_a_figure(tmp_path: Path) -> None:
    """The .tex names the PDF of each figure beside it, with an overlay for every page, and none goes back."""
    animations = [small(bounce=True), small()]
    paths = save_deck(animations, [deck_place(str(tmp_path / "my talk.tex"))])
    assert [path.name for path in paths] == ["my talk.tex", "my-talk-small.pdf", "my-talk-small-2.pdf"]
    assert sorted(os.listdir(tmp_path)) == sorted(path.name for path in paths)
    text = paths[0].read_text(encoding="utf-8")
    assert re.findall(r"\\newcommand\{\\figurefile\}\{(.*)\}", text) == ["my-talk-small.pdf", "my-talk-small-2.pdf"]
    assert text.count(r"\begin{frame}") == 2
    assert text.count("{A small figure.}") == 2
    assert re.findall(r"\\figurestep\{(\d+)\}", text) == ["1", "2", "3", "4"] * 2
    assert all(path.read_bytes().startswith(b"%PDF-") for path in paths[1:])


def test_hostile_words_are_text_in_latex(tmp_path: Path) -> None:
    """No word of a figure is a command, and what cannot be shown is told."""
    result = run("conv -i 4 -k 3", "--title", HOSTILE, "--alt", HOSTILE, "-o", str(tmp_path / "a.tex"))
    assert result.exit_code == 0, result.output
    assert "LaTeX has no 猫 😀 ש" in result.stderr
    text = (tmp_path / "a.tex").read_text(encoding="utf-8")
    assert r"\input{x}" not in text
    assert r"\textbackslash{}input\{x\}" in text
    assert text.isascii()


def test_all_files_of_a_beamer_deck_appear_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of them cannot be written the older ones stay."""
    (tmp_path / "a.tex").write_text("older", encoding="utf-8")
    (tmp_path / "a-dilation.pdf").write_text("older", encoding="utf-8")

    def broken(*arguments: object, **words: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr("convanim.publish.decks.beamer.page", broken)
    result = run("dilation", "--max-frames", "2", "-o", str(tmp_path / "a.tex"))
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Error: no room")
    assert sorted(os.listdir(tmp_path)) == ["a-dilation.pdf", "a.tex"]
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"older"}


def test_a_tex_file_is_a_deck() -> None:
    """A figure alone asked for as LaTeX is refused with the command that writes it."""
    with pytest.raises(RequestError, match=r"convanim deck FIGURE -o a\.tex"):
        destination("a.tex")


def test_a_figure_on_paper_keeps_its_size_in_beamer(tmp_path: Path) -> None:
    """It is placed unscaled beside one that is as large as there is room."""
    figures = [compose(Conv(4, 3), Options(width=width), name=name) for width, name in (("5cm", "a"), (480, "b"))]
    save_deck(figures, [deck_place(str(tmp_path / "talk.tex"))])
    text = (tmp_path / "talk.tex").read_text(encoding="utf-8")
    first, second = text.split("\\begin{document}")[1].split("talk-b.pdf")
    assert first.count("\\figurestepasitis{") == second.count("\\figurestep{") == 4
    assert "\\figurestep{" not in first
