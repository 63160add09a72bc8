"""The style sheet of an SVG: a class for each paint, a name for each set of key frames, and what surroundings ask."""

from collections.abc import Iterator
from string import ascii_lowercase

from convanim.export.svg.parts import Paint
from convanim.export.svg.paths import number
from convanim.style.contrast import readable
from convanim.style.theme import Colour

_WHITE = (255, 255, 255)
_GROUND = "G"  # the class of what lies below all; those of others are of small letters


class StyleSheet:
    """Grows as elements ask for classes and key frames. All names begin with the figure's own."""

    def __init__(self, figure: str) -> None:
        self._figure = figure
        self._classes: dict[Paint, str] = {}
        self._key_frames: dict[str, str] = {}
        self._ground: Paint | None = None

    def ground(self, paint: Paint) -> str:
        """The attribute that paints what lies below all; a dark one is not there where surroundings are dark.

        It would be a box on any page but one of the very same colour.
        """
        self._ground = paint
        return f' class="{_GROUND}"'

    def paint(self, paint: Paint) -> str:
        """The attribute that paints an element, and those in it."""
        return f' class="{self._classes.setdefault(paint, short(len(self._classes)))}"'

    def motion(self, key_frames: str) -> str:
        """The attribute that shows, hides and moves an element, and those in it."""
        name = self._key_frames.setdefault(key_frames, f"{self._figure}{len(self._key_frames)}")
        return f' style="animation-name:{name}"'

    def rules(self, total: int, loop: int) -> Iterator[str]:
        """The rules, for rounds of `total` centiseconds: `loop` of them and then the last state, or 0 for ever."""
        for paint, name in self._classes.items():
            yield f"#{self._figure} .{name}{{{_style(paint)}}}"
        dark = "".join(
            f"#{self._figure} .{name}{{{_coloured(paint, 1)}}}"
            for paint, name in self._classes.items()
            if len(paint.colours) > 1
        )
        if self._ground is not None:
            yield f"#{self._figure} .{_GROUND}{{{_coloured(self._ground, 0)}}}"
            if readable(self._ground.colours[-1]) == _WHITE:
                dark += f"#{self._figure} .{_GROUND}{{fill:none}}"
        if dark:
            yield f"@media (prefers-color-scheme:dark){{{dark}}}"
        if self._key_frames:
            plays = f"{loop} forwards" if loop else "infinite"
            yield f"#{self._figure} [style]{{animation:{number(total)}s step-start {plays}}}"
            yield f"@media (prefers-reduced-motion:reduce){{#{self._figure} [style]{{animation:none!important}}}}"
        for frames, name in self._key_frames.items():
            yield f"@keyframes {name}{{{frames}}}"


def _style(paint: Paint) -> str:
    style = _coloured(paint, 0)
    if paint.em is not None:
        style += f";font-size:{_length(paint.em)}px"
        return style if paint.anchor == "start" else f"{style};text-anchor:{paint.anchor}"
    if paint.width is None:
        return style
    style += f";stroke-width:{_length(paint.width)}"
    if paint.strength < 1:
        style += f";stroke-opacity:{_length(paint.strength)}"
    if paint.dash is None:
        return style + ";stroke-linecap:square"
    start, (on, off) = paint.dash
    return f"{style};stroke-dasharray:{_length(on)} {_length(off)};stroke-dashoffset:{_length(start)}"


def _coloured(paint: Paint, theme: int) -> str:
    return f"{'fill' if paint.width is None else 'stroke'}:{_hex(paint.colours[theme])}"


def _hex(colour: Colour) -> str:
    digits = bytes(colour).hex()
    return "#" + (digits[::2] if digits[::2] == digits[1::2] else digits)


def _length(pixels: float) -> str:
    """A length; dashes add up over a whole row of cells, so that these are more precise than places."""
    text = f"{pixels:.4f}".rstrip("0").rstrip(".")
    return text.removeprefix("0") if text.startswith("0.") else text


def short(number: int) -> str:
    """A short name for a number, of small letters: `a` to `z`, `aa` …"""
    name = ""
    while number >= 0:
        number, letter = divmod(number, len(ascii_lowercase))
        name = ascii_lowercase[letter] + name
        number -= 1
    return name
