"""Names of files that need no quoting in any language that they are pasted into."""

import re
import unicodedata
from collections.abc import Sequence

_OTHERS = re.compile("[^A-Za-z0-9_-]+")


def plain_name(name: str) -> str:
    """A name in ASCII letters, digits, hyphens and underscores; letters lose their accents, the rest is a hyphen."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _OTHERS.sub("-", letters).strip("-") or "figure"


def plain_names(names: Sequence[str]) -> list[str]:
    """A plain name for each, no two alike even where case does not count: those that come again are numbered."""
    found: dict[str, str] = {}  # by how they are where case does not count
    last: dict[str, int] = {}
    for name in map(plain_name, names):
        number, chosen = last.get(name.lower(), 1), name
        while chosen.lower() in found:
            number += 1
            chosen = f"{name}-{number}"
        last[name.lower()] = number
        found[chosen.lower()] = chosen
    return list(found.values())
