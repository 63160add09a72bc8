"""Networks: shapes, costs, order, and what is said of nodes that do not fit."""

import time
from itertools import pairwise

import pytest
from helpers.campaigns import together

from convanim import Chain, RequestError
from convanim.networks.between import Keeps, Linear
from convanim.networks.building import MOST_NODES, Asked, BrokenNetworkError, network, network_of
from convanim.networks.cost import cost_of, cost_shares, network_cost, node_cost
from convanim.networks.network import INPUT
from convanim.networks.network_fields import largest_reached, network_fields
from convanim.networks.receptive_fields import largest_reached as reached_in_chain
from convanim.networks.receptive_fields import receptive_fields

INCEPTION = [  # GoogLeNet's 3a, as its paper has it
    Asked("1x1", "conv 1x1 64", (INPUT,)),
    Asked("3x3 reduce", "conv 1x1 96", (INPUT,)),
    Asked("3x3", "conv 3x3 128 p1", ("3x3 reduce",)),
    Asked("5x5 reduce", "conv 1x1 16", (INPUT,)),
    Asked("5x5", "conv 5x5 32 p2", ("5x5 reduce",)),
    Asked("pool", "max-pool 3 s1 p1", (INPUT,)),
    Asked("pool proj", "conv 1x1 32", ("pool",)),
    Asked("concat", "concat", ("1x1", "3x3", "5x5", "pool proj")),
]


def test_inception_has_the_papers_numbers() -> None:
    """192 channels become 256 at 28x28, with 159 thousand parameters and 128 million multiplications; 5x5 is seen."""
    net = network("192@28x28", INCEPTION)
    assert net.output.shape == (256, 28, 28)
    cost = network_cost(net)
    assert (cost.weights, cost.parameters, cost.macs) == (163_328, 163_696, 128_049_152)
    assert [field.size for field in network_fields(net)["concat"] or ()] == [5, 5]
    assert largest_reached(net)["concat"] == (5, 5)
    assert net.readers[INPUT] == ("1x1", "3x3 reduce", "5x5 reduce", "pool")


def test_a_cost_is_that_of_branches_or_layers() -> None:
    """Inception's four branches; without branches each layer, its batch norm with it, and so each of a chain."""
    branches = [(share.weights, share.macs // 28**2) for share in cost_shares(network("192@28x28", INCEPTION))]
    assert branches == [(n, n) for n in (12_288, 129_024, 15_872, 6_144)]
    chain = Chain("3@20x17", ["conv 3x3 8 p1 s2", "relu", "max-pool 2", "conv-transpose 3 4 s2", "conv 1x1 2"])
    weights = [216, 288, 8]
    assert [share.weights for share in cost_shares(chain)] == weights
    assert [share.weights for share in cost_shares(network_of(chain))] == weights
    straight = [Asked("a", "conv 3 4", (INPUT,)), Asked("bn", "batch-norm", ("a",)), Asked("b", "conv 1 2", ("bn",))]
    assert [share.weights for share in cost_shares(network("3@8x8", straight))] == [108 + 4, 8]
    for figure in (chain, network_of(chain), network("192@28x28", INCEPTION), network("3@8x8", straight)):
        total, shares = cost_of(figure), cost_shares(figure)
        assert sum(share.weights for share in shares) == total.weights
        assert sum(share.macs for share in shares) == total.macs
    assert cost_shares(Chain(4, ["relu", "max-pool 2"])) == ()


def test_nodes_may_come_in_any_order() -> None:
    """Each is put behind what it reads."""
    net = network("192@28x28", INCEPTION[::-1])
    assert {node.name: node for node in net.nodes} == network("192@28x28", INCEPTION).by_name
    places = {name: place for place, name in enumerate(net.shapes)}
    assert all(places[name] < places[node.name] for node in net.nodes for name in node.inputs)


def test_a_chain_is_a_network_without_branches() -> None:
    """Its shapes, costs and fields are those that the chain has."""
    chain = Chain("3@20x17", ["conv 3x3 8 p1 s2", "relu", "max-pool 2", "conv-transpose 3 4 s2", "conv 1x1 2"])
    net = network_of(chain)
    assert tuple(net.shapes.values()) == chain.shapes
    names = [node.name for node in net.nodes]
    assert [network_fields(net)[name] for name in names] == receptive_fields(chain)
    assert [largest_reached(net)[name] for name in names] == reached_in_chain(chain)
    bare = cost_of(chain)
    assert (network_cost(net).weights, network_cost(net).macs) == (bare.weights, bare.macs)


def test_what_stands_between_has_its_shape_and_parameters() -> None:
    """A batch norm learns two numbers a channel, a linear layer its weights and biases, the rest nothing."""
    net = network(
        "3@8x6",
        [
            Asked("bn", "batch-norm", (INPUT,)),
            Asked("drop", "dropout 0.5", ("bn",)),
            Asked("relu6", "relu6", ("drop",)),
            Asked("pool", "adaptive-avg-pool 3x2", ("relu6",)),
            Asked("flat", "flatten", ("pool",)),
            Asked("fc", "linear 10", ("flat",), has_bias=False),
            Asked("soft", "softmax", ("fc",)),
        ],
    )
    assert list(net.shapes.values()) == [(3, 8, 6)] * 4 + [(3, 3, 2), (18,), (10,), (10,)]
    assert [node_cost(node).parameters for node in net.nodes] == [6, 0, 0, 0, 0, 180, 0]


@together(
    "nodes, said",
    [
        (
            [
                Asked("pool", "max-pool 2", (INPUT,)),
                Asked("up", "conv-transpose 2 8 s2", ("pool",)),
                Asked("join", "concat", ("up", INPUT)),
            ],
            "node join: concat: 134 against 135 rows; the max-pool before, pool, dropped row 134;",
        ),
        (
            [Asked("a", "conv 1x1 4", (INPUT,)), Asked("b", "conv 1x1 5", (INPUT,)), Asked("sum", "add", ("a", "b"))],
            "node sum: add: 4 against 5 channels; give both as many channels",
        ),
        (
            [Asked("flat", "flatten", (INPUT,)), Asked("fc", Linear(400, 10), ("flat",))],
            "node fc: linear: takes 400, but it gets 54135; make them agree",
        ),
        ([Asked("fc", "linear 10", (INPUT,))], "node fc: linear: takes a vector, but it gets 3·135·134*; flatten it"),
        ([Asked("flat", "flatten", (INPUT,)), Asked("c", "conv 3", ("flat",))], "takes a map, but it gets * features"),
        ([Asked("x", "conv 999", (INPUT,))], "node x: it gets 3@135×134*; kernel_size"),
        ([Asked("x", "convv 3", (INPUT,))], "node x: convv 3: no such operation"),
        ([Asked("x", Keeps("dropout", (3, 2, 2)), (INPUT,))], "node x: dropout: takes 3x2x2, but it gets 3x135x134*"),
    ],
)
def test_a_node_that_does_not_fit_is_named(nodes: list[Asked], said: str) -> None:
    """The message has its name, what it gets and why; what stands before it is handed on."""
    size = "3@135x134"
    with pytest.raises(BrokenNetworkError) as error:
        network(size, nodes)
    parts = said.replace("54135", str(3 * 135 * 134)).split("*")
    assert str(error.value).startswith(parts[0]) or parts[0] in str(error.value)
    assert all(part in str(error.value) for part in parts)
    assert len(error.value.before.nodes) == len(nodes) - 1


@together(
    "nodes, said",
    [
        ([Asked("a", "relu", ("b",)), Asked("b", "relu", ("a",))], "there is a circle"),
        ([Asked("a", "relu", ("a",))], "there is a circle"),
        ([Asked("a", "relu", ("nowhere",))], "it reads nowhere, which there is not"),
        ([Asked("a", "relu", (INPUT,)), Asked("a", "relu", (INPUT,))], "the name is taken"),
        ([Asked(INPUT, "relu", (INPUT,))], "the name is taken"),
        ([Asked("a", "relu", ())], "it reads nothing"),
        ([], "it has no node"),
    ],
)
def test_a_graph_that_is_none_is_refused(nodes: list[Asked], said: str) -> None:
    """Circles, unknown and doubled names, in one line."""
    with pytest.raises(RequestError, match=said):
        network("3@9x9", nodes)


def test_graphs_without_end_are_refused_at_once() -> None:
    """A million nodes are not listed, shapes of more than 18 digits not made, huge fields not told."""
    endless = (Asked(str(number), "relu", (INPUT,)) for number in range(10**9))
    begun = time.process_time()
    with pytest.raises(RequestError, match=f"more than {MOST_NODES:,} nodes"):
        network("1@9x9", endless)
    with pytest.raises(RequestError, match="more cells than 18 digits count"):
        network("999999@999999999x999999999", [Asked("a", "relu", (INPUT,))])
    names = [INPUT, *map(str, range(100))]
    wide = network("1@1x1", [Asked(b, "conv 1 1 s99999999999999999", (a,)) for a, b in pairwise(names)])
    assert network_fields(wide)["99"] is None
    pool = network("1@9x9", [Asked("a", "adaptive-avg-pool 99999999", (INPUT,))])
    assert network_fields(pool)["a"] is not None
    assert time.process_time() - begun < 2
