"""Recipes: figures as TOML files. The templates are the recipes that come along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, either, near, shown
from convanim.figures.options import OF_A_PART, Options, options_of
from convanim.figures.recipes.tables import TABLES, figure_in
from convanim.figures.subject import Comparison, Subject, asked_figure
from convanim.files.catalogue import template_file, template_names
from convanim.files.toml_files import read_toml
from convanim.layers.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from convanim.figures.animation import Animation


@dataclass(frozen=True)
class Recipe:
    """A figure as its maker wrote it: a name, a title and an alternative text, what it is of, and the options.

    `source` is the file that it comes from, if any, and `replaced` the options that are not from there.
    """

    name: str
    figure: Subject
    options: Options
    title: str = ""
    alt: str = ""
    source: str = ""
    replaced: frozenset[str] = frozenset()

    def animation(self) -> "Animation":
        """The finished figure. Raises RequestError, with the recipe's file where the fault is in it."""
        from convanim.figures.animation import compose  # what lays figures out is not needed to read or list them

        try:
            told = self.spoken()
            return compose(told.figure, told.options, name=told.name, title=told.title, alt=told.alt)
        except RequestError as error:
            raise self.blamed(error) from None

    def spoken(self) -> "Recipe":
        """The recipe in its language: the words of templates are English, and others have the catalogue's instead.

        Without them captions say what the parts of a comparison are. Raises RequestError for a language that is none.
        """
        if self.source not in template_names() or self.options.lang is None:
            return self
        from convanim.words.user_language import load_words  # what writes numbers is not needed to read recipes

        if load_words(self.options.lang).is_english:
            return self
        figure, options = self.figure, self._unlabelled(self.options)
        if isinstance(figure, Comparison):
            parts = (replace(part, title="", options=self._unlabelled(part.options)) for part in figure.parts)
            figure = replace(figure, parts=tuple(parts))
            options = options if "caption" in self.replaced else replace(options, caption=None)
        return replace(self, figure=figure, options=options, title="", alt="")

    def _unlabelled(self, options: Options) -> Options:
        """Options without the labels of the recipe itself."""
        return replace(
            options,
            input_label=options.input_label if "input_label" in self.replaced else None,
            output_label=options.output_label if "output_label" in self.replaced else None,
        )

    def blamed(self, error: RequestError) -> RequestError:
        """An error with the recipe's file in front, unless the fault is in an option that was replaced."""
        return error if error.field in self.replaced or not self.source else _located(error, self.source)


def load_recipe(name: str, **overrides: Any) -> Recipe:
    """A template by its name, or a recipe from a `.toml` file; `overrides` replace its options.

    A recipe's files are looked for beside it. Raises RequestError when there is none or it does not hold together.
    """
    if name in template_names():
        path = template_file(name)
    elif name.lower().endswith(".toml"):
        from pathlib import Path

        path = Path(name)
    else:
        raise RequestError("recipe", name, "no such template", _near(name))
    table = read_toml("recipe", name, path)
    try:
        recipe = _recipe(path, table)
    except RequestError as error:
        raise _located(error, name) from None
    options_of(overrides)
    recipe = replace(recipe, source=name, replaced=frozenset(overrides))
    options, figure = replace(recipe.options, **overrides), _overridden(recipe.figure, overrides)
    try:
        return replace(recipe, figure=asked_figure(figure, options), options=options)
    except RequestError as error:
        raise recipe.blamed(error) from None


def _overridden(figure: Subject, overrides: Mapping[str, Any]) -> Subject:
    """A comparison with overriding options in its parts, too; any other figure as it is."""
    if not isinstance(figure, Comparison):
        return figure
    own = {name: value for name, value in overrides.items() if name in OF_A_PART}
    parts = tuple(replace(part, options=replace(part.options, **own)) for part in figure.parts)
    return replace(figure, parts=parts)


def _located(error: RequestError, source: str) -> RequestError:
    """An error with the recipe's file and key in front."""
    keys = {option: f"{table}.{key}" for table, entries in TABLES.items() for key, option in entries.items()}
    arguments = {"code", *(name for operation in OPERATIONS.values() for name in operation.field_names)}
    field = f"layer.{error.field}" if error.field in arguments else keys.get(error.field, error.field)
    return RequestError(field, error.value, error.rule, error.fix, source)


def _near(name: str) -> str:
    from os.path import isfile

    if isfile(f"{name}.toml"):
        return f"there is a file of that name: try {name}.toml"
    found = near(name, template_names())
    listed = f"try {either(found)}; " if found else ""
    return f"{listed}'convanim templates' lists them, and a recipe of your own ends in .toml"


def _recipe(path: "Path", table: Mapping[str, Any]) -> Recipe:
    for key, value in table.items():
        if key not in ("title", "alt", "differences", "layer", "network", "figure", *TABLES):
            kinds = ("title", "alt", "differences", "[layer]", "[network]", "[[figure]]")
            known = ", ".join((*kinds, *(f"[{t}]" for t in TABLES)))
            raise RequestError(shown(key), None, "a recipe has no such entry", f"it has {known}")
        if key in ("title", "alt") and not isinstance(value, str):
            raise RequestError(key, value, "not text", "put it in quotes")
    if "differences" in table and "figure" not in table:
        raise RequestError("differences", None, "they are between two figures", "give two [[figure]], or leave it out")
    figure, asked = figure_in(path, table)
    return Recipe(
        name=path.stem,
        figure=figure,
        options=asked,
        title=table.get("title", ""),
        alt=table.get("alt", ""),
    )
