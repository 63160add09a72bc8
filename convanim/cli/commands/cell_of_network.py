"""What the command `network` tells of one cell: what it sees of the input, in lines, as JSON or as a picture."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.options.help import FILES, Opt
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import targets, write
from convanim.errors import RequestError
from convanim.figures.recipes.from_text import options_given

if TYPE_CHECKING:
    from convanim.layers.sizes import Cell
    from convanim.networks.network import Network

_CELL = re.compile(r"[0-9]{1,9}(?:[x×X,][0-9]{1,9}){0,3}")


def cell_option() -> click.Option:
    """The option that names a cell."""
    return Opt(
        ["--cell"],
        group=FILES,
        metavar="NAME[@CELL]",
        help="What one cell of the layer NAME sees of the input: CELL is 7x7 or, of one channel, 0x7x7, counted from "
        "0; the middle if left out. Three lines, --json, or with -o a picture.",
    )


def effective_option() -> click.Option:
    """The option that weighs what a cell sees."""
    return Opt(
        ["--effective"],
        group=FILES,
        is_flag=True,
        help="With --cell, of an .onnx file: how strongly the cell answers to each input cell, by its weights.",
    )


def tell_cell(
    network: "Network",
    said: str,
    weighed: "tuple[str, str | None] | None",
    output: Sequence[str],
    form: str | None,
    given: Mapping[str, Any],
    notes: Notes,
    *,
    json: bool,
    csv: bool,
) -> None:
    """Print or draw what a cell sees; `weighed` is the file to weigh it by, and its input's size.

    Raises RequestError.
    """
    from convanim.code.graphs.any_field import receptive_field

    if csv:
        raise RequestError("csv", None, "what a cell sees is no table", "try --json")
    node, cell = _parted(said, network)
    if weighed is None:
        found = receptive_field(network, node=node, cell=cell)
    else:
        found = receptive_field(*weighed, node=node, cell=cell, effective=True)
    if output:
        from convanim.figures.animation import compose

        write(compose(found, options_given(given)), targets(output, form if "-" in output else None, ""), notes)
        return
    from convanim.explain.cell_field import field_json, field_lines
    from convanim.words.language import english
    from convanim.words.user_language import load_words

    words = english() if given["lang"] is None else load_words(given["lang"])
    click.echo(field_json(found) if json else "\n".join(field_lines(found, words)))


def _parted(said: str, network: "Network") -> "tuple[str, Cell | None]":
    """The name and the cell; names may have an @ themselves."""
    if said in network.by_name:
        return said, None
    name, _, cell = said.rpartition("@")
    if not name:
        return said, None
    if not _CELL.fullmatch(cell):
        raise RequestError("cell", said, "behind the @ stands where the cell is", f"write it as {name}@7x7")
    return name, tuple(map(int, re.split("[x×X,]", cell)))
