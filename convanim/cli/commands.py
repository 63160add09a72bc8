"""The commands. One for each operation, derived from its entry; `render`, `explain`, `templates` and `gallery`."""

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from convanim import __version__
from convanim.cli.batch import draw_all, refuse_one_figure_options, workers
from convanim.cli.group import OneLineGroup
from convanim.cli.options import batch_options, figure_options, layer_options, output_options, recipe_argument
from convanim.errors import RequestError
from convanim.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from convanim.layers import Layer
    from convanim.options import Options
    from convanim.recipes import Recipe

_PIECES = 256
_FIGURE = tuple(str(option.name) for option in figure_options())


@click.group(
    cls=OneLineGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: convanim conv -i 5 -k 3 -s 2 -p 1 -o strided.gif",
)
@click.version_option(__version__, message="convanim %(version)s")
def main() -> None:
    """Animations of convolution, transposed convolution and pooling layers."""


def _operation_command(operation: Operation) -> click.Command:
    """The command that draws one operation."""

    def run(output: tuple[str, ...], format: str | None, json: bool, quiet: bool, **given: Any) -> None:
        from convanim.options import Options

        options = Options(**{name: given[name] for name in _FIGURE if given.get(name) is not None})
        layer = _layer(operation, given, options)
        if json:
            _refuse_files_beside_json(output, format)
            _print_json(layer, options)
            return
        from convanim.recipes import Recipe

        _produce(Recipe(operation.name, layer, options), output, format, quiet)

    return click.Command(
        operation.name,
        callback=run,
        params=[*layer_options(operation), *_figure_options(operation), *output_options()],
        help=f"{operation.title}.\n\nExample: {operation.example}",
    )


def _figure_options(operation: Operation) -> list[click.Option]:
    """The shared options that mean something for an operation."""
    dropped = set() if operation.has_weights else {"kernel_values"}
    if operation.name != "conv-transpose":
        dropped.add("transposed_as")
    return [option for option in figure_options() if option.name not in dropped]


def _layer(operation: Operation, given: dict[str, Any], options: "Options") -> "Layer":
    """The layer from its options; a size that is left out is that of the file with its numbers."""
    from convanim.filling import with_file_sizes

    arguments = {name: given[name] for name in (*operation.field_names, "dims") if given[name] is not None}
    return operation.layer(**with_file_sizes(arguments, options))


def _produce(recipe: "Recipe", output: tuple[str, ...], form: str | None, quiet: bool) -> None:
    """Draw a figure and write it everywhere."""
    from convanim.cli.output import targets, write

    to = targets(output, form, f"{recipe.name}.gif")
    write(recipe.animation(), to, quiet=quiet)


def _refuse_files_beside_json(output: tuple[str, ...], form: str | None) -> None:
    if output or form:
        raise RequestError("json", None, "it renders nothing, so there is nothing for -o", "leave one of them out")


def _print_json(layer: "Layer", options: "Options") -> None:
    """Print a layer's geometry; how it would look is no part of it."""
    from convanim.filling import layer_values, refuse_too_many_cells
    from convanim.geometry import Geometry
    from convanim.geometry_json import geometry_json

    refuse_too_many_cells(layer, options)
    pieces = geometry_json(Geometry(layer), layer_values(layer, options))
    while batch := list(islice(pieces, _PIECES)):  # printing flushes, which for every step would take its time
        click.echo("".join(batch), nl=False)


def _render_command() -> click.Command:
    def run(
        recipes: tuple[str, ...],
        output: tuple[str, ...],
        format: str | None,
        json: bool,
        quiet: bool,
        jobs: int | None,
        force: bool,
        **given: Any,
    ) -> None:
        from convanim.batch import path_of
        from convanim.recipes import load_recipe

        overrides = {name: value for name, value in given.items() if value is not None}
        found = [load_recipe(recipe, **overrides) for recipe in recipes]
        if len(found) > 1:
            refuse_one_figure_options(format, json, output)
            draw_all(found, output or ("{name}.gif",), jobs, force, quiet)
            return
        (recipe,) = found
        if not json:
            # A single figure is always drawn, here and now: neither --jobs nor --force changes anything about that.
            _produce(recipe, tuple(path_of(recipe, pattern) for pattern in output), format, quiet)
            return
        _refuse_files_beside_json(output, format)
        try:
            _print_json(recipe.layer, recipe.options)
        except RequestError as error:
            raise recipe.blamed(error) from None

    return click.Command(
        "render",
        callback=run,
        params=[recipe_argument(), *figure_options(), *output_options(), *batch_options()],
        help="Draw templates, by their names, or recipes of your own, .toml files. Options replace the recipes'. "
        "Several are drawn on all cores, to paths in which {name} stands for each one's name; "
        "what is current already is left alone.\n\n"
        "Example: convanim render no_padding_strides -o a.gif -o frames/",
    )


class _ExplainGroup(OneLineGroup):
    """Operations by name; any other word is a template's name or a recipe's file."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        known = super().get_command(ctx, cmd_name)
        if known is not None:
            return known

        def run() -> None:
            from convanim.recipes import load_recipe

            _print_explanation(load_recipe(cmd_name).layer)

        return click.Command(cmd_name, callback=run, help="Explain this template or recipe.")


def _explain_operation(operation: Operation) -> click.Command:
    def run(**given: Any) -> None:
        from convanim.options import Options

        _print_explanation(_layer(operation, given, Options()))

    return click.Command(
        operation.name,
        callback=run,
        params=list(layer_options(operation)),
        help=f"Explain: {operation.title.lower()}.\n\nExample: {_explain_example(operation)}",
    )


def _explain_example(operation: Operation) -> str:
    """The operation's example, without what only a figure takes."""
    words = operation.example.split()[1:]
    for drawn in ("-o", "--values"):
        if drawn in words:
            at = words.index(drawn)
            words = words[:at] + words[at + 2 :]
    return " ".join(["convanim", "explain", *words])


def _print_explanation(layer: "Layer") -> None:
    from convanim.explain import explained

    click.echo(explained(layer), nl=False)


@click.command()
def templates() -> None:
    """List the templates, one name a line.

    Example: convanim templates
    """
    from convanim.recipes import template_names

    for name in template_names():
        click.echo(name)


def _gallery_command() -> click.Command:
    def run(folder: str, jobs: int | None, force: bool) -> None:
        from convanim.gallery import make_gallery
        from convanim.recipes import template_names

        with workers(jobs, len(template_names())) as executor:
            for path in make_gallery(folder, executor=executor, force=force):
                click.echo(str(path))

    return click.Command(
        "gallery",
        callback=run,
        params=[click.Argument(["folder"], metavar="DIR"), *batch_options()],
        help="Draw every template into a folder, with an index page.\n\nExample: convanim gallery out/",
    )


for _operation in OPERATIONS.values():
    main.add_command(_operation_command(_operation))
main.add_command(_render_command())
main.add_command(
    _ExplainGroup(
        "explain",
        commands={op.name: _explain_operation(op) for op in OPERATIONS.values()},
        help="Print a layer's formulas, unread cells, weights and multiply–accumulates.\n\n"
        "Also of a template or recipe: convanim explain NAME|FILE.\n\n"
        "Example: convanim explain conv -i 5 -k 3 -s 2 -p 1",
    )
)
main.add_command(templates)
main.add_command(_gallery_command())
