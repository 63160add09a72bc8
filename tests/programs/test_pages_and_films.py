"""PDF pages and films in the programs that people open them with."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.pixels import Picture
from helpers.probes import probes, unlike
from outside import browser, drawn, needs, run
from PIL import Image

from convanim import Conv, Options
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film as played
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names


def saved(animation: Animation, path: Path) -> Path:
    """An animation's file."""
    (written,) = save(animation, [destination(str(path))])
    return written


def page(pdf: Path, number: int) -> Picture:
    """A page of a PDF, counted from 1, at 96 points an inch; its lines are as thin as they are, not whole pixels."""
    stem = pdf.with_name("page")
    run(needs("pdftoppm", "poppler-utils"), *f"-r 384 -f {number} -l {number} -singlefile -png".split(), pdf, stem)
    with Image.open(stem.with_suffix(".png")) as picture:
        return np.asarray(picture.convert("RGB").reduce(4))


def assert_alike(shown: Picture, animation: Animation, step: int, tolerance: float = 3) -> None:
    """A picture is as large as the renderer's of a step, has its colours in every cell, and is like it as a whole."""
    expected = drawn(animation, step)
    assert shown.shape[:2] == expected.shape[:2]
    at = probes(animation, step)
    x, y = at.reshape(-1, 2).T
    off = np.abs(shown[..., :3].astype(float) - expected[..., :3]).max(axis=2)
    assert unlike(off[y, x].reshape(at.shape[:2]), tolerance + 0.5) <= 0.01 * len(at)  # rays cross some
    assert off.mean() < 6


@pytest.mark.parametrize("name", template_names())
def test_pages_are_the_steps_and_cells_have_the_renderers_colours(name: str, tmp_path: Path) -> None:
    """Of every template some pages look like the renderer's pictures of their steps, at the picture's size."""
    animation = load_recipe(name).animation()
    pdf = saved(animation, tmp_path / "figure.pdf")
    said = run(needs("pdfinfo", "poppler-utils"), pdf)
    steps = animation.timing.steps
    assert f"Pages:           {len(steps)}\n" in said
    assert f"Title:           {animation.title}\n" in said
    width, height = (f"{0.75 * side:g}" for side in (animation.scene.width, animation.scene.height))
    assert f"{width} x {height} pts" in said
    for number in {0, len(steps) // 2, len(steps) - 1}:
        assert_alike(page(pdf, number + 1), animation, steps[number])


def test_fonts_are_embedded_and_text_is_text(tmp_path: Path) -> None:
    """Every font is in the file, as TrueType; words come out as they went in, or spelled out."""
    words = r"<b> & \input{x} % filter 猫"
    animation = compose(Conv(4, 3), Options(values="random:7", input_label=words, width=900, still=True))
    pdf = saved(animation, tmp_path / "figure.pdf")
    fonts = run(needs("pdffonts", "poppler-utils"), pdf).splitlines()[2:]
    assert fonts
    assert all("CID TrueType" in line and " yes yes yes " in line for line in fonts)
    said = run(needs("pdftotext", "poppler-utils"), pdf, "-")
    assert r"<b> & \input{x} % filter [U+732B] 4×4" in said


@pytest.mark.parametrize("options", [Options(still=True, frame=4), Options(sheet="2x3"), Options(scale=2, still=True)])
def test_stills_and_sheets_are_one_page(options: Options, tmp_path: Path) -> None:
    """One page, which looks like the picture."""
    animation = compose(Conv(5, 3), options)
    pdf = saved(animation, tmp_path / "figure.pdf")
    assert "Pages:           1\n" in run(needs("pdfinfo", "poppler-utils"), pdf)
    (step,) = animation.timing.steps
    assert_alike(page(pdf, 1), animation, step)


def picture_of(url: str) -> Picture:
    """The picture that a canvas gave as a data address."""
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGBA"))


def in_browser(script: str, path: Path, *more: object) -> Any:
    """What a function of a file's bytes, as text in base 64, and of more says in a page from a file."""
    page = browser().new_page()
    blank = path.with_name("blank.html")
    blank.write_text("<!doctype html><title>blank</title><body></body>", encoding="utf-8")
    try:
        page.goto(blank.as_uri())
        return page.evaluate(script, [base64.b64encode(path.read_bytes()).decode(), *more])
    finally:
        page.close()


FILM = """async ([data, type, times]) => {
    const film = document.createElement("video");
    film.muted = true;
    film.src = `data:${type};base64,${data}`;
    document.body.append(film);
    await new Promise((done, fail) => {
        film.oncanplaythrough = done;
        film.onerror = () => fail(new Error(film.error.message));
    });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [film.videoWidth, film.videoHeight];
    const pictures = [];
    for (const time of times) {
        await new Promise(done => { film.onseeked = done; film.currentTime = time; });
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        canvas.getContext("2d").drawImage(film, 0, 0);
        pictures.push(canvas.toDataURL());
    }
    film.currentTime = film.duration - 0.3;
    await film.play();
    await new Promise(done => { film.onended = done; });
    return {duration: film.duration, pictures, ended: film.ended};
}"""

FRAMES = """async ([data, type]) => {
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const decoder = new ImageDecoder({data: bytes, type});
    await decoder.tracks.ready;
    await decoder.completed;
    const {frameCount, repetitionCount, animated} = decoder.tracks.selectedTrack;
    const canvas = new OffscreenCanvas(1, 1), pictures = [], durations = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const {image} = await decoder.decode({frameIndex});
        [canvas.width, canvas.height] = [image.displayWidth, image.displayHeight];
        canvas.getContext("2d").drawImage(image, 0, 0);
        const shown = await canvas.convertToBlob();
        pictures.push(await new Promise(done => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result);
            reader.readAsDataURL(shown);
        }));
        durations.push(image.duration);
        image.close();
    }
    return {pictures, durations, animated, plays: repetitionCount === Infinity ? 0 : repetitionCount + 1};
}"""


def starts(animation: Animation) -> list[float]:
    """The second at which each frame begins, and that at which the last one ends."""
    lasts = [animation.timing.duration(number) / 100 for number in range(len(animation.timing.steps))]
    return [sum(lasts[:number]) for number in range(len(lasts) + 1)]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("name", ["padding_strides_odd_transposed", "numerical_max_pooling", "oriented_filters"])
def test_a_browser_plays_films(name: str, suffix: str, tmp_path: Path) -> None:
    """A video lasts as long as the animation, and shows each frame in its time with the renderer's colours."""
    figure = load_recipe(name, step_time=0.3, hold=0.9, max_frames=12, slow=0).animation()
    animation = played(figure)  # with the rest at the end
    begin = starts(animation)
    steps = animation.timing.steps
    places = sorted({0, 1, len(steps) // 2, len(steps) - 1})
    middles = [begin[place] + animation.timing.duration(place) / 200 for place in places]  # in-betweens are short
    times = [*middles, begin[-1] - 0.05]
    said = in_browser(FILM, saved(figure, tmp_path / f"film{suffix}"), f"video/{suffix[1:]}", times)
    assert said["duration"] == pytest.approx(begin[-1], abs=0.01)
    assert said["ended"]
    for place, url in zip([*places, len(steps) - 1], said["pictures"], strict=True):
        picture = picture_of(url)
        height, width = animation.scene.height, animation.scene.width
        assert picture.shape[:2] == (height + height % 2, width + width % 2)
        assert_alike(picture[:height, :width], animation, steps[place], tolerance=6)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("name", template_names())
def test_every_template_is_a_film(name: str, suffix: str, tmp_path: Path) -> None:
    """The codec, even sides, halved chroma, colours by BT.709 and the length are what players expect."""
    probe = needs("ffprobe", "ffmpeg")
    figure = load_recipe(name, max_frames=5, slow=0).animation()
    animation = played(figure)  # with the rest at the end
    film = saved(figure, tmp_path / f"film{suffix}")
    said = json.loads(run(probe, *["-v", "error", "-of", "json", "-show_streams", "-show_format"], film))
    (track,) = said["streams"]
    assert (track["codec_name"], track["pix_fmt"]) == ({".mp4": "h264", ".webm": "vp9"}[suffix], "yuv420p")
    assert (track["color_range"], track["color_space"], track["color_primaries"]) == ("tv", "bt709", "bt709")
    assert track["width"] - animation.scene.width == animation.scene.width % 2
    assert track["height"] - animation.scene.height == animation.scene.height % 2
    assert float(said["format"]["duration"]) == pytest.approx(starts(animation)[-1], abs=0.01)
    assert said["format"]["tags"]["title"] == animation.title


@pytest.mark.parametrize("suffix", [".apng", ".webp"])
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("name", ["padding_strides_odd_transposed", "numerical_max_pooling", "oriented_filters"])
def test_a_browser_shows_every_frame(name: str, transparent: bool, suffix: str, tmp_path: Path) -> None:
    """Pictures that move have all frames, times and plays in a browser, and the renderer's pixels."""
    figure = load_recipe(name, transparent=transparent, loop=3, max_frames=12, slow=0).animation()
    animation = played(figure)  # with the rest at the end
    path = saved(figure, tmp_path / f"figure{suffix}")
    said = in_browser(FRAMES, path, {".apng": "image/png", ".webp": "image/webp"}[suffix])
    assert said["animated"]
    assert said["plays"] == 3
    timing = animation.timing
    assert said["durations"] == [10_000 * timing.duration(number) for number in range(len(timing.steps))]
    for step, url in zip(timing.steps, said["pictures"], strict=True):
        picture, expected = picture_of(url).astype(int), drawn(animation, step)
        seen = expected[..., 3:] / 255
        assert np.abs(picture[..., 3] - expected[..., 3]).max() <= 1
        # a canvas holds colours multiplied by how opaque they are
        assert np.abs((picture[..., :3] - expected[..., :3]) * seen).max() <= 2
