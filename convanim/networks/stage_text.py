"""A stage of a chain in a few words: `conv 5x5 32 p2`, `max-pool 2 s2`, `relu`."""

import re
from typing import Any

from convanim.errors import RequestError, shown, suggestion
from convanim.layers.operation import Takes
from convanim.layers.operations import OPERATIONS
from convanim.networks.pointwise import FUNCTIONS

_SIZE = re.compile(r"[0-9]+(?:[x×X][0-9]+){0,2}")
_SHORT = re.compile(r"(op|[psdgn])([0-9a-z.:×X-]+)")
# What a size alone is of, and what sides alone, which may be cut off.
_FIRST = ("kernel_size", "output_size", "size", "upscale_factor", "downscale_factor", "padding")
_SIDES = re.compile(r"-?[0-9]+(?::-?[0-9]+)?(?:[x×X]-?[0-9]+(?::-?[0-9]+)?){0,2}")
_NAMES = {"p": "padding", "s": "stride", "d": "dilation", "g": "groups", "op": "output_padding"}
_NAMES["n"] = "norm_type"
_HOW = "write it as 'conv 5x5 32 p2' (kernel, filters, then p s d g) or 'relu'"


def stage_table(text: str) -> dict[str, Any]:
    """The operation and its arguments as a recipe's table has them. Raises RequestError for a word that is none."""
    words = text.split()
    op = words[0].lower() if words else ""
    if op in FUNCTIONS:
        if len(words) > 1:
            raise RequestError("stage", text, f"{op} takes no arguments", f"write {op} alone")
        return {"op": op}
    if op not in OPERATIONS:
        every = (*OPERATIONS, *FUNCTIONS)
        raise RequestError("stage", text, "no such stage", suggestion(op, every, f"try {', '.join(every)}"))
    table: dict[str, Any] = {"op": op}
    for word in words[1:]:
        name, value = _argument(text, word, table)
        if name in table:
            raise RequestError("stage", text, f"{name} is given twice", "give it once")
        if name not in given_names(op):
            raise RequestError("stage", text, f"{op} has no {shown(name)} here", f"it has {', '.join(given_names(op))}")
        table[name] = value
    return table


def given_names(op: str) -> list[str]:
    """The arguments that a stage gives: all but what the stage before it says."""
    return [name for name in OPERATIONS[op].field_names if name not in ("input_size", "in_channels")]


def _argument(text: str, word: str, table: dict[str, Any]) -> tuple[str, Any]:
    """An argument's name and value from one word."""
    name, equals, value = word.partition("=")
    if equals:
        name = _NAMES.get(name, name.replace("-", "_"))
        takes = {field.name: field.takes for field in OPERATIONS[table["op"]].fields}.get(name)
        if takes is Takes.FLAG:
            if value.lower() not in ("true", "false"):
                raise RequestError("stage", text, f"{name} {shown(value)} is not true or false", f"write {name}=true")
            return name, value.lower() == "true"
        return name, _number(value) if takes is Takes.INTEGER else value
    if word == "ceil":
        return "ceil_mode", True
    if _SIZE.fullmatch(word):
        first = next(name for name in given_names(table["op"]) if name in _FIRST)
        return (first, word) if first not in table else ("out_channels", _number(word))
    own = given_names(table["op"])
    if own[0] == "padding" and _SIDES.fullmatch(word):
        return "padding", word
    if "mode" in own and word.replace("-", "").isalpha():
        return "mode", word
    short = _SHORT.fullmatch(word)
    if short is None:
        raise RequestError("stage", text, f"{shown(word)} is not understood", _HOW)
    return _NAMES[short[1]], _number(short[2]) if short[1] == "g" else short[2]


def _number(text: str) -> int | str:
    """A whole number where it is one; else the text, which is refused where it is used."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else text
