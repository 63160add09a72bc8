"""A reveal.js page in one file: each figure's steps are fragments of its slide, drawn from what changes between them.

Pixels rather than a moving picture, so that every step is shown at once, whichever way it is come to.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence

from convanim.export.films.frame_patches import frame_patches
from convanim.export.font_names import css_fonts
from convanim.export.slide_steps import enlarged, forward_only, step_words
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.files.templates import page, page_part
from convanim.scene.font import BUNDLED
from convanim.style.theme import Colour

_SLIDE = (1280, 720)
_ROOM = (1770, 780)  # pixels for a figure on a screen of 1920 by 1080


def reveal_page(figures: Sequence[Animation], progress: Progress) -> str:
    """The page, with all that it needs in it."""
    return page(
        "reveal.html",
        words=figures[0].words,
        title=", ".join(dict.fromkeys(figure.title for figure in figures)),
        width=_SLIDE[0],
        height=_SLIDE[1],
        slides=[_slide(figure, progress) for figure in figures],
        licence=page_part("reveal/LICENSE"),
        styles=page_part("reveal/reset.css") + page_part("reveal/reveal.css"),
        library=page_part("reveal/reveal.js"),
    )


def _slide(figure: Animation, progress: Progress) -> dict[str, object]:
    timing, theme = figure.timing, figure.theme
    large = enlarged(forward_only(figure), _ROOM)
    last = timing.forward - 1
    order = [frame if frame <= last else 2 * last - frame for frame in range(len(timing.steps))]
    ink = theme.styles["label"].text or (0, 0, 0)
    return {
        "words": figure.words,
        "title": figure.title,
        "alt": figure.alt,
        "caption": figure.caption,
        "ground": _hexadecimal(theme.background),
        "ink": _hexadecimal(ink),
        "fonts": "" if figure.font == BUNDLED else css_fonts(figure.font),
        "width": large.scene.width,
        "height": large.scene.height,
        "steps": {
            "frames": list(_frames(large, progress)),
            "equations": [figure.scene.equation(step) for step in large.timing.steps],
            "play": [[frame, 10 * timing.duration(number)] for number, frame in enumerate(order)],
            "loop": timing.loop,
            "clears": theme.transparent,
            "words": {
                "play": figure.words("play"),
                "pause": figure.words("pause"),
                "steps": [step_words(large, frame) for frame in range(last + 1)],
            },
        },
    }


def _frames(animation: Animation, progress: Progress) -> Iterator[list[tuple[int, int, str]]]:
    """What every frame changes of the one before: where, and WebP files in base 64."""
    for frame in frame_patches(animation):
        yield [(left, top, b64encode(file).decode()) for left, top, file in frame]
        progress()


def _hexadecimal(colour: Colour) -> str:
    return "#" + bytes(colour).hex()
