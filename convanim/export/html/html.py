"""HTML: one page that plays a figure and lets its cells be explored. It holds the scene, not pictures of it."""

from collections.abc import Callable
from typing import Any, BinaryIO

from convanim.export.font_names import css_fonts, css_style
from convanim.export.html.scene import scene_data
from convanim.export.stamp import stamp
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.files.templates import page
from convanim.scene.font import BUNDLED, Metrics
from convanim.style.theme import Colour, Theme
from convanim.words.language import Words

_SAID = (
    *(
        "input",
        "output",
        "gradient_of_output",
        "gradient_of_input",
        "gradient_of_weights",
        "map",
        "list",
        "and",
        "titled",
        "play",
        "pause",
        "of",
        "step_of",
        "frame_of",
    ),
    *("figure_number", "frame_number", "cells", "cells_of", "span", "span_by", "made_from", "made_from_seeing"),
    *("nothing_made", "no_cell_read", "gets_part_from", "is_seen_by", "is_read_by", "is_not_read", "in_what_is_shown"),
)


def write_html(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as an interactive page, UTF-8 with `\\n` at line ends."""
    stream.write(page_of(animation, progress).encode(errors="replace"))


def page_of(animation: Animation, progress: Callable[[], None] = lambda: None) -> str:
    """The whole text of the page, which needs nothing but itself; for a file, or the `srcdoc` of an `iframe`.

    Where the animation has a theme for dark surroundings, the page follows them.
    """
    themes = [animation.theme] if animation.dark is None else [animation.theme, animation.dark]
    scene = scene_data(animation, themes, progress)
    return page(
        "figure.html",
        words=animation.words,
        said=_said(animation.words),
        mark=stamp(animation).decode("ascii"),
        title=animation.title,
        alt=animation.alt,
        width=animation.scene.width,
        height=animation.scene.height,
        fonts=_fonts(animation.font),
        unit=f"{animation.scene.unit:.4g}",
        is_still=len(animation.timing.steps) == 1,
        glides="glides" in scene.data["timing"],
        looks=[_look(theme, scene.levels, scene.paints, number) for number, theme in enumerate(themes)],
        scene=scene.data,
    )


def _said(words: Words) -> dict[str, Any]:
    """The words that the page's scripts show."""
    phrases = {name: words.phrases[name] for name in _SAID}
    return {"thousands": words.thousands, "singular": words.singular, "phrases": phrases}


def _look(theme: Theme, levels: tuple[tuple[str, int], ...], paints: Any, number: int) -> dict[str, Any]:
    """All colours and lines in one theme, as CSS has them."""
    is_dark = _is_dark(theme.background)
    ink = theme.styles["label"].text
    return {
        "scheme": "dark" if is_dark else "light",
        "ground": "transparent" if theme.transparent else _css(theme.background),
        "page": _css(theme.background),
        "ink": _css(ink),
        "shade": _css(theme.background if is_dark else ink),
        "muted": _css(theme.styles["caption"].text),
        "mark": _css(theme.styles["source"].stroke),
        "levels": [(*of, _css(style.fill), _css(style.text)) for of in levels for style in [theme.levelled(*of)]],
        "paints": [
            {
                "fill": _css(paint.fill),
                "stroke": _css(paint.stroke),
                "width": f"{paint.width:.4g}",
                "shift": f"{paint.shift:g}",
                "text": _css(paint.text),
            }
            for paint in (each[number] for each in paints.paints)
        ],
        "dashes": [
            None if dash is None else {"start": f"{dash[0]:g}", "pattern": f"{dash[1]:g} {dash[2]:g}"}
            for dash in (each[number] for each in paints.dash_patterns)
        ],
    }


def _fonts(font: Metrics) -> str:
    """The picture's fonts, where they are not those of the style sheet; nothing in it closes a tag."""
    if font == BUNDLED:
        return ""
    return ";".join(f"{name}:{style}" for name, style in {"font-family": css_fonts(font), **css_style(font)}.items())


def _css(colour: Colour | None) -> str:
    return "none" if colour is None else f"#{bytes(colour).hex()}"


def _is_dark(colour: Colour) -> bool:
    return sum(weight * part for weight, part in zip((0.299, 0.587, 0.114), colour)) < 128
