"""The templates of networks: their numbers are those of the papers that the networks are from."""

import pytest
from helpers.campaigns import together

from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison
from convanim.files.catalogue import template_groups
from convanim.networks.blocks import blocks_of
from convanim.networks.cost import network_cost
from convanim.networks.network import Network
from convanim.words.captions import caption_lines
from convanim.words.costs import spelled_cost
from convanim.words.language import english
from convanim.words.network_names import block_shape

# The shapes of all blocks, the input's first.
SHAPES = {
    # C. Szegedy et al., "Going deeper with convolutions", 2015, table 1: inception (3a)
    "inception_module": "192@28×28 64@28×28 96@28×28 128@28×28 16@28×28 32@28×28 192@28×28 32@28×28 256@28×28",
    # K. He et al., "Deep residual learning for image recognition", 2016, figure 5, right
    "resnet_bottleneck": "256@56×56 64@56×56 64@56×56 256@56×56 256@56×56",
    # M. Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, tables 1 and 2
    "mobilenet_block": "24@56×56 144@56×56 144@56×56 24@56×56 24@56×56",
    # K. Simonyan, A. Zisserman, "Very deep convolutional networks", 2015, table 1, D
    "vgg_block": "128@56×56 256@56×56 256@56×56 256@56×56 256@28×28",
    # Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998, figure 2
    "lenet": "1@32×32 6@28×28 6@14×14 16@10×10 16@5×5 120@1×1 120 84 10",
    # M. Lin, Q. Chen, S. Yan, "Network in network", 2014, figure 2, for CIFAR-10
    "lin_nin": "3@32×32 192@32×32 160@32×32 96@32×32 96@16×16 192@16×16 192@16×16 192@16×16 192@8×8 192@8×8 192@8×8 "
    "10@8×8 10@1×1",
    # O. Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015, figure 1
    "unet": "1@572×572 64@570×570 64@568×568 64@284×284 128@282×282 128@280×280 128@140×140 256@138×138 256@136×136 "
    "256@68×68 512@66×66 512@64×64 512@32×32 1024@30×30 1024@28×28 512@56×56 512@56×56 1024@56×56 512@54×54 512@52×52 "
    "256@104×104 256@104×104 512@104×104 256@102×102 256@100×100 128@200×200 128@200×200 256@200×200 128@198×198 "
    "128@196×196 64@392×392 64@392×392 128@392×392 64@390×390 64@388×388 2@388×388",
}


def network(name: str) -> Network:
    """The network of a template."""
    figure = load_recipe(name).figure
    assert isinstance(figure, Network)
    return figure


@together("name", SHAPES)
def test_shapes_are_those_of_the_paper(name: str) -> None:
    """Every block has the channels and the size that the paper has."""
    assert [block_shape(block) for block in blocks_of(network(name))] == SHAPES[name].split()


def test_every_template_of_a_network_is_checked() -> None:
    """The comparison has a test of its own."""
    assert {*SHAPES, "inception_module_naive"} == set(template_groups()["Whole networks"])


@pytest.mark.parametrize(
    ("name", "convolutions", "norms"),
    [
        ("resnet_bottleneck", 256 * 64 + 9 * 64 * 64 + 64 * 256, 64 + 64 + 256),
        ("mobilenet_block", 24 * 144 + 9 * 144 + 144 * 24, 144 + 144 + 24),
    ],
)
def test_weights_that_the_blocks_do_not_show_are_told_apart(name: str, convolutions: int, norms: int) -> None:
    """Batch norms stand in no label; whoever adds up what does is told how many weights of the sum are theirs."""
    said = f"{convolutions + norms:,} weights, {norms} of them in batch norms · "
    assert any(line.startswith(said) for line in caption_lines(network(name), english()))
    assert spelled_cost(network_cost(network("inception_module")), english()) == "163,328 weights · 128.0 M MACs"


def test_reductions_are_less_than_half_as_dear() -> None:
    """The naive module makes 416 channels with 387,072 weights, that with reductions 256 with 163,328."""
    figure = load_recipe("inception_module_naive").figure
    assert isinstance(figure, Comparison)
    naive, reduced = (part.figure for part in figure.parts)
    assert isinstance(naive, Network)
    assert isinstance(reduced, Network)
    assert naive.output.shape == (416, 28, 28)
    assert network_cost(naive).weights == 192 * (64 + 9 * 128 + 25 * 32) == 387_072
    assert reduced == network("inception_module")
    assert network_cost(reduced).weights == 192 * (64 + 96 + 16 + 32) + 9 * 96 * 128 + 25 * 16 * 32 == 163_328
