"""TOML files of the user's, or an error that says what is wrong with them."""

import re
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError
from convanim.files.user_files import MIB, read_text

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = MIB // 4
_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|(?<![\w-])[\w-]+)[ \t]*\.[ \t]*"""  # of a dotted key
_DEEP = 20  # parts of a key; tomllib takes memory as the square of them
_SMALLER = "put long lists of numbers into a .csv or .npy, and name that"


def read_toml(field: str, name: str, path: "Path") -> dict[str, Any]:
    """The tables of a TOML file; raises RequestError for `field` `name` when there are none to be read."""
    import tomllib

    text = read_text(field, str(path), _LARGEST, kind="TOML", smaller=_SMALLER)
    if any(line.count(".") >= _DEEP and re.search(f"(?:{_PART}){{{_DEEP}}}", line) for line in text.split("\n")):
        raise RequestError(field, name, f"has a key of more than {_DEEP} parts", "mend the file")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise RequestError(field, name, "not TOML: brackets within brackets without end", "mend the file") from None
    except ValueError as error:
        raise RequestError(field, name, f"not TOML: {error}", "mend the file") from None
