"""PDF: pages, sizes, what each page fills, fonts, words, and bytes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.pdfs import Pdf, opened
from helpers.pixels import Picture, composed, pictures_of
from helpers.probes import probes, unlike
from helpers.strategies import layers
from helpers.streams import Pipe
from hypothesis import given
from hypothesis import strategies as st

from convanim import Conv, ConvTranspose, Options
from convanim.export.documents.pdf import write_pdf
from convanim.export.save import destination, save
from convanim.export.up_to_date import is_up_to_date
from convanim.figures.animation import Animation, compose
from convanim.layers.operations import OPERATIONS

WORDS = r'<script> & "quotes" \input % 猫 🙂 שלום (\)'


def written(animation: Animation) -> bytes:
    """An animation as a PDF, through a stream that cannot go back."""
    stream = Pipe()
    write_pdf(animation, stream, lambda: None)
    return stream.getvalue()


def assert_fills(pdf: Pdf, page: int, animation: Animation, picture: Picture, step: int) -> None:
    """In every cell a page fills some points with the picture's colour; on others a line may run."""
    at = probes(animation, step)
    x, y = at.reshape(-1, 2).T
    points = 0.75 * np.stack([x + 0.5, animation.scene.height - y - 0.5], axis=1)
    off = np.abs(255 * pdf.fills(page, points) - picture[y, x, :3]).max(axis=1)
    assert unlike(np.where(picture[y, x, 3] == 0, 0, off).reshape(at.shape[:2]), 1.5) == 0


@listed("op", OPERATIONS)
@campaign(8)
@given(data=st.data())
def test_every_page_fills_what_its_step_shows(op: str, data: st.DataObject) -> None:
    """Pages are the steps in order, and cells have the renderer's colours in them."""
    animation = composed(
        data.draw(layers(op)), Options(width=240, max_frames=6, view=data.draw(st.sampled_from(["iso", "flat"])))
    )
    pdf = opened(written(animation))
    assert len(pdf.pages) == len(animation.timing.steps)
    for page, picture in enumerate(pictures_of(animation)):
        assert_fills(pdf, page, animation, picture, animation.timing.steps[page])


@pytest.mark.parametrize("scale", [1, 2])
def test_a_page_is_as_large_as_the_picture_at_96_pixels_an_inch(scale: int) -> None:
    """A pixel is three quarters of a point, also of a scaled picture."""
    animation = compose(Conv(4, 3), Options(width=150, scale=scale))
    pdf = opened(written(animation))
    assert pdf.box(0) == [0, 0, 0.75 * animation.scene.width, 0.75 * animation.scene.height]


def test_text_is_text_in_an_embedded_font() -> None:
    """The only font is a TrueType font inside of the file, with a table that says which characters its glyphs are."""
    objects = opened(written(compose(Conv(4, 3), Options(values="random:7", width=300)))).objects
    assert any(b"/FontFile2" in body for body in objects.values())
    fonts = [body for body in objects.values() if b"/Type /Font\n" in body or b"/Type /Font " in body]
    assert fonts
    assert all(b"/Type3" not in body for body in fonts)
    assert any(b"/ToUnicode" in body for body in fonts)


def test_a_transparent_theme_has_no_ground() -> None:
    """Nothing is filled outside of the cells where the background is transparent, else the theme's background."""
    corner = np.array([[1.0, 1.0]])
    for transparent in (True, False):
        animation = compose(Conv(4, 3), Options(theme="dark", transparent=transparent, width=150))
        ground = np.array(animation.theme.background) / 255
        expected = np.ones(3) if transparent else ground
        assert np.allclose(opened(written(animation)).fills(0, corner), expected, atol=0.01)


def test_a_bouncing_animation_has_the_pages_that_go_forward() -> None:
    """Readers turn pages back themselves."""
    there = compose(Conv(4, 3), Options(width=150))
    back = compose(Conv(4, 3), Options(width=150, bounce=True))
    assert len(back.timing.steps) > len(there.timing.steps)
    assert written(replace(back, digest=there.digest)) == written(there)


@pytest.mark.parametrize("options", [Options(still=True, frame=1), Options(sheet="2x2")], ids=["still", "sheet"])
def test_a_still_and_a_sheet_are_one_page(options: Options) -> None:
    """One page, with what the picture shows."""
    animation = compose(Conv(4, 3), replace(options, width=150))
    pdf = opened(written(animation))
    assert len(pdf.pages) == 1
    assert_fills(pdf, 0, animation, pictures_of(animation)[0], animation.timing.steps[0])


def test_words_come_through() -> None:
    """Title and alternative text are the document's, whatever they hold; labels never end the text that they are in."""
    options = Options(title=WORDS, alt=WORDS + "\ud800", input_label=WORDS, width=900, still=True)
    pdf = opened(written(compose(Conv(4, 3), options)))
    (info,) = [body for body in pdf.objects.values() if b"/Creator" in body]
    assert b"(convanim)" in info
    assert WORDS.encode("utf-16-be")[:20] in info
    assert b"Date" not in info


def test_the_users_settings_change_nothing() -> None:
    """The same figure is the same bytes whatever matplotlib's settings are, and they are left as they were."""
    animation = compose(Conv(4, 3), Options(values="arange", width=300))
    plain = written(animation)
    other: Any = {"pdf.fonttype": 3, "pdf.use14corefonts": True, "pdf.compression": 0, "font.family": ["serif"]}
    other |= {"pdf.inheritcolor": True, "ps.fonttype": 3, "path.sketch": (3, 10, 2)}
    with matplotlib.rc_context(other):
        assert written(animation) == plain
        assert matplotlib.rcParams["pdf.fonttype"] == 3


def test_what_stays_is_in_the_file_once() -> None:
    """25 steps of a 5x5 figure take few bytes, and each further page of a large one takes few as well."""
    assert len(written(compose(Conv(5, 3, padding=1), Options()))) < 60_000
    sizes = [len(written(compose(Conv(64, 3), Options(max_frames=count, width=800)))) for count in (2, 42)]
    assert (sizes[1] - sizes[0]) / 40 < 10_000


def test_a_current_file_is_known(tmp_path: Path) -> None:
    """The file carries the animation's mark, and not that of another."""
    one, other = (compose(ConvTranspose(2, size), Options(width=150)) for size in (2, 3))
    to = destination(str(tmp_path / "figure.pdf"))
    save(one, [to])
    assert is_up_to_date(one, to)
    assert not is_up_to_date(other, to)
