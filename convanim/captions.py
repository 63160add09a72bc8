"""What stands under a figure: the layer or chain in words, its output sizes, its cost."""

from convanim.chain import Chain
from convanim.cost import cost_of, spelled_cost
from convanim.formula import brief, parameters, size_formulas
from convanim.layers import Layer


def caption_lines(figure: Layer | Chain) -> tuple[str, ...]:
    """The lines of a caption."""
    cost = (spelled_cost(cost_of(figure)),) if cost_of(figure).weights else ()
    if isinstance(figure, Chain):
        return (", ".join(map(brief, figure.stages)), *cost)
    return (parameters(figure), *size_formulas(figure), *cost)
