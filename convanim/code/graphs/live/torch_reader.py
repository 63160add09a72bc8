"""The calls of a model of PyTorch as nodes of a network, whoever found them."""

from collections.abc import Iterator
from math import prod
from typing import Any

from convanim.code.graphs import steps
from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.live.torch_operators import PASSED, operation_of
from convanim.networks.network import INPUT

_SQUEEZED = ("squeeze",)  # leaves axes out that a vector here never had


class Reader:
    """Takes calls in their order.

    Values are nodes of PyTorch's graphs, or what looks like them: `meta` has as `val` what has a shape, and as
    `nn_module_stack` the modules that a call is in.
    """

    def __init__(self) -> None:
        self.found = Gathered()
        self.parts: dict[Any, list[str]] = {}  # the nodes that make the entries of a tuple
        self.makers: dict[str, Any] = {}  # the call that makes each of the network's maps
        self._made: dict[Any, str] = {}  # the node that makes a value
        self._targets: dict[Any, str] = {}
        self._users: dict[str, str] = {}  # who used a parameter first

    def begin(self, value: Any, target: str | None = None) -> None:
        """A value that no call makes: the parameter or buffer of this name, or the input."""
        if target is None:
            self._made[value] = INPUT
        else:
            self._targets[value] = target

    def part(self, value: Any, source: Any, at: int) -> None:
        """A value that is an entry of what a call makes."""
        if source in self.parts:
            self._made[value] = self.parts[source][at]
        elif source in self._made:
            self._made[value] = self._made[source]

    def add(self, node: Any, op: str, given: dict[str, Any]) -> None:
        """Add a call, its arguments by ATen's names, unless what it gives is no map."""
        read = [value for value in _flat(given.values()) if value in self._made]
        if not read:
            return
        op = op.removesuffix("_") if not op.startswith("_") else op
        if op in PASSED:
            self._made[node] = self._made[read[0]]
            return
        if op in ("chunk", "split", "split_with_sizes"):
            self._split(node, given, self._made[read[0]])
            return
        self._made[node] = self._found_node(node, op, given, read)

    def _found_node(self, node: Any, op: str, given: dict[str, Any], read: list[Any]) -> str:
        parameters = [self._targets[value] for value in _flat(given.values()) if value in self._targets]
        learned = sum(prod(value.meta["val"].shape) for value in _flat(given.values()) if value in self._targets)
        plain = {key: self._plain(value) for key, value in given.items()}
        shape = tuple(int(size) for size in getattr(node.meta.get("val"), "shape", ()))
        plain |= {"maps": len(read), "learned": learned, "made": shape[1:]}
        owner = self._users.get(parameters[0], "") if parameters else ""
        inputs = tuple(self._made[value] for value in read)
        has_bias = given.get("bias") is not None
        what = operation_of(op, plain)
        if shape and op not in _SQUEEZED:
            what = steps.making(what, shape, op)
        name = self.found.add(what, inputs, name=_name(node, op), has_bias=has_bias, shares=owner)
        for parameter in parameters:
            self._users.setdefault(parameter, name)
        self.makers[name] = node
        return name

    def _split(self, node: Any, given: dict[str, Any], source: str) -> None:
        """Add a cut for each part that a map is split into, by the sizes of the parts."""
        axis = given.get("dim", 0)
        start = 0
        self.parts[node] = []
        for number, part in enumerate(node.meta["val"]):
            size = int(part.shape[axis])
            what = steps.cutting(axis, start, start + size)
            self.parts[node].append(self.found.add(what, (source,), name=f"{_name(node, 'split')}.{number}"))
            start += size

    def _plain(self, value: Any) -> Any:
        """An argument as numbers and words: a parameter as its shape, a map as None."""
        if isinstance(value, list | tuple):
            return [self._plain(entry) for entry in value]
        if value in self._made or not hasattr(value, "meta"):
            return None if value in self._made else value
        shape = getattr(value.meta.get("val"), "shape", None)
        return None if shape is None else tuple(int(size) for size in shape)


def _flat(values: Any) -> Iterator[Any]:
    """What stands in arguments, and in lists of them, that may be a value of the graph."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from (entry for entry in value if hasattr(entry, "meta"))
        elif hasattr(value, "meta"):
            yield value


def _name(node: Any, op: str) -> str:
    """The module that a call is in, if it is one of PyTorch's own layers, else that and the operator."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return str(node.name)
    path, kind = stack[-1]
    kind = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__name__}"
    if kind.startswith("torch.nn.modules") and not kind.startswith("torch.nn.modules.container"):
        return str(path) or op
    return f"{path}.{op}" if path else op
