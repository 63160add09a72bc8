"""The command that tells of a whole network."""

from typing import TYPE_CHECKING, Any

import click

from convanim.cli.commands.cell_of_network import cell_option, effective_option, tell_cell
from convanim.cli.commands.network_figures import draw_network, drawing_options, refuse_stray
from convanim.cli.options.help import FILES, Command, Opt
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.output_options import quiet_option
from convanim.cli.output.notes import Notes
from convanim.cli.output.unseen import refuse_undrawn
from convanim.errors import RequestError

if TYPE_CHECKING:
    from convanim.networks.network import Network


def network_command() -> click.Command:
    """The command `network`."""

    def run(
        network: str,
        input_size: str | None,
        dims: int | None,
        json: bool,
        csv: bool,
        cell: str | None,
        effective: bool,
        quiet: bool,
        output: tuple[str, ...],
        format: str | None,
        jobs: int | None,
        force: bool,
        **given: Any,
    ) -> None:
        from convanim.code.graphs.read_network import read_network
        from convanim.networks.building import BrokenNetworkError

        if effective and cell is None:
            raise RequestError("effective", None, "it is of one cell", "name it with --cell NAME")
        if json and csv:
            raise RequestError("csv", None, "--json is given, too", "leave one of them out")
        if output and (json or csv):
            rule = "it prints the table, so there is nothing for -o"
            raise RequestError("json" if json else "csv", None, rule, "leave one of them out")
        if not output:
            # What a cell sees is told in words, which have a language.
            told = ("lang",) if cell is not None and not json else ()
            refuse_undrawn(given, told, "leave one of them out" if json or csv else "add -o FILE")
        refuse_stray(output, format, jobs=jobs, force=force, is_cell=cell is not None)
        notes = Notes(quiet=quiet)
        try:
            found = read_network(network, input_size, dims=dims)
        except BrokenNetworkError as broken:
            if broken.before.nodes and not output:
                _print(broken.before, json=json, csv=csv)
            raise
        for note in found.notes:
            notes(note)
        if cell is not None:
            weighed = (network, input_size) if effective else None
            tell_cell(found.network, cell, weighed, output, format, given, notes, json=json, csv=csv)
            return
        if output:
            draw_network(found.network, output, format, given, notes, jobs=jobs, force=force)
            return
        _print(found.network, json=json, csv=csv)

    return Command(
        "network",
        callback=run,
        params=[
            click.Argument(["network"], metavar="TEXT|FILE"),
            input_option("Size of the input: 3@224x224 (channels@height x width)"),
            dims_option(),
            _flag("--json", "Print the table as JSON."),
            _flag("--csv", "Print the table as CSV."),
            cell_option(),
            effective_option(),
            quiet_option(),
            *drawing_options(),
        ],
        help="A network as a table, or its figures with -o.\n\n"
        "As stages, 'conv 3x3 8, relu', with branches in parallel(A, B), residual(A), skip(A), gate(A), repeat(3, A); "
        "as code, 'nn.Sequential(...)'; as print(model) prints it; or a file with one of these. "
        "Code is read and never run. Where a layer does not fit, the table goes as far as it.\n\n"
        "Example: convanim network 'conv 3 8, residual(conv 3 8 p1)' -i 3@9x9",
    )


def _flag(name: str, help: str) -> click.Option:
    return Opt([name], group=FILES, is_flag=True, help=help)


def _print(network: "Network", *, json: bool, csv: bool) -> None:
    from convanim.explain.network_table import csv_text, json_text, table_lines

    if json:
        click.echo(json_text(network))
    elif csv:
        click.echo(csv_text(network), nl=False)
    else:
        click.echo("\n".join(table_lines(network)))
