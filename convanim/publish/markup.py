"""Text escaped for the languages that people write in."""

import html
import re

_IN_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$^&\"@])|-(?=-)")
# At the beginning every sign: a line of one alone is a transition or a title's, and some begin lists.
_IN_RST = re.compile(r"^[%',/;•‣⁃]|[!\"#$&()*+\-.:<=>?@\[\\\]^_`{|}~]")


def one_line(text: str) -> str:
    """Text on one line, without control characters."""
    return "".join(c for c in " ".join(text.split()) if c >= " " and c != "\x7f")


def html_attribute(text: str) -> str:
    """An attribute's value, for between double quotes."""
    return html.escape(one_line(text))


def markdown(text: str) -> str:
    """Text in Markdown, Quarto's included: every character that may mean something is escaped."""
    return _IN_MARKDOWN.sub(lambda found: "\\" + found[0], one_line(text))


def quarto_attribute(text: str) -> str:
    """An attribute's value in Markdown, for between double quotes."""
    return re.sub(r"[\\\"&<>{}`$]", lambda found: "\\" + found[0], one_line(text))


def rst(text: str) -> str:
    """Text in reStructuredText."""
    escaped = _IN_RST.sub(lambda found: "\\" + found[0], one_line(text))
    # Backslashes alone would still be a transition; an escaped blank is nothing.
    return "\\ " + escaped if escaped and not escaped.strip("\\") else escaped


def python(text: str) -> str:
    """A Python string, quotes included."""
    return repr(one_line(text))
