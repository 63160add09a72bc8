"""What is asked too much is refused before it is drawn, and what is drawn takes no more memory than it may.

`make faults` tries two hundred requests more.
"""

import shlex
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

resource = pytest.importorskip("resource")  # whose bounds only POSIX has

from helpers.campaigns import listed, together  # noqa: E402
from helpers.extremes import ended, way_out  # noqa: E402 - it needs it, too

from convanim import Conv, MaxPool, Options, RequestError, animate  # noqa: E402
from convanim.cli.output.notes import Notes  # noqa: E402
from convanim.cli.output.output import progress  # noqa: E402
from convanim.errors import option_name  # noqa: E402
from convanim.explain.figure_json import figure_json  # noqa: E402
from convanim.export.formats import FORMATS, refuse_unfit  # noqa: E402
from convanim.figures.animation import compose  # noqa: E402
from convanim.layers.geometry import Geometry  # noqa: E402
from convanim.networks.chain import Chain  # noqa: E402
from convanim.numbers.figure_values import layer_values  # noqa: E402
from convanim.numbers.values import refuse_long_sums  # noqa: E402


@listed(
    "line, most",
    [
        ("conv -i 5 -k 3 --sheet 2x9 --width 960 -o a.png", 200),
        ("conv -i 20 -k 3 --width 3000 --max-frames 2 -o a.png", 300),
        ("conv -i 1000 -k 400 --max-frames 2 -o a.svg", 150),
        ("conv -i 800 -k 400 --json", 100),
        ("conv -i 800 -k 400 --json --taps", 100),
    ],
)
def test_large_requests_take_little_memory(line: str, most: int) -> None:
    """A page of many pictures, a wide one, windows of many cells, the longest JSON: so many megabytes, and no fault."""
    words = shlex.split(line)
    done = ended(words, first=10 if "--json" in words else None)
    assert done.fault == ""
    assert done.memory < most * 1_000_000
    assert done.printed if "--json" in words else done.status == 0


@listed("name", ["a.webp", "frames/"])
def test_pictures_too_large_are_refused_with_a_width(name: str) -> None:
    """The refusal comes before anything is drawn, and names a width that is taken."""
    words = shlex.split(f"conv -i 20 -k 3 --width 8000 --max-frames 2 -o {name}")
    refused = ended(words)
    assert (refused.status, refused.fault) == (2, "")
    assert refused.memory < 150_000_000
    assert way_out(words, refused) is not None


@together("suffix", list(FORMATS))
def test_every_format_says_what_a_pixel_takes(suffix: str) -> None:
    """What has pixels is refused past its bound, with formats that can; what has none takes any picture."""
    large = compose(Conv(20, 3), Options(width=8192, max_frames=2))
    form = FORMATS[suffix]
    if suffix in (".html", ".svg", ".pdf"):
        refuse_unfit(large, form)
        return
    with pytest.raises(RequestError) as refused:
        refuse_unfit(large, form)
    said = refused.value.message(option_name)
    assert said.startswith(f"--output {suffix}: ")
    assert ".svg" in said
    assert "\n" not in said


def test_the_width_that_is_named_is_taken() -> None:
    """What a refusal says fits, whatever the format and the figure's shape."""
    for layer, caption in ((Conv(20, 3), False), (Conv(1, 1), False), (Conv(9, 3, dims=1), True)):
        large = compose(layer, Options(width=8192, max_frames=2, caption=caption))
        for form in FORMATS.values():
            try:
                refuse_unfit(large, form)
            except RequestError as refused:
                named = int(refused.fix.split("at most ")[1].split(" ")[0].replace(",", ""))
                refuse_unfit(compose(layer, Options(width=named, max_frames=2, caption=caption)), form)


def test_cells_that_are_too_many_are_refused() -> None:
    """A sheet of figures of many small cells has few pixels, and takes much."""
    page = compose(Conv(200, 3), Options(width=900, sheet="10x10"))
    for suffix in (".png", ".svg"):
        with pytest.raises(RequestError, match="cells that are drawn one by one"):
            refuse_unfit(page, FORMATS[suffix])


def test_maps_of_very_many_cells_have_no_grid() -> None:
    """However wide the picture is; with numbers they are refused, since each is drawn."""
    made = compose(Conv(1000, 3), Options(width=8000, max_frames=2))
    assert sum(len(shape) for shape in made.scene.shapes) < 1000
    assert any("no grid" in note for note in made.notes)
    with pytest.raises(RequestError, match="drawn cell by cell"):
        compose(Conv(1000, 3), Options(width=8000, values="random:1"))


@pytest.mark.parametrize(
    "layer",
    [
        Conv(500, 200),
        MaxPool(1500, 9, 1),
        Conv("3000000@1x1", 1, out_channels=3000000),
        Conv("512@56x56", 3, out_channels=1024),
    ],
    ids=["window", "pool", "weights", "channels"],
)
def test_long_sums_are_refused_before_a_number_is_made(layer: Conv | MaxPool) -> None:
    """By arithmetic alone: neither the weights nor the input are made, and JSON refuses them, too."""
    with pytest.raises(RequestError, match=r"^values: it takes"):
        layer_values(layer, Options(values="random:1"))
    with pytest.raises(RequestError, match=r"^values: it takes"):
        figure_json(layer, Options(values="random:1"))


def test_layers_that_people_have_are_computed() -> None:
    """The largest convolution of VGG is within the bounds."""
    refuse_long_sums(Conv("64@224x224", 3, padding=1, out_channels=64))


def test_windows_too_many_to_be_held_are_refused() -> None:
    """A chain's tables of reads are as large as its map times its kernel."""
    with pytest.raises(RequestError, match="too many to be held"):
        figure_json(Chain(2_000_000, ["conv 1000000", "relu"], dims=1), Options())


def test_large_windows_are_known_in_no_time_of_theirs() -> None:
    """Which cells are read is not found window by window: two million of them by two million cells end."""
    geometry = Geometry(Conv(4_000_000, 2_000_000, dims=1, padding=1))
    assert bool(geometry.read.all())
    assert bool(geometry.reached.all())
    strided = Geometry(Conv(4_000_001, 3, 4_000, dims=1))
    assert np.flatnonzero(strided.read[:8_000]).tolist() == [0, 1, 2, 4_000, 4_001, 4_002]


def test_pieces_of_json_are_small() -> None:
    """However large windows, kernels and numbers are, no piece holds more than some thousand of them."""

    def longest(pieces: Iterator[str], count: int) -> int:
        return max(len(piece) for piece, _ in zip(pieces, range(count)))

    assert longest(figure_json(Conv(200_000, 90_000, dims=1), Options()), 30) < 400_000
    assert longest(figure_json(Conv(200_000, 2, dims=1), Options(values="random:1")), 30) < 100_000


@pytest.mark.parametrize(("view", "tried"), [("iso", "iso_layout._largest"), ("flat", "flat_columns._columns")])
def test_many_maps_are_refused_at_once(monkeypatch: pytest.MonkeyPatch, view: str, tried: str) -> None:
    """Where what parts maps fills the page alone, they are not laid out in size after size."""

    def never(*_: object) -> None:
        raise AssertionError("it was laid out")

    monkeypatch.setattr(f"convanim.views.stacks.{tried}", never)
    with pytest.raises(RequestError, match="no room"):
        compose(Chain(20, ["conv 3x3 p1"] * 900), Options(view=view))


class _Terminal:
    """A standard error that is a terminal, and keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(("wait", "is_shown"), [(0.0, True), (60.0, False)])
def test_progress_comes_with_time(monkeypatch: pytest.MonkeyPatch, wait: float, is_shown: bool) -> None:
    """A bar appears once work takes long, before a single frame is done, and not at all where it is short."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("convanim.cli.output.output._LONG", wait)
    with progress(3, "figure", Notes(quiet=False)) as step:
        before = time.monotonic()
        while is_shown and "0%" not in terminal.text and time.monotonic() - before < 30:
            time.sleep(0.01)
        assert ("0%" in terminal.text) == is_shown
        for _ in range(3):
            step()
    assert ("100%" in terminal.text) == is_shown


def test_progress_is_quiet_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --quiet nothing appears, however long it takes."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("convanim.cli.output.output._LONG", 0.0)
    with progress(1, "figure", Notes(quiet=True)) as step:
        time.sleep(0.05)
        step()
    assert terminal.text == ""


def test_long_frames_are_few_pictures_of_a_film() -> None:
    """A step of 7.77 s and a hold of one have no divisor but a hundredth, and are still not thousands of pictures."""
    pytest.importorskip("av", reason="needs PyAV")
    from convanim.export.films.video import picture_time

    timing = animate(Conv(5, 3), step_time=7.77).animation.timing
    lasts = picture_time(timing)
    assert 777 % lasts == 0
    assert timing.duration(0) / lasts <= 100
