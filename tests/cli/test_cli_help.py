"""Help that can be scanned: groups, what is required, defaults and names, nothing cut."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from helpers.all_commands import COMMANDS
from helpers.campaigns import listed, together
from helpers.command_lines import done, in_a_new_folder, run

from convanim.cli import main
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import FILES, LAYER, NUMBERS, PICTURE, TIME, Opt
from convanim.code.frameworks import FRAMEWORKS
from convanim.export.formats import FORMATS
from convanim.figures.options import Options
from convanim.files.catalogue import (
    language_line,
    language_names,
    template_groups,
    template_line,
    template_names,
    theme_line,
    theme_names,
)
from convanim.layers.operations import OPERATIONS
from convanim.layers.step_order import ORDERS
from convanim.numbers.named_kernels import KERNEL_NAMES, ORIENTED
from convanim.views.drawing import READINGS
from convanim.views.registry import VIEWS

__all__ = ["in_a_new_folder"]

GROUPS = [LAYER, NUMBERS, PICTURE, TIME, FILES]
UNDRAWN = ("explain", "network", "templates", "themes", "theme", "languages", "language")  # commands that draw nothing


def help_of(*path: str, columns: int = 80) -> str:
    """The help of a command on a terminal of so many columns."""
    result = CliRunner().invoke(main, [*path, "--help"], terminal_width=columns)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(option: str, *path: str) -> str:
    """What help says of one option, on one line."""
    text = help_of(*path)
    found = re.search(rf"^  (?:-\w, )?{option}(?= ).*(?:\n {{6,}}.*)*", text, re.MULTILINE)
    assert found, option
    return " ".join(found[0].split())


@pytest.mark.parametrize("columns", [80, 100])
def test_summaries_are_whole_and_take_a_line_each(columns: int) -> None:
    """Commands are listed in sections, each with a summary that nothing is cut off from."""
    text = help_of(columns=columns)
    titles = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert titles == ["Options", "Layers", "Figures", "Tools"]
    rows = re.findall(r"^  ([a-z-]+)  +(\S.*)$", text[text.index("Layers:") :], re.MULTILINE)
    assert {name for name, _ in rows} == set(COMMANDS)
    assert all(summary.endswith(".") and "..." not in summary for _, summary in rows)


@together("name", [name for name in COMMANDS if name not in UNDRAWN])
def test_options_come_in_groups(name: str) -> None:
    """Every option but --help is under a title, in the same order everywhere; -o comes first among the files'."""
    options = [param for param in COMMANDS[name].params if isinstance(param, click.Option)]
    assert all(isinstance(option, Opt) and option.group in GROUPS for option in options)
    titles = [title for title in re.findall(r"^(\w.*):$", help_of(name), re.MULTILINE) if title in GROUPS]
    assert titles == sorted(titles, key=GROUPS.index)
    if name != "gallery" and name != "embed":
        below = help_of(name).partition("\nFiles:\n")[2]
        assert below.startswith("  -o, --output FILE ")
        assert "-o FILE" in help_of(name).splitlines()[0]


@together("columns", [80, 100])
@together("name", list(COMMANDS))
def test_help_fits_its_terminal(name: str, columns: int) -> None:
    """No line is longer than the terminal is wide."""
    assert max(map(len, help_of(name, columns=columns).splitlines())) <= columns


@pytest.mark.usefixtures("few_frames")
@listed("name", list(COMMANDS))
def test_an_example_can_be_pasted(name: str) -> None:
    """It takes one line, on a terminal of 80 columns as well; what it names is drawn or printed."""
    (line,) = [line for line in help_of(name, columns=78).splitlines() if line.startswith("  Example: ")]
    example = line.partition("Example: convanim ")[2]
    words = shlex.split(example.partition(" >")[0])
    assert words[0] == name
    if name == "deck":
        pytest.importorskip("pptx")
    if name != "gallery":
        assert done(*words).stdout


def test_what_is_required_is_marked() -> None:
    """In the usage line and beside the option; a size that numbers may bring along is said to be so."""
    assert help_of("conv").startswith("Usage: main conv -i SIZE -k SIZE [-o FILE]... [OPTIONS]\n")
    assert told("--input-size", "conv").endswith("[required, unless --values FILE has it].")
    assert told("--kernel-size", "conv").endswith("[required, unless --kernel-values FILE has it].")
    assert told("--kernel-size", "max-pool").endswith("[required].")
    assert told("--input-size", "explain", "conv").endswith("[required].")
    for name in ("chain", "draw"):
        assert "-i SIZE" in help_of(name).splitlines()[0]
    for name, operation in OPERATIONS.items():
        needed = [
            field.name for field in operation.fields if "[required" in told(f"--{field.name.replace('_', '-')}", name)
        ]
        assert needed == [field.name for field in operation.fields if operation.default(field) is None]
        assert all("missing" in run(name, "-i", "4").stderr for missing in needed if missing != "input_size")
        assert "missing" in run(name).stderr


def test_every_default_is_shown_as_it_is() -> None:
    """Of figures' options it is that of Options, where there is one, else words; of layers' the layer's own."""
    for option in figure_options():
        help = option.help or ""
        assert re.search(r" \[[^]]+\]\.$", help), option.name
        own = getattr(Options(), option.name or "")
        if isinstance(own, bool):
            assert help.endswith(" [on]." if own else " [off].")
        elif own is not None:
            assert help.endswith(f" [{own:g}]." if isinstance(own, float) else f" [{own}].")
    for name in OPERATIONS:
        options = [option for option in COMMANDS[name].params if isinstance(option, Opt) and option.group == LAYER]
        assert all(re.search(r" \[[^]]+\]\.$", option.help or "") for option in options)
    assert told("--stride", "conv").endswith("[1].")
    assert told("--stride", "max-pool").endswith("[the kernel's size].")
    assert told("--padding-mode", "conv").endswith("[zeros].")


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("--view", VIEWS),
        ("--order", ORDERS),
        ("--theme", [*theme_names(), "auto"]),
        ("--lang", language_names()),
        ("--kernel-values", [*KERNEL_NAMES, *(f"{name}:ANGLE" for name in ORIENTED)]),
        ("--output", list(FORMATS)),
        ("--format", [suffix[1:] for suffix in FORMATS]),
    ],
)
def test_every_list_of_names_is_shown(option: str, names: "list[str]") -> None:
    """Whatever can be named is in help, so that a new view, theme or format is not forgotten there."""
    words = re.findall(r"[\w.:-]+", told(option, "conv"))
    assert set(names) <= {word.rstrip(".:") if word not in names else word for word in words}


def test_names_of_readings_and_frameworks_are_shown() -> None:
    """Those that other commands take."""
    assert all(name in told("--transposed-as", "conv-transpose") for name in READINGS)
    assert all(name in told("--framework", "draw") for name in FRAMEWORKS)


def test_every_template_is_in_one_group() -> None:
    """`templates/groups.toml` names each once, and none that there is not."""
    grouped = [name for names in template_groups().values() for name in names]
    assert sorted(grouped) == list(template_names())


def test_templates_are_listed_in_groups_with_a_line_about_each() -> None:
    """Groups by topic, the paper's first; a line is the template's title."""
    text = done("templates").stdout
    titles = re.findall(r"^(\S.*):$", text, re.MULTILINE)
    assert titles == list(template_groups())
    assert re.findall(r"^  (\w+)  ", text, re.MULTILINE) == [n for names in template_groups().values() for n in names]
    plain = " ".join(text.split())
    for name in template_names():
        assert f"{name} {template_line(name)}" in plain
    assert max(map(len, text.splitlines())) <= 80


def test_themes_are_listed_with_a_line_about_each() -> None:
    """Each theme's line is that of its file; `--names` are what `--theme` takes."""
    plain = " ".join(done("themes").stdout.split())
    assert all(f"{name} {theme_line(name)}" in plain for name in theme_names())
    names = done("themes", "--names").stdout.splitlines()
    assert names == [*theme_names(), "auto"]
    for name in names:
        done("conv", "-i", "2", "-k", "1", "--theme", name, "-o", "a.svg")


@pytest.mark.parametrize("name", theme_names())
def test_a_printed_theme_is_one_to_start_from(name: str) -> None:
    """Saved as a file it draws what the theme draws, and its first line says how."""
    text = done("theme", name).stdout
    assert text.startswith("# ")
    assert "--theme mine.toml" in text.splitlines()[0]
    Path("mine.toml").write_text(text, encoding="utf-8")
    for theme in (name, "mine.toml"):
        done("conv", "-i", "3", "-k", "2", "--width", "96", "--theme", theme, "-o", f"{theme}.png")
    pixels = [Path(f"{theme}.png").read_bytes().partition(b"IDAT")[2] for theme in (name, "mine.toml")]
    assert pixels[0] == pixels[1]


def test_languages_are_listed_with_a_line_about_each() -> None:
    """Each language's line is that of its file; `--names` are what `--lang` takes."""
    plain = " ".join(done("languages").stdout.split())
    assert all(f"{name} {language_line(name)}" in plain for name in language_names())
    assert done("languages", "--names").stdout.splitlines() == list(language_names())


@pytest.mark.parametrize("name", ["en", "fr", "ja"])
def test_a_printed_language_is_one_to_start_from(name: str) -> None:
    """Saved as a file it says what the language says, and its first line says how."""
    text = done("language", name).stdout
    assert "--lang mine.toml" in text.splitlines()[0]
    Path("mine.toml").write_text(text, encoding="utf-8")
    said = [done("explain", "conv", "-i", "3", "-k", "2", "--lang", lang).stdout for lang in (name, "mine.toml")]
    assert said[0] == said[1]
    assert done("explain", "conv", "-i", "3", "-k", "2").stdout == said[0] or name != "en"
