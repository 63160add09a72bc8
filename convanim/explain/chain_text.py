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
from convanim.words.language import Words
from convanim.words.layer_names import stage_parameters


def chain_lines(chain: Chain, words: Words) -> list[str]:
    """The lines that explain a chain."""
    read = spelled_shape(chain.shapes[0], has_channels=chain.has_channels)
    lines = [words.counted("explain_chain", len(chain.stages)), words("explain_input", shape=read), ""]
    numbered = enumerate(zip(chain.stages, receptive_fields(chain), largest_reached(chain)), start=1)
    for number, (stage, fields, reached) in numbered:
        made = spelled_shape(shape_out_of(stage), has_channels=chain.has_channels)
        lines.append(f"{number}. {stage_parameters(stage, words)} -> {made}")
        lines += [f"   {line}" for line in _stage(stage, fields, reached, words)]
    return [*lines, "", words("in_all"), *cost_lines(cost_of(chain), words)]


def cost_lines(cost: Cost, words: Words) -> list[str]:
    """A cost, a line for each of its numbers."""
    counts = {"weights": cost.weights, "multiplications": cost.macs, "activations": cost.activations}
    return [words.titled(words(things), words.count(count)) for things, count in counts.items()]


def _stage(stage: Stage, fields: Sequence[ReceptiveField], reached: Sizes, words: Words) -> list[str]:
    lines = [] if isinstance(stage, Pointwise) else size_formulas(stage, words)
    wraps = isinstance(stage, Conv) and stage.padding_mode == "circular"
    name = "reached_around" if wraps else "reached"
    lines.append(words(name, field=field_text(fields, words), size=spelled(reached)))
    cost = stage_cost(stage)
    said = [
        words.counted("weights_count", cost.weights),
        words.counted("multiplications_count", cost.macs),
        words.counted("activations_count", cost.activations),
    ]
    return [*lines, words("list").join(said)]


def field_text(fields: Sequence[ReceptiveField], words: Words) -> str:
    """A receptive field: `receptive field 5×5, stride 2, start −2`."""
    return words(
        "receptive_field",
        size="×".join(_decimal(field.size, words) for field in fields),
        stride=_per_axis([field.stride for field in fields], words),
        start=_per_axis([field.start for field in fields], words),
    )


def _per_axis(numbers: Sequence[Fraction], words: Words) -> str:
    """One number when all axes agree, else one each: `2`, `−1 and 0`."""
    alike = len(set(numbers)) == 1
    return words("and").join(_decimal(number, words) for number in (numbers[:1] if alike else numbers))


def _decimal(number: Fraction, words: Words) -> str:
    """A number of cells, past transposed layers not always a whole one: `−1.5`, `6.62`."""
    return words.numeral(float(number))
