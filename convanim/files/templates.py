"""The files that come with the package: figures, themes, pages."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment


def templates_folder() -> "Path":
    """The `templates` folder: inside the installed package, or beside it in a checkout."""
    from pathlib import Path

    here = Path(__file__).parent.parent
    inside = here / "templates"
    return inside if inside.is_dir() else here.parent / "templates"


def page(name: str, **words: object) -> str:
    """A page of `templates/pages` with words put in, which are escaped where the page is HTML.

    In a LaTeX page words stand in `((…))` and control in `((*…*))`, for braces are LaTeX's own.
    """
    return (_latex_pages() if name.endswith(".tex") else _pages()).get_template(name).render(words)


def page_part(name: str) -> str:
    """A file under `templates/pages` as it is, to be put into a page."""
    return (templates_folder() / "pages" / name).read_text(encoding="utf-8")


@cache
def _pages() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    pages = Environment(
        loader=FileSystemLoader(templates_folder() / "pages", encoding="utf-8"),
        autoescape=select_autoescape(["html", "svg", "xml"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}  # of `tojson`
    return pages


@cache
def _latex_pages() -> "Environment":
    return _pages().overlay(
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="((",
        variable_end_string="))",
        comment_start_string="((=",
        comment_end_string="=))",
    )
