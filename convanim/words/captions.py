"""What stands under a figure: the layer or chain in words, its output sizes, its cost; why a gradient is a layer.

What comparisons say where no caption is asked for is in `figures/comparisons/comparison.py`.
"""

from convanim.layers.backward import Backward
from convanim.layers.layer import ConvTranspose, Layer
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of
from convanim.networks.network import Network
from convanim.words.backward import backward_caption
from convanim.words.costs import spelled_cost, spelled_weights
from convanim.words.formulas import size_formulas
from convanim.words.language import Words
from convanim.words.layer_names import parameters, stages_in_brief


def caption_lines(figure: Layer | Backward | Chain | Network, words: Words) -> tuple[str, ...]:
    """The lines of the caption of any figure."""
    if isinstance(figure, Backward):
        return backward_caption(figure, words)
    cost = _cost_line(figure, words)
    if isinstance(figure, Network):
        return cost
    if isinstance(figure, Chain):
        return (stages_in_brief(figure, words), *cost)
    return (parameters(figure, words), *size_formulas(figure, words), *cost)


def _cost_line(figure: Layer | Chain | Network, words: Words) -> tuple[str, ...]:
    """The line that says what a figure costs; none where it has no weights.

    Of a transposed convolution it has the weights alone: MACs are those of all stamps, cropped cells too, and its
    windows, which lie over zeros, make others.
    """
    cost = cost_of(figure)
    if not cost.weights:
        return ()
    return (spelled_weights(cost, words) if isinstance(figure, ConvTranspose) else spelled_cost(cost, words),)
