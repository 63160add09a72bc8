"""A figure in one text: a template's name, a recipe's file, quoted stages, a quoted command line, or code."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, option_name, shown
from convanim.layers.backward import FLOWS_BACK
from convanim.layers.operation import Operation
from convanim.layers.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from convanim.code.frameworks import Asked, Coded
    from convanim.figures.options import Options
    from convanim.figures.recipes.recipes import Recipe
    from convanim.figures.subject import Part, Subject
    from convanim.layers.layer import Layer
    from convanim.networks.chain import Chain

CHAIN = "chain"


def part_of(
    text: str,
    field: str,
    *,
    input_size: str | None = None,
    dims: int | None = None,
    shared: Mapping[str, Any] | None = None,
    own: Collection[str] | None = None,
    folder: "Path | None" = None,
    say: Callable[[str], None] = lambda note: None,
    asked: "Asked | None" = None,
) -> "Part":
    """The figure that a text stands for, its options and its title.

    `input_size` and `dims` are those of figures that say none themselves. `shared` options replace a recipe's; those
    in a quoted command line come before them, which may be those named by `own`: left out, what is not of the page.
    Files in a command line are looked for in `folder`. `say` gets what is to be said of code, and `asked` is what
    code may leave open.
    Raises RequestError, with `field` and the text in front unless the fault is in a recipe.
    """
    from convanim.code.frameworks import Asked, is_code
    from convanim.code.stages import are_stages
    from convanim.figures.options import OF_A_PART
    from convanim.figures.recipes.command_line import is_command, words_of
    from convanim.figures.subject import Part

    shared = {} if shared is None else shared
    if is_code(text) and not are_stages(text):
        beside = replace(Asked() if asked is None else asked, dims=dims)
        coded = coded_from(text, input_size, None, options_given(_applicable_to(CHAIN, shared)), beside)
        for note in coded.notes:
            say(note)
        return Part(coded.figure, options_given(applicable_options(coded.figure, shared)), " ".join(text.split()))
    if is_recipe(text):
        return _recipe_part(text, field, shared)
    if are_stages(text):
        try:
            return _stages_part(text, input_size, dims, shared, say)
        except RequestError as error:
            raise _placed(error, field, text) from None
    words = words_of(text, field)
    try:
        if is_command(words):
            sizes = {"input_size": input_size, "dims": dims}
            looks = OF_A_PART if own is None else own
            return _command_part(text, field, words, sizes, shared, looks, folder)
        return _stages_part(text, input_size, dims, shared, say)
    except RequestError as error:
        raise _placed(error, field, text) from None


def recipe_of(
    text: str,
    field: str,
    *,
    input_size: str | None = None,
    dims: int | None = None,
    given: Mapping[str, Any],
    own: Collection[str] | None = None,
    folder: "Path | None" = None,
    say: Callable[[str], None] = lambda note: None,
    asked: "Asked | None" = None,
) -> "Recipe":
    """The figure that a text stands for, on a page of its own; the rest is as `part_of` has it."""
    from convanim.figures.recipes.recipes import Recipe, load_recipe

    if is_recipe(text):
        return load_recipe(text, **given)
    part = part_of(
        text, field, input_size=input_size, dims=dims, shared=given, own=own, folder=folder, say=say, asked=asked
    )
    return Recipe(getattr(part.figure, "op", CHAIN), part.figure, part.options)


def spelled_input(input_size: Any) -> str | None:
    """An input's size as text: `7x9`; None for none."""
    value = input_size.tolist() if hasattr(input_size, "tolist") else input_size
    if value is None or isinstance(value, str):
        return value
    return "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def refuse_stray_size(figures: Sequence[str], input_size: str | None, dims: int | None) -> None:
    """Raise RequestError for a shared size where every figure has its own."""
    are_recipes = all(map(is_recipe, figures))
    if (input_size is None and dims is None) or not (are_recipes or all(map(_has_own_size, figures))):
        return
    whose = "templates and recipes have their own" if are_recipes else "each figure says its own"
    for field, given in (("input_size", input_size), ("dims", dims if are_recipes else None)):
        if given is not None:
            raise RequestError(field, given, whose, "leave it out, or quote layers" if are_recipes else "leave it out")


def _has_own_size(text: str) -> bool:
    """Whether a text is a recipe, or a command line that says the size of its input."""
    from convanim.code.frameworks import is_code
    from convanim.figures.recipes.command_line import is_command

    words = text.removeprefix("convanim ").split()
    is_line = bool(words) and not is_code(text) and is_command(words)
    return is_recipe(text) or (is_line and any(word.startswith(("-i", "--input-size")) for word in words))


def refuse_stray_asked(figures: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raise RequestError for what is said of code where no figure is any."""
    from convanim.code.frameworks import is_code

    for field in ("kernel_size", "out_channels", "output_size"):
        if given.get(field) is not None and not any(map(is_code, figures)):
            raise RequestError(field, given[field], "it is of code that leaves it open", "leave it out, or give code")


def is_recipe(text: str) -> bool:
    """Whether a text names a template or a recipe, there or not, and does not spell layers out."""
    from convanim.code.frameworks import is_code
    from convanim.networks.pointwise import FUNCTIONS

    if is_code(text):
        return False
    if text.lower().endswith(".toml"):
        return True
    is_one_word = len(text.replace(",", " ").split()) == 1 and "," not in text
    return is_one_word and text.strip().lower() not in (CHAIN, *OPERATIONS, *FUNCTIONS)


def coded_from(
    code: str,
    input_size: str | None,
    framework: str | None,
    options: "Options",
    asked: "Asked | None" = None,
) -> "Coded":
    """What some code makes; an input size that is left out is that of the file with its numbers, or of the code."""
    from convanim.code.frameworks import Asked, read_code
    from convanim.numbers.figure_values import size_of_values

    size = size_of_values(options) if input_size is None else input_size
    return read_code(code, size, framework, Asked() if asked is None else asked)


def applicable_options(figure: "Subject", shared: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some shared options that mean something for a figure."""
    return _applicable_to(getattr(figure, "op", CHAIN), shared)


def options_given(given: Mapping[str, Any]) -> "Options":
    """The options that were given; raises RequestError."""
    from convanim.figures.options import option_names, options_of

    return options_of({name: given[name] for name in option_names() if given.get(name) is not None})


def layer_from(operation: Operation, given: Mapping[str, Any], options: "Options") -> "Layer":
    """The layer from its arguments; a size that is left out is that of the file with its numbers."""
    from convanim.numbers.figure_values import with_file_sizes

    names = (*operation.field_names, "dims")
    arguments = {name: given[name] for name in names if given.get(name) is not None}
    return operation.made(with_file_sizes(arguments, options, operation.field_names))


def chain_from(
    stages: Sequence[str],
    input_size: str | None,
    dims: int | None,
    options: "Options",
    say: Callable[[str], None] = lambda note: None,
) -> "Chain":
    """The chain of some stages, each a text or code, or several with commas between them.

    An input size that is left out is that of the file with its numbers. `say` gets what is to be said of code.
    """
    from convanim.code.frameworks import is_code
    from convanim.code.stages import CodeStage, stage_texts
    from convanim.networks.chain import MOST_STAGES, Chain
    from convanim.numbers.figure_values import with_file_sizes

    sizes = {} if input_size is None else {"input_size": input_size}
    found = with_file_sizes(sizes, options)
    alone = [stage for text in stages for stage in stage_texts(text)]
    for number, (name, size) in enumerate(pairwise(alone), start=1):
        if name in OPERATIONS and size[:1].isdigit():
            raise RequestError(
                f"stage {number}", name, "its kernel stands apart", f"quote them together: '{name} {size}'"
            )
    notes: dict[str, None] = {}
    is_long = len(alone) > MOST_STAGES  # refused before any is read
    made = [CodeStage(stage, notes.setdefault) if not is_long and is_code(stage) else stage for stage in alone]
    chain = Chain(found["input_size"], made, dims=dims)
    for note in notes:
        say(note)
    return chain


def _applicable_to(op: str, shared: Mapping[str, Any]) -> dict[str, Any]:
    inapplicable = set()
    if op in OPERATIONS and not OPERATIONS[op].has_weights:
        inapplicable.add("kernel_values")
    if op not in (CHAIN, *FLOWS_BACK):
        inapplicable |= {"backward", "gradient_values"}
    if op != "conv-transpose" and ("backward" in inapplicable or shared.get("backward") is None):
        inapplicable.add("transposed_as")
    return {name: value for name, value in shared.items() if name not in inapplicable}


def _placed(error: RequestError, field: str, text: str) -> RequestError:
    """An error with the figure that it is in in front."""
    if error.field == field:
        return error
    value = shown(error.value)
    subject = option_name(error.field) + (f" {value}" if value not in ("", shown(text)) else "")
    return RequestError(field, text, f"{subject}: {error.rule}", error.fix)


def _recipe_part(text: str, field: str, shared: Mapping[str, Any]) -> "Part":
    from convanim.figures.recipes.recipes import load_recipe
    from convanim.figures.subject import Comparison, Part

    recipe = load_recipe(text)
    if isinstance(recipe.figure, Comparison):
        raise RequestError(field, text, "it is a comparison itself", "name figures that are one each")
    told = load_recipe(text, **applicable_options(recipe.figure, shared)).spoken()
    return Part(recipe.figure, told.options, told.title if recipe.title else recipe.name)


def _stages_part(
    text: str, input_size: str | None, dims: int | None, shared: Mapping[str, Any], say: Callable[[str], None]
) -> "Part":
    """A chain, from stages with commas between them."""
    from convanim.figures.subject import Part

    options = options_given(_applicable_to(CHAIN, shared))
    return Part(chain_from([text], input_size, dims, options, say), options, text=text)


def _command_part(
    text: str,
    field: str,
    words: Sequence[str],
    sizes: Mapping[str, Any],
    shared: Mapping[str, Any],
    looks: Collection[str],
    folder: "Path | None",
) -> "Part":
    """A layer or a chain from its command line, read as its own command would read it."""
    from convanim.figures.recipes.command_line import read_command
    from convanim.figures.recipes.tables import beside
    from convanim.figures.subject import Part

    own = read_command(words, looks, field, text)
    if folder is not None:
        own |= {name: beside(folder, name, own[name]) for name in looks if isinstance(own.get(name), str)}
    given = {**sizes, **own}
    options = options_given({**_applicable_to(words[0], shared), **own})
    if words[0] == CHAIN:
        return Part(chain_from(given["stages"], given["input_size"], given["dims"], options), options, text=text)
    return Part(layer_from(OPERATIONS[words[0]], given, options), options, text=text)
