"""Looking into PDF files, as far as ours go: their objects, and what their pages fill at some points."""

import re
import zlib
from dataclasses import dataclass

import numpy as np

from convanim.scene.scene import Floats

_OBJECT = re.compile(rb"(?<=\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)


@dataclass(frozen=True)
class Pdf:
    """A file's objects by their numbers, and the numbers of its pages in order."""

    objects: dict[int, bytes]
    pages: list[int]

    def stream(self, number: int) -> bytes:
        """An object's stream, unpacked."""
        head, _, rest = self.objects[number].partition(b"stream\n")
        data = rest.removesuffix(b"\nendstream")
        return zlib.decompress(data) if b"/FlateDecode" in head else data

    def content(self, page: int) -> bytes:
        """What a page draws."""
        (number,) = _refs(self.objects[self.pages[page]], b"Contents")
        return self.stream(number)

    def box(self, page: int) -> list[float]:
        """The edges of a page, in points."""
        found = re.search(rb"/MediaBox \[(.*?)\]", self.objects[self.pages[page]], re.DOTALL)
        assert found
        return [float(number) for number in found[1].split()]

    def fills(self, page: int, points: Floats) -> Floats:
        """The colours (N, 3) from 0 to 1 that a page leaves at points (N, 2), white where it fills nothing.

        Lines and text are left out.
        """
        colours = np.ones((len(points), 3))
        self._paint(self.content(page), points, np.zeros(3), colours)
        return colours

    def _paint(self, content: bytes, points: Floats, fill: Floats, colours: Floats) -> None:
        given: list[str] = []
        path: list[list[tuple[float, float]]] = []
        for word in re.sub(rb"q [^\n]* cm\nq.*?Q\nQ", b"", content, flags=re.DOTALL).decode("latin-1").split():
            if re.fullmatch(r"[-+.\d]+|/\S+|\[.*|.*\]", word):
                given.append(word)
                continue
            numbers = [float(w) for w in given if re.fullmatch(r"[-+.\d]+", w)]
            if word == "m":
                path.append([(numbers[-2], numbers[-1])])
            elif word == "l":
                path[-1].append((numbers[-2], numbers[-1]))
            elif word in ("rg", "g"):
                fill = np.array(numbers[-3:] if word == "rg" else numbers[-1:] * 3)
            elif word == "f":
                for corners in path:
                    colours[_inside(np.array(corners[:4]), points)] = fill
            elif word == "Do":
                self._paint(self.stream(self._form(given[-1])), points, fill, colours)
            if word in ("f", "S", "n"):
                path = []
            given = []

    def _form(self, name: str) -> int:
        resources = next(body for body in self.objects.values() if b"/ProcSet" in body)
        (forms,) = _refs(resources, b"XObject")
        (number,) = _refs(self.objects[forms], name[1:].encode())
        return number


def opened(data: bytes) -> Pdf:
    """A file's objects; each must be where the file's own table says."""
    objects = {}
    for found in _OBJECT.finditer(data):
        objects[int(found[1])] = found[2]
        assert b"\n%010d 00000 n " % found.start() in data
    (root,) = [body for body in objects.values() if b"/Type /Pages" in body]
    return Pdf(objects, [int(number) for number in re.findall(rb"(\d+) 0 R", root)])


def _refs(body: bytes, key: bytes) -> list[int]:
    return [int(number) for number in re.findall(rb"/%s\s+(\d+)\s+0\s+R" % key, body)]


def _inside(corners: Floats, points: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which points lie in a convex area."""
    along = np.roll(corners, -1, axis=0) - corners
    to = points[:, None, :] - corners
    side = along[:, 0] * to[..., 1] - along[:, 1] * to[..., 0]
    return np.asarray((side >= 0).all(axis=1) | (side <= 0).all(axis=1))
