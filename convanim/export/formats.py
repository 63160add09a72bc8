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

    writer: str  # the module of `export/` and its function, imported when something is written
    has_frames: bool = False  # whether it is made of frames, which may be drawn already
    is_still: bool = False  # whether a file is always one picture
    rests: bool = False  # whether a file that moves is one picture where motion is not wanted
    follows: bool = False  # whether its colours can follow light and dark surroundings
    most: int | None = None  # how many pixels long a side of its pictures may be
    pixel_bytes: int = 0  # of memory that writing it takes for each pixel of a picture, at most; 0 if it has no pixels
    is_film: bool = False  # whether every round is in the file, each picture with its background
    is_marked: bool = True  # whether its files carry the mark of what they were made of
    module: str = ""  # what it needs besides the dependencies of the package,
    package: str = ""  # and what pip installs it as

    def write(self, animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
        """Write an animation to a stream, which may not be able to go back or to be read."""
        module, name = self.writer.split(".")
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
    if form and form.most and max(animation.scene.width, animation.scene.height) > form.most:
        size = f"{animation.scene.width:,}x{animation.scene.height:,}"
        rule = f"a side of its pictures is at most {form.most:,} pixels, and this one has {size}"
        raise RequestError("output", _suffix(form), rule, "try a smaller --width or input, or .png")
    _refuse_large(animation, form)


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
    fix = f"try a picture at most {int(_SURE * width * (most / (width * height)) ** 0.5) // 10 * 10:,} pixels wide"
    raise RequestError("output", what, rule, f"{fix} (--width, --scale, --sheet), or write one of {', '.join(able)}")


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
    ".gif": Format("gif.write_gif", has_frames=True, most=65_535, pixel_bytes=42),
    ".png": Format("png.write_still", is_still=True, pixel_bytes=18),
    ".html": Format("html.write_html", rests=True, follows=True),
    ".svg": Format("svg.write_svg", rests=True, follows=True),
    ".pptx": Format(
        "pptx.write_slide", most=65_535, pixel_bytes=42, is_marked=False, module="pptx", package="python-pptx"
    ),
    ".pdf": Format("pdf.write_pdf", most=19_200),
    ".apng": Format("apng.write_apng", has_frames=True, pixel_bytes=30),
    ".webp": Format("webp.write_webp", has_frames=True, most=16_383, pixel_bytes=56),
    ".mp4": Format(
        "video.write_mp4", has_frames=True, most=16_384, pixel_bytes=110, is_film=True, module="av", package="av"
    ),
    ".webm": Format(
        "video.write_webm", has_frames=True, most=16_384, pixel_bytes=110, is_film=True, module="av", package="av"
    ),
}
