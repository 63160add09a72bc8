"""Options that would change nothing of what is written: refused or told by name."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, option_name

if TYPE_CHECKING:
    from convanim.figures.recipes.recipes import Recipe
    from convanim.figures.subject import Part

# What of a figure its JSON tells; all else is how the picture looks and moves.
_IN_JSON = (
    *("values", "kernel_values", "gradient_values", "resize", "max_cells"),
    *("backward", "order", "steps", "max_frames"),
)
_SEEDS = "random"


def unseen_in_json(recipe: "Recipe") -> str:
    """What is to be said of options of a command line that change nothing in a figure's JSON; nothing without any."""
    from convanim.figures.options import options_set
    from convanim.figures.subject import Comparison
    from convanim.networks.network import Network

    told = () if isinstance(recipe.figure, Network) else _IN_JSON
    if isinstance(recipe.figure, Comparison) and any(part.title for part in recipe.figure.parts):
        told = (*told, "lang")  # templates have titles in every language
    given = [name for name in options_set(recipe.options) if not recipe.source or name in recipe.replaced]
    unseen = [option_name(name) for name in given if name not in told]
    if not unseen:
        return ""
    *first, last = unseen
    return f"{', '.join(first)} and {last} change nothing in JSON" if first else f"{last} changes nothing in JSON"


def refuse_undrawn(given: Mapping[str, Any], told: Collection[str] = (), fix: str = "add -o FILE") -> None:
    """Raise RequestError for an option of figures where none is drawn, but for those that what is `told` depends on."""
    for name, value in given.items():
        if value is not None and name not in told:
            said = value if isinstance(value, str | int) else None
            raise RequestError(name, said, "no figure is drawn", fix)


def refuse_unseen_numbers(recipes: "Sequence[Recipe]") -> None:
    """Raise RequestError for numbers of a command line on which nothing in pictures of some figures depends.

    The gradient of the weights does not depend on the weights, and that of the input on the input in a max pool alone.
    """
    for name, of, fix in (
        ("kernel_values", "weights", "leave it out, or draw it by the input"),
        ("values", "input", "leave it out, or give --gradient-values"),
    ):
        said = [part for recipe in recipes for part in _parts(recipe, name)]
        if said and all(_is_unseen(part, name) for part in said):
            value = getattr(said[0].options, name)
            rule = f"the gradient of the {of} does not depend on the {of}"
            raise RequestError(name, value if isinstance(value, str) else None, rule, fix)


def _parts(recipe: "Recipe", name: str) -> "list[Part]":
    """The figures of a recipe that a command line gives numbers of that name, their own among them."""
    from convanim.figures.subject import Comparison, Part, asked_figure

    if recipe.source and name not in recipe.replaced:
        return []
    asked = asked_figure(recipe.figure, recipe.options)
    parts = asked.parts if isinstance(asked, Comparison) else (Part(asked, recipe.options, text=recipe.name),)
    is_shared = getattr(recipe.options, name) is not None
    return [part for part in parts if getattr(part.options, name) is not None and (is_shared or part.text)]


def _is_unseen(part: "Part", name: str) -> bool:
    """Whether a part draws a gradient in which none of the numbers of that name stands, nor any drawn by their seed."""
    from convanim.layers.backward import Backward
    from convanim.layers.layer import Conv, ConvTranspose, MaxPool

    figure, options = part.figure, part.options
    if not isinstance(figure, Backward):
        return False
    if name == "kernel_values":
        return figure.by == "weight"
    if figure.by == "weight" or isinstance(figure.layer, MaxPool):
        return False
    has_weights = isinstance(figure.layer, Conv | ConvTranspose)
    is_drawn_by_chance = options.gradient_values is None or (has_weights and options.kernel_values is None)
    return not (is_drawn_by_chance and isinstance(options.values, str) and options.values.startswith(_SEEDS))
