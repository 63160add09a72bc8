"""How strongly a cell of a network in an .onnx file answers to each number of the input: by its weights, in numpy.

What an operator makes is worked out as onnx's own reference has it, layers faster; gradients go back from the cell.
"""

import os
from math import prod
from typing import Any

import numpy as np

from convanim.code.graphs.onnx.adjoints import LAYERS, MOVING, OTHERS, POINTWISE
from convanim.code.graphs.onnx.file import FiledNetwork
from convanim.code.graphs.random_inputs import inputs_of
from convanim.errors import RequestError, shown
from convanim.layers.sizes import Cell
from convanim.numbers.adjoints import Adjoint, Array, moved
from convanim.numbers.maps import Numbers

_LARGEST = 2**31  # bytes of a tensor
_MOST_CELLS = 100_000_000  # of a map, or of numbers that an operator makes of a shape alone
_SHAPED = ("ConstantOfShape", "Expand", "Tile")
_DRAWN = ("RandomNormal", "RandomUniform")


def onnx_gradient(path: str, filed: FiledNetwork, node: str, cell: Cell, images: object = None) -> tuple[Numbers, int]:
    """The mean magnitude of the gradient of a cell, the input's channels first, and over how many inputs it is.

    A cell without a channel is the sum of all channels there. Raises RequestError for operators without a gradient
    here, and for weights that are not in the file or right beside it.
    """
    wanted = next((value for value, name in filed.makers.items() if name == node), None)
    if wanted is None:
        known = list(dict.fromkeys(filed.makers.values()))[-1:]
        fix = f"try {known[0]}" if known else "leave out effective"
        raise RequestError("node", node, "it is a part of an operator, whose gradient is not told", fix)
    for name, shape in filed.network.shapes.items():
        if prod(shape) > _MOST_CELLS:
            rule = f"a map of {prod(shape):,} cells is too large to be worked out"
            raise RequestError("node", name, rule, f"try at most {_MOST_CELLS:,}, with a smaller input")
    found = inputs_of(filed.network.input_shape, images)
    run = _Run(path, filed, wanted)
    total: Any = 0.0
    for image in found:
        total = total + np.abs(run.gradient(image.astype(np.float32), cell))
    return np.asarray(total / len(found), dtype=np.float64), len(found)


class _Run:
    """A graph that is gone through for one input after another."""

    def __init__(self, path: str, filed: FiledNetwork, wanted: str) -> None:
        import onnx

        self._onnx, self._folder, self._wanted = onnx, os.path.dirname(path), wanted
        self._graph = filed.model.graph
        self._opsets = {each.domain: each.version for each in filed.model.opset_import}
        self._kept = {tensor.name: tensor for tensor in self._graph.initializer}
        self._weights: dict[str, Array] = {}
        self._input = filed.input_name

    def gradient(self, image: Array, cell: Cell) -> Array:
        """The gradient of a cell of the map that is wanted, in one input."""
        values: dict[str, Array] = {self._input: image[None]}
        alive = {self._input}  # what depends on the input's numbers
        tape: list[tuple[Any, dict[int, Adjoint]]] = []
        for node in self._graph.node:
            if self._wanted in values:
                break
            read = [self._value(name, values) for name in node.input]
            if not alive.intersection(node.input) or node.op_type == "Shape":
                values |= zip(node.output, self._reference(node, read))
                continue
            made, back = self._made(node, read)
            values |= zip(node.output, made)
            tape.append((node, back))
            alive.update(node.output)
        shape = values[self._wanted].shape
        start: Array = np.zeros(shape, dtype=np.float32)
        at: tuple[Any, ...] = (0, *cell) if len(cell) == len(shape) - 1 else (0, slice(None), *cell)
        start[at] = 1
        gradients = {self._wanted: start}
        for node, back in reversed(tape):
            gradient = gradients.pop(node.output[0], None)
            if gradient is None:
                continue
            for place, adjoint in back.items():
                name = node.input[place]
                if name in alive:
                    own = adjoint(gradient)
                    gradients[name] = gradients[name] + own if name in gradients else own
        found = gradients.get(self._input)
        return np.zeros(image.shape) if found is None else np.asarray(found[0])

    def _value(self, name: str, values: dict[str, Array]) -> Any:
        if not name:
            return None
        if name in values:
            return values[name]
        if name not in self._weights:
            self._weights[name] = self._read(name)
        return self._weights[name]

    def _read(self, name: str) -> Array:
        """A tensor of the file, or of one that lies beside it."""
        tensor = self._kept[name]
        if tensor.data_location == tensor.EXTERNAL:
            said = {entry.key: entry.value for entry in tensor.external_data}
            place = said.get("location", "")
            beside = os.path.join(self._folder, place)
            if not place or os.path.basename(place) != place or os.path.islink(beside):
                rule = f"its weights lie in {shown(place)}, which is no file right beside it"
                raise RequestError("network", name, rule, "put the file there, or export the model anew")
            try:
                kind = self._onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
                count = int(np.prod(tensor.dims, dtype=object))
                if not 0 <= count * kind.itemsize <= _LARGEST:
                    raise ValueError
                read = np.fromfile(beside, dtype=kind, count=count, offset=int(said.get("offset", 0)))
                return read.reshape(tuple(tensor.dims))
            except (OSError, ValueError, TypeError, KeyError):
                rule = f"its weights in {shown(place)} cannot be read"
                raise RequestError("network", name, rule, "export the model anew") from None
        try:
            return np.asarray(self._onnx.numpy_helper.to_array(tensor))
        except Exception:  # damaged
            raise RequestError("network", name, "its weights cannot be read", "export the model anew") from None

    def _reference(self, node: Any, read: list[Any]) -> list[Array]:
        """What an operator makes, by onnx's own reference."""
        from onnx.reference import ReferenceEvaluator

        if any(each.HasField("g") or each.graphs for each in node.attribute):  # a loop may never end
            raise _refused(node, f"{shown(node.op_type)}, which has a graph inside, is not worked out")
        try:
            if self._count(node, read) > _MOST_CELLS:
                raise _refused(node, "it makes too many numbers")
            run = ReferenceEvaluator(node, opsets=self._opsets)
            given = {name: value for name, value in zip(node.input, read) if name}
            return [np.asarray(value) for value in run.run(None, given)]
        except RequestError:
            raise
        except Exception as error:  # whatever a damaged file leads to
            raise _refused(node, f"it cannot be worked out ({shown(error)})") from None

    def _count(self, node: Any, read: list[Any]) -> float:
        """How many numbers an operator makes of none, as far as what it reads and its attributes say it."""
        if node.op_type in _SHAPED:
            return float(prod(map(int, np.ravel(read[-1]))))
        if node.op_type == "Range":
            start, end, step = (float(np.asarray(value).item()) for value in read)
            return (end - start) / step
        if node.op_type in _DRAWN:
            return float(prod(self._given(node).get("shape", ())))
        return 0

    def _given(self, node: Any) -> dict[str, Any]:
        """An operator's attributes by their names."""
        return {each.name: self._onnx.helper.get_attribute_value(each) for each in node.attribute}

    def _made(self, node: Any, read: list[Any]) -> tuple[list[Array], dict[int, Adjoint]]:
        kind = node.op_type
        given = self._given(node)
        try:
            if kind in LAYERS:
                made, adjoint = LAYERS[kind](read, given)
                return [made[None]], {0: lambda gradient: adjoint(gradient[0])[None]}
            if kind in POINTWISE:
                made = self._reference(node, read)[0]
                slope = POINTWISE[kind](read, made, given)
                return [made], {0: lambda gradient: gradient * slope}
            if kind in OTHERS:
                made, back = OTHERS[kind](read, given)
                return [made], back
        except RequestError:
            raise
        except Exception as error:  # whatever a damaged file leads to
            raise _refused(node, f"it cannot be worked out ({shown(error)})") from None
        if kind not in MOVING:
            raise _refused(node, f"{shown(kind)} has no gradient here")
        made, adjoint = moved(lambda x: self._reference(node, [x, *read[1:]])[0], read[0])
        return [made], {0: adjoint}


def _refused(node: Any, rule: str) -> RequestError:
    fix = "ask for a layer before it, or load the model in PyTorch"
    return RequestError("node", node.name or node.output[0], rule, fix)
