"""Text escaped for LaTeX, Markdown, reStructuredText and HTML comes out as it went in, and cannot be anything else."""

import html
import re
import string

import pytest
from helpers.campaigns import together
from helpers.slides import HOSTILE
from hypothesis import example, given
from hypothesis import strategies as st

from convanim.publish.file_names import plain_name, plain_names
from convanim.publish.latex import latex
from convanim.publish.markup import html_attribute, markdown, one_line, python, quarto_attribute, rst

# The commands that may come out of `latex`, and what they show.
_COMMANDS = re.compile(r"\\([a-zA-Z]+)(\{\}|\{\d+\})?|\\(.)")


@given(st.text())
@example(HOSTILE)
def test_latex_is_plain_ascii_with_closed_braces(text: str) -> None:
    """Nothing in it is special but commands of its own: no comment, no parameter, no open brace, no new paragraph."""
    written, _ = latex(text)
    assert written.isascii()
    assert written.isprintable()
    bare = re.sub(r"\\[{}$&#%_]", "", written)
    assert not re.search(r"[#&$%]|(?<!\\)_", bare)
    depth = 0
    for c in bare:
        depth += {"{": 1, "}": -1}.get(c, 0)
        assert depth >= 0
    assert depth == 0


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_comes_out_of_latex_as_itself(text: str) -> None:
    """Commands put back, every character is the one that went in; a straight double quote is a curly one."""
    written, missing = latex(text)
    shown = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<", "textgreater": ">"}
    shown |= {"textbar": "|", "symbol": "$"}
    back = _COMMANDS.sub(lambda found: shown[found[1]] if found[1] else found[3] + "\0", written)
    back = re.sub(r"(?<!\0)\{\}", "", back).replace("\0", "")
    assert back.replace('"', "''") == " ".join(text.split()).replace('"', "''")
    assert missing == ()


@together(
    "text, written",
    [
        ("3×5 − 1 = ⌊14/2⌋", r"3\ensuremath{\times}5 \ensuremath{-} 1 = \ensuremath{\lfloor}14/2\ensuremath{\rfloor}"),
        ("é ñ ç", r"\'{e} \~{n} \c {c}"),
        ("ß œ Ł", r"\ss{} \oe{} \L{}"),
        ("α Σ µ", r"\ensuremath{\alpha} \ensuremath{\Sigma} \ensuremath{\mu}"),
        ("a--b", "a-{}-b"),
        ("猫 😀", "[U+732B] [U+1F600]"),
        ("a\n\n b", "a b"),
    ],
)
def test_latex_knows_the_signs_of_formulas(text: str, written: str) -> None:
    """Signs and letters become commands; what LaTeX's fonts lack is spelled out, and told."""
    assert latex(text)[0] == written
    assert latex(text)[1] == tuple(c for c in "猫😀" if c in text)


@given(st.text())
@example(HOSTILE)
def test_an_html_attribute_is_read_back(text: str) -> None:
    """A value is one line, holds no quote and no tag, and is read as it was written."""
    written = html_attribute(text)
    assert not set(written) & set('"<>\n')
    assert html.unescape(written) == one_line(text)


@given(st.text())
@example(HOSTILE)
@example("\\")
def test_every_special_character_is_escaped(text: str) -> None:
    """In Markdown, Quarto and reStructuredText special characters have a backslash in front; nothing is lost."""
    for escape, special in ((markdown, r"\`*_[]<>|$"), (rst, r"\`*_|:<"), (quarto_attribute, '\\"&{')):
        written = escape(text)
        nothing = escape is rst and not one_line(text).strip("\\")
        assert re.sub(r"\\(.)", r"\1", written.removeprefix("\\ " if nothing else "")) == one_line(text)
        assert not set(re.sub(r"\\.", "", written)) & set(special)


@pytest.mark.parametrize(
    "title",
    [*(8 * c for c in string.punctuation), "• a", "‣ a", "⁃ a", "1. a", "(a) b", "/a b", ">>> a", "__", ".. a::"],
)
def test_a_title_of_signs_alone_is_plain_text_in_rst(title: str) -> None:
    """Above a line of equals signs it is a title, in a paragraph that paragraph, whatever the signs are."""
    core = pytest.importorskip("docutils.core")
    for text in (rst(title), f"{rst(title)}\n{'=' * 99}", f".. figure:: x.png\n\n   {rst(title)}"):
        settings = {"report_level": 1, "halt_level": 1, "doctitle_xform": False}
        document = core.publish_doctree(f"{text}\n\nand so on.\n", settings_overrides=settings)
        assert title in document.astext()
        assert {node.tagname for node in document.findall()} <= {
            *("document", "paragraph", "#text", "section", "title", "figure", "image", "caption")
        }


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_python_string_is_the_text(text: str) -> None:
    """It evaluates to the text on one line."""
    assert eval(python(text), {}) == one_line(text)


@given(st.lists(st.text(), max_size=6))
def test_names_of_files_are_plain_and_apart(names: list[str]) -> None:
    """Letters, digits, hyphens and underscores; no two are the same file on any system."""
    found = plain_names(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in found)
    assert len({name.lower() for name in found}) == len(names)


def test_a_plain_name_stays_near_the_name() -> None:
    """Plain names stay as they are, accents go, other signs are hyphens; a name of nothing else is a figure's."""
    assert plain_name("no_padding-strides2") == "no_padding-strides2"
    assert plain_name("früh 100%") == "fruh-100"
    assert plain_name("猫") == "figure"
    assert plain_names(["a", "A", "a"]) == ["a", "A-2", "a-3"]
