"""A network in a few words: `conv 7x7 64 s2 p3, relu, residual(conv 1x1 64, conv 3x3 64 p1, conv 1x1 256)`.

Stages stand one after another, between commas. Blocks hold branches, each in quotes or brackets where it has several:

    parallel(A, B, …)   the branches' outputs behind one another, by their channels
    residual(A, B)      A's output added to B's, or to what both read where B is left out
    skip(A)             what A reads, cut to A's size, and A's output behind one another
    gate(A)             what A reads, times A's output: one number a channel
    repeat(3, A)        A three times, one after another

A stage may have a name before a colon: `stem: conv 7x7 64 s2 p3`.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.text.code_text import add_code
from convanim.code.read_code import is_code
from convanim.code.stages import stage_texts
from convanim.errors import RequestError, shown, suggestion
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import Sizes
from convanim.networks.between import Pad
from convanim.networks.made import BETWEEN, cropped
from convanim.networks.pointwise import FUNCTIONS

DEEPEST = 20  # blocks inside each other
_MOST_TIMES = 1_000
_NAMED = re.compile(r"([A-Za-z_][\w./-]{0,59}):\s+(?=\S)")
_BLOCK = re.compile(r"([a-z]+)\s*\((.*)\)", re.DOTALL)
_BIAS = re.compile(r"\bbias=(true|false)\b")
_KNOWN = (*OPERATIONS, *FUNCTIONS, *BETWEEN)

Block: TypeAlias = Callable[[Gathered, list[str], str, int, str], str]


def add_stages(found: Gathered, text: str, source: str, depth: int = 0) -> str:
    """Add the stages of a text, the first of which reads `source`; returns the name of the last.

    Raises RequestError for what is no stage, and for too many, or too many inside each other.
    """
    if depth > DEEPEST:
        raise RequestError("network", None, f"has more than {DEEPEST} blocks inside each other", "give a part of it")
    for piece in stage_texts(text):
        if piece:
            source = _added(found, piece, source, depth)
    return source


def _added(found: Gathered, piece: str, source: str, depth: int) -> str:
    named = _NAMED.match(piece)
    name, stage = (named[1], piece[named.end() :]) if named else ("", piece)
    block = _BLOCK.fullmatch(stage.strip())
    if block and block[1] in BLOCKS:
        parts = stage_texts(block[2])
        return BLOCKS[block[1]](found, parts[: -1 if parts[-1] == "" else None], source, depth + 1, name)
    word = (stage.split() or [""])[0].lower()
    if is_code(stage):
        return add_code(found, stage, source, name)
    if word not in _KNOWN:
        fix = suggestion(word, (*_KNOWN, *BLOCKS), f"try {', '.join((*_KNOWN, *BLOCKS))}")
        raise RequestError("network", shown(stage), "no such stage", fix)
    bias = _BIAS.search(stage)
    what = " ".join(_BIAS.sub("", stage).split()) if bias else stage
    return found.add(what, (source,), word, name, has_bias=bias is None or bias[1] == "true")


def _bare(part: str) -> str:
    """A branch without the quotes or the brackets around it."""
    if len(part) > 1 and part[0] == part[-1] and part[0] in "'\"":
        return part[1:-1]
    if part.startswith("(") and part.endswith(")") and _closes_last(part):
        return part[1:-1]
    return part


def _closes_last(part: str) -> bool:
    """Whether the bracket that opens a text is the one that closes it."""
    depth = 0
    for at, character in enumerate(part):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at == len(part) - 1
    return False


def _parallel(found: Gathered, parts: list[str], source: str, depth: int, name: str) -> str:
    if len(parts) < 2:
        raise RequestError("network", "parallel", "it has two branches or more", "write parallel(conv 1x1 8, relu)")
    return found.add("concat", tuple(_branch(found, part, source, depth) for part in parts), "concat", name)


def _residual(found: Gathered, parts: list[str], source: str, depth: int, name: str) -> str:
    if len(parts) == 2 and _bare(parts[0]) != parts[0]:  # two branches; else one, which has both as its stages
        end, other = (_branch(found, part, source, depth) for part in parts)
    else:
        end, other = _body("residual", found, parts, source, depth), source
    return found.add("add", (end, other), "add", name)


def _skip(found: Gathered, parts: list[str], source: str, depth: int, name: str) -> str:
    end = _body("skip", found, parts, source, depth)
    cut = found.add(_to_size, (source, end), "crop")
    return found.add("concat", (cut, end), "concat", name)


def _gate(found: Gathered, parts: list[str], source: str, depth: int, name: str) -> str:
    return found.add("multiply", (source, _body("gate", found, parts, source, depth)), "multiply", name)


def _repeat(found: Gathered, parts: list[str], source: str, depth: int, name: str) -> str:
    if not parts:
        raise RequestError("network", "repeat", "how often is missing", "write repeat(2, conv 3x3 8 p1)")
    times = int(parts[0]) if parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 5 else 0
    if not 1 <= times <= _MOST_TIMES:
        raise RequestError("network", f"repeat({shown(parts[0])}, …)", f"from 1 to {_MOST_TIMES:,} times", "try 2")
    for _ in range(times):
        source = _body("repeat", found, parts[1:], source, depth)
    return source


def _branch(found: Gathered, part: str, source: str, depth: int) -> str:
    return add_stages(found, _bare(part.strip()), source, depth)


def _body(block: str, found: Gathered, parts: list[str], source: str, depth: int) -> str:
    """The one branch of a block, its stages with or without brackets around them. Raises RequestError for none."""
    end = source
    for part in parts:
        end = _branch(found, part, end, depth)
    if end == source:
        raise RequestError("network", block, "there is no stage in it", f"write {block}(…) with stages inside")
    return end


def _to_size(shapes: tuple[Sizes, ...]) -> Pad:
    """The first of two maps, cut to the size of the second."""
    return cropped(shapes[0], shapes[1][1:])


BLOCKS: dict[str, Block] = {
    "parallel": _parallel,
    "residual": _residual,
    "skip": _skip,
    "gate": _gate,
    "repeat": _repeat,
}
