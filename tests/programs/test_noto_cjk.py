"""Chinese, Japanese and Korean in Noto's fonts, where they are installed, in pages that poppler reads."""

from pathlib import Path

import pytest
from outside import needs, run

from convanim import Conv, Options
from convanim.export.save import destination, save
from convanim.figures.animation import compose
from convanim.files.font_families import family_place
from convanim.scene.font import load_font


@pytest.mark.parametrize(
    ("family", "label"), [("Noto Sans CJK JP", "入力"), ("Noto Sans CJK SC", "输入"), ("Noto Sans CJK KR", "입력")]
)
def test_words_of_east_asia_are_drawn_in_the_face_that_is_named(family: str, label: str, tmp_path: Path) -> None:
    """The face of a collection is that of the family; its signs are an em wide, embedded, and text that is found."""
    if family_place(family) is None:
        pytest.skip("needs fonts-noto-cjk")
    font = load_font(f"DejaVu Sans, {family}")
    assert font.face_of(label[0]).family == family
    assert font.width(label[0], 1) == pytest.approx(1, abs=0.1)
    animation = compose(Conv(4, 3), Options(input_label=label, font=f"DejaVu Sans, {family}", still=True))
    assert not any("lacks" in note for note in animation.notes)
    (pdf,) = save(animation, [destination(str(tmp_path / "figure.pdf"))])
    fonts = run(needs("pdffonts", "poppler-utils"), pdf).splitlines()[2:]
    assert any(family.replace(" ", "") in line and " yes yes yes " in line for line in fonts)
    assert f"{label} 4×4" in run(needs("pdftotext", "poppler-utils"), pdf, "-")


def test_faces_of_a_collection_differ_where_scripts_do() -> None:
    """The same sign is drawn otherwise in Japanese and in Chinese."""
    from convanim.render.glyphs import outline

    fonts = [f"Noto Sans CJK {region}" for region in ("JP", "SC")]
    if any(family_place(family) is None for family in fonts):
        pytest.skip("needs fonts-noto-cjk")
    japanese, chinese = (outline("直", load_font(family))[0] for family in fonts)
    assert japanese.shape != chinese.shape or (japanese != chinese).any()
