"""What can be wrong with a request, said once and in one line; and how the user's own words are shown in a line."""

import re
from collections.abc import Callable, Iterable, Sequence

# Arguments of commands and their parts, such as `stage 2`, which are no options.
_NOT_OPTIONS = ("recipe", "folder", "stage", "stages", "figure", "code", "command", "name", "word", "node", "network")
_NAMED = "input_size|output_size|size|kernel_size|max_cells|max_sheets|resize|heat_map|text_size|dpi|value"
_NAMED += "|cell_size|backward|dims|padding|norm_type|upscale_factor|downscale_factor"
_FIELDS = re.compile(f"{{({_NAMED})}}( (?=[0-9]))?")  # with the blank before a value
_MOST_OF_A_WORD = 120  # characters; longer ones, the user's all of them, are cut
_MOST_OF_A_LINE = 1200
_NEAR = 0.66  # how alike two names are, from 0 to 1, from which one may be a slip of the other,
_NEAR_SHORT = 0.75  # and for words of few letters
_FEW = 4
_CLOSE = 0.12  # how much less alike than the nearest name another may be to be told, too
_PART = 3  # letters from which a beginning, or a part between hyphens, points to a name


def plain_name(field: str) -> str:
    """A field's name as Python and recipes spell it."""
    return field


def option_name(field: str) -> str:
    """How the command line spells a field: `--kernel-size`."""
    return field if field.partition(" ")[0] in _NOT_OPTIONS else "--" + field.replace("_", "-")


class RequestError(ValueError):
    """A request that cannot be met as it stands.

    The message is one line: the field, its value, the rule that it breaks and what would work.
    `field` is an argument's name (`kernel_size`); the command line spells it as its option, also where rule or fix
    name one in braces.
    """

    def __init__(self, field: str, value: object, rule: str, fix: str, where: str = "") -> None:
        super().__init__(field, value, rule, fix, where)
        self.field = field
        self.value = value
        self.rule = rule
        self.fix = fix
        self.where = where

    def message(self, spell: Callable[[str], str] = plain_name) -> str:
        """The whole line, fields spelled by `spell`."""
        value = shown(self.value)
        subject = " ".join(part for part in (spell(self.field), value) if part)
        place = f"{self.where}: " if self.where else ""
        return line_of(f"{place}{subject}: {_filled(self.rule, spell)}; {_filled(self.fix, spell)}")

    def in_stage(self) -> "RequestError":
        """The same of a layer that is a stage, whose arguments have their plain names, never those of options."""
        return RequestError(self.field, self.value, _filled(self.rule, plain_name), _filled(self.fix, plain_name))

    def __str__(self) -> str:
        return self.message()


def _filled(text: str, spell: Callable[[str], str]) -> str:
    """A text whose fields in braces are spelled; plainly also what they are given, as in `kernel_size=3`."""
    between = "=" if spell is plain_name else " "
    return _FIELDS.sub(lambda named: spell(named[1]) + (between if named[2] else ""), text)


def shown(value: object, most: int = 60) -> str:
    """A value as the user wrote it, on one line: blanks closed up, escaped, and cut when it is long; "" for None."""
    if value is None:
        return ""
    text = re.sub("[ \t\r\n]+", " ", _spelled(value)[: 100 * most]).strip(" ")
    return _cut(escaped(text), most) or repr(value)


def escaped(text: str) -> str:
    r"""A text with all that would not be seen, or would move what is around it, written out: `\x1b`, `\n`, `\u2028`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def line_of(text: str) -> str:
    """A message as one line: what is not printable written out, very long words and very long lines cut."""
    words = (_cut(word, _MOST_OF_A_WORD) for word in escaped(text[: 10 * _MOST_OF_A_LINE]).split(" "))
    return _cut(" ".join(words), _MOST_OF_A_LINE)


def near(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Those of some names that a wrong word may mean: slips of it first, then those that it is a part of."""
    from difflib import SequenceMatcher

    plain = {name: _plain(name) for name in names}
    wanted = _plain(word)[:_MOST_OF_A_WORD]
    alike = {name: SequenceMatcher(None, wanted, letters).ratio() for name, letters in plain.items()}
    least = max(_NEAR if len(wanted) > _FEW else _NEAR_SHORT, max(alike.values(), default=0) - _CLOSE)
    found = [name for name in sorted(alike, key=lambda name: -alike[name]) if alike[name] >= least]
    if len(wanted) >= _PART:
        found += [name for name, letters in plain.items() if letters.startswith(wanted)]
        found += [name for name, letters in plain.items() if f"-{wanted}-" in f"-{letters}-"]
    return list(dict.fromkeys(found))[:most]


def suggestion(word: str, names: Iterable[str], otherwise: str) -> str:
    """`try NAME` where a name is near a wrong word, else another way out."""
    found = near(word, names)
    return f"try {either(found)}" if found else otherwise


def either(names: Sequence[str]) -> str:
    """Some names as a choice: `a, b or c`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _plain(name: str) -> str:
    """A name without what people vary: case, hyphens in front, underscores."""
    return name.lower().lstrip("-").replace("_", "-").replace(" ", "-")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _spelled(value: object) -> str:
    if isinstance(value, list | tuple):
        return "x".join(":".join(map(_spelled, v)) if isinstance(v, list | tuple) else _spelled(v) for v in value)
    if isinstance(value, int) and value.bit_length() > 200:
        return "a huge number"  # Python refuses to spell out the largest
    return str(value)
