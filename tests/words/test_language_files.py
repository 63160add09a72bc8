"""Languages of the user's own: what they leave out is their base's, and what is wrong with them is said in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers.campaigns import together

from convanim import Conv, Options, RequestError
from convanim.cli import main
from convanim.export.formats import FORMATS
from convanim.export.html.html import page_of
from convanim.figures.animation import compose
from convanim.files.catalogue import language_file, language_names
from convanim.publish.latex import latex
from convanim.words.user_language import load_words

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a language's file; gives its name."""

    def written(text: str) -> str:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def test_what_is_left_out_is_the_bases(write: Write) -> None:
    """A file names a base and says only what it changes, down to a sign of numbers or a form of a phrase."""
    german = load_words("de")
    words = load_words(
        write('base = "de"\n[numbers]\nthousands = " "\n[phrases]\noutput = "Ausgang"\nunread = "{unread}/{cells}"')
    )
    assert (words("output"), words("input"), words.count(12345)) == ("Ausgang", "Eingabe", "12 345")
    assert words("unread", unread=3, cells=4000) == "3/4 000"
    assert (
        dict(words.phrases) | {"output": german.phrases["output"], "unread": german.phrases["unread"]} == german.phrases
    )
    assert words.tag == "de"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base = 'de'\n[phrases]\ninptu = 'x'", "phrases.inptu: there is no such phrase; try input"),
        ("base = 'de'\n[phrases]\ninput = 3", "phrases.input: 3 is not text; put it in quotes"),
        ("base = 'de'\n[phrases]\ninput = ''", "phrases.input: there are no words in it"),
        ("base = 'de'\n[phrases]\ninput = ' '", "phrases.input: there are no words in it"),
        ("base = 'de'\n[phrases]\ninput = 'x{y}'", "phrases.input: the places in it are not those"),
        ("base = 'de'\n[phrases]\ngroups = 'Gruppen'", "are not those of the English phrase: {number}"),
        ("base = 'de'\n[phrases]\ngroups = '{number.__class__}'", "phrases.groups: the places"),
        ("base = 'de'\n[phrases]\ngroups = '{number!r}'", "phrases.groups: the places"),
        ("base = 'de'\n[phrases]\ngroups = '{number} {'", "phrases.groups: the places"),
        ("base = 'de'\n[phrases]\ninput = { one = 'a', other = 'b' }", "phrases.input: it has no forms for counts"),
        ("base = 'de'\n[phrases]\ncells = { one = '{count} a' }", "phrases.cells: its forms are not one and other"),
        ("base = 'de'\n[phrases]\ncells = { few = 'a', other = '{count}' }", "phrases.cells: its forms are not one"),
        ("base = 'de'\n[phrases]\ncells = { one = 'a', other = 'b' }", "phrases.cells.other: the places"),
        ("base = 'de'\n[phrases]\ninput = \"a\\nb\"", "phrases.input: there is a character in it that"),
        ("base = 'de'\n[phrases]\ninput = \"a\\u202eb\"", "phrases.input: there is a character in it that"),
        (f"base = 'de'\n[phrases]\ninput = '{'x' * 401}'", "phrases.input: it has 401 characters, more than 400"),
        ("base = 'de'\nphrases = 3", "phrases: not a table; write it as [phrases]"),
        ("base = 'de'\n[[phrases]]", "phrases: not a table"),
        ("base = 'de'\n[numbers]\ndecimal = 'x'", "numbers.decimal: x is no sign"),
        ("base = 'de'\n[numbers]\ndecimal = ',,'", "numbers.decimal: ,, is no sign"),
        ("base = 'de'\n[numbers]\ndecimal = 1", "numbers.decimal: 1 is not text"),
        ("base = 'de'\n[numbers]\nthousands = ','", "numbers.thousands: it is the decimal sign, too"),
        ("base = 'de'\n[numbers]\nbetween = ', '", "numbers.between: it is the decimal sign, too"),
        ("base = 'de'\n[numbers]\nsingular = [true]", "numbers.singular: not a list of counts"),
        ("base = 'de'\n[numbers]\npoint = '.'", "numbers.point: there is no such entry"),
        ("base = 'dee'", "base: dee is no language to start from"),
        ("base = ['de']", "base: "),
        ("base = 'de'\ncolour = 'red'", "colour: there is no such entry; a language has tag, base,"),
        ("base = 'de'\ntag = 'no such'", "tag: no such is no tag of a language"),
        ("base = 'de'\ntag = '\"><script>'", "is no tag of a language"),
        ("tag = 'it'", "numbers.decimal: it is missing"),
        ("[phrases]\ninput = 'x'", "tag: it is missing"),
        ("base = ", "not TOML"),
        ("", "tag: it is missing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_one_line(write: Write, text: str, said: str) -> None:
    """The file, the entry, the rule and a way out."""
    name = write(text)
    with pytest.raises(RequestError) as caught:
        load_words(name)
    assert (caught.value.field, caught.value.value) == ("lang", name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_phrase_that_is_missing_is_named(write: Write) -> None:
    """A language without a base that lacks a phrase says which, and what it is in English."""
    text = language_file("fr").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("adds =")]
    with pytest.raises(
        RequestError, match=r"phrases\.adds: it is missing; in English it is adds; give it, or name a base"
    ):
        load_words(write("\n".join(lines)))


@together(
    "name, way_out",
    [
        ("deutsch", "try de$"),
        ("German", "try de$"),
        ("pt-BR", "try pt$"),
        ("zh_CN", "try zh$"),
        ("xx", "or a .toml file$"),
    ],
)
def test_languages_near_a_wrong_name_are_told(name: str, way_out: str) -> None:
    """What a language is called, or a tag with a country, leads to its name."""
    with pytest.raises(RequestError, match=rf"lang {name}: no such language; .*{way_out}"):
        load_words(name)


def test_nothing_is_written_in_a_language_that_is_none(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line, exit 2, no file; so for names, files with faults, files that are none, and for `explain`."""
    monkeypatch.chdir(tmp_path)
    broken = write("base = 'de'\n[phrases]\ninput = ''")
    drawn = ["conv", "-i", "5", "-k", "3", "-o", "x.gif"]
    for arguments in (
        [*drawn, "--lang", "dutch"],
        [*drawn, "--lang", broken],
        [*drawn, "--lang", "missing.toml"],
        ["explain", "conv", "-i", "5", "-k", "3", "--lang", "dutch"],
        ["gallery", "out", "--lang", "dutch"],
    ):
        run = CliRunner().invoke(main, arguments)
        assert (run.exit_code, run.stdout) == (2, "")
        assert run.stderr.startswith("Error: --lang ")
        assert run.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["own.toml"]


def test_phrases_are_text_wherever_they_stand(write: Write, tmp_path: Path) -> None:
    """What would be markup in SVG, in pages or in LaTeX is shown as it is written."""
    phrase = "</title><script>alert(1)</script>&amp; $_%"
    name = write(
        f"base = 'de'\n[phrases]\ninput = '{phrase}'\ntitle_conv = '{phrase}'\nplay = '{phrase}'\nconv = '{phrase}'"
    )
    animation = compose(Conv(4, 3), Options(lang=name, width=1200))
    with (tmp_path / "x.svg").open("wb") as stream:
        FORMATS[".svg"].write(animation, stream, lambda: None, None)
    for text in ((tmp_path / "x.svg").read_text("utf-8"), page_of(animation)):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text or "\\u003cscript" in text
    assert "\\symbol{36}\\_\\%" in latex(animation.title)[0]


def test_every_language_is_named_where_looks_are_explained() -> None:
    """The page on looks and the help of `--lang` name all languages that come along."""
    page = (Path(__file__).parents[2] / "docs" / "looks.md").read_text(encoding="utf-8")
    named = page[page.index("`--lang` takes") :].partition(", or a file")[0]
    help_of = CliRunner().invoke(main, ["conv", "--help"]).stdout
    listed = " ".join(help_of[help_of.index("--lang NAME|FILE") :].split()).partition(", or a .toml file")[0]
    for name in language_names():
        assert f"`{name}`" in named
        assert f" {name}," in f"{listed},"
