"""Themes: which fill, line and text colour each role, series and level of a scene gets. One TOML file each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError, shown, suggestion
from convanim.files.catalogue import theme_file, theme_names
from convanim.files.toml_files import read_toml
from convanim.style.contrast import Colour, mixed, readable
from convanim.style.theme_values import colour_of, fonts_of, number_of, refused, shares_of, table_of

__all__ = ["AUTO", "DARK", "DEFAULT", "UNDER", "Colour", "Style", "Theme", "load_theme", "theme_names"]

# What lies under a role, which its alpha lets through. Every role of every scene is here.
UNDER: dict[str, str] = {
    "input": "background",
    "unread": "background",
    "slab": "background",
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
    "block": "background",
    "block_side": "background",
    "block_top": "background",
    "block_seen": "block",
    "block_cell": "block",
    "kernel": "background",
    "product": "background",
    "sum": "output",
    "heat": "background",
    "count": "background",
    "light": "background",
    "colour": "background",
    "frame_edge": "background",
    "frame": "background",
    "source_edge": "input",
    "source": "input",
    "point_edge": "window",
    "point": "window",
    "ring_edge": "window",
    "ring": "window",
    "edge": "heat",
    "accent": "background",
    "ray": "background",
    "bracket": "background",
    "slab_edge": "background",
    "channel": "input",
    "arrow": "background",
    "link": "background",
    "link_plus": "background",
    "link_minus": "background",
    "label": "background",
    "equation": "background",
    "faint": "background",
    "caption": "background",
}
# Roles that a theme may leave out, and those whose look they then take.
_STAND_IN = {
    "hidden": "output",
    "slab": "input",
    "window_hidden": "current",
    "block": "input",
    "block_side": "block",
    "block_top": "block",
    "block_seen": "window",
    "block_cell": "winner",
    "arrow": "ray",
    "bracket": "ray",
    "slab_edge": "ray",
    "kernel": "output_pending",
    "product": "output_pending",
    "sum": "current",
    "heat": "output_pending",
    "count": "heat",
    "light": "heat",
    "colour": "heat",
    "frame_edge": "differing_edge",
    "frame": "ray",
    "source_edge": "frame_edge",
    "source": "frame",
    "point_edge": "accent",
    "point": "source",
    "ring_edge": "point_edge",
    "ring": "point",
    "accent": "frame",
    "edge": "ray",
    "channel": "ray",
    "link": "ray",
    "link_plus": "frame",
    "link_minus": "frame",
    "differing_edge": "source",
    "differing": "frame",
    "faint": "caption",
}
_SERIES = ["#2aa198", "#d9822b", "#7a6fd0", "#b5a300", "#dd5a9a", "#6f8f00"]
_HEAT = ["#2166ac", "#f7f7f7", "#b2182b"]
_COUNT = ["#fdf6d8", "#5fb58a", "#123c47"]
_LIGHT: tuple[Colour, ...] = ((0, 0, 0), (255, 255, 255))
# Colours from zero to a level of 1; `heat` has as many below. Those of pictures, a hue in 15 bits, are not listed.
LEVELS = {"heat": 16, "count": 16, "light": 51, "colour": 31}
# How much of a series' colour goes into a role if a theme does not say, and what the rest of it is.
_TINTS = {
    "input": (0.4, "background"),
    "slab": (0.4, "background"),
    "output_pending": (0.25, "background"),
    "kernel": (0.55, "background"),
    "product": (0.35, "background"),
    "output_partial": (0.6, "background"),
    "output": (1.0, "background"),
    "window": (1.0, "background"),
    "current": (0.5, "shade"),
    "hidden": (0.6, "background"),
    "window_hidden": (1.0, "background"),
    "block": (0.38, "background"),
    "block_side": (0.95, "background"),
    "block_top": (0.7, "background"),
    "ray": (0.6, "shade"),
}
_FOLLOWED = 1.5  # how much wider than others lines of a hue are, so that they are told from each other
_LISTS = {
    "series": ("a list of colours", _SERIES[:2]),
    "heat": ("three colours, for -1, 0 and 1", _HEAT),
    "count": ("two to 16 colours, from 0 up", _COUNT),
}
_SECOND_TURN = 0.4  # how much of the background is in hues where they come up again: darker, orange is brown
_EDGES = (
    "edge",
    "source_edge",
    "source",
    "point_edge",
    "point",
    "ring_edge",
    "ring",
    "frame_edge",
    "frame",
    "differing_edge",
    "differing",
)
_LINES = ("accent", "ray", "bracket", "slab_edge", "channel", "arrow", "link", "link_plus", "link_minus", *_EDGES)
_TEXTS = ("label", "equation", "faint", "caption")
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
    heat: tuple[Colour, Colour, Colour]  # of signed numbers, at -1, 0 and 1
    font: str | None = None  # families and files
    count: tuple[Colour, ...] = ()  # of numbers that are not negative, from 0 to 1
    tints: Mapping[str, float] = field(default_factory=dict)  # how much of a series' colour goes into a role

    def style(self, role: str, series: int | None = None) -> Style:
        """The style of a role; in a series, some roles take the series' hue."""
        plain = self.styles[role]
        if series is None or role not in _TINTS:
            return plain
        usual, other = _TINTS[role]
        amount = self.tints.get(role, usual)
        ink = self.styles["current"].fill or (0, 0, 0)
        turn, place = divmod(series, len(self.series))
        hue = self.series[place] if turn % 2 == 0 else mixed(self.series[place], self.background, _SECOND_TURN)
        shade = (255, 255, 255) if readable(ink) == (0, 0, 0) else (0, 0, 0)  # darker than hues, or lighter, as the ink
        fill = mixed(shade if other == "shade" else self.background, hue, amount)
        if role in _LINES:
            return replace(plain, stroke=fill, width=_FOLLOWED * plain.width)
        return replace(plain, fill=fill, text=readable(fill))

    def level_steps(self, scale: str, levels: NDArray[np.float64]) -> NDArray[np.int64]:
        """Levels (N,) as the few steps that have colours of their own; infinite ones are the last steps.

        `scale` is the role of their cells. Those of `colour` are red, green and blue (N, 3), a step is all three.
        """
        steps = np.rint(np.clip(levels, -1 if scale == "heat" else 0, 1) * LEVELS[scale]).astype(np.int64)
        return steps if scale != "colour" else steps @ np.array([1 << 10, 1 << 5, 1])

    def level_colours(self, scale: str) -> Iterator[Colour]:
        """The colours of all steps of a scale but `colour`."""
        for step in range(-LEVELS[scale] if scale == "heat" else 0, LEVELS[scale] + 1):
            yield self._level_colour(scale, step)

    def levelled(self, scale: str, step: int) -> Style:
        """The style of the cells of a map in colours at one step of level."""
        fill = self._level_colour(scale, step)
        return replace(self.styles[scale], fill=fill, text=readable(fill))

    def _level_colour(self, scale: str, step: int) -> Colour:
        if scale == "colour":
            red, green, blue = (round((step >> bits & 31) * 255 / LEVELS[scale]) for bits in (10, 5, 0))
            return (red, green, blue)
        if scale == "heat":
            stops: tuple[Colour, ...] = (self.heat[1], self.heat[2] if step > 0 else self.heat[0])
        else:
            stops = _LIGHT if scale == "light" else self.count
        place = abs(step) / LEVELS[scale] * (len(stops) - 1)
        below = min(int(place), len(stops) - 2)
        return mixed(stops[below], stops[below + 1], place - below)


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
        raise refused(name, "base", f"{shown(base)} is no theme to start from", f"try {', '.join(theme_names())}")
    below = _packaged(base)
    whole = {**below, "name": Path(name).stem, **{key: entry for key, entry in table.items() if key != "base"}}
    whole["background"] = {**below["background"], **table_of(name, "background", table.get("background", {}))}
    whole["tints"] = {**below.get("tints", {}), **table_of(name, "tints", table.get("tints", {}))}
    own = table_of(name, "roles", table.get("roles", {}))
    roles = {role: {**below["roles"].get(role, {}), **table_of(name, f"roles.{role}", own[role])} for role in own}
    return {**whole, "roles": {**below["roles"], **roles}}


def _theme(name: str, table: Mapping[str, object]) -> Theme:
    for key in table:
        if key not in ("name", "background", "roles", "series", "tints", "heat", "count", "font"):
            rule = "a theme has name, base, background, roles, series, tints, heat, count and font"
            raise refused(name, key, "there is no such entry", rule)
    ground = table_of(name, "background", table.get("background"))
    for key in ground:
        if key not in ("fill", "transparent"):
            raise refused(name, f"background.{key}", "there is no such entry", "a background has fill and transparent")
    background = colour_of(name, "background.fill", ground.get("fill"))
    if background is None:
        raise refused(name, "background.fill", "edges need a colour to be drawn against", 'give one such as "#ffffff"')
    transparent = ground.get("transparent", False)
    if not isinstance(transparent, bool):
        raise refused(
            name, "background.transparent", f"{shown(transparent)} is not true or false", "give true or false"
        )
    roles = table_of(name, "roles", table.get("roles"))
    for role in roles:
        if role not in UNDER:
            fix = suggestion(role, UNDER, f"roles are {', '.join(UNDER)}")
            raise refused(name, f"roles.{role}", "there is no such role", fix)
    missing = [role for role in UNDER if role not in roles and role not in _STAND_IN]
    if missing:
        fix = f'give it, or say base = "{DEFAULT}" and give what differs from that'
        raise refused(name, f"roles.{missing[0]}", "the role is missing", fix)
    styles: dict[str, Style] = {}
    for role in UNDER:
        worn = role
        while worn not in roles:
            worn = _STAND_IN[worn]
        under = UNDER[worn]
        behind = styles[under].fill if under in styles else None
        styles[role] = _style(name, worn, table_of(name, f"roles.{worn}", roles[worn]), behind or background)
    series = _colours(name, "series", table.get("series", _SERIES), range(1, 65))
    tints = shares_of(name, "tints", table.get("tints", {}), tuple(_TINTS))
    low, middle, high = _colours(name, "heat", table.get("heat", _HEAT), range(3, 4))
    count = _colours(name, "count", table.get("count", _COUNT), range(2, 17))
    called = table.get("name", Path(name).stem)
    if not isinstance(called, str):
        raise refused(name, "name", f"{shown(called)} is not text", "put it in quotes")
    font = fonts_of(name, table.get("font"))
    return Theme(called, background, transparent, styles, series, (low, middle, high), font, count, tints)


def _colours(name: str, field: str, value: object, counts: range) -> tuple[Colour, ...]:
    """A list of colours, as many as may be."""
    if not isinstance(value, list) or len(value) not in counts:
        many, example = _LISTS[field]
        raise refused(name, field, f"it is not {many}", f"give it as {example}")
    found = [colour_of(name, f"{field} {i}", entry) for i, entry in enumerate(value, start=1)]
    if any(colour is None for colour in found):
        raise refused(name, field, '"none" is not a colour', 'give one such as "#268bd2"')
    return tuple(colour for colour in found if colour is not None)


def _style(name: str, role: str, table: Mapping[str, object], under: Colour) -> Style:
    where = f"roles.{role}"
    for key in table:
        if key not in _KEYS:
            raise refused(name, f"{where}.{key}", "there is no such entry", f"a role has {', '.join(_KEYS)}")
    fill = colour_of(name, f"{where}.fill", table.get("fill", "none"))
    stroke = colour_of(name, f"{where}.stroke", table.get("stroke", "none"))
    text = colour_of(name, f"{where}.text", table.get("text", "none"))
    if role in _LINES and stroke is None:
        raise refused(name, f"{where}.stroke", "a line needs a colour", 'give one such as "#002b36"')
    if role not in _LINES and text is None:
        raise refused(name, f"{where}.text", "text on it needs a colour", 'give one such as "#000000"')
    if role not in _LINES + _TEXTS and fill is None and stroke is None:
        raise refused(name, where, "it has neither fill nor stroke and would not be seen", "give one of them")
    alpha = number_of(name, f"{where}.alpha", table.get("alpha", 1), 0, 1)
    width = number_of(name, f"{where}.width", table.get("width", 1.5), 0.25, 20)
    dashes = table.get("dash", [])
    if not isinstance(dashes, list) or len(dashes) not in (0, 2):
        raise refused(
            name, f"{where}.dash", f"{shown(dashes)} is not two lengths", "give a dash and a gap such as [5, 4]"
        )
    dash = tuple(number_of(name, f"{where}.dash", length, 0.5, 100) for length in dashes)
    if fill is not None:
        fill = mixed(under, fill, alpha)
    return Style(fill, stroke, width, dash, text)
