"""What stands under a figure: the layer or chain in words, its output sizes, its cost; why a gradient is a layer.

What comparisons say where no caption is asked for is in `figures/comparisons/comparison.py`.
"""

from convanim.layers.backward import Backward
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of
from convanim.networks.network import Network
from convanim.words.backward import backward_caption
from convanim.words.costs import spelled_cost
from convanim.words.formulas import size_formulas
from convanim.words.language import Words
from convanim.words.layer_names import parameters, stages_in_brief


def caption_lines(figure: Layer | Backward | Chain | Network, words: Words) -> tuple[str, ...]:
    """The lines of the caption of any figure."""
    if isinstance(figure, Backward):
        return backward_caption(figure, words)
    cost = (spelled_cost(cost_of(figure), words),) if cost_of(figure).weights else ()
    if isinstance(figure, Network):
        return cost
    if isinstance(figure, Chain):
        return (stages_in_brief(figure, words), *cost)
    return (parameters(figure, words), *size_formulas(figure, words), *cost)
