"""A network explained in text: every node's shape, receptive field and cost, then the totals."""

from convanim.explain.chain_text import cost_lines, field_text
from convanim.layers.sizes import spelled_shape
from convanim.networks.cost import network_cost, node_cost
from convanim.networks.network import Network
from convanim.networks.network_fields import network_fields
from convanim.words.language import Words
from convanim.words.network_names import operation_in_brief


def network_lines(network: Network, words: Words) -> list[str]:
    """The lines that explain a network; each node's number is told where another reads it out of turn."""
    read = spelled_shape(network.input_shape, has_channels=True)
    lines = [words.counted("network", len(network.nodes)), words("explain_input", shape=read), ""]
    numbers = {node.name: number for number, node in enumerate(network.nodes, start=1)}
    fields = network_fields(network)
    for number, node in enumerate(network.nodes, start=1):
        sources = [numbers.get(name, 0) for name in node.inputs]
        said = words("list").join(str(n) if n else words("input") for n in sources)
        made = spelled_shape(node.shape, has_channels=len(node.shape) > 1)
        out_of_turn = "" if sources == [number - 1] else f" ({said})"
        lines.append(f"{number}. {operation_in_brief(node.operation, words)}{out_of_turn} -> {made}")
        field = fields[node.name]
        if field is not None:
            lines.append(f"   {field_text(field, words)}")
        cost = node_cost(node)
        if cost.weights:
            weights = words.counted("weights_count", cost.weights)
            lines.append("   " + words("list").join([weights, words.counted("multiplications_count", cost.macs)]))
    return [*lines, "", words("in_all"), *cost_lines(network_cost(network), words)]
