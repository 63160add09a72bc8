"""Recipes: figures as TOML files. The templates are the recipes that come along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convanim.animation import Animation, compose
from convanim.errors import RequestError
from convanim.filling import with_file_sizes
from convanim.layers import Layer
from convanim.operations import OPERATIONS
from convanim.options import Options, options_of
from convanim.packaged import templates_folder
from convanim.sources import SUFFIXES
from convanim.toml_files import read_toml

# Table -> key -> the option that it sets.
_TABLES: dict[str, dict[str, str]] = {
    "values": {"input": "values", "kernel": "kernel_values", "resize": "resize"},
    "view": {
        "name": "view",
        "transposed_as": "transposed_as",
        "theme": "theme",
        "transparent": "transparent",
        "width": "width",
        "labels": "labels",
        "caption": "caption",
        "input_label": "input_label",
        "output_label": "output_label",
    },
    "timing": {
        "step_time": "step_time",
        "hold": "hold",
        "loop": "loop",
        "steps": "steps",
        "max_frames": "max_frames",
    },
}


@dataclass(frozen=True)
class Recipe:
    """A figure as its maker wrote it: a name, a title and an alternative text, the layer and the options.

    `source` is the file that it comes from, if any, and `replaced` the options that are not from there.
    """

    name: str
    layer: Layer
    options: Options
    title: str = ""
    alt: str = ""
    source: str = ""
    replaced: frozenset[str] = frozenset()

    def animation(self) -> Animation:
        """The finished figure. Raises RequestError, with the recipe's file where the fault is in it."""
        try:
            return compose(self.layer, self.options, name=self.name, alt=self.alt)
        except RequestError as error:
            raise self.blamed(error) from None

    def blamed(self, error: RequestError) -> RequestError:
        """An error with the recipe's file in front, unless the fault is in an option that was replaced."""
        return error if error.field in self.replaced or not self.source else _located(error, self.source)


def template_names() -> tuple[str, ...]:
    """The names of the templates, in order."""
    return tuple(sorted(path.stem for path in (templates_folder() / "figures").glob("*.toml")))


def load_recipe(name: str, **overrides: Any) -> Recipe:
    """A template by its name, or a recipe from a `.toml` file; `overrides` replace its options.

    A recipe's files are looked for beside it. Raises RequestError when there is none or it does not hold together.
    """
    if name in template_names():
        path = templates_folder() / "figures" / f"{name}.toml"
    elif name.lower().endswith(".toml"):
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
    return replace(recipe, options=replace(recipe.options, **overrides))


def _located(error: RequestError, source: str) -> RequestError:
    """An error with the recipe's file and key in front."""
    keys = {option: f"{table}.{key}" for table, entries in _TABLES.items() for key, option in entries.items()}
    arguments = {name for operation in OPERATIONS.values() for name in operation.field_names}
    field = f"layer.{error.field}" if error.field in arguments else keys.get(error.field, error.field)
    return RequestError(field, error.value, error.rule, error.fix, source)


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, template_names(), n=3, cutoff=0.5)
    listed = f"try {', '.join(near)}; " if near else ""
    return f"{listed}'convanim templates' lists them, and a recipe of your own ends in .toml"


def _recipe(path: Path, table: Mapping[str, Any]) -> Recipe:
    for key, value in table.items():
        if key not in ("title", "alt", "layer", *_TABLES):
            known = ", ".join(("title", "alt", "[layer]", *(f"[{t}]" for t in _TABLES)))
            raise RequestError(key, None, "a recipe has no such entry", f"it has {known}")
        if key in ("title", "alt") and not isinstance(value, str):
            raise RequestError(key, value, "not text", "put it in quotes")
    options: dict[str, Any] = {}
    for section, keys in _TABLES.items():
        for key, value in _section(table, section).items():
            if key not in keys:
                raise RequestError(
                    f"{section}.{key}", None, f"[{section}] has no such entry", f"it has {', '.join(keys)}"
                )
            option = keys[key]
            options[option] = _beside(path, option, value)
    asked = Options(**options)
    return Recipe(
        name=path.stem,
        layer=_layer(_section(table, "layer"), asked),
        options=asked,
        title=table.get("title", ""),
        alt=table.get("alt", ""),
    )


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise RequestError(name, None, "not a table", f"write it as [{name}]")
    return section


def _beside(path: Path, option: str, value: Any) -> Any:
    """A file named in a recipe is looked for in the recipe's folder; rows of numbers become an array."""
    if isinstance(value, list) and option in ("values", "kernel_values"):
        import numpy as np

        try:
            return np.array(value)
        except ValueError:
            raise RequestError(option, None, "its rows differ in length", "even them out") from None
    if not isinstance(value, str):
        if option in ("values", "kernel_values"):
            raise RequestError(option, value, "not numbers", "give rows of numbers, a file, or a word such as random")
        return value
    is_file = option in ("values", "kernel_values") and value.lower().endswith(SUFFIXES)
    if is_file or (option == "theme" and value.lower().endswith(".toml")):
        return str(path.parent / value)
    return value


def _layer(section: Mapping[str, Any], options: Options) -> Layer:
    op = section.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        rule = "no operation is given" if op is None else "no such operation"
        raise RequestError("layer.op", op, rule, f"try {', '.join(OPERATIONS)}")
    operation = OPERATIONS[op]
    arguments = {key: value for key, value in section.items() if key != "op"}
    for key in arguments:
        if key not in (*operation.field_names, "dims"):
            raise RequestError(
                f"layer.{key}",
                None,
                f"{op} has no such argument",
                f"it has {', '.join((*operation.field_names, 'dims'))}",
            )
    return operation.layer(**with_file_sizes(arguments, options))
