"""A network from an .onnx file. Of weights only shapes are looked at; data outside the file is never opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from convanim.code.graphs import steps
from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.onnx.moving import share
from convanim.code.graphs.onnx.operators import operation_of
from convanim.code.graphs.onnx.values import Constant, Values
from convanim.errors import RequestError, shown
from convanim.files.user_files import MIB, opened
from convanim.layers.sizes import SizeLike, Sizes
from convanim.networks.between import shape_made
from convanim.networks.building import OperationLike, input_shape, network
from convanim.networks.made import made_of
from convanim.networks.network import INPUT, Network

_LARGEST = 1024 * MIB
_MOST_NODES = 100_000  # constants among them
_PASSED = ("Identity", "Cast")
_HINT = "pip install onnx"


@dataclass(frozen=True)
class FiledNetwork:
    """A network and the file's model that it was read from; `makers` has for values there the node that makes them."""

    network: Network
    model: Any
    input_name: str
    makers: Mapping[str, str]


def read_onnx(path: str, input_size: SizeLike | None = None) -> Network:
    """The network in a file; its input is as the file says it, unless `input_size` does.

    Raises RequestError for a file that is none; BrokenNetworkError at an operator that is not known.
    """
    return read_filed(path, input_size).network


def read_filed(path: str, input_size: SizeLike | None = None) -> FiledNetwork:
    """What `read_onnx` reads, and what it was read from. Raises as that does."""
    with opened("network", path, _LARGEST, "export it with its weights in a file beside it") as stream:
        content = stream.read()
    try:
        import onnx
    except ImportError:
        raise RequestError("network", path, "reading .onnx needs the package onnx", _HINT) from None
    try:
        model = onnx.ModelProto.FromString(content)
    except Exception:  # protobuf's own, which has no stable name
        raise RequestError("network", path, "is not ONNX, or is cut off", "export it anew") from None
    graph = model.graph
    if not graph.node:
        raise RequestError("network", path, "is not ONNX: there is no operator in it", "export it anew")
    if len(graph.node) > _MOST_NODES:
        rule = f"it has {len(graph.node):,} operators, more than {_MOST_NODES:,}"
        raise RequestError("network", path, rule, "give a part of it")
    if not all(isinstance(text, str) for text in _texts(model)):  # what is not UTF-8 comes as bytes
        raise RequestError("network", path, "a name in it is no text: it is damaged", "export it anew")
    reader = _Reader(onnx, model)
    found = reader.network(input_size)
    (name, _), *made = reader.made.items()
    return FiledNetwork(found, model, name, dict(made))


def _texts(model: Any) -> Iterator[object]:
    """All names that are read of a model."""
    graph = model.graph
    for entry in model.opset_import:
        yield entry.domain
    for node in graph.node:
        yield from (node.name, node.op_type, *node.input, *node.output)
        for attribute in node.attribute:
            yield attribute.name
    for value in graph.input:
        yield value.name
    for tensor in graph.initializer:
        yield tensor.name
        for entry in tensor.external_data:
            yield from (entry.key, entry.value)


class _Reader:
    """Goes through a graph's operators in their order."""

    def __init__(self, onnx: Any, model: Any) -> None:
        self._model = model
        self._values = Values(onnx, model.graph)
        self._found = Gathered()
        self.made: dict[str, str] = {}  # the node that makes a value
        self._others: dict[str, str] = {}  # by what is made of other inputs, the input
        self._shapes: dict[str, Sizes] = {}  # of what nodes make

    def network(self, input_size: SizeLike | None) -> Network:
        graph = self._model.graph
        inputs = [value for value in graph.input if value.name not in self._values.constants]
        if not inputs:
            raise RequestError("network", None, "its graph has no input", "export it anew")
        self.made[inputs[0].name] = INPUT
        self._others = {value.name: value.name for value in inputs[1:]}
        size, dims = self._input(inputs[0], input_size)
        self._shapes[INPUT] = input_shape(size, dims=dims)
        for node in graph.node:
            try:
                self._add(node)
            except RequestError:
                if not self._found.nodes or self._found.nodes[-1].name in self._shapes:
                    raise
                break  # its last node does not fit: as is said when the network is made
        return network(size, self._found.nodes, dims=dims)

    def _input(self, value: Any, input_size: SizeLike | None) -> tuple[SizeLike, int | None]:
        """The input's shape, and how many axes it has."""
        sizes = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if len(sizes) not in (0, 3, 4, 5):
            rule = f"its input has {len(sizes)} axes"
            raise RequestError("network", None, rule, "a network here reads maps: batch, channels, height and width")
        dims = len(sizes) - 2 if sizes else None
        channels = sizes[1] if sizes else 0
        if input_size is not None:
            if isinstance(input_size, str) and "@" not in input_size and channels > 0:
                return f"{channels}@{input_size}", dims
            return input_size, dims
        if not sizes or min(sizes[1:]) < 1:
            raise RequestError(
                "input_size", None, "missing", "the file leaves it open: give {input_size}, as 3@224x224"
            )
        return f"{channels}@{'x'.join(map(str, sizes[2:]))}", dims

    def _add(self, node: Any) -> None:
        """Add an operator, unless what it makes does not depend on the input's numbers."""
        names = [name for name in node.input if name]
        if not node.output:
            return  # it makes nothing
        if others := [self._others[name] for name in names if name in self._others]:
            self._add_other(node, names, others[0])
            return
        for name in names:
            if name not in self.made and name not in self._values.constants:
                fix = "export it anew, with one input and its operators in order"
                raise RequestError(
                    "node", self._named(node), f"reads {shown(name)}, which nothing before it makes", fix
                )
        if node.op_type == "Shape" and names and names[0] in self.made:
            shape = (1, *self._shapes[self.made[names[0]]])
            self._values.constants[node.output[0]] = Constant((len(shape),), shape)
            return
        if all(name not in self.made for name in names):
            constant = self._values.folded(node)
            for name in node.output:
                self._values.constants[name] = constant
            return
        read = [name for name in names if name in self.made]
        sources = tuple(self.made[name] for name in read)
        if node.op_type in _PASSED:
            self.made[node.output[0]] = sources[0]
            return
        if node.op_type == "Split":
            self._split(node, sources[0])
            return
        what, has_bias = operation_of(node, self._values)
        self.made[node.output[0]] = self._grown(what, sources, node.op_type.lower(), self._named(node), has_bias)

    def _add_other(self, node: Any, names: list[str], other: str) -> None:
        """An operator that reads what another input makes: it ends the network if it reads the first input's, too."""
        sources = tuple(self.made[name] for name in names if name in self.made)
        if sources:
            what = steps.refusing(f"what it reads of another input, {other}")
            self._grown(what, sources, node.op_type.lower(), self._named(node), has_bias=True)
        for output in node.output:
            self._others[output] = other

    def _grown(self, what: OperationLike, sources: tuple[str, ...], base: str, name: str, has_bias: bool) -> str:
        """Add a node, and find the shape of what it makes; raises RequestError where it does not fit."""
        own = self._found.add(what, sources, base, name, has_bias=has_bias)
        self._shapes[own] = shape_made(made_of(what, tuple(self._shapes[source] for source in sources))[-1])
        return own

    def _named(self, node: Any) -> str:
        """A name: that of the weights, without `.weight`, else the operator's own."""
        for name in node.input[1:2]:
            if name.endswith(".weight"):
                return str(name.removesuffix(".weight"))
        return str(node.name or node.output[0])

    def _split(self, node: Any, source: str) -> None:
        """Add a part for each output of a Split."""
        given = self._values.attributes(node)
        parts = given.get("split") or self._values.numbers(node, 1)
        axis, start = given.get("axis", 0), 0
        for number, output in enumerate(node.output):
            if parts and len(parts) == len(node.output):
                what = steps.cutting(axis, start, start + parts[number])
                start += parts[number]
            else:
                what = share(axis, number, len(node.output))
            self.made[output] = self._grown(what, (source,), "split", str(output), has_bias=True)
