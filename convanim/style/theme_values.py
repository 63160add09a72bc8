"""What the entries of a theme's file may be: tables, colours, numbers, fonts; each raises RequestError for another."""

from collections.abc import Mapping
from pathlib import Path

from convanim.errors import RequestError, shown, suggestion
from convanim.files.font_files import fonts_beside
from convanim.style.contrast import Colour


def fonts_of(name: str, value: object) -> str | None:
    """A list of fonts, whose files are looked for beside the theme."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise refused(name, "font", f"{shown(value)} is not text", "put it in quotes")
    try:
        return fonts_beside(Path(name).parent, value)
    except RequestError as error:
        raise refused(name, "font", error.rule, error.fix) from None


def table_of(name: str, field: str, value: object) -> Mapping[str, object]:
    """A table that must be there."""
    if not isinstance(value, Mapping):
        raise refused(name, field, "the table is missing", f"give [{field}]")
    return value


def colour_of(name: str, field: str, value: object) -> Colour | None:
    """A colour such as #268bd2, or none."""
    if value == "none":
        return None
    digits = value.removeprefix("#") if isinstance(value, str) and value.startswith("#") else ""
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6 or not set(digits.lower()) <= set("0123456789abcdef"):
        what = "no colour is given" if value is None else f"{shown(value)} is not a colour"
        raise refused(name, field, what, 'give one such as "#268bd2", or "none"')
    red, green, blue = bytes.fromhex(digits)
    return (red, green, blue)


def number_of(name: str, field: str, value: object, least: float, most: float) -> float:
    """A number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise refused(name, field, f"{shown(value)} is not a number from {least:g} to {most:g}", "give one that is")
    return float(value)


def shares_of(name: str, field: str, value: object, known: tuple[str, ...]) -> dict[str, float]:
    """A table with a share from 0 to 1 for some of the entries that it may have."""
    shares = table_of(name, field, value)
    for key in shares:
        if key not in known:
            fix = suggestion(key, known, f"{field} are of {', '.join(known)}")
            raise refused(name, f"{field}.{key}", "there is no such entry", fix)
    return {key: number_of(name, f"{field}.{key}", share, 0, 1) for key, share in shares.items()}


def refused(name: str, field: str, rule: str, fix: str) -> RequestError:
    """What is said of an entry of a theme."""
    return RequestError("theme", name, f"{shown(field)}: {rule}", fix)
