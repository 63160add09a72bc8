"""A figure's font is its option's, its recipe's or its theme's, and is seen in every format."""

import io
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from helpers.campaigns import listed
from helpers.command_lines import run
from PIL import Image

from convanim import Conv, Options
from convanim.errors import RequestError
from convanim.export.font_names import css_fonts
from convanim.export.formats import FORMATS
from convanim.export.stamp import stamp
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.font_families import bundled_file
from convanim.scene.font import BUNDLED, load_font
from convanim.scene.scene import Texts

SERIF, MONO = bundled_file("DejaVuSerif.ttf"), bundled_file("DejaVuSansMono.ttf")
HOSTILE = """a"b'c</style><b>&\\"""


def figure(**options: object) -> Animation:
    """A small figure with numbers and a caption."""
    asked: dict[str, object] = {"values": "random:1", "caption": True, **options}
    return compose(Conv(4, 3), Options(**asked))  # type: ignore[arg-type]


def written(animation: Animation, suffix: str) -> bytes:
    """A file's bytes."""
    stream = io.BytesIO()
    FORMATS[suffix].write(animation, stream, lambda: None, None)
    return stream.getvalue()


def named(path: Path, family: str) -> Path:
    """A font of that family, which no one has installed."""
    with TTFont(SERIF) as font:
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = family
        font.save(path)
    return path


@pytest.mark.parametrize("options", [{}, {"values": None}, {"sheet": "1x2"}, {"view": "iso", "values": None}])
def test_all_text_of_a_figure_is_measured_in_its_font(options: dict[str, object]) -> None:
    """No text of a scene is left in another."""
    animation = figure(font=SERIF, **options)
    texts = [shape for shape in animation.scene.shapes if isinstance(shape, Texts)]
    assert texts
    assert {shape.font for shape in texts} == {animation.font} == {load_font(SERIF)}


def test_the_parts_of_a_comparison_share_it() -> None:
    """Their maps, titles and captions."""
    scene = load_recipe("ceil_mode", font=SERIF).animation().scene
    assert {shape.font for shape in scene.shapes if isinstance(shape, Texts)} == {load_font(SERIF)}


def test_what_the_first_font_lacks_the_next_one_draws() -> None:
    """Glyph by glyph, and at last DejaVu Sans; what none has is noted once."""
    font = load_font(f"{bundled_file('cmr10.ttf')}, {MONO}")
    assert [font.face_of(c).family for c in "a≈"] == ["cmr10", "DejaVu Sans Mono"]
    assert font.families == ("cmr10", "DejaVu Sans Mono", "DejaVu Sans")
    assert font.width("a", 1) != load_font(MONO).width("a", 1)
    assert font.width("≈", 1) == load_font(MONO).width("≈", 1)
    assert font.legible("猫")[0] == "[U+732B]"
    notes = figure(font=SERIF, input_label="猫", output_label="猫").notes
    assert sum("猫" in note for note in notes) == 1


def test_ink_stays_in_its_boxes() -> None:
    """What is drawn of a text lies within its box, in a font of wide curves, too."""
    scene = figure(font=bundled_file("STIXGeneralItalic.ttf"), still=True).scene
    for shape in scene.shapes:
        if isinstance(shape, Texts):
            for element in range(len(shape)):
                left, top, right, bottom = shape.boxes(0, np.array([element]))[0]
                x, y = shape.start(0, element)
                ink = [side * shape.em for side in shape.font.ink(shape.string(0, element))]
                assert left <= x + ink[0]
                assert top <= y + ink[1]
                assert x + ink[2] <= right
                assert y + ink[3] <= bottom


@listed("suffix", [".gif", ".png", ".svg", ".html", ".pdf", ".pptx", ".webp"])
def test_every_format_shows_it(suffix: str) -> None:
    """A file in another font is another file, and stays the same where nothing changes."""
    if suffix == ".pptx":
        pytest.importorskip("pptx")
    animation = figure(font=SERIF, still=True)
    assert written(animation, suffix) == written(animation, suffix) != written(figure(still=True), suffix)


def test_pixels_are_the_fonts_own() -> None:
    """A still in one font differs from that in another where its words stand, and keeps its width."""
    pictures = [
        np.asarray(Image.open(io.BytesIO(written(figure(font=font, still=True), ".png")))) for font in (SERIF, MONO)
    ]
    assert pictures[0].shape[1] == pictures[1].shape[1] == 480
    assert pictures[0].shape != pictures[1].shape or (pictures[0] != pictures[1]).any()


def test_svg_names_it_and_keeps_widths() -> None:
    """`font-family` begins with it; each line says how wide it is, so that another font takes no more room."""
    animation = figure(font=SERIF, still=True)
    root = ElementTree.fromstring(written(animation, ".svg"))
    assert root.get("font-family") == "DejaVu Serif,DejaVu Sans,Verdana,sans-serif"
    lines = [element for element in root.iter() if element.tag.endswith("}text")]
    widest = max(animation.font.width(line.text or "", 1) / float(line.get("textLength", "nan")) for line in lines)
    assert lines
    assert np.isfinite(widest)
    assert b"textLength" not in written(figure(still=True), ".svg")


def test_pdf_embeds_it_under_its_name() -> None:
    """The file has a font of that name, with the map that makes text of it."""
    content = written(figure(font=SERIF, still=True), ".pdf")
    assert re.search(rb"/BaseFont /[A-Z]{6}\+DejaVuSerif\b", content)
    assert b"/ToUnicode" in content
    assert b"/FontFile2" in content


@pytest.mark.parametrize("family", [HOSTILE, "x\x00\x1by", "9 lives", "Ünï"])
def test_names_of_families_close_nothing(family: str, tmp_path: Path) -> None:
    """Quotes and tags in a font's name are escaped in SVG and HTML, and the SVG is still XML."""
    animation = figure(font=str(named(tmp_path / "own.ttf", family)), still=True)
    css = css_fonts(animation.font)
    assert not set(css) & set('"<>&;{}\x00\x1b')
    ElementTree.fromstring(written(animation, ".svg"))
    assert written(animation, ".html").count(b"</style>") == written(figure(still=True), ".html").count(b"</style>")


def test_slides_name_it(tmp_path: Path) -> None:
    """Titles and captions of PPTX have the typeface, and that of other scripts where they stand."""
    pptx = pytest.importorskip("pptx")
    name = 'A & "B"'
    path = named(tmp_path / "own.ttf", name)
    deck = pptx.Presentation(
        io.BytesIO(written(figure(font=str(path), still=True, title="Titel 猫", caption=None), ".pptx"))
    )
    runs = [
        run
        for shape in deck.slides[0].shapes
        if shape.has_text_frame
        for p in shape.text_frame.paragraphs
        for run in p.runs
    ]
    assert len(runs) > 1
    assert {run.font.name for run in runs} == {name}
    assert 'a:ea typeface="DejaVu Sans"' in deck.slides[0].shapes.title._element.xml


def test_recipes_and_themes_find_files_beside_them(tmp_path: Path) -> None:
    """A recipe's `[view] font` and a theme's `font`; the recipe's comes first, and an option before both."""
    folder = tmp_path / "a, b"
    folder.mkdir()
    shutil.copy(SERIF, folder / "own.ttf")
    shutil.copy(MONO, folder / "other.ttf")
    layer = '[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n[view]\n'
    (folder / "mine.toml").write_text('base = "classic"\nfont = "own.ttf"\n', encoding="utf-8")
    (folder / "a.toml").write_text(f'{layer}theme = "mine.toml"\n', encoding="utf-8")
    (folder / "b.toml").write_text(f'{layer}theme = "mine.toml"\nfont = "other.ttf, sans-serif"\n', encoding="utf-8")
    recipes = [load_recipe(str(folder / "a.toml")), load_recipe(str(folder / "b.toml"))]
    assert [recipe.animation().font.faces[0].family for recipe in recipes] == ["DejaVu Serif", "DejaVu Sans Mono"]
    own = load_recipe(str(folder / "b.toml"), font="sans-serif")
    assert own.animation().font.faces[0].family == "DejaVu Sans"


def test_a_font_file_that_changed_is_noticed(tmp_path: Path) -> None:
    """The stamp of a figure is of what is in the file, wherever it is; text is measured anew."""
    path = tmp_path / "own.ttf"
    shutil.copy(SERIF, path)
    before = figure(font=str(path))
    assert stamp(figure(font=str(path))) == stamp(before) != stamp(figure())
    shutil.copy(MONO, path)
    after = figure(font=str(path))
    assert stamp(after) != stamp(before)
    assert after.font.width("input", 1) == load_font(MONO).width("input", 1)


def test_the_command_line_takes_it_and_refuses_in_one_line(tmp_path: Path) -> None:
    """What is no font ends with 2, one line and no file; where a theme asks for it, the theme is named."""
    out = str(tmp_path / "a.gif")
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(Path(SERIF).read_bytes()[:9000])
    theme = tmp_path / "mine.toml"
    theme.write_text('base = "classic"\nfont = "none.ttf"\n', encoding="utf-8")
    for words, said in (
        (("--font", str(broken)), "--font"),
        (("--font", HOSTILE), "no such font is installed"),
        (("--font", "DejaVu Serrif"), "try DejaVu Serif"),
        (("--theme", str(theme)), "font: "),
    ):
        result = run("conv", "-i", "4", "-k", "3", *words, "-o", out)
        assert result.exit_code == 2, words
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not Path(out).exists()
    assert run("conv", "-i", "4", "-k", "3", "--font", f"{MONO}, DejaVu Serif", "-o", out).exit_code == 0
    assert Path(out).exists()


def test_an_option_of_another_kind_is_refused() -> None:
    """A list of names is text."""
    with pytest.raises(RequestError, match="not text"):
        Options(font=["a"])  # type: ignore[arg-type]
    assert figure().font == BUNDLED
