"""Numbers run through a chain."""

from dataclasses import dataclass

import numpy as np

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.operations import Reduction, operation_of
from convanim.networks.chain import Chain, shape_into
from convanim.networks.pointwise import FUNCTIONS, Pointwise, Stage
from convanim.numbers.figure_values import NumberOptions, layer_weights, refuse_stray_sources
from convanim.numbers.sources import Numbers, Source, input_numbers
from convanim.numbers.values import values_of


@dataclass(frozen=True)
class ChainValues:
    """The numbers of every map, the input's first, and the kernel of every stage (None where it has none)."""

    maps: tuple[Numbers, ...]
    kernels: tuple[Numbers | None, ...]


def chain_values(chain: Chain, options: NumberOptions) -> ChainValues | None:
    """The numbers in a chain's maps, or None when none were asked for.

    `options.kernel_values` is one source for all kernels, or a list with one for each stage, None where it has none.
    Raises RequestError when a source does not fit its stage.
    """
    refuse_stray_sources(options)
    sources = _sources(chain, options.kernel_values)
    if options.values is None and not any(source is not None for source in sources):
        return None
    numbers = "random" if options.values is None else options.values
    maps = [input_numbers(numbers, shape_into(chain.stages[0]), resize=options.resize)]
    kernels: list[Numbers | None] = []
    seeded = numbers if isinstance(numbers, str) and numbers.startswith("random") else "random"
    for number, (stage, source) in enumerate(zip(chain.stages, sources)):
        kernel = None
        if _has_weights(stage):
            assert not isinstance(stage, Pointwise)
            try:
                kernel = layer_weights(stage, seeded if source is None else source, stage=number)
            except RequestError as error:
                raise RequestError(
                    error.field, error.value, f"stage {number + 1}: {error.rule}", error.fix, error.where
                ) from None
        kernels.append(kernel)
        try:
            maps.append(_run(stage, maps[-1], kernel))
        except RequestError as error:
            raise RequestError(error.field, error.value, f"stage {number + 1}: {error.rule}", error.fix) from None
    return ChainValues(tuple(maps), tuple(kernels))


def _run(stage: Stage, numbers: Numbers, kernel: Numbers | None) -> Numbers:
    if not isinstance(stage, Pointwise):
        if operation_of(stage).reduction is not Reduction.MAX and not np.isfinite(numbers).all():
            rule = f"{stage.op} gets −∞ from a maximum that sees padding alone"
            raise RequestError("values", None, rule, "pool with less padding or dilation")
        return values_of(Geometry(stage), numbers, kernel).output
    if stage.op == "relu":  # keeps whole numbers whole
        return np.maximum(numbers, 0)
    function = FUNCTIONS[stage.op]
    made: Numbers = np.array([function(x) for x in numbers.ravel().tolist()], dtype=float).reshape(numbers.shape)
    return made


def _sources(chain: Chain, given: object) -> list[Source | None]:
    """One source of weights for every stage."""
    if is_per_stage(given):
        assert isinstance(given, list | tuple)
        if len(given) != len(chain.stages):
            rule = f"{len(given)} are given for {len(chain.stages)} stages"
            raise RequestError("kernel_values", None, rule, "give one for each stage, None where it has no weights")
        for number, (stage, source) in enumerate(zip(chain.stages, given), start=1):
            if source is not None and not _has_weights(stage):
                raise RequestError("kernel_values", None, f"stage {number}: {stage.op} has no weights", "leave it out")
        return list(given)
    if given is not None and not any(_has_weights(stage) for stage in chain.stages):
        raise RequestError("kernel_values", None, "no stage has weights", "leave it out")
    return [given] * len(chain.stages)  # type: ignore[list-item]


def _has_weights(stage: Stage) -> bool:
    return not isinstance(stage, Pointwise) and operation_of(stage).has_weights


def is_per_stage(given: object) -> bool:
    """Whether sources of weights are one for each stage: a list with words, arrays or gaps in it."""
    return isinstance(given, list | tuple) and any(
        x is None or isinstance(x, str) or hasattr(x, "shape") for x in given
    )
