"""`explain`: a layer, a chain, or one of them against another, in text."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.commands.chain import STAGES, chain_options
from convanim.cli.group import OneLineGroup
from convanim.cli.options.arguments import stages_argument
from convanim.cli.options.code_options import asked_of, code_options
from convanim.cli.options.figure_options import backward_option, language_option
from convanim.cli.options.help import LAYER, Command, Opt
from convanim.cli.options.layer_options import dims_option, input_option, layer_options
from convanim.cli.output.notes import Notes
from convanim.errors import RequestError, either, near
from convanim.figures.recipes.from_text import (
    chain_from,
    is_recipe,
    layer_from,
    part_of,
    refuse_stray_asked,
    refuse_stray_size,
)
from convanim.layers.backward import FLOWS_BACK
from convanim.layers.operation import Operation
from convanim.layers.operations import OPERATIONS

if TYPE_CHECKING:
    from convanim.figures.subject import Single, Subject


class _ExplainGroup(OneLineGroup):
    """Operations and chains by name; any other word is a template's name, a recipe's file or quoted layers."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        return super().get_command(ctx, cmd_name) or _explain_text(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; raises RequestError for a word that means none, whatever comes after it."""
        name = args[0]
        if name not in self.commands and not name.startswith("-") and not ctx.resilient_parsing:
            _refuse_unknown(name, self.commands)
        return super().resolve_command(ctx, args)


def explain_group() -> click.Group:
    """The command `explain` and those below it."""
    commands = [*(_explain_operation(operation) for operation in OPERATIONS.values()), _explain_chain()]
    return _ExplainGroup(
        "explain",
        commands={str(command.name): command for command in commands},
        help="Formulas, receptive fields, unread cells, costs: text.\n\n"
        "Also of a template, a recipe or quoted layers: convanim explain NAME|FILE|LAYERS. "
        "With --against NAME|FILE|LAYERS of both, and how they compare.\n\n"
        "Example: convanim explain conv -i 5 -k 3 -s 2 -p 1",
    )


def _refuse_unknown(name: str, operations: Collection[str]) -> None:
    """Raise RequestError for a word that is neither an operation nor a template, a file or layers."""
    from convanim.figures.recipes.recipes import load_recipe
    from convanim.files.catalogue import template_names

    templates = template_names()
    if not is_recipe(name) or name in templates or name.lower().endswith(".toml"):
        return
    found = near(name, [*operations, *templates])
    if any(word in operations for word in found):
        raise RequestError("name", name, "no layer and no template", f"try {either(found)}")
    load_recipe(name)


def _explain_operation(operation: Operation) -> click.Command:
    def run(against: str | None, lang: str | None, backward: str | None = None, **given: Any) -> None:
        from convanim.figures.options import Options

        _print(layer_from(operation, given, Options()), against, lang, backward=backward)

    return Command(
        operation.name,
        callback=run,
        params=[
            *layer_options(operation, has_numbers=False),
            *([backward_option()] if operation.name in FLOWS_BACK else []),
            _against(),
            language_option(),
        ],
        help=f"Explain: {operation.title.lower()}.\n\nExample: {_example(operation)}",
    )


def _example(operation: Operation) -> str:
    """The operation's example, without what only a figure takes."""
    words = operation.example.split()[1:]
    for drawn in ("-o", "--values"):
        if drawn in words:
            at = words.index(drawn)
            words = words[:at] + words[at + 2 :]
    return " ".join(["convanim", "explain", *words])


def _explain_chain() -> click.Command:
    def run(
        stages: tuple[str, ...], input_size: str | None, dims: int | None, against: str | None, lang: str | None
    ) -> None:
        from convanim.figures.options import Options

        notes = Notes()
        _print(chain_from(stages, input_size, dims, Options(), notes), against, lang, notes=notes)

    return Command(
        "chain",
        callback=run,
        params=[stages_argument(), *chain_options(has_numbers=False), _against(), language_option()],
        help=f"Explain: a chain of layers.\n\n{STAGES}\n\n"
        "Example: convanim explain chain 'conv 1x1 4' relu 'conv 3x3 8 p1' -i 8@9x9",
    )


def _explain_text(text: str) -> click.Command:
    """The command that explains a template, a recipe or quoted layers."""

    def run(
        input_size: str | None,
        dims: int | None,
        against: str | None,
        lang: str | None,
        backward: str | None,
        **given: Any,
    ) -> None:
        refuse_stray_size([text], input_size, dims)
        refuse_stray_asked([text], given)
        if is_recipe(text):
            from convanim.figures.recipes.recipes import load_recipe

            said = {"lang": lang, "backward": backward}
            recipe = load_recipe(text, **{name: value for name, value in said.items() if value is not None})
            told = recipe.spoken()
            _print(told.figure, against, told.options.lang, told.title if recipe.title else recipe.name)
            return
        notes = Notes()
        part = part_of(text, "figure", input_size=input_size, dims=dims, say=notes, asked=asked_of(given))
        by = part.options.backward if backward is None else backward
        _print(part.figure, against, lang, part.title or part.text, notes, backward=by)

    return Command(
        text,
        callback=run,
        params=[
            input_option("Size of the input of figures that are written as stages"),
            dims_option(),
            *code_options(),
            backward_option(),
            _against(),
            language_option(),
        ],
        help="Explain this template, recipe, these layers or this code.\n\n"
        "Example: convanim explain 'conv 3x3 8, relu' -i 3@9x9",
    )


def _against() -> click.Option:
    return Opt(["--against"], group=LAYER, metavar="FIGURE", help="Explain this, too, and compare what both cost.")


def _print(
    figure: "Subject",
    against: str | None,
    lang: str | None,
    title: str = "",
    notes: Notes | None = None,
    *,
    backward: str | None = None,
) -> None:
    from convanim.explain.figure_text import explained, explained_against
    from convanim.figures.options import Options
    from convanim.figures.subject import Comparison, Part, asked_figure
    from convanim.words.language import english
    from convanim.words.user_language import load_words

    figure = asked_figure(figure, Options(backward=backward))
    words = english() if lang is None else load_words(lang)
    if against is None:
        click.echo(explained(figure, words), nl=False)
        return
    if isinstance(figure, Comparison):
        raise RequestError("against", against, "what is explained is a comparison already", "leave it out")
    shape, dims = _input(figure)
    shared = {} if lang is None else {"lang": lang}
    other = part_of(against, "against", input_size=shape, dims=dims, shared=shared, say=notes or Notes())
    click.echo(explained_against(Part(figure, Options(), title), other, words), nl=False)


def _input(figure: "Single") -> tuple[str, int]:
    """The shape of a figure's input as text, and its number of axes."""
    from convanim.layers.backward import Backward
    from convanim.layers.layer import input_shape
    from convanim.networks.chain import Chain
    from convanim.networks.network import Network

    if isinstance(figure, Backward):
        return _input(figure.layer)
    if isinstance(figure, Network):
        shape = figure.input_shape
    else:
        shape = figure.shapes[0] if isinstance(figure, Chain) else input_shape(figure)
    axes = len(figure.input_size)
    size = "x".join(map(str, figure.input_size))
    return (f"{shape[0]}@{size}" if len(shape) > axes else size), axes
