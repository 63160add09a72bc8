"""Every reader of what users give, up to a figure or what is printed."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from convanim import Chain, Conv, animate, from_code, network
from convanim.cli import main
from convanim.errors import RequestError
from convanim.explain.network_table import csv_text, json_text, table_lines
from convanim.figures.recipes.from_text import part_of
from convanim.figures.recipes.recipes import load_recipe
from helpers.changed_inputs import Content


def _file(content: Content, folder: Path, suffix: str) -> str:
    path = folder / f"x{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return str(path)


def read_recipe(content: Content, folder: Path) -> None:
    """A recipe's file."""
    load_recipe(_file(content, folder, ".toml"), max_frames=5).animation()


def read_theme(content: Content, folder: Path) -> None:
    """A theme's file."""
    animate(Conv(4, 2), theme=_file(content, folder, ".toml"), width=120).save(folder / "x.png")


def read_language(content: Content, folder: Path) -> None:
    """A file of words."""
    animate(Conv(4, 2), lang=_file(content, folder, ".toml"), width=1200, caption=True).save(folder / "x.html")


def read_numbers(suffix: str) -> Callable[[Content, Path], None]:
    """Files of numbers of a suffix, as weights, as a picture's pixels and on a command line."""

    def run(content: Content, folder: Path) -> None:
        path = _file(content, folder, suffix)
        with contextlib.suppress(RequestError):
            animate(Conv(6, (2, 2)), kernel_values=path)
        with contextlib.suppress(RequestError):
            animate(Conv("3@2x2", 1, out_channels=2), values=path, resize=True)
        animate(part_of(f"conv -k 1 --values '{path}'", "figure").figure, values=path)

    return run


def read_code(content: Content, folder: Path) -> None:
    """A framework's code."""
    assert isinstance(content, str)
    from_code(content, "9x11")


def read_stages(content: Content, folder: Path) -> None:
    """Stages of a chain."""
    assert isinstance(content, str)
    chain = Chain("3@9x9", [stage.strip() for stage in content.split(",")])
    if len(chain.stages) < 8:
        animate(chain, max_frames=3)


def read_text(content: Content, folder: Path) -> None:
    """A figure in one text."""
    assert isinstance(content, str)
    part = part_of(content, "figure", input_size="9", folder=folder)
    animate(part.figure, max_cells=100_000)


def read_network(content: Content, folder: Path) -> None:
    """A network in one text."""
    assert isinstance(content, str)
    net = network(content, "3@16x16")
    assert "\x1b" not in "".join(table_lines(net)) + csv_text(net) + json_text(net)


def read_onnx(content: Content, folder: Path) -> None:
    """A network's file."""
    table_lines(network(_file(content, folder, ".onnx")))


def read_line(content: Content, folder: Path) -> None:
    """A command line, its words with NULs between them."""
    assert isinstance(content, str)
    words = [word.encode("utf-8", "replace").decode() for word in content.split("\0")]
    if words[:1] in (["gallery"], ["deck"], ["embed"]):
        return  # these write many files
    here = os.getcwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, words)
    finally:
        os.chdir(here)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2), f"status {result.exit_code}"
    if result.exit_code:
        lines = [line for line in result.stderr.splitlines() if not line.startswith("Note: ")]
        assert len(lines) == 1 or "Usage" in lines[0], lines[:3]
        assert "not enough memory" not in lines[0], "took more memory than it may"
