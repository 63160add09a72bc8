"""A layer of a chain that is written as code: made for the map that it gets."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convanim.code.read_code import is_code, read_code
from convanim.code.signatures import Asked
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import Sizes
from convanim.networks.chain import Chain
from convanim.networks.pointwise import FUNCTIONS, Pointwise, Stage

_STAGES = (*OPERATIONS, *FUNCTIONS)
_LOOKED_AT = 1_000  # pieces; a chain of more stages is refused
_POINTWISE = re.compile(r"(?:[A-Za-z_][\w.]*\.)?([A-Za-z]{3,8})\((?:inplace=(?:True|False))?\)")


@dataclass(frozen=True)
class CodeStage:
    """A stage's code, and what is told what is to be said of it. It is called with the map's size and channels."""

    op: str
    say: Callable[[str], None] = lambda note: None
    framework: str | None = None

    def __call__(self, size: Sizes, channels: int | None) -> Sequence[Stage]:
        """The layer, or the layers that it is; raises RequestError."""
        plain = _POINTWISE.fullmatch(self.op.strip())
        if plain and plain[1].lower() in FUNCTIONS:
            return (Pointwise(plain[1].lower(), size, channels),)
        written = "x".join(map(str, size))
        given = written if channels is None else f"{channels}@{written}"
        coded = read_code(self.op, given, self.framework, Asked(dims=len(size)))
        for note in coded.notes:
            self.say(note)
        return coded.figure.stages if isinstance(coded.figure, Chain) else (coded.figure,)


def stage_texts(text: str) -> list[str]:
    """The stages of a text, between its commas; those inside brackets and quotes are none of theirs."""
    found, depth, quoted, start = [], 0, "", 0
    for at, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"":
            quoted = character
        elif character == "," and depth == 0:
            found.append(text[start:at])
            start = at + 1
        else:
            depth += (character in "([{") - (character in ")]}")
    return [piece.strip() for piece in (*found, text[start:])]


def are_stages(text: str) -> bool:
    """Whether a text with code in it is a chain: stages with commas between them, some of which are code."""
    pieces = [piece for piece in stage_texts(text) if piece] if "\n" not in text.strip() else []
    if len(pieces) < 2 or any("=" in piece.partition("(")[0] for piece in pieces):
        return False
    return all(is_stage(piece) for piece in pieces[:_LOOKED_AT])


def is_stage(piece: str) -> bool:
    """Whether a text is one stage: an operation's or a function's name, alone or with its words, or code."""
    words = piece.split()
    return is_code(piece) or words[0].lower() in _STAGES
