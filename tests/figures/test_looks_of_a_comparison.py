"""What is said of a whole figure: its scale, its still, its sheet, forth and back, its words, its two themes."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import together
from helpers.pixels import decoded, gif_bytes, inks, pictures_of
from PIL import Image

from convanim import Chain, Comparison, Conv, Options, Part
from convanim.cli import main
from convanim.errors import RequestError
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.figures.subject import Subject
from convanim.scene.scene import Blocks, Cells, Lines, Texts
from convanim.style.theme import Theme, load_theme

LAYER = Conv(5, 3, 2, 1)
FIGURES: list[Subject] = [
    LAYER,
    Conv("2@5", 3, out_channels=2),
    Chain(6, ["conv 3", "relu"]),
    Comparison((Part(Conv(4, 3), Options()), Part(Conv(4, 2), Options()))),
]


def refusal(**options: object) -> RequestError:
    """The refusal that a figure of nine steps meets."""
    with pytest.raises(RequestError) as refused:
        compose(LAYER, Options(**options))  # type: ignore[arg-type]
    return refused.value


@together("view", ["iso", "flat"])
@together("figure", FIGURES)
def test_a_scaled_scene_has_every_point_further_out(figure: Subject, view: str) -> None:
    """Boxes, font sizes and the page are all three times as large; what is shown at a step is the same."""
    values = "random:1" if view == "flat" else None
    once, thrice = (
        compose(figure, Options(view=view, values=values, width=640, scale=scale)).scene for scale in (1, 3)
    )
    assert (thrice.width, thrice.height, thrice.unit) == (3 * once.width, 3 * once.height, 3 * once.unit)
    step = once.steps - 1
    for small, large in zip(once.shapes, thrice.shapes, strict=True):
        every = np.arange(len(small.at(step) if isinstance(small, Lines | Blocks) else small))
        if isinstance(small, Texts):
            assert isinstance(large, Texts)
            assert large.em == 3 * small.em
            assert np.array_equal(large.points, 3 * small.points)
        else:
            assert np.allclose(large.boxes(step, every), 3 * small.boxes(step, every))
    assert thrice.equation(step) == once.equation(step)


def test_a_scaled_picture_has_the_same_colours_in_the_middle_of_cells() -> None:
    """At twice the scale every cell's centre is as it was."""
    pictures = [
        pictures_of(compose(LAYER, Options(view="flat", width=200, scale=scale, labels=False))) for scale in (1, 2)
    ]
    scene = compose(LAYER, Options(view="flat", width=200, labels=False)).scene
    centres = [
        shape.lattice.centres(shape.cells).astype(int)
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.role in ("input", "output_pending")
    ]
    x, y = np.concatenate(centres).T
    for small, large in zip(*pictures, strict=True):
        assert np.array_equal(small[y, x], large[2 * y, 2 * x])


@pytest.mark.parametrize("frame", [0, 4, -2])
def test_a_still_shows_the_frame_that_was_asked_for(tmp_path: Path, frame: int) -> None:
    """`frame` counts from 0, or back from -1, in a PNG and in a figure that is made still as a whole."""
    pictures = pictures_of(compose(LAYER, Options(width=160)))
    animation = compose(LAYER, Options(width=160, frame=frame))
    (path,) = save(animation, [destination(str(tmp_path / "a.png"))])
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGBA")), pictures[frame])
    (still,) = pictures_of(compose(LAYER, Options(width=160, frame=frame, still=True)))
    assert np.array_equal(still, pictures[frame])


def test_frames_that_are_not_there_are_refused() -> None:
    """The refusal says how many there are."""
    assert "there are 9 frames; count from 0 to 8" in str(refusal(frame=9))
    assert refusal(frame=-10).field == "frame"
    assert "there is 1 frame" in str(refusal(frame=1, steps="0:1"))


def test_bouncing_goes_forth_and_back() -> None:
    """The turn is held; a round ends before the first frame comes again, and at it when nothing follows."""
    forth = compose(LAYER, Options(steps="0:3", bounce=True)).timing
    assert list(forth.steps) == [0, 1, 2, 1]
    assert [forth.duration(frame) for frame in range(4)] == [100, 50, 300, 50]
    assert list(compose(LAYER, Options(steps="0:3", bounce=True, loop=1)).timing.steps) == [0, 1, 2, 1, 0]
    assert list(compose(LAYER, Options(steps="4:5", bounce=True)).timing.steps) == [4]
    comparison = compose(FIGURES[-1], Options(bounce=True)).timing
    assert list(comparison.steps) == [*range(9), *range(7, 0, -1)]


def test_a_bouncing_gif_shows_what_its_frames_are() -> None:
    """Frames that come again decode as they were."""
    film = decoded(gif_bytes(compose(LAYER, Options(width=160, steps="0:4", bounce=True))))
    assert len(film.pictures) == 7
    for forth, back in ((1, 6), (2, 5)):
        assert np.array_equal(film.pictures[forth], film.pictures[back])


@pytest.mark.parametrize(("sheet", "grid", "shown"), [("2x2", (2, 2), [0, 3, 5, 8]), ("2×9", (1, 9), range(9))])
def test_a_sheet_holds_frames_from_the_first_to_the_last(sheet: str, grid: tuple[int, int], shown: list[int]) -> None:
    """Each stands at its own place, as large as ever, with its number below."""
    alone = compose(LAYER, Options(width=160))
    pictures = pictures_of(alone)
    page = compose(LAYER, Options(width=160, sheet=sheet))
    (picture,) = pictures_of(page)
    rows, columns = grid
    height = page.scene.height // rows
    assert (page.scene.width, page.scene.height) == (160 * columns, height * rows)
    numbers = [text for text, _ in inks(page.scene, 0, ("caption",)) if text != "padding of zeros"]
    for place, frame in enumerate(shown):
        top, left = (n * size for n, size in zip(divmod(place, columns), (height, 160)))
        assert numbers[place] == f"{frame + 1} / 9"
        part = picture[top : top + alone.scene.height, left : left + 160]
        off = np.abs(part.astype(int) - pictures[frame])
        assert (off.max(axis=2) > 8).mean() < 0.01  # text stands on other quarters of a pixel


def test_a_sheet_without_labels_has_no_numbers() -> None:
    """Nothing stands under the pictures then."""
    assert compose(LAYER, Options(labels=False, sheet="3x3")).scene.shapes[-1].role != "caption"


def test_what_does_not_go_together_is_refused() -> None:
    """Sheets that are none, stills that bounce, words that are empty, scales that are none."""
    assert "not rows x columns" in str(refusal(sheet="3"))
    assert refusal(sheet="1x1").field == refusal(sheet="0x4").field == refusal(sheet="11x10").field == "sheet"
    assert refusal(sheet="2x2", frame=1).field == "frame"
    assert refusal(still=True, bounce=True).field == "bounce"
    assert refusal(scale=0).field == refusal(scale=9).field == refusal(scale=True).field == "scale"
    assert "try 4, or a smaller width" in str(refusal(width=2000, scale=8))
    assert "makes a page of" in str(refusal(width=2000, sheet="3x3", scale=4))
    with pytest.raises(RequestError, match="width 8192: makes a picture of 8,192x"):
        compose(Conv("64x1", 1), Options(view="flat", width=8192, max_frames=2, labels=False))
    assert refusal(title=" ").field == "title"
    assert refusal(alt="").field == "alt"


def test_a_figure_has_words_of_its_own_or_those_given() -> None:
    """The layer in words; the recipe's; those of the options before all."""
    own = compose(LAYER, Options())
    assert own.title == "Convolution, kernel 3×3, stride 2, padding 1"
    assert "3×3 window moves over the 5×5 input with padding around it" in own.alt
    given = compose(LAYER, Options(), title="T", alt="A")
    assert (given.title, given.alt) == ("T", "A")
    asked = compose(LAYER, Options(title="T2", alt="A2"), title="T", alt="A")
    assert (asked.title, asked.alt) == ("T2", "A2")
    assert len({own.digest, given.digest, asked.digest}) == 3


def test_files_carry_the_words(tmp_path: Path) -> None:
    """The alternative text is in a GIF's comment however long, title and text are in a PNG's chunks, as UTF-8."""
    animation = compose(LAYER, Options(width=64, labels=False, title="<猫> & \\input", alt="é" * 400))
    gif, png = save(animation, [destination(str(tmp_path / name)) for name in ("a.gif", "a.png")])
    with Image.open(gif) as picture:
        said = b""
        for _ in range(2):
            said += picture.info.get("comment", b"")
            picture.seek(1)
    assert "é" * 100 in (said.decode(errors="ignore") + gif.read_bytes().decode(errors="ignore"))
    with Image.open(png) as picture:
        assert picture.info["Title"] == "<猫> & \\input"
        assert picture.info["Description"] == "é" * 400


def test_two_themes_where_none_was_chosen() -> None:
    """Left out, the dark one stands by; auto asks for both; a name is a choice."""
    free, auto, chosen = (compose(LAYER, Options(theme=name)) for name in (None, "auto", "classic"))
    assert [(made.theme.name, made.dark and made.dark.name, made.is_auto) for made in (free, auto, chosen)] == [
        ("classic", "dark", False),
        ("classic", "dark", True),
        ("classic", None, False),
    ]


def test_no_theme_is_made_that_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dark one stands by, and is read for formats that have a use for it alone; figures are told apart by it."""
    made: list[str] = []

    def load(name: str, **given: Any) -> Theme:
        made.append(name)
        return load_theme(name, **given)

    monkeypatch.setattr("convanim.figures.animation.load_theme", load)
    free, chosen = compose(LAYER, Options()), compose(LAYER, Options(theme="classic"))
    assert made == ["classic", "classic"]
    assert free.dark == load_theme("dark")
    assert compose(LAYER, Options(transparent=True)).dark == load_theme("dark", transparent=True)
    assert free.digest != chosen.digest


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a/"])
def test_pictures_of_pixels_have_one_theme(tmp_path: Path, name: str) -> None:
    """`auto` is refused for them, and nothing is written."""
    animation: Animation = compose(LAYER, Options(theme="auto"))
    with pytest.raises(RequestError) as refused:
        save(animation, [destination(f"{tmp_path}/{name}")])
    assert refused.value.field == "theme"
    assert not list(tmp_path.iterdir())
    result = CliRunner().invoke(main, ["conv", "-i", "5", "-k", "3", "--theme", "auto", "-o", "-", "--format", "gif"])
    assert (result.exit_code, result.stdout_bytes) == (2, b"")


def test_a_frame_that_nothing_shows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--frame` alone means nothing for a GIF; beside a PNG, or with `--still`, it does."""
    monkeypatch.chdir(tmp_path)
    run = ["conv", "-i", "5", "-k", "3", "--frame", "2"]
    result = CliRunner().invoke(main, [*run, "-o", "a.gif"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --frame 2: nothing that is written is a still; add --still")
    assert CliRunner().invoke(main, [*run, "-o", "a.gif", "-o", "a.png"]).exit_code == 0
    assert CliRunner().invoke(main, [*run, "--still", "-o", "b.gif"]).exit_code == 0
    with Image.open(io.BytesIO(Path("b.gif").read_bytes())) as picture:
        assert getattr(picture, "n_frames", 1) == 1
