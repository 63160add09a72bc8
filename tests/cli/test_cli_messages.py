"""What a command line says: suggestions, the user's own words, notes, faults of our own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.command_lines import SMALL, check, done, in_a_new_folder, run
from hypothesis import given
from hypothesis import strategies as st

import convanim
from convanim.errors import RequestError, escaped, line_of, near, shown, suggestion
from convanim.export.formats import FORMATS, is_installed
from convanim.figures.animation import Animation
from convanim.files.catalogue import template_names

__all__ = ["in_a_new_folder"]

LONG = "a" * 3000
NASTY = "\x1b[31m\n\r\t\u2028\u2029\x85\u202e\udcff\x07"


@pytest.mark.parametrize(
    ("line", "tried"),
    [
        ("galery", "try gallery"),
        ("maxpool", "try max-pool"),
        ("temples", "try templates"),
        ("conv --kernal-size 3", "try --kernel-size"),
        ("conv --heatmap", "try --heat-map"),
        ("conv --pad 1", "try --padding or --padding-mode"),
        ("conv --no-label", "try --no-labels"),
        ("render dilated", "try dilation;"),
        ("render padding-strides", "try padding_strides, "),
        ("conv -i 5 -k 3 --view flta", "try flat"),
        ("conv -i 5 -k 3 --theme darc", "try dark"),
        ("conv -i 5 -k 3 --order positions", "try position"),
        ("conv -i 5 -k 3 --kernel-values sobelx", "try sobel-x"),
        ("conv -i 5 -k 3 --values randon", "try random"),
        ("conv -i 5 -k 3 -o - --format apgn", "try apng"),
        ("conv-transpose -i 5 -k 3 --transposed-as scater", "try scatter"),
        ("chain convv -i 5", "try conv"),
        ("compare relu 'conv -k 3 --strid 2' -i 5", "try --stride"),
        ("theme clasic", "try classic"),
        ("draw nn.Conv2dd(3,8,3) -i 5", "try Conv2d"),
    ],
)
def test_a_slip_is_told_what_it_is_near(line: str, tried: str) -> None:
    """Commands, options, templates, themes, views, stages, kernels, layers: one mechanism for all."""
    import shlex

    assert tried in check(run(*shlex.split(line)))


@pytest.mark.parametrize("line", ["nope", "conv --color red", "render nope", "render xyz"])
def test_what_is_near_nothing_is_told_where_to_look(line: str) -> None:
    """A suggestion that is not near is none: the line says what lists the names."""
    said = check(run(*line.split()))
    assert "try" not in said
    assert "lists them" in said


def test_suggestions_are_few_and_never_the_word_itself_twice() -> None:
    """At most three, the nearest first; those much less alike than the nearest are not told."""
    assert near("strides", ["stride", "padding", "strides-of-it", "wide"])[0] == "stride"
    assert near("maxpool", ["avg-pool", "max-pool"]) == ["max-pool"]
    assert len(near("padding", template_names())) == 3
    assert near("x", ["y", "z"]) == near("", ["abc"]) == near("abc", []) == []
    assert suggestion("colour", ["hold"], "see the list") == "see the list"
    assert suggestion("aaaa", ["aaab", "aaac"], "") == "try aaab or aaac"


@given(st.text(max_size=200))
def test_any_text_is_shown_on_one_line(text: str) -> None:
    """Whatever it holds, what is shown is printable, short, and not empty."""
    assert escaped(text).isprintable()
    assert line_of(text).isprintable()
    assert 0 < len(shown(text)) <= 60 or not text.strip()
    assert RequestError("padding", text, text, text, text).message().isprintable()


def test_escapes_say_what_was_there() -> None:
    """A control character is written as Python writes it, not dropped; blanks in a value are closed up."""
    assert shown("5\n \t6") == "5 6"
    assert escaped("5\n6") == r"5\n6"
    assert shown("\x1b[31mred\u2028") == r"\x1b[31mred\u2028"
    assert shown("C:\\new") == "C:\\new"
    assert shown("a" * 3000) == "a" * 59 + "…"
    assert line_of("no folder " + "b" * 3000 + "; make it") == "no folder " + "b" * 119 + "… make it"
    assert shown("") == "''"
    assert shown(None) == ""


@pytest.mark.parametrize(
    "line",
    [
        ("{}",),
        ("conv", "--{}"),
        ("conv", "--{}=1"),
        ("conv", "-{}"),
        ("conv", "-i", "5", "-k", "3", "{}"),
        ("conv", "-i", "{}", "-k", "3"),
        ("conv", "-i", "5", "-k", "3", "-p", "{}"),
        ("conv", "-i", "5", "-k", "3", "--values", "{}"),
        ("conv", "-i", "5", "-k", "3", "--values", "{}.csv"),
        ("conv", "-i", "5", "-k", "3", "--theme", "{}"),
        ("conv", "-i", "5", "-k", "3", "--theme", "{}.toml"),
        ("conv", "-i", "5", "-k", "3", "-o", "{}"),
        ("conv", "-i", "5", "-k", "3", "-o", "{}/a.gif"),
        ("conv", "-i", "5", "-k", "3", "-o", "-", "--format", "{}"),
        ("conv", "-i", "5", "-k", "3", "--width", "{}"),
        ("conv", "-i", "5", "-k", "3", "--hold", "{}"),
        ("render", "{}"),
        ("render", "{}.toml"),
        ("compare", "{}", "relu", "-i", "5"),
        ("chain", "conv {}", "-i", "5"),
        ("draw", "{}", "-i", "5"),
        ("draw", "nn.Conv2d({}=3)", "-i", "5"),
        ("explain", "{}"),
        ("explain", "conv", "-i", "5", "-k", "3", "--against", "{}"),
        ("theme", "{}"),
        ("gallery", "{}/{}"),
        ("deck", "dilation", "-o", "{}"),
    ],
)
@pytest.mark.parametrize("word", [NASTY, LONG], ids=["controls", "long"])
def test_words_of_the_user_are_shown_escaped_and_cut(line: tuple[str, ...], word: str) -> None:
    """In every message, click's own too: one line of printable characters, no word longer than 120."""
    result = run(*(part.replace("{}", word) for part in line))
    assert result.exit_code in (1, 2)
    assert result.stderr.endswith("\n")
    said = result.stderr[:-1]
    assert said.startswith("Error: ")
    assert said.isprintable(), said
    assert len(said) <= 1300
    assert max(map(len, said.split(" "))) <= 120


@pytest.mark.parametrize("word", [NASTY.replace("\udcff", ""), LONG], ids=["controls", "long"])
def test_words_in_files_are_shown_escaped_and_cut(word: str) -> None:
    """Keys, roles, labels and titles out of TOML, in messages and in notes."""
    spelled = "".join(f"\\u{ord(c):04x}" for c in word)
    recipe = '[layer]\nop = "conv"\ninput_size = 3\nkernel_size = 2\n'
    files = {
        "key.toml": f'"{spelled}" = 1\n{recipe}',
        "entry.toml": f'{recipe}[view]\n"{spelled}" = 1\n',
        "value.toml": f'{recipe}[view]\nname = "{spelled}"\n',
        "op.toml": f'[layer]\nop = "{spelled}"\n',
    }
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
        said = check(run("render", name))
        assert said.isprintable()
        assert max(map(len, said.split(" "))) <= 120
    for text in (f'["{spelled}"]\n', f'[roles."{spelled}"]\nfill = "none"\n[background]\nfill = "#ffffff"\n'):
        Path("theme.toml").write_text(text, encoding="utf-8")
        said = check(run("conv", "-i", "3", "-k", "2", "--theme", "theme.toml"))
        assert said.isprintable()
        assert max(map(len, said.split(" "))) <= 120
    label = word + "猫"
    notes = done(*SMALL, "--input-label", label, "-o", "a.png").stderr.splitlines()
    assert notes
    assert all(note.isprintable() and max(map(len, note.split(" "))) <= 120 for note in notes)


def test_a_file_of_a_kind_that_is_not_read_is_named() -> None:
    """`--values mine.xlsx` is told of its suffix, whether the size is given or not; a missing size of a seed is."""
    for size in ([], ["-i", "5"]):
        assert "--values mine.xlsx: not a .csv, .npy or .png; " in check(
            run("conv", *size, "-k", "3", "--values", "mine.xlsx")
        )
        assert "--values wild: no such source" in check(run("conv", *size, "-k", "3", "--values", "wild"))
    assert "--kernel-values k.xlsx: not a" in check(run("conv", "-i", "5", "--kernel-values", "k.xlsx"))
    assert "--input-size: missing" in check(run("conv", "-k", "3", "--values", "random:7"))
    assert "--kernel-size: missing" in check(run("conv", "-i", "5", "--kernel-values", "sobel-x"))


def test_padding_that_has_a_name_is_explained_by_it() -> None:
    """In a sentence."""
    assert (
        "\nthis is 'same' padding: ⌈input/stride⌉ output cells"
        in done("explain", "conv", "-i", "6", "-k", "3", "-p", "same").stdout
    )


COST = ["compare", "conv 5x5 32 p2", "conv 1x1 16, conv 5x5 32 p2", "-i", "192@28x28", "--width", "800"]


def test_a_run_says_each_note_once() -> None:
    """However many figures, sheets and maps there are: two notes here, one of the steps, one of all channels."""
    notes = done(*COST, "--max-frames", "2", "-o", "a.png").stderr.splitlines()
    assert [note.partition(":")[2].split(" are ")[0] for note in notes] == [" 2 of 25,088 steps", " not all channels"]
    assert "4 of 192 of input, 4 of 32 of conv 5×5 padding 2, 4 of 16 of conv 1×1;" in notes[1]


def test_what_code_says_twice_is_said_once() -> None:
    """Of two layers that are explained against each other."""
    one, other = (f"keras.layers.Conv2D(8, {kernel}, padding='same')" for kernel in (3, 5))
    notes = done("explain", one, "-i", "9", "--against", other).stderr.splitlines()
    assert len(notes) == len(set(notes)) == 2


def test_what_is_true_of_several_figures_is_said_once() -> None:
    """With the names of those that it is true of, the first three by name."""
    few = ["--max-frames", "2", "--width", "200", "--max-sheets", "2"]
    said = done("render", "dilation", "padding_strides", *few, "-o", "{name}.png", "-j", "1").stderr.splitlines()
    assert said == [
        "Note: dilation, padding_strides: 2 of 9 steps are shown, evenly spread; a larger max-frames shows more"
    ]
    figures = [f"conv -i {size} -k {size - 1}" for size in range(3, 8)]
    said = done("deck", *figures, *few, "-o", "a.tex").stderr.splitlines()
    assert said[0].startswith("Note: conv, conv, conv and 2 more") or said[0].startswith("Note: conv: 2 of 4 steps")
    assert len(said) == len(set(said))


MARKED = [suffix for suffix, form in FORMATS.items() if form.is_marked and is_installed(form)]


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in MARKED), "frames/"])
def test_a_file_that_held_something_else_is_told(name: str) -> None:
    """Of other layers, or no figure at all; the same layers in another look are no news, nor is what is new."""
    line = ["conv", "-i", "3", "-k", "2", "--width", "128", "-o", name]
    assert done(*line).stderr == ""
    assert done(*line, "--theme", "dark", "--values", "random:3").stderr == ""
    told = f"Note: {name.rstrip('/')} held something else, which is replaced\n"
    assert done(*line, "-s", "1x2").stderr == told
    assert done(*line, "--quiet").stderr == ""
    place = Path("frames/conv_000.png") if name == "frames/" else Path(name)
    place.write_text("a photograph", encoding="utf-8")
    assert done(*line).stderr == told


def test_files_of_several_figures_that_held_something_else_are_one_note() -> None:
    """Beside what is current, of which there is nothing to say."""
    line = ["render", "one_by_one", "three_by_three", "dilation", "-o", "{name}.png", "-j", "1"]
    done(*line)
    for name in ("one_by_one.png", "dilation.png"):
        Path(name).write_text("a photograph", encoding="utf-8")
    assert done(*line).stderr == "Note: one_by_one.png, dilation.png held something else, which is replaced\n"
    assert done(*line).stderr == ""


def broken(*arguments: Any, **more: Any) -> Any:
    """A part of the program that has a fault."""
    raise KeyError("ray\n" + LONG)


@pytest.mark.parametrize(
    "error", [KeyError("ray"), AssertionError(), EOFError("no more"), RecursionError("deep"), TypeError("x")]
)
@pytest.mark.parametrize("name", ["a.gif", "old.gif", "f/"])
def test_a_fault_of_ours_is_one_line_and_no_half_a_file(
    error: Exception, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1; the line says what it was, whose fault, and how to see where; older files stay, no draft is left."""
    done(*SMALL, "-o", "old.gif")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    from convanim.render.frames import Renderer

    draw, count = Renderer.frame, []

    def frame(renderer: Renderer, step: int) -> object:
        count.append(step)
        if len(count) > 2:
            raise error
        return draw(renderer, step)

    monkeypatch.setattr(Renderer, "frame", frame)
    result = run(*SMALL, "-o", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"Error: {type(error).__name__}")
    assert "this is a fault of convanim's, not of the request: CONVANIM_TRACEBACK=1 shows where it is" in result.stderr
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_a_module_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that lacks something is no fault of the request, nor of the program."""
    monkeypatch.setitem(sys.modules, "convanim.explain.figure_text", None)
    result = run("explain", "conv", "-i", "5", "-k", "3")
    assert result.exit_code == 1
    assert "convanim.explain.figure_text" in result.stderr
    assert result.stderr.endswith("install it anew\n")


def test_a_fault_of_ours_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """With CONVANIM_TRACEBACK the traceback comes before the line; the status is the same."""
    monkeypatch.setattr("convanim.explain.figure_text.explained", broken)
    line = ("explain", "conv", "-i", "5", "-k", "3")
    plain = run(*line)
    assert (plain.exit_code, len(plain.stderr.splitlines())) == (1, 1)
    assert plain.stderr[:-1].isprintable()
    monkeypatch.setenv("CONVANIM_TRACEBACK", "1")
    looked = run(*line)
    assert looked.exit_code == 1
    assert "Traceback" in looked.stderr
    assert "in broken" in looked.stderr
    assert looked.stderr.endswith(plain.stderr)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is forked has the fault, too")
def test_a_fault_of_ours_in_another_process_is_one_line() -> None:
    """The same where several figures are drawn on several cores."""
    code = (
        "import multiprocessing, convanim.publish.batch, convanim.export.gif as gif\n"
        "multiprocessing.set_start_method('fork')\n"
        "def broken(*arguments, **more): raise KeyError('ray')\n"
        "gif.write_gif = broken\n"
        "from convanim.cli import main\n"
        "main(['render', 'dilation', 'one_by_one', '-j', '2'], prog_name='convanim')"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(convanim.__file__).parent.parent)}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: KeyError: 'ray'; this is a fault of convanim's")
    assert len(result.stderr.splitlines()) == 1
    assert list(Path().iterdir()) == []


def test_a_pipe_of_a_file_is_not_taken_for_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reader of a named pipe is gone, that is said; only standard output's may be gone without a word."""

    def gone(animation: Animation, *more: Any) -> None:
        raise BrokenPipeError(32, "Broken pipe", "pipe.gif")

    monkeypatch.setattr("convanim.export.save.save", gone)
    result = run(*SMALL, "-o", "pipe.gif")
    assert (result.exit_code, result.stderr) == (1, "Error: pipe.gif: Broken pipe\n")
