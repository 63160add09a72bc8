"""Command lines inside other texts: read as the commands themselves read them, without what reads those."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.all_commands import COMMANDS
from helpers.campaigns import together

import convanim
from convanim import Conv, ConvTranspose, MaxPool, RequestError
from convanim.figures.options import Options, option_names
from convanim.figures.recipes.command_line import read_command, words_of
from convanim.figures.recipes.from_text import part_of, recipe_of
from convanim.layers.operation import Takes
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain

EVERY = option_names()


def read(text: str) -> dict[str, Any]:
    """What a command line with any options says."""
    return read_command(words_of(text, "figure"), EVERY, "figure", text)


@together("name", OPERATIONS)
def test_every_option_of_a_command_is_known(name: str) -> None:
    """Long and short names, switches and their opposites: what the command takes is taken here."""
    values = {Takes.SIZES: "3", Takes.PADDING: "1:0x2:2", Takes.INTEGER: "2", Takes.WORD: "full"}
    for field in OPERATIONS[name].fields:
        option = "--" + field.name.replace("_", "-")
        if field.takes is Takes.FLAG:
            assert read(f"{name} {option}") == {field.name: True}
            assert read(f"{name} --no-{option[2:]}") == {field.name: False}
            continue
        value = values[field.takes]
        expected = {field.name: 2 if field.takes is Takes.INTEGER else value}
        assert read(f"{name} {option} {value}") == read(f"{name} {option}={value}") == expected
        if field.short:
            assert read(f"{name} {field.short} {value}") == read(f"{name} {field.short}{value}") == expected


@together("name", EVERY)
def test_every_option_of_a_figure_is_known(name: str) -> None:
    """With a value of its own kind it is what the command itself makes of it."""
    (param,) = (param for param in COMMANDS["render"].params if param.name == name)
    option = "--" + name.replace("_", "-")
    if getattr(param, "is_flag", False):
        assert read(f"conv {option}") == {name: True}
        assert read(f"conv --no-{option[2:]}") == {name: False}
        return
    numbers: dict[str, Any] = {"N": 3, "PX": 320, "S": 0.25}
    value = numbers.get(str(param.metavar), "words 猫")
    assert read(f"conv {option} '{value}'") == {name: value}


def test_words_are_read_as_a_shell_reads_them() -> None:
    """Quotes, the program's own name and stages between options make no difference."""
    assert read("convanim chain 'conv 3' -i 9 relu") == {"stages": ["conv 3", "relu"], "input_size": "9"}
    assert read("conv -i 5 --input-label 'a b'") == {"input_size": "5", "input_label": "a b"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv --strid 2", "no such option here: --strid; try --stride"),
        ("conv --help", "no such option here: --help; "),
        ("conv -x 2", "no such option here: -x"),
        ("conv -i 5 5", "5 is no option"),
        ("conv -i", "argument -i/--input-size: expected one argument"),
        ("conv --ceil-mode", "no such option here: --ceil-mode"),
        ("conv 'x", "a quote in it is not closed"),
        ("chain -i 5", "there is no stage"),
        ("convanim", "there is nothing in it"),
    ],
)
def test_what_is_no_command_line_is_refused(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line with the text in front, and nothing is printed."""
    with pytest.raises(RequestError) as caught:
        read(text)
    message = str(caught.value)
    assert message.startswith(f"figure {text}: ")
    assert said in message
    assert len(message.splitlines()) == 1
    assert capsys.readouterr() == ("", "")


def test_a_text_is_a_figure() -> None:
    """A template, a command line, stages and code: each becomes what it says, with the options that are given."""

    def figure(text: str, **words: Any) -> tuple[Any, Options]:
        recipe = recipe_of(text, "figure", given={"width": 200}, **words)
        return recipe.figure, recipe.options

    assert figure("one_by_one")[1].width == 200
    assert figure("conv -i 5 -k 3") == (Conv(5, 3), Options(width=200))
    assert figure("conv -i 5 -k 3 --width 300 --no-labels", own=EVERY)[1] == Options(width=300, labels=False)
    assert figure("conv 3, relu", input_size="9")[0] == Chain(9, ["conv 3", "relu"])
    assert figure("nn.MaxPool2d(2)", input_size="4x6")[0].kernel_size == MaxPool((4, 6), 2).kernel_size
    assert figure("conv-transpose -i 2 -k 3 --dims 1")[0] == ConvTranspose(2, 3, dims=1)
    with pytest.raises(RequestError, match="no such option here: --width"):
        figure("conv -i 5 -k 3 --width 300")


def test_files_in_a_command_line_are_looked_for_in_a_folder(tmp_path: Path) -> None:
    """Numbers and themes are found beside the text's own file; their size serves."""
    (tmp_path / "numbers.csv").write_text("1,2,3\n4,5,6\n7,8,9\n", encoding="utf-8")
    text = "conv -k 2 --values numbers.csv --theme print"
    recipe = recipe_of(text, "figure", given={}, own=EVERY, folder=tmp_path)
    assert recipe.figure == Conv(3, 2)
    assert (recipe.options.values, recipe.options.theme) == (str(tmp_path / "numbers.csv"), "print")


def test_what_is_to_be_said_of_code_is_said() -> None:
    """Notes go to whoever asks for them."""
    said: list[str] = []
    part_of("nn.Conv2d(1, 1, 3, bias=True)", "figure", input_size="5", say=said.append)
    assert said
    assert all("bias" in note for note in said)


def test_reading_needs_no_click() -> None:
    """A figure in a text is read without the library of the command line."""
    code = (
        "import sys; from convanim.figures.recipes.from_text import part_of; "
        "part_of('conv -i 5 -k 3', 'x'); print('click' in sys.modules)"
    )
    folder = Path(convanim.__file__).parent.parent
    assert subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).strip() == "False"
