"""The table of advance widths agrees with the font that is drawn, and what the font lacks stays legible."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font, LoadFlags

from convanim.font import ADVANCES, CAP_HEIGHT, DESCENT, UNITS_PER_EM, legible, text_width
from convanim.render import glyphs
from convanim.render.glyphs import outline
from convanim.render.truetype import CLOSE

# Before 3.11 matplotlib narrows outlines for its hinting, unless it is asked not to.
AS_IT_IS: dict[str, Any] = {"hinting_factor": 1} if matplotlib.__version_info__ < (3, 11) else {}
FONT = FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"), **AS_IT_IS)


def test_every_advance_is_the_fonts_own() -> None:
    """Each character of the table is in the font, as wide as the table says."""
    assert FONT.units_per_EM == UNITS_PER_EM
    for character, advance in ADVANCES.items():
        assert FONT.get_char_index(ord(character)) != 0, character
        glyph = FONT.load_char(ord(character), flags=LoadFlags.NO_SCALE | LoadFlags.NO_HINTING)
        assert round(glyph.linearHoriAdvance) == advance or glyph.horiAdvance == advance, character


def test_the_table_holds_what_figures_say() -> None:
    """Letters, digits, the signs of formulas, Greek and accents."""
    for character in "azAZ09 ×−·⌊⌋⌈⌉≈∞→↓…–“”αωΣéßøÅñ₀²":
        assert character in ADVANCES, character


def test_capitals_and_digits_are_as_high_as_is_said() -> None:
    """CAP_HEIGHT is the height of H and 0 within a hundredth, DESCENT the depth below the base line."""
    for character in "H0":
        points, _ = outline(character)
        assert -points[:, 1].min() == pytest.approx(CAP_HEIGHT, abs=0.02)
    assert outline("p")[0][:, 1].max() <= DESCENT + 1e-9


@given(st.text(st.sampled_from(sorted(ADVANCES)), max_size=12), st.floats(1, 100))
def test_text_is_as_wide_as_its_characters(text: str, em: float) -> None:
    """A line's width is the sum of its advances, whatever the font size."""
    assert text_width(text, em) == pytest.approx(sum(ADVANCES[c] for c in text) * em / UNITS_PER_EM)


@given(st.text(max_size=12))
def test_any_text_can_be_measured_and_drawn(text: str) -> None:
    """No character raises anything: what is drawn is in the table, and reaches no further than its width."""
    drawn, missing = legible(text)
    assert set(drawn) <= set(ADVANCES)
    assert set(missing) <= set(text)
    vertices, codes = outline(text)
    assert len(vertices) == len(codes)
    if len(vertices):
        assert np.isfinite(vertices).all()
        assert vertices[:, 0].max() <= text_width(text, 1) + 0.5


@pytest.mark.parametrize(
    ("text", "drawn", "missing"),
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
    assert legible(text) == (drawn, missing)


@pytest.mark.parametrize("first", range(0, len(ADVANCES), 100))
def test_outlines_are_the_fonts_own(first: int) -> None:
    """Every character's points and the way from each to the next are those that FreeType reads."""
    for character in sorted(ADVANCES)[first : first + 100]:
        FONT.load_char(ord(character), flags=LoadFlags.NO_SCALE | LoadFlags.NO_HINTING)
        points, codes = FONT.get_path()
        wanted = np.asarray(points).reshape(-1, 2) * 64 / (UNITS_PER_EM, -UNITS_PER_EM)
        vertices, kinds = outline(character)
        assert kinds.tolist() == np.asarray(codes).tolist(), character
        # FreeType rounds the middle between two points to a whole unit.
        kept = kinds != CLOSE
        assert np.abs(vertices[kept] - wanted[kept]).max(initial=0) <= 1 / UNITS_PER_EM, character


def test_the_font_is_found_where_matplotlib_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the font does not lie beside matplotlib, as some systems have it, matplotlib itself is asked."""
    beside = glyphs.font_file()
    monkeypatch.setattr(glyphs, "_folder", lambda: None)
    assert glyphs.font_file() == Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    assert glyphs.font_file().read_bytes() == beside.read_bytes()
    assert glyphs.font_version() == matplotlib.__version__


def test_drawing_does_not_import_matplotlib(tmp_path: Path) -> None:
    """A GIF and PNG frames with text in them are made without it: its import would take longer than all else."""
    code = (
        "import sys, convanim\n"
        "figure = convanim.animate(convanim.Conv(4, 3), values='arange').save(*sys.argv[1:])\n"
        "print([name for name in sys.modules if name.startswith('matplotlib')])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.gif"), f"{tmp_path}/"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[]\n"
