"""What can be wrong with a request, said once and in one line."""

import re
from collections.abc import Callable

# Arguments of commands and their parts, such as `stage 2`, which are no options.
_NOT_OPTIONS = ("recipe", "folder", "stage", "stages", "figure", "code")
_FIELDS = re.compile("{(input_size|kernel_size|max_cells|resize)}")


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
        said = _FIELDS.sub(lambda named: spell(named[1]), f"{self.rule}; {self.fix}")
        return f"{place}{subject}: {said}"

    def __str__(self) -> str:
        return self.message()


def shown(value: object, most: int = 60) -> str:
    """A value as the user wrote it, on one line, cut when it is long; "" for None."""
    text = "" if value is None else _spelled(value)
    if value is not None:
        text = " ".join(text.split()) or repr(value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _spelled(value: object) -> str:
    if isinstance(value, list | tuple):
        return "x".join(":".join(map(_spelled, v)) if isinstance(v, list | tuple) else _spelled(v) for v in value)
    if isinstance(value, int) and value.bit_length() > 200:
        return "a huge number"  # Python refuses to spell out the largest
    return str(value)
