"""Everything that the README and the pages of `docs/` show is run as it stands there."""

import re
import shutil
import tomllib
import warnings
from collections import defaultdict
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from helpers.all_commands import COMMANDS
from helpers.campaigns import listed
from helpers.pages import CHECKOUT, PAGES, README, Command, Page
from helpers.pixels import Film, decoded, gif_bytes

from convanim.cli import main
from convanim.export.formats import FORMATS, is_installed
from convanim.figures.options import option_names
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.style.theme import UNDER

FILES = {name: text for page in PAGES for name, text in page.files().items()}
FIGURES = README.figures()
# Each once, however many pages show it.
RUN = list(dict.fromkeys(command for page in PAGES for command in (*page.shown(), *page.said())))
OF_README = [command for command in RUN if command in (*README.shown(), *README.said())]
OF_OTHERS = [command for command in RUN if command not in OF_README and command.words[0] != "gallery"]
BY_PAGE = pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])


def written(command: Command) -> str:
    """A command as it is written."""
    return " ".join(command.words)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files that the pages show and a photograph in it."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    shutil.copy(CHECKOUT / "templates" / "figures" / "oriented_filters.png", "photo.png")
    return tmp_path


def run(command: Command) -> None:
    """Run a command; it ends well and says nothing but notes on standard error."""
    result = CliRunner().invoke(main, list(command.words))
    assert result.exit_code == 0, result.output
    assert all(line.startswith("Note: ") for line in result.stderr.splitlines())
    assert result.stdout_bytes
    if command.to:
        Path(command.to).write_bytes(result.stdout_bytes)


def targets(command: Command) -> list[Path]:
    """What a command writes, with the names of its figures in their places."""
    named = [Path(word).stem for word in command.words if word in template_names() or word in FILES]
    paths = [path.replace("{name}", name) for path in command.outputs for name in (named or [""])]
    return list(map(Path, dict.fromkeys(paths)))


def missing(command: Command) -> str:
    """The module that is missing for what a command writes; "" where there is none."""
    forms = [FORMATS[path.suffix] for path in targets(command) if path.suffix in FORMATS]
    return next((form.module for form in forms if not is_installed(form)), "")


@pytest.mark.usefixtures("folder", "few_frames")
@pytest.mark.parametrize("command", OF_README, ids=written)
def test_every_command_of_the_readme_works(command: Command) -> None:
    """Each ends well and writes what it names, where what it needs is installed."""
    check(command)


@pytest.mark.usefixtures("folder", "few_frames")
@listed("command", OF_OTHERS, one_in=7, ids=written)
def test_every_command_works(command: Command) -> None:
    """So do those of the other pages."""
    check(command)


def check(command: Command) -> None:
    """Run a command, and look for what it writes."""
    if missing(command):
        pytest.skip(f"needs the module {missing(command)}")
    run(command)
    for path in targets(command):
        assert any(path.iterdir()) if path.is_dir() else path.stat().st_size > 300


def off(made: Film, other: Film) -> float:
    """The largest part of a frame's pixels in which two films differ; 1 where they do not run alike."""
    if made.durations != other.durations or made.pictures[0].shape != other.pictures[0].shape:
        return 1.0
    pairs = zip(made.pictures, other.pictures)
    return float(max((a.view(np.uint32) != b.view(np.uint32)).mean() for a, b in pairs))


@pytest.mark.usefixtures("folder")
@listed("name, command", FIGURES)
def test_a_picture_of_the_readme_is_drawn_by_the_command_below_it(name: str, command: Command) -> None:
    """The command draws the template of the picture's name, to the pixel, and the gallery has the same figure."""
    run(command)
    made = decoded(Path(command.outputs[0]).read_bytes())
    if command.words[0] != "render":
        assert off(made, decoded(gif_bytes(load_recipe(name).animation(), glides=True))) == 0
    picture = CHECKOUT / "gallery" / f"{name}.gif"
    if not picture.exists():
        pytest.skip("the gallery is not in a source distribution")
    # It was drawn once, maybe with other versions of the libraries, which shape letters and edges.
    assert off(made, decoded(picture.read_bytes())) < 0.02


def test_the_readme_has_what_it_promises() -> None:
    """A picture and two commands, five figures, and no more than 150 lines."""
    assert len(README.text.splitlines()) <= 150
    assert len(FIGURES) == 1 + 5
    assert FIGURES[0][0] == "padding_strides"
    environment = "python3 -m venv .venv && .venv/bin/"
    assert README.blocks("sh")[0].startswith(f"{environment}pip install . && .venv/bin/convanim conv ")
    (tests,) = re.findall(r"^<!-- tests -->\n```sh\n(.*)\n```$", README.text, re.MULTILINE)
    assert tests == f"{environment}pip install -e '.[test]' && .venv/bin/python -m pytest"


def test_no_two_commands_write_the_same_file() -> None:
    """Whoever runs all commands of all pages loses no figure."""
    writers = defaultdict(list)
    for command in RUN:
        for path in targets(command):
            # A folder may be shared: the names of frames begin with the figure's.
            writers[path, command.words[1:2] if path.suffix == "" else ()].append(command)
    assert [commands for commands in writers.values() if len(commands) > 1] == []


def test_every_command_of_the_tool_is_shown() -> None:
    """The pages show every command that the tool has."""
    assert {command.words[0] for command in RUN} == set(COMMANDS)


def test_every_option_exists_and_is_explained() -> None:
    """Options that pages name exist, and each that a figure has is named on one."""
    groups = [command.commands for command in COMMANDS.values() if isinstance(command, click.Group)]
    params = [param for group in [COMMANDS, *groups] for command in group.values() for param in command.params]
    known = {name for param in params for name in (*param.opts, *param.secondary_opts)}
    other = r"^(pipx|uv|\.venv/bin/pip|python3? -m) .*$"  # programs that are not ours
    text = "\n".join(re.sub(other, "", page.text, flags=re.MULTILINE) for page in PAGES)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert named <= known | {"--help", "--version"}
    wanted = {f"--{name.replace('_', '-')}" for name in option_names()}
    assert wanted <= named | {name for name in wanted if f"--no-{name[2:]}" in named}


@BY_PAGE
def test_pictures_have_words_and_files(page: Page) -> None:
    """Every picture is a template of the gallery and has an alternative text."""
    assert len(page.pictures()) == page.text.count("<img src")
    for source, alt in page.pictures():
        assert len(alt) > 30
        assert Path(page.name).parent.joinpath(source).as_posix().endswith(f"gallery/{Path(source).stem}.gif")
        assert Path(source).stem in template_names()


@BY_PAGE
def test_links_lead_somewhere(page: Page) -> None:
    """Every relative link is a file or folder of the checkout, and a heading in it."""
    by_name = {other.name: other for other in PAGES}
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.text):
        path = (CHECKOUT / page.name).parent / target if target else CHECKOUT / page.name
        if path.resolve().relative_to(CHECKOUT.resolve()).parts[0] != "gallery":
            assert path.exists(), target
        if anchor:
            assert anchor in by_name[path.resolve().relative_to(CHECKOUT.resolve()).as_posix()].anchors(), anchor


def test_every_page_can_be_reached() -> None:
    """The README links to each page of `docs/`, and each page to the next."""
    for page in PAGES[1:]:
        assert f"]({page.name})" in README.text
        assert re.search(r"^(Next: \[|Back to \[)[^]]+\]\(\S+\)$", page.text.rstrip().splitlines()[-1])


def test_roles_exist() -> None:
    """Every role that the page on looks explains, or that a theme on a page colours, is one of a theme."""
    (looks,) = [page for page in PAGES if page.name.endswith("looks.md")]
    _, table = looks.text.split("| role | what it colours |")
    roles = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)))
    themes = [tomllib.loads(text)["roles"] for text in FILES.values() if "[roles]" in text]
    assert themes
    assert {"input", "output", *roles, *themes[0]} <= set(UNDER)


def test_extras_exist() -> None:
    """Every extra that a page installs is one of the package's."""
    table = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {
        extra for page in PAGES for names in re.findall(r"'\.\[([a-z,]+)\]'", page.text) for extra in names.split(",")
    }
    assert named == {"test", *named} <= set(table["project"]["optional-dependencies"])


@pytest.mark.usefixtures("folder", "few_frames")
@pytest.mark.parametrize("page", [page for page in PAGES if page.blocks("python")], ids=lambda page: str(page.name))
def test_python_runs(page: Page) -> None:
    """The lines for Python of a page, one block after another, write the files that they name."""
    code = "\n".join(page.blocks("python"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(code, page.name, "exec"), {"__name__": "__main__"})
    written = [name for name in re.findall(r'"([\w-]+(?:\.\w+|/))"', code) if not name.endswith(".toml")]
    assert written
    assert all(Path(name).exists() for name in written)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", [name for name in FILES if "layer" in FILES[name]])
def test_recipes_are_whole(name: str) -> None:
    """Every recipe that a page shows has a title and is drawn by a command of a page."""
    assert load_recipe(name).title
    assert any(name in command.words for command in RUN)


def test_directives_are_built(tmp_path: Path) -> None:
    """What a page shows for Sphinx is built without a warning."""
    application = pytest.importorskip("sphinx.application", reason="needs the module sphinx")
    (blocks,) = [page.blocks("rst") for page in PAGES if page.blocks("rst")]
    text = "Figures\n=======\n\n" + "\n".join(blocks)
    (tmp_path / "index.rst").write_text(text, encoding="utf-8")
    options = {"extensions": ["convanim.publish.sphinx"]}
    where = [str(tmp_path), None, str(tmp_path / "html"), str(tmp_path / "trees"), "html"]
    application.Sphinx(*where, confoverrides=options, status=None, warningiserror=True).build()
    assert len(list((tmp_path / "html" / "_images").glob("*.svg"))) == text.count(".. convanim::")


def test_the_citation_is_of_this_version() -> None:
    """CITATION.cff cites the version that is packaged, and the guide of 2016."""
    table = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    citation = (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'\nversion: "{table["project"]["version"]}"\n' in citation
    assert "A guide to convolution arithmetic for deep learning" in citation
