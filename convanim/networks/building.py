"""A network made of the nodes that are asked for: put in order, each for the shapes that it gets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from convanim.errors import RequestError, near, shown
from convanim.layers.channels import split_channels
from convanim.layers.sizes import LARGEST, SizeLike, Sizes, count_axes, per_axis, spelled_shape
from convanim.networks.between import Operation
from convanim.networks.chain import Chain
from convanim.networks.made import made_of
from convanim.networks.mismatches import dropped_before
from convanim.networks.network import INPUT, Network, Node

MOST_NODES = 10_000  # a table of more is nothing that one reads, and takes seconds

Maker: TypeAlias = Callable[[tuple[Sizes, ...]], Operation | Sequence[Operation]]
OperationLike: TypeAlias = str | Mapping[str, Any] | Operation | Maker


@dataclass(frozen=True)
class Asked:
    """A node that is asked for, before its inputs' shapes are known.

    `what` is a text (`"conv 3x3 64 p1"`, `"concat"`), a table of arguments, a finished operation, or a function that
    makes one, or several after one another, for the shapes of its inputs.
    """

    name: str
    what: OperationLike
    inputs: tuple[str, ...]
    has_bias: bool = True
    shares: str = ""


class BrokenNetworkError(RequestError):
    """A network that ends at a node that cannot be made; `before` is what stands before it."""

    before: Network


def network(
    input_size: SizeLike, nodes: Iterable[Asked], *, in_channels: int | None = None, dims: int | None = None
) -> Network:
    """The network of some nodes, in any order, for an input such as `3@224x224`.

    Raises BrokenNetworkError, with what stands before it, for a node that does not fit or is unknown; RequestError for
    circles, names given twice, and more nodes than there may be.
    """
    shape = input_shape(input_size, in_channels=in_channels, dims=dims)
    made: list[Node] = []
    shapes = {INPUT: shape}
    last: dict[str, str] = {INPUT: INPUT}  # the node that makes what a name stands for
    for asked in _in_order(_listed(nodes)):
        inputs = read = tuple(last[name] for name in asked.inputs)
        count = len(made)
        try:
            operations = made_of(asked.what, tuple(shapes[name] for name in inputs))
            for number, operation in enumerate(operations, start=1):
                name = asked.name if number == len(operations) else f"{asked.name}.{number}"
                has_bias = asked.has_bias and number == len(operations)  # of a separable convolution the second alone
                made.append(Node(name, operation, inputs, has_bias, asked.shares))
                inputs = (name,)
                shapes[name] = made[-1].shape
                refuse_overflow(name, None, shapes[name])
        except RequestError as error:
            raise _blamed(error, asked, Network(shape, tuple(made[:count])), read) from None
        last[asked.name] = made[-1].name
    return Network(shape, tuple(made))


def input_shape(input_size: SizeLike, *, in_channels: int | None = None, dims: int | None = None) -> Sizes:
    """An input's shape, channels first; one that says none has one. Raises RequestError."""
    bare, channels = split_channels(input_size, in_channels)
    shape = (channels or 1, *per_axis("input_size", bare, count_axes({"input_size": bare}, dims), 1))
    refuse_overflow("input_size", input_size, shape)
    return shape


def network_of(chain: Chain) -> Network:
    """A chain as a network without branches; maps without channels have one."""
    names = [f"{number}.{stage.op}" for number, stage in enumerate(chain.stages, start=1)]
    shape = chain.shapes[0]
    channels = shape[0] if chain.has_channels else 1
    return network(
        f"{channels}@{'x'.join(map(str, chain.input_size))}",
        [Asked(name, stage, (before,)) for name, stage, before in zip(names, chain.stages, [INPUT, *names])],
        dims=len(chain.input_size),
    )


def refuse_overflow(name: str, value: object, shape: Sizes) -> None:
    """Raise RequestError for a shape of more cells than 18 digits count."""
    if prod(shape) >= LARGEST:
        raise RequestError(name, value, "has more cells than 18 digits count", "give smaller sizes")


def _listed(nodes: Iterable[Asked]) -> list[Asked]:
    """The nodes, if there are some, not too many, with names of their own."""
    found: list[Asked] = []
    for node in nodes:
        found.append(node)
        if len(found) > MOST_NODES:
            raise RequestError("network", None, f"it has more than {MOST_NODES:,} nodes", "give a part of it")
    if not found:
        raise RequestError("network", None, "it has no node", "give one such as 'conv 3x3 8'")
    names = {INPUT}
    for node in found:
        if node.name in names:
            raise RequestError("node", node.name, "the name is taken", "give each node a name of its own")
        names.add(node.name)
        if not node.inputs:
            raise RequestError("node", node.name, "it reads nothing", "name what it reads, or input")
    for node in found:
        for name in node.inputs:
            if name not in names:
                close = near(name, names)
                fix = f"try {close[0]}" if close else "name a node, or input"
                raise RequestError("node", node.name, f"it reads {shown(name)}, which there is not", fix)
    return found


def _in_order(nodes: list[Asked]) -> list[Asked]:
    """The nodes, each after those that it reads, else as they came; raises RequestError for a circle."""
    places = {INPUT: -1, **{node.name: place for place, node in enumerate(nodes)}}
    if all(places[name] < places[node.name] for node in nodes for name in node.inputs):
        return nodes
    by_name = {node.name: node for node in nodes}
    waiting = {node.name: len(set(node.inputs) - {INPUT}) for node in nodes}
    readers: dict[str, list[str]] = {}
    for node in nodes:
        for name in set(node.inputs) - {INPUT}:
            readers.setdefault(name, []).append(node.name)
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:  # it grows while it is gone through
        for reader in readers.get(name, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    if len(ready) < len(nodes):
        name = next(node.name for node in nodes if waiting[node.name])
        raise RequestError("node", name, "it reads what it makes: there is a circle", "a network runs one way")
    return [by_name[name] for name in ready]


def _blamed(error: RequestError, asked: Asked, before: Network, inputs: tuple[str, ...]) -> BrokenNetworkError:
    """An error with the node that it is in, what that got, and what stands before it."""
    rule = error.rule if error.value is None else f"{shown(error.value)}: {error.rule}"
    if error.field not in ("stage", "code", "node", asked.name):
        value = f" {shown(error.value)}" if error.value is not None else ""
        got = " and ".join(spelled_shape(before.shapes[name], has_channels=True) for name in inputs[:3])
        rule = f"it gets {got}; {error.field}{value}: {error.rule}"
    elif lost := dropped_before(before, inputs):
        rule = f"{rule}; {lost}"
    broken = BrokenNetworkError("node", asked.name, rule, error.fix)
    broken.before = before
    return broken
