"""The numbers that a layer's cells are filled with, as options ask for them; and how many cells there may be."""

from typing import Any, Protocol

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, cell_count, input_shape, kernel_shape
from convanim.layers.operations import operation_of
from convanim.networks.chain import Chain, chain_cell_count
from convanim.numbers.sources import (
    Numbers,
    Source,
    file_size,
    input_numbers,
    is_picture,
    kernel_numbers,
    refuse_no_source,
)
from convanim.numbers.values import Values, values_of


class NumberOptions(Protocol):
    """What a figure's options say of its numbers."""

    @property
    def values(self) -> Source | None:
        """Where the input's numbers come from."""

    @property
    def kernel_values(self) -> Any:
        """Where the weights come from: a source, or for a chain a list with one for each stage."""

    @property
    def resize(self) -> bool:
        """Whether a picture is scaled to the input's size."""

    @property
    def max_cells(self) -> int:
        """How many cells the maps may have in all."""


def refuse_too_many_cells(figure: Layer | Chain, options: NumberOptions) -> None:
    """Raise RequestError when the maps have more cells than `max_cells`, before anything is allocated."""
    if options.max_cells < 1:
        raise RequestError("max_cells", options.max_cells, "must be a whole number of at least 1", "try 10000000")
    cells = chain_cell_count(figure) if isinstance(figure, Chain) else cell_count(figure)
    if cells > options.max_cells:
        rule = f"the maps have {cells:,} cells, more than {{max_cells}} {options.max_cells:,}"
        fix = "try a smaller input or less padding, or raise {max_cells}"
        raise RequestError("input_size", figure.input_size, rule, fix)


def layer_values(layer: Layer, options: NumberOptions) -> Values | None:
    """The numbers of a layer's cells, or None when none were asked for. Either source alone draws the other's too."""
    has_weights = operation_of(layer).has_weights
    if options.kernel_values is not None and not has_weights:
        raise RequestError("kernel_values", None, f"{layer.op} has no weights", "leave it out")
    refuse_stray_sources(options)
    if options.values is None and options.kernel_values is None:
        return None
    numbers = input_numbers(
        "random" if options.values is None else options.values, input_shape(layer), resize=options.resize
    )
    weights = None
    if has_weights:
        source = options.kernel_values
        if source is None:
            # A seed given for the input serves the kernel too.
            seeded = isinstance(options.values, str) and options.values.startswith("random")
            source = options.values if seeded and options.values is not None else "random"
        weights = layer_weights(layer, source)
    return values_of(Geometry(layer), numbers, weights)


def refuse_stray_sources(options: NumberOptions) -> None:
    """Raise RequestError when a picture is to be resized and there is none."""
    if options.resize and not is_picture(options.values):
        raise RequestError("resize", None, "there is no picture to resize", "give values a .png, or leave it out")


def layer_weights(layer: Layer, source: Source, *, stage: int = 0) -> Numbers:
    """The weights of a layer, of its `kernel_shape`; stages of a chain draw random ones from streams of their own."""
    filters = kernel_shape(layer)[: -len(layer.kernel_size)]
    return kernel_numbers(source, layer.kernel_size, filters, is_transposed=layer.op == "conv-transpose", stage=stage)


def with_file_sizes(arguments: dict[str, Any], options: NumberOptions) -> dict[str, Any]:
    """A layer's arguments, with the sizes that are left out taken from the files that hold its numbers.

    Raises RequestError when a size is missing and no file says it, or a picture is to be resized to no size.
    """
    if options.resize and "input_size" not in arguments:
        raise RequestError("resize", None, "there is no size to resize it to", "give {input_size}, such as 12x16")
    complete = dict(arguments)
    for name, source in (("input_size", options.values), ("kernel_size", options.kernel_values)):
        if name in arguments:
            continue
        refuse_no_source("values" if name == "input_size" else "kernel_values", source)
        size = None if source is None else file_size("values" if name == "input_size" else "kernel_values", source)
        if size is not None and name == "input_size" and len(size) == 3:
            complete[name] = f"{size[0]}@{size[1]}x{size[2]}"
            continue
        if size is None:
            raise RequestError(name, None, "missing", f"give it, such as {{{name}}} {5 if name == 'input_size' else 3}")
        complete[name] = size if len(size) < 3 else size[2:]
    return complete
