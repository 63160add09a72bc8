"""A call that is written as text, taken apart and never evaluated. What it may hold is bounded before it is parsed."""

import ast
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.layers.sizes import LARGEST

LONGEST = 2_000  # characters
DEEPEST = 6  # brackets inside each other
_DIGITS = re.compile(r"\d{19}")
_LABEL = re.compile(r"\([A-Za-z0-9_.]{1,60}\):")  # as a printed model labels its layers
_TARGET = re.compile(r"\A[A-Za-z_][\w.]{0,60}\s*=(?!=)")  # of a line of a module: `self.conv1 =`
_SEVERAL = ("Sequential", "ModuleList")


@dataclass(frozen=True)
class Name:
    """A dotted name where a value could stand, such as `torch.float32`; nobody asks what it means."""

    text: str


Literal: TypeAlias = "int | float | str | bool | Name | tuple[Literal, ...] | None"


@dataclass(frozen=True)
class Call:
    """A layer as it is written: what stands before its name, its name, and its arguments."""

    path: tuple[str, ...]
    name: str
    positional: tuple[Literal, ...]
    keywords: Mapping[str, Literal]


def refuse_hostile(text: str) -> None:
    """Raise RequestError for a text that no layer needs: too long, too deep, not ASCII, with huge numbers."""
    if len(text) > LONGEST:
        raise _wrong(text, f"has {len(text):,} characters, more than {LONGEST:,}", "give a single layer")
    for character in text:
        if not (character.isascii() and (character.isprintable() or character in "\t\r\n")):
            rule = f"has the character {_called(character)}, which is not plain ASCII"
            raise _wrong(text, rule, "type it anew")
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth > DEEPEST:
            raise _wrong(text, f"has more than {DEEPEST} brackets inside each other", "give a single layer")
    if _DIGITS.search(text):
        raise _wrong(text, "has a number of more than 18 digits", "give a smaller number")


def parsed_call(text: str) -> Call:
    """The call that a text holds. Raises RequestError when it is none, or its arguments are not literals."""
    refuse_hostile(text)
    trimmed = _LABEL.sub("", unassigned(text), count=1).strip().removesuffix(",")
    node = _expression(text, trimmed)
    if not isinstance(node, ast.Call):
        raise _wrong(text, "not a layer", "write it as in nn.Conv2d(3, 8, kernel_size=3)")
    path = _path(node.func)
    if not path:
        raise _wrong(text, "not a layer: what is called is no plain name", "write it as in nn.Conv2d(3, 8, 3)")
    if path[-1] in _SEVERAL:
        raise _wrong(text, "several layers", "a chain draws them: convanim chain 'conv 3x3 8' relu -i 3@9x9")
    positional = tuple(_literal(text, argument, f"argument {number}") for number, argument in enumerate(node.args, 1))
    keywords: dict[str, Literal] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _wrong(text, "** is not a literal", "write the arguments out")
        if keyword.arg in keywords:
            raise _wrong(text, f"{keyword.arg} is given twice", "give it once")
        keywords[keyword.arg] = _literal(text, keyword.value, keyword.arg)
    return Call(tuple(path[:-1]), path[-1], positional, keywords)


def unassigned(text: str) -> str:
    """A text without the name that it is assigned to."""
    return _TARGET.sub("", text.strip(), count=1).strip()


def parsed_table(text: str) -> dict[str, Literal]:
    """The dict that a text spells out. Raises RequestError when it is none, or holds more than literals."""
    refuse_hostile(text)
    node = _expression(text, text.strip())
    if not isinstance(node, ast.Dict):
        raise _wrong(text, "not a table of attributes", "write it as in {'op_type': 'Conv', 'kernel_shape': [3, 3]}")
    table: dict[str, Literal] = {}
    for key, value in zip(node.keys, node.values):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise _wrong(text, "a key is not text", "put attributes' names in quotes")
        if key.value in table:
            raise _wrong(text, f"{key.value} is given twice", "give it once")
        table[key.value] = _literal(text, value, key.value)
    return table


def plain_literal(field: str, value: object, depth: int = 0) -> Literal:
    """A value that is given as such, lists as tuples. Raises RequestError when it is nothing that code could spell."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")  # as ONNX stores its words
    if isinstance(value, list | tuple) and depth < DEEPEST and len(value) <= LONGEST:
        return tuple(plain_literal(field, entry, depth + 1) for entry in value)
    if value is None or isinstance(value, bool | int | float | str):
        if isinstance(value, int) and abs(value) >= LARGEST:
            raise RequestError(field, value, "has more than 18 digits", "give a smaller number")
        return value
    raise RequestError(field, value, "not a literal", "give numbers, text, or lists of them")


def _expression(text: str, trimmed: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of odd spellings, on lines of its own
            return ast.parse(trimmed, mode="eval").body
    except SyntaxError:
        rule = "an assignment" if re.match(r"[\w.]+\s*=[^=]", trimmed) else "not code that can be read"
        fix = "give what stands behind the =" if rule == "an assignment" else "write it as in nn.Conv2d(3, 8, 3)"
        raise _wrong(text, rule, fix) from None
    except (ValueError, RecursionError, MemoryError):
        raise _wrong(text, "not code that can be read", "write it as in nn.Conv2d(3, 8, 3)") from None


def _path(node: ast.expr) -> list[str]:
    """The parts of a dotted name; none where it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def _literal(text: str, node: ast.expr, name: str) -> Literal:
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_literal(text, entry, name) for entry in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(number, int | float) and not isinstance(number, bool):
            return _bounded(text, -number if isinstance(node.op, ast.USub) else number, name)
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | int | float | str)):
        return _bounded(text, node.value, name)
    path = _path(node)
    if path:
        return Name(".".join(path))
    raise _wrong(text, f"{name} is not a literal", "write out its numbers; nothing is evaluated")


def _bounded(text: str, value: Literal, name: str) -> Literal:
    if isinstance(value, int) and abs(value) >= LARGEST:
        raise _wrong(text, f"{name} has more than 18 digits", "give a smaller number")
    return value


def _called(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")


def _wrong(text: str, rule: str, fix: str) -> RequestError:
    return RequestError("code", text, rule, fix)


def is_sequence(value: object) -> bool:
    """Whether a literal is a list or tuple."""
    return isinstance(value, Sequence) and not isinstance(value, str)
