"""`convanim differ`: text, JSON, figures, and refusals of one line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from convanim.cli import main

PAIR = ("conv -k 3 -s 2 -p same", "conv -k 3 -s 2 -p 1")


def ran(*words: str) -> Result:
    """The command with some words."""
    return CliRunner().invoke(main, ["differ", *words])


def test_text_is_printed_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o there is text alone, notes of code on standard error, `--quiet` silences them."""
    monkeypatch.chdir(tmp_path)
    result = ran(
        'keras.layers.Conv2D(8, 3, strides=2, padding="same")', "nn.Conv2d(3, 8, 3, stride=2, padding=1)", "-i8"
    )
    assert result.exit_code == 0
    assert "B's windows start one row and one column earlier: padding 1 against 0 before and 1 after" in result.stdout
    assert "  nn.ZeroPad2d((0, 1, 0, 1))" in result.stdout
    assert result.stderr.startswith("Note: A: padding same: ")
    assert not list(tmp_path.iterdir())
    quiet = ran("keras.layers.Conv2D(1, 3, padding='same')", "conv -k 3", "-i", "8", "--quiet")
    assert quiet.stderr == ""


def test_json_is_one_strict_object() -> None:
    """--json prints the same as data."""
    told = json.loads(ran(*PAIR, "-i", "6", "--json", "--values", "arange").stdout)
    assert (told["equal"], told["differing"], told["values"]["differing"]) == (False, 9, 9)


def test_text_and_figure_are_in_one_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--lang counts for text without a figure, and for both where one is drawn."""
    monkeypatch.chdir(tmp_path)
    alone = ran(*PAIR, "-i", "6", "--lang", "de")
    assert alone.exit_code == 0, alone.output
    assert "alle 9 Ausgabezellen weichen ab" in alone.stdout
    drawn = ran(*PAIR, "-i", "6", "--lang", "de", "-o", "d.svg", "--width", "700", "--still")
    assert drawn.stdout == alone.stdout + "d.svg\n"
    assert "alle 9 Ausgabezellen weichen ab" in Path("d.svg").read_text("utf-8").replace("\xa0", " ")


@pytest.mark.usefixtures("no_betweens")
def test_a_figure_is_drawn_beside_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With -o the figure is written, too; -o - has the picture alone on standard output."""
    monkeypatch.chdir(tmp_path)
    result = ran(*PAIR, "-i", "6", "-o", "d.png", "-o", "d.gif", "--width", "700", "--theme", "print")
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("d.png\nd.gif\n")
    assert "all 9 output cells differ" in result.stdout
    assert Path("d.gif").stat().st_size > 1000
    stream = ran(*PAIR, "-i", "6", "-o", "-", "--format", "png")
    assert stream.stdout_bytes.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PAIR,), "--input-size"),
        ((*PAIR, "-i", "6", "--json", "-o", "a.gif"), "--json: it renders nothing"),
        ((*PAIR, "-i", "6", "--json", "--lang", "de"), "--lang de: JSON is the same in every language"),
        ((*PAIR, "-i", "6", "--lang", "kol"), "--lang kol: no such language"),
        ((*PAIR, "-i", "6", "--theme", "dark"), "--theme dark: no figure is drawn; add -o FILE"),
        ((*PAIR, "-i", "6", "--no-labels"), "--labels False: no figure is drawn"),
        ((*PAIR, "-i", "6", "--format", "gif"), "--format gif: only -o - needs it"),
        (("conv -k 3", "max-pool -k 3", "-i", "6"), "A (conv) adds up its window with weights, B (max pool) takes"),
        (("conv -k 3", "conv -k 3 -p 1", "-i", "99999999x3"), "more than 5,000,000 times"),
        (("conv -k 3", "conv -k 3 -p 1", "-i", "999999", "--values", "random"), "--max-cells"),
        (("x" * 100_000, "conv -k 3", "-i", "6"), "no such template"),
        (("nn.Conv2d(" + "(" * 5000, "conv -k 3", "-i", "6"), "code"),
        (("conv -k 3", "conv -k 3 -p 1", "-i", "6", "-o", "a.gif", "--transposed-as", "scatter"), "--transposed-as"),
        ((*PAIR, "-i", "30", "-o", "a.gif", "--values", "random", "--width", "200"), "--width 200"),
        ((*PAIR, "-i", "6", "-o", "a.xyz"), "a.xyz"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_two(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option, the value, the rule, a way out; nothing is written."""
    monkeypatch.chdir(tmp_path)
    result = ran(*words)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())
