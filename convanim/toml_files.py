"""TOML files of the user's, or an error that says what is wrong with them."""

from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path


def read_toml(field: str, name: str, path: "Path") -> dict[str, Any]:
    """The tables of a TOML file; raises RequestError for `field` `name` when there are none to be read."""
    import tomllib

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RequestError(field, name, "there is no such file", "check its name and folder") from None
    except OSError as error:
        raise RequestError(field, name, f"cannot be read ({error.strerror})", "check the file") from None
    except UnicodeDecodeError:
        raise RequestError(field, name, "not TOML: it is not text in UTF-8", "save it in UTF-8") from None
    except ValueError:  # a name that no file can have
        raise RequestError(field, name, "there can be no such file", "check its name") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise RequestError(field, name, "not TOML: brackets within brackets without end", "mend the file") from None
    except ValueError as error:
        raise RequestError(field, name, f"not TOML: {error}", "mend the file") from None
