"""A figure in one text: a template's name, a recipe's file, quoted stages, or the quoted command line of a layer."""

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.chain_commands import chain_figure_options, chain_from, chain_options
from convanim.cli.group import option_name
from convanim.cli.operation_commands import layer_from
from convanim.cli.options import asked, figure_options_of, layer_options, stages_argument
from convanim.errors import RequestError, shown
from convanim.operations import OPERATIONS

if TYPE_CHECKING:
    from convanim.figures import Part, Subject

_CHAIN = "chain"


def part_of(
    text: str,
    field: str,
    *,
    input_size: str | None = None,
    dims: int | None = None,
    shared: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> "Part":
    """The figure that a text stands for, its options and its title.

    `input_size` and `dims` are those of figures that say none themselves. `shared` options replace a recipe's; those
    in a quoted command line come before them. What is to be said of code is said, unless it is to be `quiet`.
    Raises RequestError, with `field` and the text in front unless the fault is in a recipe.
    """
    from convanim.code import is_code, read_code
    from convanim.figures import Part

    shared = {} if shared is None else shared
    if is_code(text):
        coded = read_code(text, input_size)
        say_notes(coded.notes, quiet=quiet)
        return Part(coded.layer, asked(_heard_by(coded.layer.op, shared)), text)
    if is_recipe(text):
        return _recipe_part(text, field, shared)
    try:
        words = _words(text, field)
        if words[0] == _CHAIN or (words[0] in OPERATIONS and any(word.startswith("-") for word in words)):
            return _command_part(text, words, {"input_size": input_size, "dims": dims}, shared)
        return _stages_part(text, input_size, dims, shared)
    except RequestError as error:
        raise _placed(error, field, text) from None
    except click.UsageError as error:
        said = " ".join(error.format_message().split()).rstrip(".")
        raise RequestError(field, text, said, "give the layer and its numbers; the rest is of the page") from None


def say_notes(notes: Iterable[str], *, quiet: bool) -> None:
    """What is to be said of a layer beside its figure, on standard error; nothing when it is to be quiet."""
    for note in () if quiet else notes:
        click.echo(f"Note: {note}", err=True)


def refuse_stray_size(input_size: str | None, dims: int | None) -> None:
    """Raise RequestError for a shared size where every figure is a recipe, which has its own."""
    for field, given in (("input_size", input_size), ("dims", dims)):
        if given is not None:
            raise RequestError(field, given, "templates and recipes have their own", "leave it out, or quote layers")


def is_recipe(text: str) -> bool:
    """Whether a text names a template or a recipe, there or not, and does not spell layers out."""
    if text.lower().endswith(".toml"):
        return True
    from convanim.pointwise import FUNCTIONS

    is_one_word = len(text.replace(",", " ").split()) == 1 and "," not in text
    return is_one_word and text.strip().lower() not in (_CHAIN, *OPERATIONS, *FUNCTIONS)


def heard(figure: "Subject", shared: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some shared options that mean something for a figure."""
    return _heard_by(getattr(figure, "op", _CHAIN), shared)


def _heard_by(op: str, shared: Mapping[str, Any]) -> dict[str, Any]:
    deaf = set()
    if op in OPERATIONS and not OPERATIONS[op].has_weights:
        deaf.add("kernel_values")
    if op != "conv-transpose":
        deaf.add("transposed_as")
    return {name: value for name, value in shared.items() if name not in deaf}


def _placed(error: RequestError, field: str, text: str) -> RequestError:
    """An error with the figure that it is in in front."""
    if error.field == field:
        return error
    value = shown(error.value)
    subject = option_name(error.field) + (f" {value}" if value not in ("", shown(text)) else "")
    return RequestError(field, text, f"{subject}: {error.rule}", error.fix)


def _words(text: str, field: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError:
        raise RequestError(field, text, "a quote in it is not closed", "close it, or leave it out") from None
    words = words[1:] if words[:1] == ["convanim"] else words
    if not words:
        raise RequestError(field, text, "there is nothing in it", "name a template or a recipe.toml, or quote layers")
    return words


def _recipe_part(text: str, field: str, shared: Mapping[str, Any]) -> "Part":
    from convanim.figures import Comparison, Part
    from convanim.recipes import load_recipe

    recipe = load_recipe(text)
    if isinstance(recipe.figure, Comparison):
        raise RequestError(field, text, "it is a comparison itself", "name figures that are one each")
    options = load_recipe(text, **heard(recipe.figure, shared)).options
    return Part(recipe.figure, options, recipe.title or recipe.name)


def _stages_part(text: str, input_size: str | None, dims: int | None, shared: Mapping[str, Any]) -> "Part":
    """A chain, from stages with commas between them."""
    from convanim.figures import Part

    options = asked(_heard_by(_CHAIN, shared))
    stages = [stage.strip() for stage in text.split(",")]
    return Part(chain_from(stages, input_size, dims, options), options, text)


def _command_part(text: str, words: list[str], sizes: Mapping[str, Any], shared: Mapping[str, Any]) -> "Part":
    """A layer or a chain from its command line, read as its own command would read it."""
    from convanim.figures import Part

    name, *arguments = words
    said = _command(name).make_context(name, arguments).params
    own = {key: value for key, value in said.items() if value is not None}
    given = {**said, **sizes, **own}
    options = asked({**_heard_by(name, shared), **own})
    if name == _CHAIN:
        return Part(chain_from(given["stages"], given["input_size"], given["dims"], options), options, text)
    return Part(layer_from(OPERATIONS[name], given, options), options, text)


def _command(name: str) -> click.Command:
    """An operation's command, or that of chains, with those options alone that say what is drawn."""
    from convanim.options import OF_A_PART

    if name == _CHAIN:
        params: list[click.Parameter] = [stages_argument(), *chain_options()]
        looks = chain_figure_options()
    else:
        params = [*layer_options(OPERATIONS[name])]
        looks = figure_options_of(OPERATIONS[name])
    return click.Command(
        name, params=[*params, *(look for look in looks if look.name in OF_A_PART)], add_help_option=False
    )
