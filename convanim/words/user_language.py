"""A language by its name, or from a user's own file, whose every entry is looked at.

A language that comes along is a file of `templates/words/`; the top of `en.toml` there says what adding one takes.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, shown, suggestion
from convanim.files.catalogue import language_file, language_line, language_names
from convanim.files.toml_files import read_toml
from convanim.words.language import PLACEHOLDER, Phrase, Words, english, packaged, placeholders, words_from

if TYPE_CHECKING:
    from pathlib import Path

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # of BCP 47, as HTML's `lang` has it
_LONGEST = 400  # characters of a phrase
_TABLES = ("tag", "numbers", "phrases")
_NUMBERS = ("decimal", "thousands", "between", "singular")
_BLANKS = "\u00a0\u202f\u2009\u3000\u200c\u200d"  # and joiners, which some scripts need
_JOINTS = ("phrases.list", "phrases.and", "phrases.sentences")  # what joins others may be a blank, or nothing


def load_words(name: str) -> Words:
    """A language by name, or from the user's own TOML file. Raises RequestError when there is none or it has faults."""
    if name in language_names():
        return packaged(name)
    if not name.lower().endswith(".toml"):
        raise RequestError("lang", name, "no such language", _way_out(name))
    from pathlib import Path

    return _own(name, Path(name))


def _way_out(name: str) -> str:
    names = language_names()
    otherwise = f"try {', '.join(names)}, or a .toml file"
    called = {word.lower(): code for code in names for word in re.split(r"\W+", language_line(code).partition(":")[0])}
    plain = name.strip().lower()
    code = called.get(plain) or plain.replace("_", "-").partition("-")[0]
    return f"try {code}" if code in names and code != name else suggestion(name, names, otherwise)


def _own(name: str, path: "Path") -> Words:
    """A user's language: what it leaves out is that of the one that it names as its base."""
    table = read_toml("lang", name, path)
    for key in table:
        if key not in (*_TABLES, "base"):
            raise _refused(name, key, "there is no such entry", "a language has tag, base, numbers and phrases")
    below = _base(name, table)
    numbers = {**below.get("numbers", {}), **_table(name, table, "numbers")}
    phrases = {**below.get("phrases", {}), **_table(name, table, "phrases")}
    whole = {"tag": table.get("tag", below.get("tag")), "numbers": numbers, "phrases": phrases}
    tag = whole["tag"]
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        what = "it is missing" if tag is None else f"{shown(tag)} is no tag of a language"
        raise _refused(name, "tag", what, 'give one such as "it", or name a base')
    _refuse_numbers(name, numbers)
    _refuse_phrases(name, phrases)
    return words_from(whole)


def _base(name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    if "base" not in table:
        return {}
    base = table["base"]
    if not isinstance(base, str) or base not in language_names():
        fix = f"try {', '.join(language_names())}"
        raise _refused(name, "base", f"{shown(base)} is no language to start from", fix)
    return read_toml("lang", base, language_file(base))


def _table(name: str, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise _refused(name, key, "not a table", f"write it as [{key}]")
    return value


def _refuse_numbers(name: str, numbers: Mapping[str, Any]) -> None:
    """Raise RequestError for signs of numbers that are missing, or are none."""
    for key in numbers:
        if key not in _NUMBERS:
            raise _refused(name, f"numbers.{key}", "there is no such entry", f"[numbers] has {', '.join(_NUMBERS)}")
    for key, least in (("decimal", 1), ("thousands", 0), ("between", 1)):
        sign = _text(name, f"numbers.{key}", numbers.get(key))
        longest = 1 if key != "between" else 3
        if not least <= len(sign) <= longest or any(c.isalnum() or c in "-−+{}" for c in sign):
            raise _refused(name, f"numbers.{key}", f"{shown(sign)} is no sign to write numbers with", "try . or ,")
    if numbers["decimal"] == numbers["thousands"]:
        raise _refused(name, "numbers.thousands", "it is the decimal sign, too", "give another")
    if numbers["between"].strip() == numbers["decimal"]:
        raise _refused(name, "numbers.between", "it is the decimal sign, too", 'give another, such as "; "')
    singular = numbers.get("singular")
    if not isinstance(singular, list) or not all(type(count) is int and 0 <= count < 100 for count in singular):
        raise _refused(name, "numbers.singular", "not a list of counts", "give such as [1]")


def _refuse_phrases(name: str, phrases: Mapping[str, Any]) -> None:
    """Raise RequestError for phrases that are missing, or that are not filled as those of the reference are."""
    wanted = english().phrases
    for key in phrases:
        if key not in wanted:
            fix = suggestion(key, wanted, "templates/words/en.toml has them all")
            raise _refused(name, f"phrases.{key}", "there is no such phrase", fix)
    for key, reference in wanted.items():
        field_name = f"phrases.{key}"
        if key not in phrases:
            rule = f"it is missing; in English it is {_example(reference)}"
            raise _refused(name, field_name, rule, "give it, or name a base")
        phrase = phrases[key]
        if isinstance(phrase, Mapping):
            if isinstance(reference, str):
                raise _refused(name, field_name, "it has no forms for counts", "give one text")
            if "other" not in phrase or not set(phrase) <= {"one", "other"}:
                raise _refused(name, field_name, "its forms are not one and other", "give { one = …, other = … }")
            forms = {f"{field_name}.{form}": text for form, text in phrase.items()}
        else:
            forms = {field_name: phrase}
        names = placeholders(reference)
        for where, text in forms.items():
            _refuse_placeholders(name, where, _text(name, where, text), names)


def _refuse_placeholders(name: str, where: str, text: str, names: set[str]) -> None:
    if not text.strip() and where not in _JOINTS:
        raise _refused(name, where, "there are no words in it", "give some")
    found = placeholders(text)
    braces = "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text)
    optional = names & {"count"} if where.endswith(".one") else set()
    if braces or not names - optional <= found <= names:
        listed = ", ".join(f"{{{each}}}" for each in sorted(names)) or "none"
        raise _refused(name, where, f"the places in it are not those of the English phrase: {listed}", "mend it")


def _text(name: str, where: str, value: object) -> str:
    if not isinstance(value, str):
        what = "it is missing" if value is None else f"{shown(value)} is not text"
        raise _refused(name, where, what, "put it in quotes")
    if len(value) > _LONGEST:
        raise _refused(name, where, f"it has {len(value):,} characters, more than {_LONGEST}", "shorten it")
    if any(not c.isprintable() and c not in _BLANKS for c in value):
        raise _refused(name, where, "there is a character in it that cannot be seen", "leave it out")
    return value


def _example(phrase: Phrase) -> str:
    return shown(phrase if isinstance(phrase, str) else phrase["other"])


def _refused(name: str, where: str, rule: str, fix: str) -> RequestError:
    return RequestError("lang", name, f"{shown(where)}: {rule}", fix)
