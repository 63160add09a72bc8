"""Figures as commands that draw each on a page of its own take them: as recipes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convanim.cli.figure_text import is_recipe, part_of, refuse_stray_size

if TYPE_CHECKING:
    from convanim.recipes import Recipe


def recipes_of(
    figures: Sequence[str], input_size: str | None, dims: int | None, given: Mapping[str, Any], *, quiet: bool
) -> "list[Recipe]":
    """The figures that texts stand for, each on a page of its own; options that are given replace the recipes'.

    `input_size` and `dims` are those of figures that say none themselves.
    Raises RequestError as `part_of` does.
    """
    from convanim.code import is_code
    from convanim.recipes import Recipe, load_recipe

    if all(is_recipe(text) and not is_code(text) for text in figures):
        refuse_stray_size(input_size, dims)
    shared = {name: value for name, value in given.items() if value is not None}
    found = []
    for number, text in enumerate(figures, start=1):
        if is_recipe(text) and not is_code(text):
            found.append(load_recipe(text, **shared))
            continue
        field = "figure" if len(figures) == 1 else f"figure {number}"
        part = part_of(text, field, input_size=input_size, dims=dims, shared=shared, quiet=quiet)
        found.append(Recipe(getattr(part.figure, "op", "chain"), part.figure, part.options))
    return found
