"""The command line of a layer or a chain inside another text: `conv -i 5 -k 3 --values arange`.

It has the options that the commands themselves have, from the same entries: those of the operation, and those of all
figures as far as they are wanted.
"""

import argparse
import shlex
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from convanim.errors import RequestError, shown, suggestion
from convanim.figures.options import ALONE, TYPES
from convanim.layers.operation import Takes
from convanim.layers.operations import OPERATIONS

CHAIN = "chain"


def words_of(text: str, field: str) -> list[str]:
    """The words of a quoted text, the program's own name left out; raises RequestError."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise RequestError(field, text, "a quote in it is not closed", "close it, or leave it out") from None
    words = words[1:] if words[:1] == ["convanim"] else words
    if not words:
        raise RequestError(field, text, "there is nothing in it", "name a template or a recipe.toml, or quote layers")
    return words


def is_command(words: Sequence[str]) -> bool:
    """Whether words are a command line, and no stages."""
    return words[0] == CHAIN or (words[0] in OPERATIONS and any(word.startswith("-") for word in words))


def read_command(words: Sequence[str], looks: Collection[str], field: str, text: str) -> dict[str, Any]:
    """What a command line says: the layer's own arguments (of a chain `stages`, `input_size`, `dims`), and options.

    `looks` are the names of the options that it may have besides. Raises RequestError, with `field` and the text in
    front where words are no options or lack their values.
    """
    name, *arguments = words
    parser = _Parser(field, text)
    if name == CHAIN:
        parser.add_argument("stages", nargs="*")
        parser.add_argument("-i", "--input-size")
    else:
        _add_layer(parser, name)
    parser.add_argument("--dims", type=number)
    for look in looks:
        if TYPES[look] is bool:
            parser.add_argument(spelled(look), action=argparse.BooleanOptionalAction)
        else:
            alone: dict[str, Any] = {"nargs": "?", "const": ALONE[look]} if look in ALONE else {}
            parser.add_argument(spelled(look), type=str if is_text(look) else number, **alone)
    said, left = parser.parse_known_intermixed_args(_with_negatives(arguments))
    if left:
        _refuse(left[0], field, text, [spelled(known) for known in (*vars(said), *looks)])
    if name == CHAIN and not said.stages:
        raise RequestError(field, text, "there is no stage", "name one such as 'conv 3'")
    return {key: value for key, value in vars(said).items() if value is not None}


def _with_negatives(words: Sequence[str]) -> list[str]:
    """Words in which a value that starts with a minus sign, such as `-1:2`, is written onto its option."""
    found: list[str] = []
    for word in words:
        is_value = word[:1] == "-" and word[1:2].isdigit() and found and found[-1][:1] == "-" and "=" not in found[-1]
        if is_value and not found[-1][1:2].isdigit():
            found[-1] += f"={word}" if found[-1].startswith("--") else word
        else:
            found.append(word)
    return found


def _refuse(word: str, field: str, text: str, known: Sequence[str]) -> NoReturn:
    """Raise RequestError for a word that means nothing in a command line."""
    if not word.startswith("-"):
        raise RequestError(field, text, f"{shown(word)} is no option", "leave it out, or quote it with its option")
    fix = suggestion(word.partition("=")[0], known, "give the layer, and what is drawn of it")
    raise RequestError(field, text, f"no such option here: {shown(word)}", fix)


def spelled(name: str) -> str:
    """The option of a name: `--kernel-size`."""
    return "--" + name.replace("_", "-")


def is_text(look: str) -> bool:
    """Whether a figure's option that is no switch takes text, not a number."""
    return TYPES[look] in (str, object)


def number(text: str) -> int | float | str:
    """A number where the text is one; whether it fits is seen when the figure is made."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _add_layer(parser: argparse.ArgumentParser, name: str) -> None:
    for field in OPERATIONS[name].fields:
        names = [field.short, spelled(field.name)] if field.short else [spelled(field.name)]
        if field.takes is Takes.FLAG:
            parser.add_argument(*names, action=argparse.BooleanOptionalAction)
        else:
            parser.add_argument(*names, type=number if field.takes is Takes.INTEGER else str)


class _Parser(argparse.ArgumentParser):
    """A parser that raises RequestError and neither prints nor ends the program."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(add_help=False, allow_abbrev=False)
        self._field, self._text = field, text

    def error(self, message: str) -> NoReturn:
        """Raise RequestError with what argparse says."""
        raise RequestError(self._field, self._text, shown(message, 120), "give each option its value")
