"""Themes: which fill, line and text colour each role, series and level of a scene gets. One TOML file each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError, shown, suggestion
from convanim.files.catalogue import theme_file, theme_names
from convanim.files.font_files import fonts_beside
from convanim.files.toml_files import read_toml
from convanim.style.contrast import Colour, mixed, readable

__all__ = ["AUTO", "DARK", "DEFAULT", "UNDER", "Colour", "Style", "Theme", "load_theme", "theme_names"]

# What lies under a role, which its alpha lets through. Every role of every scene is here.
UNDER: dict[str, str] = {
    "input": "background",
    "unread": "background",
    "padding": "background",
    "zero": "background",
    "overhang": "background",
    "window": "input",
    "window_padding": "padding",
    "window_zero": "zero",
    "window_overhang": "overhang",
    "winner": "window",
    "output_pending": "background",
    "output_partial": "background",
    "output": "background",
    "current": "output",
    "differing_edge": "output",
    "differing": "output",
    "hidden": "background",
    "window_hidden": "hidden",
    "kernel": "background",
    "heat": "background",
    "frame": "background",
    "source": "input",
    "edge": "heat",
    "accent": "background",
    "ray": "background",
    "label": "background",
    "equation": "background",
    "caption": "background",
}
# Roles that a theme may leave out, and those whose look they then take.
_STAND_IN = {
    "hidden": "output",
    "window_hidden": "current",
    "kernel": "output_pending",
    "heat": "output_pending",
    "frame": "ray",
    "source": "frame",
    "accent": "frame",
    "edge": "ray",
    "differing_edge": "source",
    "differing": "frame",
}
_SERIES = ["#2aa198", "#d9822b", "#7a6fd0", "#b5a300", "#dd5a9a", "#6f8f00"]
_HEAT = ["#2166ac", "#f7f7f7", "#b2182b"]
_LEVELS = 16  # colours to each side of zero
# How much of a series' colour goes into a role, and what the rest of it is.
_TINTS = {
    "input": (0.4, "background"),
    "output_pending": (0.25, "background"),
    "kernel": (0.55, "background"),
    "output_partial": (0.6, "background"),
    "output": (1.0, "background"),
    "window": (0.58, "ink"),
    "current": (0.25, "ink"),
    "hidden": (0.6, "background"),
    "window_hidden": (0.45, "ink"),
}
_SECOND_TURN = 0.4  # how much darker hues are where they come up again
_LINES = ("accent", "ray", "frame", "source", "edge", "differing_edge", "differing")
_TEXTS = ("label", "equation", "caption")
_KEYS = ("fill", "stroke", "width", "dash", "alpha", "text")


@dataclass(frozen=True)
class Style:
    """How one role is drawn: opaque colours, line width and dashes in pixels of a picture 480 wide."""

    fill: Colour | None
    stroke: Colour | None
    width: float
    dash: tuple[float, ...]
    text: Colour | None


@dataclass(frozen=True)
class Theme:
    """A name, a background and a style for every role. A transparent background still mats the edges of a GIF."""

    name: str
    background: Colour
    transparent: bool
    styles: Mapping[str, Style]
    series: tuple[Colour, ...]
    heat: tuple[Colour, Colour, Colour]  # at -1, 0 and 1
    font: str | None = None  # families and files

    def style(self, role: str, series: int | None = None) -> Style:
        """The style of a role; in a series, some roles take the series' hue."""
        plain = self.styles[role]
        if series is None or role not in _TINTS:
            return plain
        amount, other = _TINTS[role]
        ink = self.styles["current"].fill or (0, 0, 0)
        turn, place = divmod(series, len(self.series))
        hue = self.series[place] if turn % 2 == 0 else mixed(self.series[place], ink, _SECOND_TURN)
        fill = mixed(ink if other == "ink" else self.background, hue, amount)
        return replace(plain, fill=fill, text=readable(fill))

    def level_steps(self, levels: NDArray[np.float64]) -> NDArray[np.int64]:
        """Levels from -1 to 1 as the few steps that have colours of their own; infinite ones are the last steps."""
        return np.rint(np.clip(levels, -1, 1) * _LEVELS).astype(np.int64)

    def heat_colours(self) -> Iterator[Colour]:
        """The colours of all steps of level."""
        for step in range(-_LEVELS, _LEVELS + 1):
            fill = self.heated(step).fill
            if fill is not None:
                yield fill

    def heated(self, step: int) -> Style:
        """The style of the cells of a heat map at one step of level."""
        fill = mixed(self.heat[1], self.heat[2] if step > 0 else self.heat[0], abs(step) / _LEVELS)
        return replace(self.styles["heat"], fill=fill, text=readable(fill))


DEFAULT, DARK = "classic", "dark"
AUTO = "auto"  # instead of a theme's name: whichever of the two suits the surroundings


def load_theme(name: str, *, transparent: bool = False) -> Theme:
    """A theme by name, or from the user's own TOML file; `transparent` overrides its background.

    Raises RequestError when there is none, or when it lacks a role or has a colour that is none.
    """
    if name in theme_names():
        theme = _packaged_theme(name)
    elif name.lower().endswith(".toml"):
        theme = _theme(name, _whole(name, read_toml("theme", name, Path(name))))
    else:
        known = (*theme_names(), AUTO)
        fix = suggestion(name, known, f"try {', '.join(known)}, or a .toml file")
        raise RequestError("theme", name, "no such theme", fix)
    return replace(theme, transparent=True) if transparent else theme


@cache
def _packaged_theme(name: str) -> Theme:
    return _theme(name, _packaged(name))


def _packaged(name: str) -> dict[str, Any]:
    return read_toml("theme", name, theme_file(name))


def _whole(name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A user's theme with what it leaves out, down to the entries of a role, from the one that it names as its base."""
    if "base" not in table:
        return table
    base = table["base"]
    if not isinstance(base, str) or base not in theme_names():
        raise _refused(name, "base", f"{shown(base)} is no theme to start from", f"try {', '.join(theme_names())}")
    below = _packaged(base)
    whole = {**below, "name": Path(name).stem, **{key: entry for key, entry in table.items() if key != "base"}}
    whole["background"] = {**below["background"], **_table(name, "background", table.get("background", {}))}
    own = _table(name, "roles", table.get("roles", {}))
    roles = {role: {**below["roles"].get(role, {}), **_table(name, f"roles.{role}", own[role])} for role in own}
    return {**whole, "roles": {**below["roles"], **roles}}


def _theme(name: str, table: Mapping[str, object]) -> Theme:
    for key in table:
        if key not in ("name", "background", "roles", "series", "heat", "font"):
            rule = "a theme has name, base, background, roles, series, heat and font"
            raise _refused(name, key, "there is no such entry", rule)
    ground = _table(name, "background", table.get("background"))
    for key in ground:
        if key not in ("fill", "transparent"):
            raise _refused(name, f"background.{key}", "there is no such entry", "a background has fill and transparent")
    background = _colour(name, "background.fill", ground.get("fill"))
    if background is None:
        raise _refused(name, "background.fill", "edges need a colour to be drawn against", 'give one such as "#ffffff"')
    transparent = ground.get("transparent", False)
    if not isinstance(transparent, bool):
        raise _refused(
            name, "background.transparent", f"{shown(transparent)} is not true or false", "give true or false"
        )
    roles = _table(name, "roles", table.get("roles"))
    for role in roles:
        if role not in UNDER:
            fix = suggestion(role, UNDER, f"roles are {', '.join(UNDER)}")
            raise _refused(name, f"roles.{role}", "there is no such role", fix)
    missing = [role for role in UNDER if role not in roles and role not in _STAND_IN]
    if missing:
        fix = f'give it, or say base = "{DEFAULT}" and give what differs from that'
        raise _refused(name, f"roles.{missing[0]}", "the role is missing", fix)
    styles: dict[str, Style] = {}
    for role in UNDER:
        worn = role
        while worn not in roles:
            worn = _STAND_IN[worn]
        under = UNDER[worn]
        behind = styles[under].fill if under in styles else None
        styles[role] = _style(name, worn, _table(name, f"roles.{worn}", roles[worn]), behind or background)
    series = _colours(name, "series", table.get("series", _SERIES), range(1, 65))
    low, middle, high = _colours(name, "heat", table.get("heat", _HEAT), range(3, 4))
    called = table.get("name", Path(name).stem)
    if not isinstance(called, str):
        raise _refused(name, "name", f"{shown(called)} is not text", "put it in quotes")
    return Theme(called, background, transparent, styles, series, (low, middle, high), _font(name, table.get("font")))


def _font(name: str, value: object) -> str | None:
    """A list of fonts, whose files are looked for beside the theme."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refused(name, "font", f"{shown(value)} is not text", "put it in quotes")
    try:
        return fonts_beside(Path(name).parent, value)
    except RequestError as error:
        raise _refused(name, "font", error.rule, error.fix) from None


def _colours(name: str, field: str, value: object, counts: range) -> tuple[Colour, ...]:
    """A list of colours, as many as may be."""
    if not isinstance(value, list) or len(value) not in counts:
        many = "three colours, for -1, 0 and 1" if len(counts) == 1 else "a list of colours"
        raise _refused(name, field, f"it is not {many}", f"give it as {_HEAT if len(counts) == 1 else _SERIES[:2]}")
    found = [_colour(name, f"{field} {i}", entry) for i, entry in enumerate(value, start=1)]
    if any(colour is None for colour in found):
        raise _refused(name, field, '"none" is not a colour', 'give one such as "#268bd2"')
    return tuple(colour for colour in found if colour is not None)


def _style(name: str, role: str, table: Mapping[str, object], under: Colour) -> Style:
    where = f"roles.{role}"
    for key in table:
        if key not in _KEYS:
            raise _refused(name, f"{where}.{key}", "there is no such entry", f"a role has {', '.join(_KEYS)}")
    fill = _colour(name, f"{where}.fill", table.get("fill", "none"))
    stroke = _colour(name, f"{where}.stroke", table.get("stroke", "none"))
    text = _colour(name, f"{where}.text", table.get("text", "none"))
    if role in _LINES and stroke is None:
        raise _refused(name, f"{where}.stroke", "a line needs a colour", 'give one such as "#002b36"')
    if role not in _LINES and text is None:
        raise _refused(name, f"{where}.text", "text on it needs a colour", 'give one such as "#000000"')
    if role not in _LINES + _TEXTS and fill is None and stroke is None:
        raise _refused(name, where, "it has neither fill nor stroke and would not be seen", "give one of them")
    alpha = _number(name, f"{where}.alpha", table.get("alpha", 1), 0, 1)
    width = _number(name, f"{where}.width", table.get("width", 1.5), 0.25, 20)
    dashes = table.get("dash", [])
    if not isinstance(dashes, list) or len(dashes) not in (0, 2):
        raise _refused(
            name, f"{where}.dash", f"{shown(dashes)} is not two lengths", "give a dash and a gap such as [5, 4]"
        )
    dash = tuple(_number(name, f"{where}.dash", length, 0.5, 100) for length in dashes)
    if fill is not None:
        fill = mixed(under, fill, alpha)
    return Style(fill, stroke, width, dash, text)


def _table(name: str, field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _refused(name, field, "the table is missing", f"give [{field}]")
    return value


def _colour(name: str, field: str, value: object) -> Colour | None:
    if value == "none":
        return None
    digits = value.removeprefix("#") if isinstance(value, str) and value.startswith("#") else ""
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6 or not set(digits.lower()) <= set("0123456789abcdef"):
        what = "no colour is given" if value is None else f"{shown(value)} is not a colour"
        raise _refused(name, field, what, 'give one such as "#268bd2", or "none"')
    red, green, blue = bytes.fromhex(digits)
    return (red, green, blue)


def _number(name: str, field: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _refused(name, field, f"{shown(value)} is not a number from {least:g} to {most:g}", "give one that is")
    return float(value)


def _refused(name: str, field: str, rule: str, fix: str) -> RequestError:
    return RequestError("theme", name, f"{shown(field)}: {rule}", fix)
