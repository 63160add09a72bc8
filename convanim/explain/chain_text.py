"""A chain explained in text: every stage's size, receptive field and cost, then the totals."""

from collections.abc import Sequence
from fractions import Fraction

from convanim.layers.layer import Conv
from convanim.layers.sizes import Sizes, spelled, spelled_shape
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.cost import Cost, cost_of, stage_cost
from convanim.networks.pointwise import Pointwise, Stage
from convanim.networks.receptive_fields import ReceptiveField, largest_reached, receptive_fields
from convanim.words.formulas import size_formulas
from convanim.words.layer_names import stage_parameters
from convanim.words.numerals import MINUS


def chain_lines(chain: Chain) -> list[str]:
    """The lines that explain a chain."""
    count = counted(len(chain.stages), "stage")
    lines = [f"chain of {count}", f"input {spelled_shape(chain.shapes[0], has_channels=chain.has_channels)}", ""]
    numbered = enumerate(zip(chain.stages, receptive_fields(chain), largest_reached(chain)), start=1)
    for number, (stage, fields, reached) in numbered:
        made = spelled_shape(shape_out_of(stage), has_channels=chain.has_channels)
        lines.append(f"{number}. {stage_parameters(stage)} -> {made}")
        lines += [f"   {line}" for line in _stage(stage, fields, reached)]
    return [*lines, "", "in all", *cost_lines(cost_of(chain))]


def cost_lines(cost: Cost) -> list[str]:
    """A cost, a line for each of its numbers."""
    return [
        f"weights: {cost.weights:,}",
        f"multiply–accumulates: {cost.macs:,}",
        f"activations: {cost.activations:,}",
    ]


def counted(number: int, thing: str) -> str:
    """A number of things: `1 zero`, `2 zeros`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _stage(stage: Stage, fields: Sequence[ReceptiveField], reached: Sizes) -> list[str]:
    lines = [] if isinstance(stage, Pointwise) else size_formulas(stage)
    wraps = isinstance(stage, Conv) and stage.padding_mode == "circular"
    around = " from the first to the last cell, since it goes on at the other end" if wraps else ""
    lines.append(f"{_field(fields)}; truly reached: {spelled(reached)}{around}")
    cost = stage_cost(stage)
    said = [
        counted(cost.weights, "weight"),
        counted(cost.macs, "multiply–accumulate"),
        counted(cost.activations, "activation"),
    ]
    return [*lines, ", ".join(said)]


def _field(fields: Sequence[ReceptiveField]) -> str:
    """A receptive field: `receptive field 5×5, stride 2, start −2`."""
    size = "×".join(_fraction(field.size) for field in fields)
    strides = _per_axis([field.stride for field in fields])
    starts = _per_axis([field.start for field in fields])
    return f"receptive field {size}, stride {strides}, start {starts}"


def _per_axis(numbers: Sequence[Fraction]) -> str:
    """One number when all axes agree, else one each: `2`, `−1 and 0`."""
    return " and ".join(map(_fraction, numbers[:1] if len(set(numbers)) == 1 else numbers))


def _fraction(number: Fraction) -> str:
    """A whole number or a fraction: `−3/2`."""
    return str(number).replace("-", MINUS)
