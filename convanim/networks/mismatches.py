"""Which layer lost the rows or columns that two maps differ by."""

from convanim.layers.layer import Layer
from convanim.networks.network import INPUT, Network, Node

_AXES = ("column", "row")  # from the last axis


def dropped_before(network: Network, inputs: tuple[str, ...]) -> str:
    """Which layers before some maps dropped their last rows or columns, on the axes on which the maps differ.

    As `the max-pool before, pool1, dropped row 270`; "" where none did, or nothing differs.
    """
    shapes = [network.shapes[name] for name in inputs]
    if len({len(shape) for shape in shapes}) != 1:
        return ""
    for axis, lengths in enumerate(zip(*(shape[1:] for shape in shapes))):
        if len(set(lengths)) == 1:
            continue
        for name in _apart(network, inputs):
            node = network.by_name[name]
            if lost := _dropped(node, axis):
                word = _AXES[len(shapes[0]) - 2 - axis]
                rows = f"{word} {lost[0]}" if len(lost) == 1 else f"{word}s {lost[0]} to {lost[-1]}"
                return f"the {node.op} before, {node.name}, dropped {rows}"
    return ""


def _dropped(node: Node, axis: int) -> range:
    """The last cells of an axis that a layer's windows do not reach, from 0."""
    layer = node.operation
    if not isinstance(layer, Layer):
        return range(0)
    along = layer.axes[axis]
    if along.own is not None:
        return range(0)
    end = along.start(along.output_size - 1) + along.footprint
    return range(0) if along.spread > 1 else range(end, along.input_size)


def _apart(network: Network, inputs: tuple[str, ...]) -> list[str]:
    """All nodes that some but not all of several maps depend on, the nearest first."""
    behind = [_before(network, name) for name in inputs]
    shared = set(behind[0]).intersection(*behind[1:])
    return list(dict.fromkeys(name for names in behind for name in names if name not in shared))


def _before(network: Network, name: str) -> list[str]:
    """A map's node, and all that it depends on, the nearest first."""
    queue = [name] if name != INPUT else []
    found = set(queue)
    for behind in queue:  # it grows while it is gone through
        for source in network.by_name[behind].inputs:
            if source != INPUT and source not in found:
                found.add(source)
                queue.append(source)
    return queue
