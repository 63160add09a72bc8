"""Text is measured in the font's own file, as it is then drawn; what the font lacks stays legible."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path as FilePath

import matplotlib
import numpy as np
import pytest
from helpers.campaigns import together
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from convanim.render.glyphs import outline
from convanim.scene.font import BUNDLED, Metrics, _load, load_font

FILES = FilePath(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = {name: load_font(str(FILES / f"{name}.ttf")) for name in ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono")}
WORDS = ["input 5×5", "To AV, 1.7", "max(0, 1) ≈ −0.5", "⌊(5 + 2)/2⌋ = 3", "éßøÅñ ω₀²"]


@together("name", FONTS)
@together("text", WORDS)
def test_text_is_laid_out_as_matplotlib_does(name: str, text: str) -> None:
    """Letters stand where matplotlib puts them, kerning and all, within a two-hundredth of an em."""
    plain = TextPath((0, 0), text, size=1, prop=FontProperties(fname=FILES / f"{name}.ttf"))
    points, codes = outline(text, FONTS[name])
    assert plain.codes is not None
    assert np.array_equal(codes, plain.codes)
    drawn = codes != Path.CLOSEPOLY
    assert np.abs(np.asarray(plain.vertices) - points * (1, -1))[drawn].max() <= 0.005


@pytest.mark.parametrize("font", FONTS.values(), ids=FONTS)
def test_heights_are_the_fonts_own(font: Metrics) -> None:
    """Capitals are as high as is said, and letters stay between ascent and descent."""
    assert -outline("H", font)[0][:, 1].min() == pytest.approx(font.cap_height)
    face = FT2Font(font.faces[0].file)
    assert font.ascent == face.ascender / face.units_per_EM
    heights = outline("Hdpqgj|0", font)[0][:, 1]
    assert -font.ascent <= heights.min() < heights.max() <= font.descent


def test_without_a_file_it_is_the_font_that_comes_along() -> None:
    """The bundled font is DejaVu Sans."""
    assert BUNDLED.face.family_name == "DejaVu Sans"
    assert BUNDLED.width("input", 20) == FONTS["DejaVuSans"].width("input", 20)


@given(st.text("aAVTo.,0123456789×− ", max_size=12), st.floats(1, 100))
def test_widths_grow_with_the_size_and_the_text(text: str, em: float) -> None:
    """A line is as many times as wide as its font is large, and kerning moves letters by less than a fifth of that."""
    assert BUNDLED.width(text, em) == pytest.approx(em * BUNDLED.width(text, 1))
    alone = sum(BUNDLED.width(character, 1) for character in text)
    assert alone - 0.2 * len(text) <= BUNDLED.width(text, 1) <= alone + 0.2 * len(text)


def test_kerning_brings_letters_together() -> None:
    """`To` is narrower than its letters; figures are never kerned, so that numbers stand under each other."""
    assert BUNDLED.width("To", 1) < BUNDLED.width("T", 1) + BUNDLED.width("o", 1)
    assert BUNDLED.width("1234567890", 1) == pytest.approx(10 * BUNDLED.width("0", 1))


@given(st.text(max_size=12))
def test_any_text_can_be_measured_and_drawn(text: str) -> None:
    """No character raises anything: what is drawn reaches no further than its width."""
    drawn, missing = BUNDLED.legible(text)
    assert BUNDLED.legible(drawn) == (drawn, ())
    assert set(missing) <= set(text)
    vertices, codes = outline(text, BUNDLED)
    assert len(vertices) == len(codes)
    if len(vertices):
        assert np.isfinite(vertices).all()
        assert vertices[:, 0].max() <= BUNDLED.width(text, 1) + 1.5  # marks and wide signs may stand out


@together(
    "text, drawn, missing",
    [
        ("input", "input", ()),
        ("猫", "[U+732B]", ("猫",)),
        ("a 🐈 b", "a [U+1F408] b", ("🐈",)),
        ("猫猫", "[U+732B][U+732B]", ("猫",)),
        ("a\tb\nc", "a b c", ()),
        ("", "", ()),
    ],
)
def test_what_the_font_lacks_is_spelled_out_and_told(text: str, drawn: str, missing: tuple[str, ...]) -> None:
    """Emoji and CJK become their code points, each told once; white space is a space."""
    assert BUNDLED.legible(text) == (drawn, missing)


def test_what_measures_nothing_does_not_import_matplotlib() -> None:
    """Geometry and options are there without it: its import would take longer than all else."""
    code = (
        "import sys, convanim, convanim.scene.font\n"
        "convanim.Conv(4, 3), convanim.Options(), convanim.scene.font.BUNDLED\n"
        "print([name for name in sys.modules if name.startswith('matplotlib')])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def advances(_: int) -> list[float]:
    """Those of many letters, read from the font that the process has open, and none of them remembered."""
    return [_load(BUNDLED.face, chr(code)) for code in (*range(0x21, 0x7F), *range(0xC0, 0x180))]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing is forked here")
def test_forked_processes_read_letters_for_themselves() -> None:
    """Processes that were forked with a font open read it at the same time, and all read the same."""
    wanted = advances(0)
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        assert all(found == wanted for found in pool.map(advances, range(24)))
