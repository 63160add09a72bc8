"""What a command line says: suggestions, the user's own words, notes."""

from pathlib import Path
from typing import Any

import pytest
from helpers.all_commands import COMMANDS
from helpers.campaigns import listed, together
from helpers.command_lines import SMALL, check, done, in_a_new_folder, run
from hypothesis import given
from hypothesis import strategies as st

from convanim.cli.options.other_words import OPTIONS
from convanim.errors import RequestError, escaped, line_of, near, shown, suggestion
from convanim.export.formats import FORMATS, is_installed
from convanim.figures.animation import Animation
from convanim.files.catalogue import template_names
from convanim.layers.operations import OPERATIONS
from convanim.networks.made import BETWEEN

__all__ = ["in_a_new_folder"]

LONG = "a" * 3000
NASTY = "\x1b[31m\n\r\t\u2028\u2029\x85\u202e\udcff\x07"


@together(
    "line, tried",
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


@pytest.mark.parametrize(
    ("size", "meant"),
    [("28x28x3", "3@28x28"), ("3x32x32", "3@32x32"), ("3x5x5", ""), ("9x9x9", "")],
)
def test_channels_given_as_an_axis_are_told_how_they_are_written(size: str, meant: str) -> None:
    """Three axes that look like a picture with its channels are drawn as they are, and a note says so."""
    noted = done("conv", "-i", size, "-k", "3", "--max-frames", "2", "-o", "a.svg").stderr
    assert ("three axes" in noted) == bool(meant)
    assert f"a picture with channels is {meant}" in noted or not meant


def test_other_programs_words_stand_for_options_that_there_are() -> None:
    """Every word that a suggestion knows is no option of a figure, and what it stands for is one."""
    known = {name for command in COMMANDS.values() for param in command.params for name in param.opts}
    assert set(OPTIONS.values()) <= known
    assert not set(OPTIONS) & {name for param in COMMANDS["conv"].params for name in param.opts}


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


@together(
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
@together("word", [NASTY, LONG])
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


def missing() -> list[tuple[str, str]]:
    """Every argument that an operation must be given, but for its input, with the operation's name."""
    return [
        (name, field.name)
        for name, operation in OPERATIONS.items()
        for field in operation.fields[1:]
        if operation.default(field) is None
    ]


@together("name, field", missing())
def test_what_is_missing_is_called_as_it_would_be_given(name: str, field: str) -> None:
    """By its option in a command; by its own name in a stage, which has none; in a recipe, too."""
    others = [other for op, other in missing() if op == name and other != field]
    option = "--" + field.replace("_", "-")
    line = [name, "-i", "4", *(word for other in others for word in ("--" + other.replace("_", "-"), "2"))]
    assert run(*line).stderr == f"Error: {option}: missing; give it, such as {option} 3\n"
    stage = " ".join([name, *(f"{other}=2" for other in others)])
    for command in (["chain", stage, "-i", "4"], ["network", stage, "-i", "4@4x4"]):
        if command[0] == "network" and name in BETWEEN:
            continue  # whose one size is told by the word alone
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr.endswith(f" missing; give it, such as {field}=3\n")
    rows = "".join(f"{other} = 2\n" for other in others)
    Path("r.toml").write_text(f'[layer]\nop = "{name}"\ninput_size = 4\n{rows}', encoding="utf-8")
    assert run("render", "r.toml").stderr == f"Error: r.toml: layer.{field}: missing; give it, such as {field}=3\n"


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
    notes = done(*COST, "--view", "flat", "--max-frames", "2", "-o", "a.png").stderr.splitlines()
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


@pytest.mark.usefixtures("no_betweens")
@listed("name", [*(f"a{suffix}" for suffix in MARKED), "frames/"])
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


def test_a_pipe_of_a_file_is_not_taken_for_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reader of a named pipe is gone, that is said; only standard output's may be gone without a word."""

    def gone(animation: Animation, *more: Any) -> None:
        raise BrokenPipeError(32, "Broken pipe", "pipe.gif")

    monkeypatch.setattr("convanim.export.save.save", gone)
    result = run(*SMALL, "-o", "pipe.gif")
    assert (result.exit_code, result.stderr) == (1, "Error: pipe.gif: Broken pipe\n")
