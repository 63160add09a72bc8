"""What the pictures of an animation are made of: each thing drawn once, and in which of them it is shown and where.

Pictures are numbered; each shows one step, and steps ascend.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np

from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.scene import Always, Anchor, Blocks, Cells, Floats, Ints, Lines, Scene, Shape, Since, Texts, shown
from convanim.style.marks import Areas, Strokes, marks
from convanim.style.theme import Colour, Theme

Dash: TypeAlias = tuple[float, tuple[float, float]]


@dataclass(frozen=True)
class Paint:
    """How areas are filled, lines drawn or texts written; a colour for each theme."""

    colours: tuple[Colour, ...]
    width: float | None = None  # of lines
    dash: Dash | None = None
    em: float | None = None  # of texts
    anchor: Anchor = "start"
    font: Metrics = BUNDLED
    strength: float = 1.0  # how much of lines is seen

    @property
    def depth(self) -> int:
        """Within one shape, areas lie under lines, and lines under texts."""
        return 2 if self.em is not None else 1 if self.width is not None else 0


@dataclass(frozen=True)
class Piece:
    """Things of one paint: the corners of areas (N, 4, 2), the ends of lines (N, 2, 2) or texts' starts (N, 1, 2)."""

    paint: Paint
    points: Floats
    texts: tuple[str, ...] = ()

    def shifted(self, offset: Floats) -> "Piece":
        """The same, elsewhere."""
        return replace(self, points=self.points + offset)


@dataclass(frozen=True)
class SvgPart:
    """Pieces that are shown in the same pictures, and how far they then are from where they stand; None: in all."""

    pieces: tuple[Piece, ...]
    pictures: Sequence[int] | None = None
    offsets: Floats | None = None  # (pictures, 2); None where they do not move


def parts(
    scene: Scene, steps: Sequence[int], themes: Sequence[Theme], progress: Callable[[], None]
) -> Iterator[SvgPart]:
    """All parts of the pictures that show `steps`, in drawing order. `progress` is called for each picture."""
    casts: list[_Cast] = []
    for shape in scene.shapes:
        if _is_persistent(shape) or len(steps) == 1:
            casts.append(_Persistent(shape, steps, themes, scene.unit))
        elif isinstance(shape, Texts):
            casts.append(_Shorter())
        else:
            casts.append(_Apart() if isinstance(shape, Cells) and shape.levels is not None else _Together())
    for picture, step in enumerate(steps):
        for shape, cast in zip(scene.shapes, casts):
            if not isinstance(cast, _Persistent):
                cast.see(picture, _pieces(shape, step, shown(shape.when, len(shape), step), themes, scene.unit))
        progress()
    for cast in casts:
        yield from cast.parts(len(steps))


def _is_persistent(shape: Shape) -> bool:
    """Whether a shape's elements are still, or come and stay, and always look alike."""
    if isinstance(shape, Lines | Blocks):
        return isinstance(shape.when, Always) and not callable(shape.series)
    if callable(shape.series) or callable(shape.levels) or (isinstance(shape, Texts) and callable(shape.text)):
        return False
    return isinstance(shape.when, Always | Since)


def _pieces(shape: Shape, step: int, elements: Ints, themes: Sequence[Theme], unit: float) -> list[Piece]:
    """What is drawn of a shape's elements at a step; themes differ in their colours alone."""
    found = []
    for alike in zip(*(marks(shape, step, elements, theme, unit) for theme in themes), strict=True):
        mark, colours = alike[0], tuple(mark.colour for mark in alike)
        if isinstance(mark, Areas):
            found.append(Piece(Paint(colours), mark.corners))
        elif isinstance(mark, Strokes):
            found.append(Piece(Paint(colours, mark.width, mark.dash, strength=mark.strength), mark.ends))
        else:
            paint = Paint(colours, em=mark.em, anchor=mark.anchor, font=mark.font)
            found.append(Piece(paint, mark.starts[:, None, :], mark.texts))
    return found


class _Cast(Protocol):
    """What is known of one shape in the pictures seen so far."""

    def see(self, picture: int, pieces: list[Piece]) -> None: ...

    def parts(self, pictures: int) -> Iterator[SvgPart]: ...


class _Persistent:
    """Elements that are still, or come and stay: those that come together are one part."""

    def __init__(self, shape: Shape, steps: Sequence[int], themes: Sequence[Theme], unit: float) -> None:
        self._pieces: list[tuple[int, list[Piece]]] = []  # from which picture on
        if len(steps) == 1 or not isinstance(shape.when, Since):
            elements = shown(shape.when, len(shape), steps[0])
            self._pieces.append((0, _pieces(shape, steps[0], elements, themes, unit)))
            return
        first = np.searchsorted(np.asarray(steps), shape.when.steps)
        bounds = [0, *(np.flatnonzero(np.diff(first)) + 1).tolist(), len(first)]
        for start, end in pairwise(bounds):
            if start < end and first[start] < len(steps):
                elements = np.arange(start, end)
                picture = int(first[start])
                self._pieces.append((picture, _pieces(shape, steps[picture], elements, themes, unit)))

    def see(self, picture: int, pieces: list[Piece]) -> None:
        """Nothing that is not known."""

    def parts(self, pictures: int) -> Iterator[SvgPart]:
        """Areas before lines before texts; a line that neighbours share comes with the first of them."""
        found: list[tuple[int, SvgPart]] = []
        drawn: set[tuple[Paint, bytes]] = set()
        for first, pieces in self._pieces:
            for piece in pieces:
                fresh = piece if len(self._pieces) == 1 else _fresh(piece, drawn)
                if fresh is not None:
                    part = SvgPart((fresh,), None if first == 0 else range(first, pictures))
                    found.append((piece.paint.depth, part))
        yield from (part for _, part in sorted(found, key=lambda entry: entry[0]))


def _fresh(piece: Piece, drawn: set[tuple[Paint, bytes]]) -> Piece | None:
    """What of a piece's lines was not drawn yet; all of any other piece."""
    if piece.paint.width is None:
        return piece
    kept = []
    for number, ends in enumerate(piece.points):
        key = (piece.paint, ends.tobytes())
        if key not in drawn:
            drawn.add(key)
            kept.append(number)
    return replace(piece, points=piece.points[kept]) if kept else None


class _Together:
    """All that is shown at once as one part; where it looks the same elsewhere, it has moved there."""

    def __init__(self) -> None:
        self._seen: dict[tuple[object, ...], tuple[list[Piece], list[int], list[Floats]]] = {}

    def see(self, picture: int, pieces: list[Piece]) -> None:
        """Take note of a picture."""
        if not pieces:
            return
        origin = pieces[0].points[0, 0]
        key = tuple(
            (piece.paint, piece.texts, (np.round(piece.points - origin, 3) + 0.0).tobytes(), piece.points.shape)
            for piece in pieces
        )
        _, pictures, origins = self._seen.setdefault(key, (pieces, [], []))
        pictures.append(picture)
        origins.append(origin)

    def parts(self, pictures: int) -> Iterator[SvgPart]:
        """One part for each look."""
        for pieces, numbers, origins in self._seen.values():
            offsets = np.array(origins) - origins[0]
            yield SvgPart(tuple(pieces), numbers, offsets if offsets.any() else None)

    @property
    def cost(self) -> int:
        """About how many bytes it takes."""
        return sum(
            60 + 30 * sum(len(piece.points) for piece in pieces) + 40 * len(numbers)
            for pieces, numbers, _ in self._seen.values()
        )


class _Apart:
    """Every element by itself; those of one paint that are shown in the same pictures are one part."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Paint, str, bytes], list[int]] = {}

    def see(self, picture: int, pieces: list[Piece]) -> None:
        """Take note of a picture."""
        for piece in pieces:
            texts = piece.texts or ("",) * len(piece.points)
            for text, points in zip(texts, piece.points):
                self._seen.setdefault((piece.paint, text, points.tobytes()), []).append(picture)

    def parts(self, pictures: int) -> Iterator[SvgPart]:
        """One part for each paint and each set of pictures."""
        alike: dict[tuple[Paint, tuple[int, ...]], list[tuple[str, bytes]]] = {}
        for (paint, text, points), seen in self._seen.items():
            alike.setdefault((paint, tuple(seen)), []).append((text, points))
        for (paint, numbers), elements in sorted(alike.items(), key=lambda entry: entry[0][0].depth):
            places = np.stack([np.frombuffer(points).reshape(-1, 2) for _, points in elements])
            texts = tuple(text for text, _ in elements) if paint.em is not None else ()
            yield SvgPart((Piece(paint, places, texts),), None if len(numbers) == pictures else numbers)

    @property
    def cost(self) -> int:
        """About how many bytes it takes."""
        jumps = sum(1 + sum(b > a + 1 for a, b in pairwise(numbers)) for numbers in self._seen.values())
        return 60 * len(self._seen) + 40 * jumps


class _Shorter:
    """Texts together or apart, whichever takes fewer bytes."""

    def __init__(self) -> None:
        self._ways: tuple[_Together, _Apart] = (_Together(), _Apart())

    def see(self, picture: int, pieces: list[Piece]) -> None:
        """Take note of a picture."""
        for way in self._ways:
            way.see(picture, pieces)

    def parts(self, pictures: int) -> Iterator[SvgPart]:
        """Those of the shorter way."""
        together, apart = self._ways
        yield from (together if together.cost <= apart.cost else apart).parts(pictures)
