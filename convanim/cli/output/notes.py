"""Notes: what a run has to say besides its results, on standard error, each thing once."""

from collections.abc import Iterable, Sequence

from convanim.cli.output.streams import say

_NAMED = 3  # figures that a note of several is said of by name


class Notes:
    """Says the notes of one run; says none where it is to be quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._said: set[str] = set()

    def __call__(self, note: str) -> None:
        """Say a note, unless it was said already."""
        if not self.quiet and note not in self._said:
            self._said.add(note)
            say(f"Note: {note}")

    def of_figures(self, notes: Iterable[tuple[str, str]]) -> None:
        """Say the notes of several figures, pairs of a figure's name and a note; what is true of more is said once."""
        figures: dict[str, list[str]] = {}
        for name, note in notes:
            figures.setdefault(note, []).append(name)
        for note, names in figures.items():
            self(f"{_listed(names)}: {note}")

    def of_replaced(self, paths: Sequence[str]) -> None:
        """Say which files held something else before."""
        if paths:
            self(f"{_listed(paths)} held something else, which is replaced")


def _listed(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return ", ".join(shown[:_NAMED]) + more
