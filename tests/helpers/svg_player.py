"""Plays an SVG by the rules of CSS, without a browser: what is shown at a time, where, and in which paint.

It knows what such a file may hold, and nothing of how it was written: classes, one kind of animation, key frames,
two media queries.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias
from xml.etree import ElementTree

import numpy as np

from convanim.scene.scene import Floats

SVG = "{http://www.w3.org/2000/svg}"
Declarations: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Shown:
    """An area (its corners), lines (their ends) or a text (its point) as they are seen."""

    paint: Declarations
    polygons: list[Floats]
    lines: list[Floats]
    text: str | None = None

    @property
    def colour(self) -> str:
        """Of its areas or letters, or of its lines."""
        return _long(self.paint.get("stroke") or self.paint["fill"])


class Player:
    """One file."""

    def __init__(self, svg: bytes) -> None:
        self.root = ElementTree.fromstring(svg)
        self.duration, self.rounds = 0.0, float("inf")  # seconds of one round, and how many there are
        self._classes: dict[str, Declarations] = {}
        self._dark: dict[str, Declarations] = {}
        self.key_frames: dict[str, dict[float, Declarations]] = {}
        self._stays = self._can_rest = False
        style = self.root.find(f"{SVG}style")
        assert style is not None
        for prelude, body in _rules(style.text or ""):
            self._take(prelude, body)

    def _take(self, prelude: str, body: str) -> None:
        scope = f"#{self.root.get('id')} "
        if prelude.startswith("@keyframes "):
            frames: dict[float, Declarations] = {}
            for times, declared in _rules(body):
                for time in times.split(","):
                    at = 100.0 if time == "to" else float(time.removesuffix("%"))
                    assert at not in frames
                    frames[at] = _declared(declared)
            self.key_frames[prelude.split()[1]] = frames
        elif prelude == "@media (prefers-color-scheme:dark)":
            self._dark = {name.removeprefix(scope + "."): _declared(what) for name, what in _rules(body)}
        elif prelude == "@media (prefers-reduced-motion:reduce)":
            assert body == f"{scope}[style]{{animation:none!important}}"
            self._can_rest = True
        elif prelude == f"{scope}[style]":
            duration, timing, rounds, *fill = body.removeprefix("animation:").split()
            assert timing == "step-start"
            self.duration = float(duration.removesuffix("s"))
            self.rounds = float("inf") if rounds == "infinite" else float(rounds)
            self._stays = fill == ["forwards"]
        else:
            assert prelude.startswith(f"{scope}."), prelude
            self._classes[prelude.removeprefix(f"{scope}.")] = _declared(body)

    def at(self, seconds: float, *, reduced: bool = False, dark: bool = False) -> list[Shown]:
        """What is shown at a time, in drawing order; where motion is `reduced`, or surroundings are `dark`."""
        progress: float | None = None
        if self.duration and not (reduced and self._can_rest):
            rounds = seconds / self.duration
            if rounds < self.rounds:
                progress = 100 * (rounds % 1)
            elif self._stays:
                progress = 100.0
        classes = {name: paint | (self._dark.get(name, {}) if dark else {}) for name, paint in self._classes.items()}
        return list(self._walk(self.root, progress, classes, {}, True, np.zeros(2)))

    def _walk(
        self,
        element: ElementTree.Element,
        progress: float | None,
        classes: dict[str, Declarations],
        paint: Declarations,
        is_seen: bool,
        offset: Floats,
    ) -> Iterator[Shown]:
        if "class" in element.attrib:
            paint = classes[element.attrib["class"]]
        if "visibility" in element.attrib:
            is_seen = element.get("visibility") == "visible"
        if "style" in element.attrib and progress is not None:
            name = element.attrib["style"].removeprefix("animation-name:")
            visibility = self._value(name, "visibility", progress)
            is_seen = is_seen if visibility is None else visibility == "visible"
            offset = offset + _translated(self._value(name, "transform", progress))
        if element.tag == f"{SVG}path" and is_seen and paint.get("fill") != "none":
            paths = list(_paths(element.attrib["d"]))
            if "stroke" in paint:
                segments = [np.stack([a, b]) + offset for path in paths for a, b in pairwise(path)]
                yield Shown(paint, [], segments)
            else:
                yield Shown(paint, [np.array(path) + offset for path in paths], [])
        elif element.tag == f"{SVG}text" and is_seen:
            point = np.array([float(element.attrib["x"]), float(element.attrib["y"])]) + offset
            yield Shown(paint, [], [point], element.text or "")
        for child in element:
            yield from self._walk(child, progress, classes, paint, is_seen, offset)

    def _value(self, name: str, what: str, progress: float) -> str | None:
        """A property as key frames have it; None where they leave it to the element itself."""
        told = {time: declared[what] for time, declared in self.key_frames[name].items() if what in declared}
        if progress == 100:
            return told.get(100)
        return next((told[time] for time in sorted(told) if time > progress), None)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet or a block: what stands before the braces, and what between them."""
    depth, start, opened = 0, 0, 0
    for place, character in enumerate(css):
        if character == "{":
            depth += 1
            opened = place if depth == 1 else opened
        elif character == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : place]
                start = place + 1
    assert depth == 0
    assert not css[start:].strip()


def _declared(css: str) -> Declarations:
    return {name: value for name, _, value in (part.partition(":") for part in css.split(";"))}


def _translated(transform: str | None) -> Floats:
    if transform is None:
        return np.zeros(2)
    numbers = transform.removeprefix("translate(").removesuffix(")").split(",")
    x, y = (float(n.removesuffix("px")) for n in (*numbers, "0")[:2])
    return np.array([x, y])


def _paths(data: str) -> Iterator[list[Floats]]:
    """The points of each path in path data."""
    at = np.zeros(2)
    path: list[Floats] = []
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if command in "Mm":
            if path:
                yield path
            at = np.array(numbers) + (at if command == "m" else 0)
            path = [at]
        elif command == "z":
            at = path[0]
            yield [*path, at]
            path = []
        else:
            steps = {"h": [(n, 0.0) for n in numbers], "v": [(0.0, n) for n in numbers]}
            for step in steps.get(command) or list(zip(numbers[::2], numbers[1::2])) if command in "hvl" else []:
                at = at + np.array(step)
                path.append(at)
            if command == "H":
                at = np.array([numbers[0], at[1]])
                path.append(at)
    if path:
        yield path


def _long(colour: str) -> str:
    return "#" + "".join(2 * c for c in colour[1:]) if len(colour) == 4 else colour
