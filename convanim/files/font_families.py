"""Where the fonts of a family are: matplotlib's list of the fonts that are installed, and all faces of collections."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from convanim.files.quiet_libraries import before_they_load

_GENERIC = {"sans-serif": "DejaVuSans.ttf", "serif": "DejaVuSerif.ttf", "monospace": "DejaVuSansMono.ttf"}
_COLLECTIONS = (".ttc", ".otc")
_REGULAR = 400  # the weight of plain text


def bundled_file(name: str) -> str:
    """A font's file of those that come with matplotlib."""
    before_they_load()
    import matplotlib

    return os.path.join(matplotlib.get_data_path(), "fonts", "ttf", name)


def family_place(family: str) -> tuple[str, int] | None:
    """The file of a family's regular style, and its number there; None where no such family is installed.

    CSS's `sans-serif`, `serif` and `monospace` are those that come with matplotlib.
    """
    wanted = " ".join(family.casefold().split())
    if wanted in _GENERIC:
        return bundled_file(_GENERIC[wanted]), 0
    listed = [e for e in _listed() if e.name.casefold() == wanted and os.path.isfile(e.fname)]
    if listed:
        best = min(listed, key=_distance)
        return best.fname, getattr(best, "index", 0)
    found = [each for each in _unlisted() if each[0].casefold() == wanted]
    return min(found, key=lambda each: each[3])[1:3] if found else None


def families() -> list[str]:
    """The names of all families that are installed."""
    return sorted({*(entry.name for entry in _listed()), *(family for family, *_ in _unlisted()), *_GENERIC})


def _listed() -> list[Any]:
    before_they_load()
    from matplotlib.font_manager import fontManager

    return list(fontManager.ttflist)


def _distance(entry: Any) -> tuple[object, ...]:
    """How far a font is from plain text; of two that are as near, those that come with matplotlib first."""
    weight = entry.weight if isinstance(entry.weight, int) else _REGULAR
    plain = (entry.style != "normal", entry.variant != "normal", entry.stretch != "normal", abs(weight - _REGULAR))
    return (*plain, not entry.fname.startswith(os.path.dirname(bundled_file(""))), entry.fname)


@cache
def _unlisted() -> tuple[tuple[str, str, int, tuple[object, ...]], ...]:
    """Fonts that matplotlib does not list: family, file, number, and how far from plain text.

    It may list the first of a collection alone, and none that came after the list was made.
    """
    from matplotlib.font_manager import findSystemFonts

    listed = {entry.fname for entry in _listed()}
    paths = sorted(p for p in findSystemFonts() if p not in listed or p.lower().endswith(_COLLECTIONS))
    return tuple(face for path in paths for face in _faces_of(path))


def _faces_of(path: str) -> Iterator[tuple[str, str, int, tuple[object, ...]]]:
    """The faces of a file; none where it is not a font."""
    from fontTools.ttLib import TTFont

    number, count = 0, 1
    while number < count:
        try:
            with TTFont(path, fontNumber=number, lazy=True) as font:
                count = getattr(font.reader, "numFonts", 1) or 1
                style = font["OS/2"]
                distance = (bool(style.fsSelection & 1), abs(style.usWeightClass - _REGULAR), path, number)
                names = {font["name"].getDebugName(which) for which in (1, 16)}
        except Exception:  # a reader of fonts may raise anything where a file is not what it says
            return
        yield from ((name, path, number, distance) for name in sorted(filter(None, names)))
        number += 1
