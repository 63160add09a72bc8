"""Fonts of a list are found and looked over; what text cannot be drawn with is refused in one line."""

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._f_v_a_r import Axis
from fontTools.ttLib.ttCollection import TTCollection
from helpers.campaigns import listed, together

from convanim.errors import RequestError
from convanim.files.font_families import bundled_file
from convanim.files.font_files import font_faces, font_names, fonts_beside
from convanim.scene.font import load_font

SERIF = bundled_file("DejaVuSerif.ttf")


def changed(change: Callable[[TTFont], None]) -> bytes:
    """A font of matplotlib's, changed."""
    made = BytesIO()
    with TTFont(SERIF, recalcBBoxes=False) as font:
        change(font)
        font.save(made)
    return made.getvalue()


def variable(weight: float) -> bytes:
    """One with an axis of weights."""

    def change(font: TTFont) -> None:
        axis = Axis()
        axis.axisTag, axis.axisNameID = "wght", 1
        axis.minValue, axis.defaultValue, axis.maxValue = 100, weight, 900
        font["fvar"] = newTable("fvar")
        font["fvar"].axes.append(axis)

    return changed(change)


def without_outlines(font: TTFont) -> None:
    """Take all points of all glyphs but the first, as fonts of coloured layers or bitmaps have it."""
    for name in font.getGlyphOrder()[1:]:
        font["glyf"][name] = type(font["glyf"][name])()


def without_tables(*tables: str) -> bytes:
    """One that lacks tables."""

    def change(font: TTFont) -> None:
        for table in tables:
            del font[table]

    return changed(change)


def plain() -> bytes:
    """A good one."""
    return Path(SERIF).read_bytes()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (lambda: b"", "it is no TrueType or OpenType font"),
        (lambda: b"PNG" * 100, "it is no TrueType or OpenType font"),
        (lambda: b"wOF2" + bytes(100), "it is a font for web pages"),
        (lambda: plain()[:4], "the font is damaged"),
        (lambda: plain()[:8000], "the file is cut short"),
        (lambda: plain()[:-9], "the file is cut short"),
        (lambda: variable(100), "a variable font, drawn as it is made, with wght 100"),
        (lambda: without_tables("glyf", "loca"), "it has pictures of letters and no outlines"),
        (lambda: without_tables("cmap", "post"), "its characters have no outlines"),
        (lambda: changed(without_outlines), "its characters have no outlines"),
        (lambda: b"ttcf" + bytes(100), "the font is damaged"),
    ],
)
def test_what_cannot_be_drawn_is_refused(content: Callable[[], bytes], rule: str, tmp_path: Path) -> None:
    """The line names the file, what is wrong, and a way out."""
    path = tmp_path / "own.ttf"
    path.write_bytes(content())
    with pytest.raises(RequestError) as caught:
        font_faces(str(path))
    assert caught.value.field == "font"
    assert rule in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.fix


def test_files_that_are_not_there_or_are_none_are_refused(tmp_path: Path) -> None:
    """There is no such file; a folder is none."""
    (tmp_path / "folder.ttf").mkdir()
    for name, rule in (("none.ttf", "there is no such file"), ("folder.ttf", "it is a folder")):
        with pytest.raises(RequestError, match=rule):
            font_faces(str(tmp_path / name))


def test_a_variable_font_whose_own_shape_is_plain_is_drawn(tmp_path: Path) -> None:
    """Its default instance is what is drawn."""
    path = tmp_path / "own.ttf"
    path.write_bytes(variable(400))
    assert load_font(str(path)).width("input", 1) == load_font(SERIF).width("input", 1)


def test_a_collections_first_font_is_its_files(tmp_path: Path) -> None:
    """A file of several is read, and its face measured as it is alone."""
    collection = TTCollection()
    collection.fonts = [TTFont(SERIF), TTFont(bundled_file("DejaVuSansMono.ttf"))]
    path = tmp_path / "both.ttc"
    collection.save(str(path))
    assert load_font(str(path)).width("input", 1) == load_font(SERIF).width("input", 1)


@listed("seed", range(60))
def test_damaged_fonts_raise_nothing_else(seed: int, tmp_path: Path) -> None:
    """Whatever bytes are changed, a font is refused, or every text can still be measured."""
    chance = random.Random(seed)
    content = bytearray(plain())
    ends = chance.choice([400, 4000, len(content)])
    for _ in range(chance.choice([1, 20, 400])):
        content[chance.randrange(4, ends)] = chance.randrange(256)
    path = tmp_path / "own.ttf"
    path.write_bytes(content)
    try:
        font = load_font(str(path))
    except RequestError:
        return
    assert 0 <= font.width("input 5×5 = ⌊0.5⌋", 1) < 100
    assert all(abs(side) < 100 for side in font.ink("input 5×5"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lato", ["Lato"]),
        (" Fira  Sans,Noto Sans CJK JP ", ["Fira Sans", "Noto Sans CJK JP"]),
        ('"a, b", \'c"d\'', ["a, b", 'c"d']),
        ("</style>", ["</style>"]),
    ],
)
def test_lists_are_written_as_in_css(text: str, names: list[str]) -> None:
    """Commas stand between names, and quotes around those that have some; a list beside a folder is the same list."""
    assert font_names(text) == names
    assert font_names(fonts_beside(Path("folder"), text)) == names


def test_files_of_a_list_are_beside_its_file() -> None:
    """Families are not."""
    assert font_names(fonts_beside(Path("my, fonts"), "Lato, own.TTF")) == ["Lato", "my, fonts/own.TTF"]


@together("text", ["", " ", "a,,b", "a,", ",a", ",".join("a" * 17)])
def test_lists_that_lack_a_name_are_refused(text: str) -> None:
    """So are those of very many."""
    with pytest.raises(RequestError):
        font_names(text)


def test_a_family_that_is_not_installed_is_refused_with_near_names() -> None:
    """A slip of a family that is there is found."""
    with pytest.raises(RequestError, match="no such font is installed; try DejaVu Serif"):
        font_faces("DejaVu Serrif")
    with pytest.raises(RequestError, match="no such font is installed; give one that is installed"):
        font_faces("Qqqqzzzz")


@pytest.mark.parametrize(("name", "family"), [("dejavu serif", "DejaVu Serif"), ("monospace", "DejaVu Sans Mono")])
def test_families_are_found_whatever_their_case(name: str, family: str) -> None:
    """CSS's own words are those that come with matplotlib; of a family the regular style is taken."""
    (face,) = font_faces(name)
    assert (face.family, face.weight, face.is_italic) == (family, 400, False)
