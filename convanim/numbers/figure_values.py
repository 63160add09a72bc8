"""The numbers in a figure's maps: from the sources that its options name, run through a layer or a chain."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

import numpy as np

from convanim.errors import RequestError
from convanim.layers.backward import Backward
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, cell_count, kernel_shape, window_size
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Sizes
from convanim.networks.chain import Chain, chain_cell_count, shape_into
from convanim.networks.pointwise import FUNCTIONS, Pointwise, Stage
from convanim.networks.unpooling import pools_undone
from convanim.numbers.put_back import Indices
from convanim.numbers.shares import Shares
from convanim.numbers.sources import (
    Numbers,
    Source,
    file_size,
    input_numbers,
    is_picture,
    kernel_numbers,
    refuse_no_source,
)
from convanim.numbers.values import Values, refuse_long_sums, values_of, winners


@dataclass(frozen=True)
class FigureValues:
    """The numbers of every map, the input's first, and the kernel of every stage (None where it has none).

    Where gradients flow back through a pool there are `shares` instead of a kernel. `indices` are those that each stage
    takes, which only max unpools do. A layer is a chain of one stage.
    """

    maps: tuple[Numbers, ...]
    kernels: tuple[Numbers | None, ...]
    indices: tuple[Indices | None, ...]
    shares: Shares | None = None

    def stage(self, number: int) -> Values:
        """The numbers of one stage, counted from 0, or back from -1."""
        made = number % len(self.kernels) + 1
        return Values(self.maps[made - 1], self.kernels[number], self.maps[made], self.indices[number], self.shares)


class NumberOptions(Protocol):
    """What a figure's options say of its numbers."""

    @property
    def values(self) -> Source | None:
        """Where the input's numbers come from."""

    @property
    def kernel_values(self) -> Any:
        """Where the weights come from: a source, or for a chain a list with one for each stage."""

    @property
    def gradient_values(self) -> Source | None:
        """Where the numbers of the output's gradient come from, in a backward pass."""

    @property
    def resize(self) -> bool:
        """Whether a picture is scaled to the input's size."""

    @property
    def max_cells(self) -> int:
        """How many cells the maps may have in all."""


def refuse_too_many_cells(figure: Layer | Backward | Chain, options: NumberOptions) -> None:
    """Raise RequestError when the maps have more cells than `max_cells`, before anything is allocated."""
    if isinstance(figure, Backward):
        refuse_too_many_cells(figure.layer, options)
        figure = figure.drawn
    if options.max_cells < 1:
        raise RequestError("max_cells", options.max_cells, "must be a whole number of at least 1", "try 10000000")
    cells = chain_cell_count(figure) if isinstance(figure, Chain) else cell_count(figure)
    if cells > options.max_cells:
        rule = f"the maps have {cells:,} cells, more than {{max_cells}} {options.max_cells:,}"
        fix = "try a smaller input or less padding, or raise {max_cells}"
        raise RequestError("input_size", figure.input_size, rule, fix)


def layer_values(layer: Layer, options: NumberOptions) -> Values | None:
    """The numbers of a layer's cells, or None when none were asked for; raises RequestError as `figure_values` does."""
    found = figure_values(layer, options)
    return None if found is None else found.stage(0)


def figure_values(figure: Layer | Chain, options: NumberOptions) -> FigureValues | None:
    """The numbers in a figure's maps, or None when none were asked for; input or weights alone draw the others, too.

    `options.kernel_values` is one source for all kernels, or for a chain a list with one for each stage, None where it
    has none. Raises RequestError when a source does not fit its stage.
    """
    stages = stages_of(figure)
    sources = _sources(figure, stages, options.kernel_values)
    refuse_stray_sources(options)
    if options.values is None and not any(source is not None for source in sources):
        return None
    refuse_long_sums(*(stage for stage in stages if not isinstance(stage, Pointwise)))
    numbers = "random" if options.values is None else options.values
    maps = [input_numbers(numbers, shape_into(stages[0]), resize=options.resize)]
    kernels: list[Numbers | None] = []
    undone = pools_undone(stages) if isinstance(figure, Chain) else {}
    indices: list[Indices | None] = []
    seeded = numbers if isinstance(numbers, str) and numbers.startswith("random") else "random"  # serves kernels, too
    for number, (stage, source) in enumerate(zip(stages, sources)):
        try:
            kernels.append(_weights(stage, seeded if source is None else source, number))
            indices.append(_winners(stages, maps, undone.get(number)))
            maps.append(_run(stage, maps[-1], kernels[-1], indices[-1]))
        except RequestError as error:
            if not isinstance(figure, Chain):
                raise
            rule = f"stage {number + 1}: {error.rule}"
            raise RequestError(error.field, error.value, rule, error.fix, error.where) from None
    return FigureValues(tuple(maps), tuple(kernels), tuple(indices))


def stages_of(figure: Layer | Chain) -> tuple[Stage, ...]:
    """The stages of a figure, of which a layer is one."""
    return figure.stages if isinstance(figure, Chain) else (figure,)


def _weights(stage: Stage, source: Source, number: int) -> Numbers | None:
    return layer_weights(stage, source, stage=number) if _has_weights(stage) else None


def _winners(stages: tuple[Stage, ...], maps: list[Numbers], pool: int | None) -> Indices | None:
    """The winners of the pool of that number; None where there is none."""
    if pool is None:
        return None
    stage = stages[pool]
    assert not isinstance(stage, Pointwise)
    return winners(Geometry(stage), maps[pool])


def _run(stage: Stage, numbers: Numbers, kernel: Numbers | None, indices: Indices | None) -> Numbers:
    if not isinstance(stage, Pointwise):
        if operation_of(stage).reduction is not Reduction.MAX and not np.isfinite(numbers).all():
            rule = f"{stage.op} gets −∞ from a maximum that sees padding alone"
            raise RequestError("values", None, rule, "pool with less padding or dilation")
        return values_of(Geometry(stage), numbers, kernel, indices).output
    if stage.op == "relu":  # keeps whole numbers whole
        return np.maximum(numbers, 0)
    function = FUNCTIONS[stage.op]
    made: Numbers = np.array([function(x) for x in numbers.ravel().tolist()], dtype=float).reshape(numbers.shape)
    return made


def _sources(figure: Layer | Chain, stages: tuple[Stage, ...], given: Any) -> list[Source | None]:
    """One source of weights for every stage."""
    if isinstance(figure, Chain) and is_per_stage(given):
        if len(given) != len(stages):
            rule = f"{len(given)} are given for {len(stages)} stages"
            raise RequestError("kernel_values", None, rule, "give one for each stage, None where it has no weights")
        for number, (stage, source) in enumerate(zip(stages, given), start=1):
            if source is not None and not _has_weights(stage):
                raise RequestError("kernel_values", None, f"stage {number}: {stage.op} has no weights", "leave it out")
        return list(given)
    if given is not None and not any(map(_has_weights, stages)):
        what = "no stage has weights" if isinstance(figure, Chain) else f"{figure.op} has no weights"
        raise RequestError("kernel_values", None, what, "leave it out")
    return [given] * len(stages)


def _has_weights(stage: Stage) -> TypeGuard[Layer]:
    return not isinstance(stage, Pointwise) and operation_of(stage).has_weights


def is_per_stage(given: object) -> bool:
    """Whether sources of weights are one for each stage: a list with words, arrays or gaps in it."""
    return isinstance(given, list | tuple) and any(
        x is None or isinstance(x, str) or hasattr(x, "shape") for x in given
    )


def refuse_stray_sources(options: NumberOptions) -> None:
    """Raise RequestError when a picture is to be resized and there is none."""
    if options.resize and not is_picture(options.values):
        raise RequestError("resize", None, "there is no picture to resize", "give values a .png, or leave it out")


def refuse_stray_gradient(options: NumberOptions) -> None:
    """Raise RequestError for a gradient where nothing flows back."""
    if options.gradient_values is not None:
        fix = "give {backward} input or weight, or leave it out"
        raise RequestError("gradient_values", None, "there is no backward pass", fix)


def layer_weights(layer: Layer, source: Source, *, stage: int = 0) -> Numbers:
    """The weights of a layer, of its `kernel_shape`; stages of a chain draw random ones from streams of their own."""
    size = window_size(layer)
    filters = kernel_shape(layer)[: -len(size)]
    return kernel_numbers(source, size, filters, is_transposed=layer.op == "conv-transpose", stage=stage)


def size_of_values(options: NumberOptions) -> str | Sizes | None:
    """The input's size that the file with its numbers says, None where none does; raises RequestError."""
    if options.values is None and not options.resize:
        return None
    if options.resize or file_size_of(options.values) is not None:
        size: str | Sizes = with_file_sizes({}, options)["input_size"]
        return size
    return None


def file_size_of(source: Source | None) -> Sizes | None:
    """The size of the map that a source holds; raises RequestError for what is no source."""
    refuse_no_source("values", source)
    return None if source is None else file_size("values", source)


def with_file_sizes(
    arguments: dict[str, Any], options: NumberOptions, names: Collection[str] = ("input_size",)
) -> dict[str, Any]:
    """A layer's arguments, with the sizes that are left out taken from the files that hold its numbers.

    `names` are the arguments that it has.
    Raises RequestError when a size is missing and no file says it, or a picture is to be resized to no size.
    """
    if options.resize and "input_size" not in arguments:
        raise RequestError("resize", None, "there is no size to resize it to", "give {input_size}, such as 12x16")
    complete = dict(arguments)
    for name, source in (("input_size", options.values), ("kernel_size", options.kernel_values)):
        if name in arguments or name not in names:
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
