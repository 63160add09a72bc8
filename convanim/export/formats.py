"""The formats of single files, by suffix."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import BinaryIO

from convanim.errors import RequestError
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.scene.scene import Cells, During
from convanim.style.theme import AUTO

_LONGEST_FILM = 1200  # seconds of one with several rounds
_ROOM = 850_000_000  # bytes that drawing and packing may take, besides the program itself
_SURE = 0.95  # of the width at which a picture would have as many pixels as it may
_CELL_BYTES = 300  # for each cell that is drawn by itself
_FRAME_BYTES = 25  # for each pixel of frames in a folder


@dataclass(frozen=True)
class Format:
    """How an animation is written to a stream, and what can be said of the file."""

    writer: str  # the room of `export/`, its module and the function there, imported when something is written
    has_frames: bool = False  # whether it is made of frames, which may be drawn already
    is_still: bool = False  # whether a file is always one picture
    rests: bool = False  # whether a file that moves is one picture where motion is not wanted
    follows: bool = False  # whether its colours can follow light and dark surroundings
    most: int | None = None  # how many pixels long a side of its pictures may be
    pixel_bytes: int = 0  # of memory that writing it takes for each pixel of a picture, at most; 0 if it has no pixels
    holds_size: bool = False  # whether its files say how large a picture is on paper
    fills: bool = False  # whether a picture is shown as large as there is room, whatever its size
    is_film: bool = False  # whether every round is in the file, each picture with its background
    is_marked: bool = True  # whether its files carry the mark of what they were made of
    module: str = ""  # what it needs besides the dependencies of the package,
    package: str = ""  # and what pip installs it as

    def write(self, animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
        """Write an animation to a stream, which may not be able to go back or to be read."""
        module, _, name = self.writer.rpartition(".")
        write = getattr(import_module(f"convanim.export.{module}"), name)
        write(animation, stream, progress, *([drawn] if self.has_frames else []))


def is_installed(form: Format) -> bool:
    """Whether what a format is written with is there."""
    return not form.module or find_spec(form.module) is not None


def refuse_missing(form: Format, suffix: str) -> None:
    """Raise RequestError where what a format is written with is not installed."""
    if not is_installed(form):
        rule = f"{suffix} is written with the module {form.module}, which is not installed"
        raise RequestError("output", suffix, rule, how_to_install(form))


def how_to_install(form: Format) -> str:
    """What brings the module that a format is written with, however convanim itself came."""
    return f"pip install {form.package}"


def refuse_unfit(animation: Animation, form: Format | None) -> None:
    """Raise RequestError where a format cannot show an animation; None stands for frames."""
    if animation.is_auto and not (form and form.follows):
        able = ", ".join(suffix for suffix, other in FORMATS.items() if other.follows)
        fix = f"name a theme such as classic or dark, or write {able}" if able else "name a theme such as classic"
        raise RequestError("theme", AUTO, "this format has the colours of one theme alone", fix)
    if form and form.is_film:
        _refuse_film(animation)
    if form and form.most:
        _refuse_long(animation, form, form.most)
    _refuse_large(animation, form)


def refuse_unsized(animation: Animation, form: Format | None) -> None:
    """Raise RequestError where a picture has a size on paper and a file of its own cannot; None stands for frames."""
    if form is None or form.holds_size or not animation.size.is_on_paper:
        return
    able = ", ".join(suffix for suffix, other in FORMATS.items() if other.holds_size)
    width = str(animation.size.width)
    if form.fills:
        rule = f"{_suffix(form)} shows a figure as large as there is room"
        raise RequestError("width", width, rule, f"give pixels such as 960, or write {able}")
    if not animation.size.has_dpi:
        rule = f"{_suffix(form)} has pixels and no size"
        raise RequestError("width", width, rule, f"say how many by {{dpi}}, such as 150, or write {able}")


def _refuse_long(animation: Animation, form: Format, most: int) -> None:
    """Raise RequestError where a side is longer than a format has it; one without pixels counts those of a screen."""
    width, height = animation.scene.width, animation.scene.height
    shrunk = 1.0 if form.pixel_bytes else animation.size.on_screen
    if shrunk * max(width, height) > most:
        size = f"{round(shrunk * width):,}x{round(shrunk * height):,}"
        rule = f"a side of its pictures is at most {most:,} pixels, and this one has {size}"
        raise RequestError("output", _suffix(form), rule, "try a smaller --width or input, or .png")


def _suffix(form: Format) -> str:
    return next(suffix for suffix, other in FORMATS.items() if other is form)


def _refuse_large(animation: Animation, form: Format | None) -> None:
    """Raise RequestError where a picture has so many pixels that writing it would take more memory than there may be.

    `pixel_bytes` are measured: what the renderer keeps (8 to 20 bytes a pixel), and what the encoder does.
    """
    width, height = animation.scene.width, animation.scene.height
    taken = form.pixel_bytes if form else _FRAME_BYTES
    cells = _CELL_BYTES * sum(len(s) for s in animation.scene.shapes if isinstance(s, Cells) and not _moves(s))
    if taken * width * height + cells <= _ROOM:
        return
    what = _suffix(form) if form else "a folder of frames"
    if cells > _ROOM // 2:
        rule = f"it has {cells // _CELL_BYTES:,} cells that are drawn one by one, too many for a picture"
        fix = "try a smaller input, fewer pictures on a sheet, or a width at which maps have no grid"
        raise RequestError("output", what, rule, fix)
    most = (_ROOM - cells) // taken
    size = f"{width:,}x{height:,}"
    rule = f"its pictures have at most {most / 1e6:.3g} million pixels, for memory's sake, and this one {size}"
    able = [suffix for suffix, other in FORMATS.items() if other.pixel_bytes * width * height + cells <= _ROOM]
    # Rounded down by more than labels and captions make a narrower picture higher.
    less = _SURE * (most / (width * height)) ** 0.5
    fix = f"try a picture at most {int(less * width) // 10 * 10:,} pixels wide (--width, --scale, --sheet)"
    if animation.size.is_on_paper:
        fix = f"try a smaller --dpi, such as {int(less * animation.size.dpi)}"
    raise RequestError("output", what, rule, f"{fix}, or write one of {', '.join(able)}")


def _moves(shape: Cells) -> bool:
    return isinstance(shape.when, During)


def _refuse_film(animation: Animation) -> None:
    if animation.theme.transparent:
        able = ", ".join(suffix for suffix, form in FORMATS.items() if not form.is_film)
        raise RequestError("transparent", None, "a film has a background", f"leave it out, or write one of {able}")
    timing = animation.timing
    once = sum(map(timing.duration, range(len(timing.steps)))) / 100
    if timing.loop > 1 and timing.loop * once > _LONGEST_FILM:
        rule = f"a film has every round in it, {timing.loop * once / 60:,.0f} minutes here; twenty are the most"
        fix = f"try at most {max(1, int(_LONGEST_FILM / once))}, or 0: its player starts it again"
        raise RequestError("loop", timing.loop, rule, fix)


FORMATS: dict[str, Format] = {
    ".gif": Format("gif.gif.write_gif", has_frames=True, most=65_535, pixel_bytes=42),
    ".png": Format("png.png.write_still", is_still=True, pixel_bytes=18, holds_size=True),
    ".html": Format("html.html.write_html", rests=True, follows=True, fills=True),
    ".svg": Format("svg.svg.write_svg", rests=True, follows=True, holds_size=True),
    ".pptx": Format(
        "documents.pptx.write_slide",
        most=65_535,
        pixel_bytes=42,
        fills=True,
        is_marked=False,
        module="pptx",
        package="python-pptx",
    ),
    ".pdf": Format("documents.pdf.write_pdf", most=19_200, holds_size=True),
    ".apng": Format("films.apng.write_apng", has_frames=True, pixel_bytes=30, holds_size=True),
    ".webp": Format("films.webp.write_webp", has_frames=True, most=16_383, pixel_bytes=56),
    ".mp4": Format(
        "films.video.write_mp4", has_frames=True, most=16_384, pixel_bytes=110, is_film=True, module="av", package="av"
    ),
    ".webm": Format(
        "films.video.write_webm", has_frames=True, most=16_384, pixel_bytes=110, is_film=True, module="av", package="av"
    ),
}
