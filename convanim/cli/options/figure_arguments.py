"""Figures as commands that draw each on a page of its own take them: as recipes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convanim.cli.options.code_options import asked_of
from convanim.figures.recipes.from_text import recipe_of, refuse_stray_asked, refuse_stray_size

if TYPE_CHECKING:
    from convanim.figures.recipes.recipes import Recipe


def recipes_of(
    figures: Sequence[str],
    input_size: str | None,
    dims: int | None,
    given: Mapping[str, Any],
    say: Callable[[str], None],
) -> "list[Recipe]":
    """The figures that texts stand for, each on a page of its own; options that are given replace the recipes'.

    `input_size` and `dims` are those of figures that say none themselves.
    Raises RequestError as `part_of` does.
    """
    refuse_stray_size(figures, input_size, dims)
    refuse_stray_asked(figures, given)
    own = dict(given)
    asked = asked_of(own, is_shared=len(figures) > 1)
    shared = {name: value for name, value in own.items() if value is not None}
    fields = ["figure"] if len(figures) == 1 else [f"figure {number}" for number in range(1, len(figures) + 1)]
    return [
        recipe_of(text, field, input_size=input_size, dims=dims, given=shared, say=say, asked=asked)
        for text, field in zip(figures, fields)
    ]
