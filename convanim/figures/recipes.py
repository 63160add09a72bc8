"""Recipes: figures as TOML files. The templates are the recipes that come along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from convanim.code.frameworks import from_code
from convanim.code.stages import CodeStage
from convanim.errors import RequestError, either, near, shown
from convanim.figures.options import OF_A_PART, Options, options_of, recipe_keys
from convanim.figures.subject import Comparison, Part, Subject
from convanim.files.catalogue import template_file, template_names
from convanim.files.font_files import fonts_beside
from convanim.files.toml_files import read_toml
from convanim.layers.layer import Layer
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import size_of_values, with_file_sizes
from convanim.numbers.sources import SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from convanim.figures.animation import Animation

_TABLES = recipe_keys()
_OPEN = ("kernel_size", "out_channels", "output_size")  # what code may leave open


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
        from convanim.words.language_files import load_words  # what writes numbers is not needed to read recipes

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
    return replace(recipe, figure=_overridden(recipe.figure, overrides), options=replace(recipe.options, **overrides))


def _overridden(figure: Subject, overrides: Mapping[str, Any]) -> Subject:
    """A comparison with overriding options in its parts, too; any other figure as it is."""
    if not isinstance(figure, Comparison):
        return figure
    own = {name: value for name, value in overrides.items() if name in OF_A_PART}
    parts = tuple(replace(part, options=replace(part.options, **own)) for part in figure.parts)
    return replace(figure, parts=parts)


def _located(error: RequestError, source: str) -> RequestError:
    """An error with the recipe's file and key in front."""
    keys = {option: f"{table}.{key}" for table, entries in _TABLES.items() for key, option in entries.items()}
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
        if key not in ("title", "alt", "differences", "layer", "figure", *_TABLES):
            known = ", ".join(("title", "alt", "differences", "[layer]", "[[figure]]", *(f"[{t}]" for t in _TABLES)))
            raise RequestError(shown(key), None, "a recipe has no such entry", f"it has {known}")
        if key in ("title", "alt") and not isinstance(value, str):
            raise RequestError(key, value, "not text", "put it in quotes")
    if "differences" in table and "figure" not in table:
        raise RequestError("differences", None, "they are between two figures", "give two [[figure]], or leave it out")
    figure, asked = _comparison(path, table) if "figure" in table else _single(path, table)
    return Recipe(
        name=path.stem,
        figure=figure,
        options=asked,
        title=table.get("title", ""),
        alt=table.get("alt", ""),
    )


def _comparison(path: "Path", table: Mapping[str, Any]) -> tuple[Comparison, Options]:
    """Several figures, and the options of the page that they share."""
    if "layer" in table:
        raise RequestError("layer", None, "a recipe has [layer] or [[figure]], not both", "move it into a [[figure]]")
    figures = table["figure"]
    if not isinstance(figures, list) or not all(isinstance(figure, Mapping) for figure in figures):
        raise RequestError("figure", None, "not a list of tables", "write each as [[figure]]")
    if len(figures) < 2:
        raise RequestError("figure", None, "there is one alone", "give two or more, or a [layer]")
    parts = []
    for number, figure in enumerate(figures, start=1):
        try:
            parts.append(_part(path, figure))
        except RequestError as error:
            raise RequestError(f"figure {number}: {error.field}", error.value, error.rule, error.fix) from None
    differences = table.get("differences", False)
    if not isinstance(differences, bool):
        raise RequestError("differences", differences, "not true or false", "try true")
    return Comparison(tuple(parts), differences), _options(path, table)


def _part(path: "Path", table: Mapping[str, Any]) -> Part:
    for key, value in table.items():
        if key not in ("title", "layer", "values", "view"):
            raise RequestError(
                shown(key), None, "a figure has no such entry", "it has title, [layer], [values], [view]"
            )
        if key == "title" and not isinstance(value, str):
            raise RequestError(key, value, "not text", "put it in quotes")
    for key in _section(table, "view"):
        if _TABLES["view"].get(key, key) not in OF_A_PART:
            raise RequestError(
                f"view.{shown(key)}", None, "it is of the whole page", "move it into the recipe's own [view]"
            )
    figure, options = _single(path, table)
    return Part(figure, options, table.get("title", ""))


def _single(path: "Path", table: Mapping[str, Any]) -> tuple[Layer | Chain, Options]:
    """A layer, or a chain where `layer` is a list; and the options."""
    options = _options(path, table)
    layer = table.get("layer", {})
    if not isinstance(layer, list):
        return _layer(_section(table, "layer"), options), options
    if not layer:
        raise RequestError("layer", None, "there is no stage", "write each as [[layer]]")
    stages = [_stage(stage) for stage in layer]
    kernels = [beside(path.parent, "kernel_values", stage.pop("kernel", None)) for stage in stages]
    if any(kernel is not None for kernel in kernels):
        if options.kernel_values is not None:
            raise RequestError("kernel_values", None, "stages say it too", "give it for all of them or for each")
        options = replace(options, kernel_values=kernels)
    first = {name: stages[0].pop(name, None) for name in ("input_size", "in_channels", "dims")}
    if first["input_size"] is None:
        raise RequestError("input_size", None, "missing", "give it in the first [[layer]]")
    made = [_code_stage(stage) if "code" in stage else stage for stage in stages]
    return Chain(first["input_size"], made, in_channels=first["in_channels"], dims=first["dims"]), options


def _stage(table: object) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise RequestError("layer", None, "not a list of tables", "write each as [[layer]]")
    return dict(table)


def _code_stage(stage: Mapping[str, Any]) -> CodeStage:
    for key in stage:
        if key not in ("code", "framework"):
            rule = "the code says it" if key != "op" else "the code says what it is"
            raise RequestError(f"layer.{shown(key)}", None, rule, "leave it out, or leave out the code")
    if not isinstance(stage["code"], str):
        raise RequestError("layer.code", stage["code"], "not text", "give code such as nn.Conv2d(3, 8, 3)")
    return CodeStage(stage["code"], framework=stage.get("framework"))


def _options(path: "Path", table: Mapping[str, Any]) -> Options:
    options: dict[str, Any] = {}
    for section, keys in _TABLES.items():
        for key, value in _section(table, section).items():
            if key not in keys:
                raise RequestError(
                    f"{section}.{shown(key)}", None, f"[{section}] has no such entry", f"it has {', '.join(keys)}"
                )
            option = keys[key]
            options[option] = beside(path.parent, option, value)
    return Options(**options)


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise RequestError(name, None, "not a table", f"write it as [{name}]")
    return section


def beside(folder: "Path", option: str, value: Any) -> Any:
    """An option's value; a file that it names is looked for in a folder, and rows of numbers become an array."""
    if isinstance(value, list) and option in ("values", "kernel_values"):
        import numpy as np

        try:
            return np.array(value)
        except ValueError:
            raise RequestError(option, None, "its rows differ in length", "even them out") from None
    if not isinstance(value, str):
        if value is None:
            return None
        if option in ("values", "kernel_values"):
            raise RequestError(option, value, "not numbers", "give rows of numbers, a file, or a word such as random")
        return value
    is_file = option in ("values", "kernel_values") and value.lower().endswith(SUFFIXES)
    if option == "font":
        return fonts_beside(folder, value)
    if is_file or (option in ("theme", "lang") and value.lower().endswith(".toml")):
        return str(folder / value)
    return value


def _layer(section: Mapping[str, Any], options: Options) -> Layer | Chain:
    if "code" in section:
        return _coded(section, options)
    op = section.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        rule = "no operation is given" if op is None else "no such operation"
        raise RequestError("layer.op", op, rule, f"try {', '.join(OPERATIONS)}")
    operation = OPERATIONS[op]
    arguments = {key: value for key, value in section.items() if key != "op"}
    for key in arguments:
        if key not in (*operation.field_names, "dims"):
            raise RequestError(
                f"layer.{shown(key)}",
                None,
                f"{op} has no such argument",
                f"it has {', '.join((*operation.field_names, 'dims'))}",
            )
    return operation.layer(**with_file_sizes(arguments, options))


def _coded(section: Mapping[str, Any], options: Options) -> Layer | Chain:
    """A layer that is written as a framework's code."""
    for key in section:
        if key not in ("code", "input_size", "framework", *_OPEN):
            rule = "the code says it" if key != "op" else "the code says what it is"
            raise RequestError(f"layer.{shown(key)}", None, rule, "leave it out, or leave out the code")
    size = section["input_size"] if "input_size" in section else size_of_values(options)
    opened = {name: section[name] for name in _OPEN if name in section}
    return from_code(section["code"], size, section.get("framework"), **opened)
