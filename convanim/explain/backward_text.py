"""The backward pass of a layer explained in text: what it is, why, its formulas, its rule, what gets nothing."""

from math import prod

from convanim.code.frameworks import FRAMEWORKS, code_of
from convanim.explain.chain_text import cost_lines
from convanim.layers.backward import Backward
from convanim.layers.geometry import Geometry
from convanim.layers.layer import ConvTranspose, MaxPool, input_shape, kernel_shape
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Sizes, spelled_shape
from convanim.networks.cost import cost_of
from convanim.words.backward import backward_name, formulas, reasons
from convanim.words.language import Words


def backward_lines(backward: Backward, words: Words) -> list[str]:
    """The lines that explain a backward pass."""
    layer = backward.layer
    has_weights = operation_of(layer).has_weights
    lines = [backward_name(backward, words), _maps(backward, words), ""]
    lines += [*reasons(backward, words), *formulas(backward, words)]
    if has_weights:
        lines.append(words("back_rule_conv"))
    else:
        lines.append(words("back_rule_max" if isinstance(layer, MaxPool) else "back_rule_mean"))
    lines.append("")
    geometry = Geometry(layer)
    if backward.by == "input" and geometry.unread:
        lines.append(words("back_unread", unread=geometry.unread, cells=prod(layer.input_size)))
    lines += cost_lines(cost_of(backward), words)
    if isinstance(backward.drawn, ConvTranspose) and has_weights:
        code = code_of(backward.drawn).items()
        lines += ["", words("as_code"), *(f"  {FRAMEWORKS[name].title}: {text}" for name, text in code)]
    return lines


def _maps(backward: Backward, words: Words) -> str:
    """The maps that gradients come from and go to, with their sizes."""
    layer = backward.layer
    has_channels = layer.in_channels is not None

    def told(name: str, shape: Sizes) -> str:
        return f"{words(name)} {spelled_shape(shape, has_channels=has_channels)}"

    source = told("gradient_of_output", backward.gradient_shape)
    if backward.by == "input":
        return f"{source} -> {told('gradient_of_input', input_shape(layer))}"
    made = "×".join(map(str, kernel_shape(layer)))
    return f"{told('input', input_shape(layer))}, {source} -> {words('gradient_of_weights')} {made}"
