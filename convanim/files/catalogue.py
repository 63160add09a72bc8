"""What comes along to be named: templates, themes and languages, each with a line that says what it is."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from convanim.files.templates import templates_folder

if TYPE_CHECKING:
    from pathlib import Path


def template_names() -> tuple[str, ...]:
    """The names of the templates, in order."""
    return _names("figures")


def theme_names() -> tuple[str, ...]:
    """The names of the themes, in order."""
    return _names("themes")


def language_names() -> tuple[str, ...]:
    """The names of the languages, in order."""
    return _names("words")


def template_file(name: str) -> "Path":
    """The file of a template."""
    return templates_folder() / "figures" / f"{name}.toml"


def theme_file(name: str) -> "Path":
    """The file of a theme."""
    return templates_folder() / "themes" / f"{name}.toml"


def language_file(name: str) -> "Path":
    """The file of a language."""
    return templates_folder() / "words" / f"{name}.toml"


def template_groups() -> Mapping[str, tuple[str, ...]]:
    """The names of the templates in groups, as `templates/groups.toml` has them."""
    return {title: tuple(names) for title, names in _table(templates_folder() / "groups.toml").items()}


def template_line(name: str) -> str:
    """What a template shows: its title."""
    return str(_table(template_file(name))["title"])


def theme_line(name: str) -> str:
    """What a theme is for: the first line of its file, a comment."""
    return _first_line(theme_file(name))


def language_line(name: str) -> str:
    """What a language is called: the first line of its file, a comment."""
    return _first_line(language_file(name))


def _first_line(path: "Path") -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


@cache
def _names(folder: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (templates_folder() / folder).glob("*.toml")))


def _table(path: "Path") -> dict[str, Any]:
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8"))
