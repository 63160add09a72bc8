"""Reading interactive pages back: their words, their colours, and what the scene in them shows in each state."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from typing import Any

VOID = {"meta", "input", "link", "br", "img", "source"}


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[Element] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"{tag} closes {self.open[-1].tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())


@dataclass
class Page:
    """A page: its elements in order, its comments, and the scene in it."""

    elements: list[Element]
    comments: list[str]
    scene: dict[str, Any] = field(default_factory=dict)

    def all(self, tag: str) -> list[Element]:
        """The elements of one kind."""
        return [element for element in self.elements if element.tag == tag]

    def fills(self) -> list[dict[int, str]]:
        """The colour of each paint's areas, in each theme."""
        css = self.all("style")[0].text
        return [dict(_numbered(r"\.p(\d+) \.a\{fill:(#[0-9a-f]{6})\}", part)) for part in css.split("@media (prefers")]

    def keys(self, numbers: list[int]) -> set[tuple[str | int, ...]]:
        """The cells in some sets."""
        return {
            (self.scene["maps"][name], *key)
            for name, blocks in (self.scene["sets"][number] for number in numbers)
            for block in blocks
            for key in product(*([a + i * (c[1:] or [1])[0] for i in range((c or [1])[0])] for a, *c in block))
        }

    def elements_at(self, shape: dict[str, Any], count: int, state: int) -> list[int]:
        """Which elements of a shape are shown in a state."""
        if "when" not in shape:
            return list(range(count))
        when = self.scene["whens"][shape["when"]]
        if "since" in when:
            return list(range(when["since"][state]))
        return [n for box in at(when["during"], state) for n in _unboxed(*box)]

    def places(self, shape: dict[str, Any]) -> list[tuple[int, int]]:
        """The rows and columns of a shape's cells."""
        rectangles = [(*found, *[1] * (4 - len(found))) for found in self.scene["cells"][shape["cells"]]]
        return [(r + i, c + j) for r, c, rows, columns in rectangles for i in range(rows) for j in range(columns)]

    def key(self, shape: dict[str, Any], element: int) -> tuple[str | int, ...]:
        """What a cell stands for."""
        place = self.places(shape)[element]
        key = []
        for axis in shape["keys"]:
            if len(axis) == 3:
                number, rest = divmod(place[axis[0]] - axis[1], axis[2])
                assert not rest
            else:
                number = axis[0][element] if isinstance(axis[0], list) else axis[0]
            key.append(number)
        return (self.scene["maps"][shape["map"]], *key)

    def text(self, shape: dict[str, Any], element: int, state: int) -> str:
        """What stands at an element of a shape."""
        if "text" in shape:
            return str(self.scene["texts"][shape["text"]][element])
        return str(_last(shape["changes"], element, state))

    def level(self, shape: dict[str, Any], element: int, state: int) -> int:
        """The step of level of an element."""
        if "levels" in shape:
            return int(self.scene["texts"][shape["levels"]][element])
        return int(_last(shape["levelChanges"], element, state))


def at(track: dict[str, Any], state: int) -> Any:
    """The value of a track in a state."""
    values = track["of"]
    return values[0 if len(values) == 1 else track["at"][state] if "at" in track else state]


def read_page(text: str) -> Page:
    """A page from its text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    scripts = [element for element in reader.found if element.attributes.get("id") == "scene"]
    return Page(reader.found, reader.comments, json.loads(scripts[0].text) if scripts else {})


def _unboxed(start: int, count: int = 1, step: int = 1, rows: int = 1, down: int = 1) -> list[int]:
    return [start + row * down + i * step for row in range(rows) for i in range(count)]


def _last(changes: list[list[Any]], element: int, state: int) -> Any:
    found = None
    for changed in changes[: state + 1]:
        for name, value in zip(changed[::2], changed[1::2]):
            found = value if name == element else found
    return found


def _numbered(pattern: str, text: str) -> list[tuple[int, str]]:
    return [(int(number), value) for number, value in re.findall(pattern, text)]
