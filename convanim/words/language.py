"""A language: the words and signs that figures, their texts and pages show.

Each is a file of `templates/words/`; `en.toml` is the reference, and its top says what adding one takes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, TypeAlias

from convanim.files.catalogue import language_file
from convanim.files.toml_files import read_toml
from convanim.words.numerals import numeral

# A phrase, or its forms for counts: `one`, and `other`.
Phrase: TypeAlias = str | Mapping[str, str]

REFERENCE = "en"
PUNCTUATION = "、。，；："  # behind which lines may be broken without a blank
PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_NUMBERED = ("stride", "padding", "dilation", "groups")  # parameters whose number stays on their line
_SIDES = ("side_before", "side_after")  # of numbers that stay with theirs


@dataclass(frozen=True)
class Words:
    """A language: `words("drawn_of", drawn=4, channels=20)` is a phrase with its placeholders filled."""

    tag: str  # as HTML's `lang` has it
    decimal: str
    thousands: str
    between: str  # numbers of a list
    singular: tuple[int, ...]  # counts that take a phrase's form `one`
    phrases: Mapping[str, Phrase] = field(hash=False)

    def __call__(self, name: str, /, **values: int | str) -> str:
        """A phrase with values in the places of their names; whole numbers are written as counts."""
        phrase = self.phrases[name]
        assert isinstance(phrase, str), f"{name} has forms for counts: ask for `counted`"
        return self._filled(phrase, values)

    def counted(self, name: str, number: int, /, **values: int | str) -> str:
        """A phrase of a number of things: `1 weight`, `1,000 weights`; `count` is the number unless it is given."""
        phrase = self.phrases[name]
        if not isinstance(phrase, str):
            phrase = phrase["one" if number in self.singular and "one" in phrase else "other"]
        return self._filled(phrase, {"count": number, **values})

    def count(self, number: int) -> str:
        """A whole number with its thousands parted: `1,000`."""
        return f"{number:,}".replace(",", self.thousands)

    def number(self, text: str) -> str:
        """A number that is written with a point, with the decimal sign of the language."""
        return text.replace(".", self.decimal)

    def numeral(self, number: float, decimals: int = 2, *, is_fixed: bool = False) -> str:
        """A number in few characters, as `numerals.numeral` has it."""
        return self.number(numeral(number, decimals, is_fixed=is_fixed))

    def titled(self, head: str, text: str) -> str:
        """A text with what it is of in front: `output height: 3`."""
        return self("titled", head=head, text=text)

    @property
    def is_english(self) -> bool:
        """Whether what is written in English can stand beside these words."""
        return self.tag.partition("-")[0].lower() == REFERENCE

    @cached_property
    def word(self) -> re.Pattern[str]:
        """What stands on one line: a word, and a number with the parameter that it is of."""
        heads = (str(self.phrases[name]).partition("{")[0] for name in _NUMBERED)
        numbered = "|".join(re.escape(head) for head in heads if head.strip()) or "(?!)"
        sides = "|".join(re.escape(str(self.phrases[name])).replace(r"\{size\}", r"[−\d]+") for name in _SIDES)
        letter = rf"(?:[^\s{PUNCTUATION}]|[\u00a0\u202f])"
        kept = rf"(?:{numbered})?(?:{sides})(?:{letter}*?(?:{sides}))?{letter}*|(?:{numbered})\d{letter}*|{letter}+"
        return re.compile(rf"(?:{kept})[{PUNCTUATION}]*|[{PUNCTUATION}]+")

    def _filled(self, phrase: str, values: Mapping[str, int | str]) -> str:
        def value(found: re.Match[str]) -> str:
            told = values[found[1]]
            return told if isinstance(told, str) else self.count(told)

        return PLACEHOLDER.sub(value, phrase)


def english() -> Words:
    """The reference."""
    return packaged(REFERENCE)


@cache
def packaged(name: str) -> Words:
    """A language that comes along."""
    return words_from(read_toml("lang", name, language_file(name)))  # complete, as tests see to


def words_from(table: Mapping[str, Any]) -> Words:
    """A language from the tables of its file, which lacks nothing."""
    numbers = table["numbers"]
    return Words(
        tag=table["tag"],
        decimal=numbers["decimal"],
        thousands=numbers["thousands"],
        between=numbers["between"],
        singular=tuple(numbers["singular"]),
        phrases=table["phrases"],
    )


def placeholders(phrase: Phrase) -> set[str]:
    """The names of what is filled in; of a phrase with forms those of the last."""
    return set(PLACEHOLDER.findall(phrase if isinstance(phrase, str) else phrase["other"]))
