"""`chain`, `compare` and figures that are written in one text: what they stand for, and what is refused."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from helpers.all_commands import COMMANDS
from helpers.campaigns import campaign, together
from helpers.command_lines import check, described, done, gif, in_a_new_folder, run
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from convanim.cli import main
from convanim.cli.commands.compare import comparison_from
from convanim.cli.options.figure_options import figure_options
from convanim.figures.options import Options, option_names
from convanim.figures.recipes.from_text import part_of
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison
from convanim.layers.layer import Conv, MaxPool
from convanim.networks.chain import Chain

__all__ = ["in_a_new_folder"]

STAGE = '[[{0}layer]]\nop = "conv"\ninput_size = "2@5x5"\nkernel_size = 3\nout_channels = 2\n'
COMPARISON = "[[figure]]\n" + STAGE.format("figure.") + "[[figure]]\n" + STAGE.format("figure.")
CHAIN = 'title = "Mine"\n' + STAGE.format("") + '[values]\ninput = "arange"\n'


@pytest.fixture(autouse=True)
def some_recipes(in_a_new_folder: None) -> None:
    """Recipes of a chain and of a comparison."""
    Path("chain.toml").write_text(CHAIN, encoding="utf-8")
    Path("both.toml").write_text(COMPARISON, encoding="utf-8")


def compared(*figures: str, size: str | None = None, **given: Any) -> Comparison:
    """What `compare` puts side by side."""
    nothing = dict.fromkeys(option_names())
    return comparison_from(figures, size, None, {**nothing, **given})


def test_a_chain_is_its_stages() -> None:
    """`chain` reads stages in order; -i carries channels, --dims the number of axes."""
    told = described("chain", "conv 1x1 16", "relu", "conv 5x5 32 p2", "-i", "192@6x7", "--max-cells", "1000000")
    assert [stage["op"] for stage in told["chain"]] == ["conv", "relu", "conv"]
    assert told["maps"] == [[192, 6, 7], [16, 6, 7], [16, 6, 7], [32, 6, 7]]
    assert described("chain", "conv 3", "relu", "-i", "9", "--dims", "1")["maps"] == [[9], [7], [7]]
    assert described("chain", "conv 3, relu", "conv 2", "-i", "9", "--dims", "1")["maps"] == [[9], [7], [7], [6]]


def test_one_source_of_weights_serves_all_stages() -> None:
    """`--kernel-values` is for every kernel, `--values` for the input, whose file brings its size along."""
    told = described("chain", "conv 3", "relu", "conv 3", "-i", "7", "--kernel-values", "box", "--values", "arange")
    first, none, last = told["values"]["kernels"]
    assert none is None
    assert first == last == [[1 / 9] * 3] * 3
    np.save("x.npy", np.arange(24).reshape(2, 3, 4))
    assert described("chain", "max-pool 2", "relu", "--values", "x.npy")["maps"][0] == [2, 3, 4]


def test_one_text_is_a_template_a_recipe_stages_or_a_command_line() -> None:
    """Each way of writing a figure gives that figure, its own options and its title."""
    template = part_of("padding_strides", "figure")
    assert (template.figure, template.title) == (Conv(5, 3, 2, 1), load_recipe("padding_strides").title)
    recipe = part_of("chain.toml", "figure")
    assert (recipe.title, recipe.options.values) == ("Mine", "arange")
    stages = part_of("conv 3 2, relu", "figure", input_size="9")
    assert (stages.figure, stages.text) == (Chain(9, ["conv 3 2", "relu"]), "conv 3 2, relu")
    assert part_of("relu", "figure", input_size="9").figure == Chain(9, ["relu"])
    line = part_of("conv -i 5 -k 3 -s 2 --values arange --view flat", "figure")
    assert line.figure == Conv(5, 3, 2)
    assert line.options == Options(values="arange", view="flat")
    assert part_of("convanim max-pool -i 4 -k 2", "figure").figure == MaxPool(4, 2)
    chain = part_of("chain 'conv 3' relu -i 9 --kernel-values box", "figure")
    assert (chain.figure, chain.options.kernel_values) == (Chain(9, ["conv 3", "relu"]), "box")


def test_figures_without_an_input_read_the_shared_one() -> None:
    """`-i` is of stages, and of command lines that say none."""
    parts = compared("conv 3", "conv -k 5", "chain relu", "conv -i 4 -k 2", size="9").parts
    sizes = [part.figure.input_size for part in parts]
    assert sizes == [(9, 9), (9, 9), (9, 9), (4, 4)]


def test_shared_options_replace_recipes_and_yield_to_quoted_ones() -> None:
    """Options beside the figures are for all of them; those within a quoted command line come first."""
    parts = compared("chain.toml", "conv -i 5 -k 3 --values arange", "conv 3", size="9", values="random:3").parts
    assert [part.options.values for part in parts] == ["random:3", "arange", "random:3"]
    parts = compared("max-pool -i 4 -k 2", "conv -i 4 -k 2", kernel_values="arange").parts
    assert [part.options.kernel_values for part in parts] == [None, "arange"]


def test_what_the_page_shares_is_not_of_a_part() -> None:
    """Widths and times stay with the whole figure."""
    parts = compared("chain.toml", "conv 3", size="9", width=200, max_sheets=3).parts
    assert [(part.options.width, part.options.max_sheets) for part in parts] == [(None, 3), (None, 3)]


BAD = [
    # line, words that are all in what is said
    (["chain", "frob", "-i", "5"], "stage 1 frob: no such stage; try conv"),
    (["chain", "conv 3", "conv 7", "-i", "5"], "stage 2 conv 7: it gets 3×3; kernel_size 7x7: "),
    (["chain", "conv 3 8 g3", "-i", "6@5"], "stage 1 conv 3 8 g3: it gets 6@5×5; groups 3: does not divide"),
    (["chain", "conv 3"], "--input-size: missing; give it, such as --input-size 5"),
    (["chain", "-i", "5"], "Missing argument 'STAGE...'"),
    (["chain", "", "-i", "5"], "stage 1 '': no such stage"),
    (["chain", "conv", "-i", "5"], "stage 1 conv: it gets 5×5; kernel_size missing"),
    (["chain", "conv 3 q2", "-i", "5"], "stage 1 conv 3 q2: q2 is not understood"),
    (["chain", "relu 2", "-i", "5"], "stage 1 relu 2: relu takes no arguments"),
    (["chain", "conv 3 x=1", "-i", "5"], "stage 1 conv 3 x=1: conv has no x here"),
    (["chain", "relu", "-i", "5x5x5"], "--input-size 5x5x5"),
    (["chain", "relu", "-i", "five"], "--input-size five"),
    (["chain", "conv 3x3", "-i", "5", "--dims", "1"], "stage 1 conv 3x3: it gets 5; kernel_size 3x3: "),
    (["chain", "relu", "-i", "5", "--order", "up", "--json"], "--order up: no such order"),
    (["chain", "relu", "-i", "4000", "--json"], "--input-size 4000x4000: the maps have"),
    (["chain", "relu", "-i", "5", "--values", "x", "--json"], "--values x"),
    (["chain", "conv 2", "-i", "5", "--kernel-values", "sobel-x", "--json"], "--kernel-values sobel-x: stage 1: "),
    (["chain", "relu", "-i", "5", "--transposed-as", "scatter"], "--transposed-as"),
    (["chain", "relu", "-i", "5", "--json", "-o", "a.gif"], "--json"),
    (["compare"], "Missing argument 'FIGURE...'"),
    (["compare", "relu", "-i", "5"], "figure relu: there is one alone; name two or more"),
    (["compare", "relu", "conv 3"], "figure 1 relu: --input-size: missing"),
    (["compare", "relu", "conv 7", "-i", "5"], "figure 2 conv 7: stage 1: it gets 5×5; kernel_size 7x7: "),
    (["compare", "relu", "conv 3, frob", "-i", "5"], "figure 2 conv 3, frob: stage 2 frob: no such stage"),
    (["compare", "relu", "conv 3,", "-i", "5"], "figure 2 conv 3,: stage 2 '': no such stage"),
    (["compare", "relu", "", "-i", "5"], "figure 2 '': there is nothing in it"),
    (["compare", "relu", "conv -k 3 'x", "-i", "5"], "a quote in it is not closed"),
    (["compare", "relu", "conv -i 5 -k 7", "-i", "5"], "figure 2 conv -i 5 -k 7: --kernel-size 7x7: spans"),
    (["compare", "relu", "conv -k 3 -s x", "-i", "5"], "figure 2 conv -k 3 -s x: --stride x: not a whole number"),
    (
        ["compare", "relu", "conv -k 3 --width 9", "-i", "5"],
        "figure 2 conv -k 3 --width 9: no such option here: --width",
    ),
    (["compare", "relu", "conv -k 3 -o a.gif", "-i", "5"], "figure 2 conv -k 3 -o a.gif: no such option here: -o"),
    (["compare", "relu", "conv -k 3 --help", "-i", "5"], "figure 2 conv -k 3 --help: no such option here: --help"),
    (["compare", "relu", "conv -k 3 relu", "-i", "5"], "figure 2 conv -k 3 relu: relu is no option"),
    (["compare", "relu", "chain -i 3", "-i", "5"], "figure 2 chain -i 3: there is no stage"),
    (["compare", "relu", "one_by_onee", "-i", "5"], "recipe one_by_onee: no such template; try one_by_one"),
    (["compare", "relu", "none.toml", "-i", "5"], "recipe none.toml"),
    (["compare", "relu", "both.toml", "-i", "5"], "figure 2 both.toml: it is a comparison itself"),
    (["compare", "relu", "relu", "-i", "5", "--transposed-as", "scatter"], "--transposed-as scatter: it means nothing"),
    (["compare", "relu", "relu", "-i", "5", "--max-cells", "3", "--json"], "--input-size 5x5: the maps have"),
    (["explain", "both.toml", "--against", "one_by_one"], "--against one_by_one: what is explained is a comparison"),
    (["explain", "one_by_one", "--against", "both.toml"], "--against both.toml: it is a comparison itself"),
    (["explain", "one_by_one", "--against", "conv 7"], "--against conv 7: stage 1: it gets 5×5"),
    (["explain", "conv 3, relu"], "figure conv 3, relu: --input-size: missing"),
    (["explain", ""], "figure '': there is nothing in it"),
    (["explain", "chain", "conv 3", "frob", "-i", "5"], "stage 2 frob: no such stage"),
    (["conv", "-i", "5", "-k", "3", "--order", "up", "--json"], "--order up: no such order"),
    (["conv", "-i", "5", "-k", "3", "--max-sheets", "few"], "--max-sheets few: not a whole number"),
]


@together("line, words", BAD)
def test_a_wrong_request_is_refused_in_one_line(line: list[str], words: str) -> None:
    """The line names the figure, the stage or the option, what it got and the rule; nothing is written."""
    before = sorted(Path().iterdir())
    said = check(run(*line))
    assert said.startswith("Error: ")
    assert words in said
    assert "; " in said or "Missing" in said or "No such" in said
    assert sorted(Path().iterdir()) == before


def commands(found: Mapping[str, click.Command], *path: str) -> Iterator[tuple[str, ...]]:
    """Every command and those below it."""
    for name, command in found.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command.commands, *path, name)


@together("path", list(commands(COMMANDS)))
def test_every_help_has_an_example(path: tuple[str, ...]) -> None:
    """`--help` of every command ends in a line that can be typed."""
    text = " ".join(done(*path, "--help").stdout.split())
    assert f"Example: convanim {' '.join(path)}" in text


def test_every_option_of_figures_is_on_the_command_line() -> None:
    """What Options has, the commands have, in no other name."""
    assert {option.name for option in figure_options()} == set(option_names())
    assert {"order", "heat_map", "max_sheets"} <= {param.name for param in COMMANDS["conv"].params}


STAGES = ["conv", "conv 3", "conv 3 2 p1", "conv 3 g2", "conv d2 2", "conv 9", "max-pool 2", "avg-pool 2 ceil", "relu"]
FIGURES = ["relu,conv 2", "conv -k 2", "conv -k", "chain relu", "one_by_one", "chain.toml", "silu", "'", ",", "-i 3"]
WORDS = st.sampled_from([*STAGES, *FIGURES])


@given(
    command=st.sampled_from(["chain", "compare", "explain"]), words=st.lists(WORDS | st.text(max_size=6), max_size=3)
)
@campaign(200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_ends_in_a_traceback(command: str, words: list[str]) -> None:
    """Whatever figures are called, the status is 0 or 2; when it is not 0, one line says why."""
    rest = ["-i", "2@6x5"] + ([] if command == "explain" else ["--json", "--values", "random"])
    result = CliRunner().invoke(main, [command, *words, *rest])
    assert result.exception is None or isinstance(result.exception, SystemExit), (result.exception, words)
    assert result.exit_code in (0, 2)
    if result.exit_code:
        assert len(result.stderr.splitlines()) == 1 or "Usage" in result.stderr


def test_figures_are_named_after_their_commands() -> None:
    """Without -o a chain goes to chain.gif and a comparison to compare.gif, a frame for each step."""
    assert done("chain", "conv 2", "relu", "-i", "4", "--width", "320", "--quiet").stdout == "chain.gif\n"
    assert len(gif(Path("chain.gif").read_bytes()).delays) == 9 + 1
    assert done("compare", "conv 2", "conv -i 3 -k 2", "-i", "4", "--width", "480", "--quiet").stdout == "compare.gif\n"
    found = gif(Path("compare.gif").read_bytes())
    assert len(found.delays) == 9 + 1
    assert found.size[0] == 480


def test_steps_of_a_comparison_are_a_slice() -> None:
    """`--steps` counts the steps of the longest figure."""
    done("compare", "conv 2", "conv -i 3 -k 2", "-i", "4", "--steps", "-2:", "-o", "few/")
    assert len(list(Path("few").iterdir())) == 2
    check(run("compare", "conv 2", "conv -i 3 -k 2", "-i", "4", "--steps", "9:"))
