"""MP4 and WebM: colours, times, sides, words, as a decoder sees them."""

import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from helpers.campaigns import listed, together
from helpers.pixels import Picture, pictures_of, played
from helpers.probes import probes, unlike
from helpers.streams import Pipe, tries

from convanim import Conv, Options, RequestError, animate
from convanim.errors import option_name
from convanim.export.formats import FORMATS, refuse_unfit
from convanim.export.save import destination, save
from convanim.export.up_to_date import is_up_to_date
from convanim.figures.animation import Animation, compose
from convanim.figures.timing import timing

FILMS = [".mp4", ".webm"]
TOLERANCE = 6  # how far the colour of a cell may be off, of 255
WORDS = "<b> & 猫 \ud800 \0 " + "long " * 1000


def written(animation: Animation, suffix: str) -> bytes:
    """An animation as a film, through a stream that cannot go back."""
    stream = Pipe()
    FORMATS[suffix].write(animation, stream, lambda: None, None)
    return stream.getvalue()


def pictures(film: bytes) -> list[tuple[float, Picture]]:
    """Every picture of a film and the second from which it is shown."""
    with av.open(io.BytesIO(film)) as opened:
        return [(frame.time, colours(frame)) for frame in opened.decode(video=0)]


def colours(frame: Any) -> Picture:
    """A decoded frame's colours by BT.709, (height, width, 3)."""
    packed = frame.to_ndarray().astype(float)
    height, width = frame.height, frame.width
    light = (packed[:height] - 16) / 219
    blue, red = ((packed[height:].reshape(2, height // 2, width // 2) - 128) / 224).repeat(2, axis=1).repeat(2, axis=2)
    r, b = light + 1.5748 * red, light + 1.8556 * blue
    g = (light - 0.2126 * r - 0.0722 * b) / 0.7152
    seen: Picture = np.rint(255 * np.clip(np.stack([r, g, b], axis=2), 0, 1)).astype(np.uint8)
    return seen


def shown_at(film: list[tuple[float, Picture]], time: float) -> Picture:
    """The picture at a time."""
    return [picture for start, picture in film if start <= time + 1e-6][-1]


@pytest.mark.parametrize("suffix", FILMS)
@listed(
    "options",
    [
        Options(width=301),
        Options(width=240, values="random:7", theme="dark", step_time=0.33, hold=0.1),
        Options(width=240, heat_map=True, values="random:7", bounce=True, theme="print"),
        Options(width=240, transparent=True, theme="dark", loop=2),
    ],
    ids=["odd", "times", "bounce", "matted"],
)
def test_each_frame_is_shown_in_its_time_and_colours(options: Options, suffix: str) -> None:
    """In every cell of every frame the film has the renderer's colours from the frame's first moment to its last."""
    animation = played(Conv(4, 3), options)
    film = pictures(written(animation, suffix))
    ground = np.array(animation.theme.background)
    clock = animation.timing
    time = 0.0
    for _ in range(max(1, clock.loop)):
        for number, expected in enumerate(pictures_of(animation)):
            alpha = expected[..., 3:] / 255
            matted = expected[..., :3] * alpha + ground * (1 - alpha)
            at = probes(animation, clock.steps[number])
            x, y = at.reshape(-1, 2).T
            lasts = clock.duration(number) / 100
            for moment in (time, time + lasts - 0.005):
                off = np.abs(shown_at(film, moment)[y, x] - matted[y, x]).max(axis=1).reshape(at.shape[:2])
                assert unlike(off, TOLERANCE) == 0
            time += lasts
    with av.open(io.BytesIO(written(animation, suffix))) as opened:
        assert abs(opened.duration / 1_000_000 - time) < 0.002


@pytest.mark.parametrize("suffix", FILMS)
def test_what_players_need(suffix: str) -> None:
    """Sides are even, with background where there was no pixel; chroma is halved; rate and colours are told."""
    animation = compose(Conv(4, 3), Options(width=301, theme="dark", glide=False))
    film = written(animation, suffix)
    with av.open(io.BytesIO(film)) as opened:
        (track,) = opened.streams
        context = track.codec_context
        assert (context.name, context.pix_fmt) == ({".mp4": "h264", ".webm": "vp9"}[suffix], "yuv420p")
        assert track.average_rate == 4
        assert context.width == 302
        assert context.height == animation.scene.height + animation.scene.height % 2
        assert {int(context.colorspace), int(context.color_primaries), int(context.color_trc)} == {1}
        assert int(context.color_range) == 1
    edge = pictures(film)[0][1][:, -1]
    assert np.abs(edge.astype(int) - animation.theme.background).max() <= TOLERANCE
    if suffix == ".mp4":
        assert film.index(b"moov") < film.index(b"mdat")


@pytest.mark.parametrize("suffix", FILMS)
def test_words_and_the_mark_are_in_it(suffix: str, tmp_path: Path) -> None:
    """Title and alternative text are the film's; a current file is known, however long its words are."""
    one, other = (compose(Conv(size, 3), Options(width=150, title="<b> & 猫", alt=WORDS)) for size in (3, 4))
    to = destination(str(tmp_path / f"figure{suffix}"))
    save(one, [to])
    with av.open(str(to.path)) as opened:
        told = {key.lower(): value for key, value in opened.metadata.items()}
    assert told["title"] == "<b> & 猫"
    assert told["comment"].startswith("<b> & 猫 ?   long")
    assert is_up_to_date(one, to)
    assert not is_up_to_date(other, to)


@pytest.mark.parametrize("suffix", FILMS)
def test_the_same_figure_is_the_same_bytes(suffix: str) -> None:
    """Nothing in a film is of its moment."""
    animation = compose(Conv(4, 3), Options(width=150))
    assert any(written(animation, suffix) == written(animation, suffix) for _ in range(tries(suffix)))


@pytest.mark.parametrize("suffix", FILMS)
def test_a_still_is_a_film_of_one_picture(suffix: str) -> None:
    """It lasts as long as that frame, and does not move."""
    animation = compose(Conv(4, 3), Options(width=150, still=True, frame=1, step_time=0.5, hold=0))
    film = pictures(written(animation, suffix))
    assert [time for time, _ in film] == [0, 0.25]
    (_, first), (_, second) = film
    assert np.abs(first.astype(int) - second).mean() < 1


@together(
    "step_time, hold, lasts", [(0.5, 1, 25), (0.33, 0.1, 1), (0.33, 0, 11), (0.02, 0, 2), (30, 0, 150), (300.01, 0, 19)]
)
def test_pictures_divide_what_frames_last(step_time: float, hold: float, lasts: int) -> None:
    """A picture's time divides each frame's; it is a quarter of a second at most, but where frames are long."""
    from convanim.export.films.video import picture_time

    assert picture_time(timing(9, step_time=step_time, hold=hold)) == lasts


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"transparent": True}, "--transparent: a film has a background; leave it out, or write one of .gif, .png"),
        ({"loop": 60_000}, "--loop 60000: a film has every round in it, 5,000 minutes here; twenty are the most; try"),
    ],
)
def test_what_a_film_cannot_be_is_refused(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    """A background that is not there, and rounds for days: in one line, before anything is written."""
    figure = animate(Conv(3, 2), width=96, **options)
    with pytest.raises(RequestError) as refused:
        figure.save(tmp_path / "a.gif", tmp_path / "a.mp4")
    assert refused.value.message(option_name).startswith(words)
    assert not list(tmp_path.iterdir())


def test_a_film_of_many_rounds_is_twenty_minutes_at_most() -> None:
    """What the refusal names is taken, and one round more is not."""
    second = animate(Conv(3, 3), width=64, step_time=1, hold=0, loop=1200)
    refuse_unfit(second.animation, FORMATS[".webm"])
    with pytest.raises(RequestError, match="at most 1200,"):
        refuse_unfit(animate(Conv(3, 3), width=64, step_time=1, hold=0, loop=1201).animation, FORMATS[".webm"])


@together("step_time, hold", [(0.02, 655), (0.5, 600.01), (0.33, 200), (300.01, 7.13), (59.99, 1)])
def test_frames_last_as_long_as_told_and_are_not_many_pictures(step_time: float, hold: float) -> None:
    """Every frame has a picture; its time is off by half a picture at most, by a step's thousandth where it moves."""
    from convanim.export.films.video import picture_time

    clock = timing(3, step_time=step_time, hold=hold)
    lasts = picture_time(clock)
    for frame in range(3):
        time = clock.duration(frame)
        shown = round(time / lasts) * lasts
        assert shown >= lasts
        assert abs(shown - time) <= (time / 1000 if frame < 2 else max(lasts / 2, time / 1000))
    assert clock.duration(0) / lasts <= 4000


def test_what_is_missing_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyAV the refusal says what to install."""
    monkeypatch.setattr("convanim.export.formats.find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install av$"):
        destination("film.mp4")
