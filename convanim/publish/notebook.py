"""What a notebook shows of a figure: the interactive page, and a still wherever pages may not run."""

import base64
import io
from collections.abc import Callable, Collection
from dataclasses import replace

from convanim.figures.animation import Animation
from convanim.files.templates import page
from convanim.scene.transforms import scaled

_HTML, _PNG, _TEXT = "text/html", "image/png", "text/plain"
_DENSITY = 2  # pixels of the still for one of the picture
_MARGIN = 32  # pixels of the interactive page to the left and right of its picture,
_AROUND = 192  # and above and below it: the title, the player, what is said of a cell;
_AROUND_STILL = 128  # without the player
_LARGEST = 5_000_000  # characters of a page; a notebook that holds larger ones cannot be worked with


def mimebundle(
    animation: Animation, include: Collection[str] | None = None, exclude: Collection[str] | None = None
) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """What there is to show, by media type, and how large it is; of the types in `include` and not in `exclude`.

    No SVG: where a page may not run, notebooks show PNG, and a conversion to LaTeX would need a program for SVG.
    """
    width, height = animation.shown_size
    makers: dict[str, Callable[[], str | None]] = {
        _HTML: lambda: _html(animation),
        _PNG: lambda: still_of(animation),
        _TEXT: lambda: summary(animation),
    }
    wanted = [kind for kind in makers if (not include or kind in include) and kind not in (exclude or ())]
    made = {kind: text for kind in wanted if (text := makers[kind]()) is not None}
    return made, {_PNG: {"width": width, "height": height}} if _PNG in made else {}


def summary(animation: Animation) -> str:
    """A figure in one line."""
    scene, frames = animation.scene, len(animation.timing.steps)
    many = "a still" if frames == 1 else f"{frames} frames"
    title = "".join(c if c.isprintable() else " " for c in animation.title)
    wide = f"{animation.size.width} wide, " if animation.size.is_on_paper else ""
    return f"<convanim.Figure: {title}; {wide}{scene.width}×{scene.height} pixels, {many}>"


def still_of(animation: Animation) -> str:
    """The still as PNG, in base 64."""
    from convanim.export.png.png import write_still

    stream = io.BytesIO()
    dense = scaled(animation.scene, 1 if animation.size.is_on_paper else _DENSITY)
    write_still(replace(animation, scene=dense), stream, lambda: None)
    return base64.b64encode(stream.getvalue()).decode()


def _html(animation: Animation) -> str | None:
    """The page in a frame, and behind it the still, which shows where frames are taken out; None if it is too large.

    Sources: JupyterLab's sanitizer for notebooks that are not trusted, and GitHub's viewer: both take HTML rather than
    a picture, without its frames, scripts and style sheets.
    """
    from convanim.export.html.html import page_of

    inner = page_of(animation)
    if len(inner) > _LARGEST:
        return None
    width, height = animation.shown_size
    around = _AROUND_STILL if len(animation.timing.steps) == 1 else _AROUND
    return page(
        "notebook.html",
        page=inner,
        title=animation.title,
        alt=animation.alt,
        still=still_of(animation),
        width=width,
        height=height,
        frame_width=width + _MARGIN,
        frame_height=height + around,
    )
