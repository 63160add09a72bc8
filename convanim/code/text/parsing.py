"""What text that is taken apart may hold: bounds that are kept before it is parsed, and the values that come out."""

import ast
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.layers.sizes import LARGEST

LONGEST = 2_000  # characters
DEEPEST = 6  # brackets inside each other
_LONGEST_NUMBER = 18  # digits


@dataclass(frozen=True)
class Name:
    """What stands where a value could, and is none that is read: `torch.float32`, `ngf * 2`, `RandomNormal(0, 0.02)`.

    Nobody asks what it means; of an array that is made on the spot, `torch.ones(8, 3, 3, 3)`, the shape is known.
    """

    text: str
    shape: tuple[int, ...] = ()


Literal: TypeAlias = "int | float | str | bool | Name | tuple[Literal, ...] | None"


@dataclass(frozen=True)
class Call:
    """A layer as it is written: what stands before its name, its name, and its arguments.

    `inputs` and `options` are the arguments of the call on its input, as in `nn.ConvTranspose2d(…)(h, output_size=9)`;
    `beside` names what stands around it, is called, and is no layer that is read.
    """

    path: tuple[str, ...]
    name: str
    positional: tuple[Literal, ...]
    keywords: Mapping[str, Literal]
    inputs: tuple[Literal, ...] = ()
    options: Mapping[str, Literal] = field(default_factory=dict)
    beside: tuple[str, ...] = ()


def refuse_hostile(text: str) -> None:
    """Raise RequestError for a text that no layer needs: too long, too deep, not ASCII, with huge numbers."""
    if len(text) > LONGEST:
        raise wrong(text, f"has {len(text):,} characters, more than {LONGEST:,}", "give a single layer")
    for character in text:
        if not (character.isascii() and (character.isprintable() or character in "\t\r\n")):
            rule = f"has the character {_called(character)}, which is not plain ASCII"
            raise wrong(text, rule, "type it anew")
    depth = digits = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        digits = digits + 1 if character.isdigit() else 0
        if depth > DEEPEST:
            raise wrong(text, f"has more than {DEEPEST} brackets inside each other", "give a single layer")
        if digits > _LONGEST_NUMBER:
            raise wrong(text, "has a number of more than 18 digits", "give a smaller number")


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


def parsed_module(text: str, trimmed: str) -> ast.Module:
    """The statements of some code; raises RequestError, which names `text`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of odd spellings, on lines of its own
            return ast.parse(trimmed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise wrong(text, "not code that can be read", "write it as in nn.Conv2d(3, 8, 3)") from None


def _called(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")


def wrong(text: str, rule: str, fix: str) -> RequestError:
    """What is wrong with some code."""
    return RequestError("code", text, rule, fix)


def is_sequence(value: object) -> bool:
    """Whether a literal is a list or tuple."""
    return isinstance(value, Sequence) and not isinstance(value, str)
