"""What the tables of a recipe's file say: a figure and its options."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, shown
from convanim.figures.options import OF_A_PART, Options, recipe_keys
from convanim.figures.subject import Comparison, Part
from convanim.files.font_files import fonts_beside
from convanim.layers.layer import Layer
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.numbers.figure_values import size_of_values, with_file_sizes
from convanim.numbers.sources import SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from convanim.code.stages import CodeStage

TABLES = recipe_keys()
_NUMBERS = ("values", "kernel_values", "gradient_values")
_FILE = re.compile(r"[^\s()\0]{1,200}\.(onnx|txt|py|log)", re.IGNORECASE)  # of a network
_OPEN = ("kernel_size", "out_channels", "output_size")  # what code may leave open


def figure_in(path: "Path", table: Mapping[str, Any]) -> tuple[Layer | Chain | Network | Comparison, Options]:
    """What a recipe is a figure of, and how it looks; raises RequestError where tables do not hold together."""
    return _comparison(path, table) if "figure" in table else _single(path, table)


def _comparison(path: "Path", table: Mapping[str, Any]) -> tuple[Comparison, Options]:
    """Several figures, and the options of the page that they share."""
    for kind in ("layer", "network"):
        if kind in table:
            raise RequestError(
                kind, None, f"a recipe has [{kind}] or [[figure]], not both", "move it into a [[figure]]"
            )
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
        if key not in ("title", "layer", "network", "values", "view"):
            raise RequestError(
                shown(key), None, "a figure has no such entry", "it has title, [layer], [network], [values], [view]"
            )
        if key == "title" and not isinstance(value, str):
            raise RequestError(key, value, "not text", "put it in quotes")
    for key in _section(table, "view"):
        if TABLES["view"].get(key, key) not in OF_A_PART:
            raise RequestError(
                f"view.{shown(key)}", None, "it is of the whole page", "move it into the recipe's own [view]"
            )
    figure, options = _single(path, table)
    return Part(figure, options, table.get("title", ""))


def _single(path: "Path", table: Mapping[str, Any]) -> tuple[Layer | Chain | Network, Options]:
    """A layer, a chain where `layer` is a list, or a network; and the options."""
    options = _options(path, table)
    if "network" in table:
        if "layer" in table:
            raise RequestError("network", None, "a figure has [layer] or [network], not both", "leave one of them out")
        return _network(path, _section(table, "network")), options
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


def _network(path: "Path", section: Mapping[str, Any]) -> Network:
    """A network that is written in a few words, as code or in a file beside the recipe."""
    from convanim.code.graphs.read_network import read_network  # few recipes have one

    for key in section:
        if key not in ("layers", "input_size"):
            raise RequestError(
                f"network.{shown(key)}", None, "a network has no such entry", "it has layers, input_size"
            )
    layers = section.get("layers")
    lines = [layers] if isinstance(layers, str) else layers
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) for line in lines):
        fix = "give text such as 'conv 3x3 8, relu', or a list of such"
        raise RequestError("network.layers", layers, "not text", fix)
    text = ", ".join(line.strip().removesuffix(",") for line in lines)
    if _FILE.fullmatch(text):
        text = str(path.parent / text)
    return read_network(text, section.get("input_size")).network


def _stage(table: object) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise RequestError("layer", None, "not a list of tables", "write each as [[layer]]")
    return dict(table)


def _code_stage(stage: Mapping[str, Any]) -> "CodeStage":
    from convanim.code.stages import CodeStage  # few recipes have code, and its readers are many

    for key in stage:
        if key not in ("code", "framework"):
            rule = "the code says it" if key != "op" else "the code says what it is"
            raise RequestError(f"layer.{shown(key)}", None, rule, "leave it out, or leave out the code")
    if not isinstance(stage["code"], str):
        raise RequestError("layer.code", stage["code"], "not text", "give code such as nn.Conv2d(3, 8, 3)")
    return CodeStage(stage["code"], framework=stage.get("framework"))


def _options(path: "Path", table: Mapping[str, Any]) -> Options:
    options: dict[str, Any] = {}
    for section, keys in TABLES.items():
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
    if isinstance(value, list) and option in _NUMBERS:
        import numpy as np

        try:
            return np.array(value)
        except ValueError:
            raise RequestError(option, None, "its rows differ in length", "even them out") from None
    if not isinstance(value, str):
        if value is None:
            return None
        if option in _NUMBERS:
            raise RequestError(option, value, "not numbers", "give rows of numbers, a file, or a word such as random")
        return value
    is_file = option in _NUMBERS and value.lower().endswith(SUFFIXES)
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
    return operation.made(with_file_sizes(arguments, options, operation.field_names))


def _coded(section: Mapping[str, Any], options: Options) -> Layer | Chain:
    """A layer that is written as a framework's code."""
    for key in section:
        if key not in ("code", "input_size", "framework", *_OPEN):
            rule = "the code says it" if key != "op" else "the code says what it is"
            raise RequestError(f"layer.{shown(key)}", None, rule, "leave it out, or leave out the code")
    size = section["input_size"] if "input_size" in section else size_of_values(options)
    opened = {name: section[name] for name in _OPEN if name in section}
    from convanim.code.frameworks import from_code  # see above

    return from_code(section["code"], size, section.get("framework"), **opened)
