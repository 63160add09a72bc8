"""What a graph of ONNX knows before anything is computed: shapes of weights, small numbers, attributes."""

from dataclasses import dataclass
from math import prod
from typing import Any

from convanim.code.graphs.onnx.shapes import FOLDS
from convanim.errors import RequestError
from convanim.layers.sizes import LARGEST, Sizes

_MOST_VALUES = 64  # of a constant that is looked at
# The types of attributes that are reckoned with; those of layers the reader of layers looks at.
_KINDS = {
    **dict.fromkeys(("axis", "keepdims", "transA", "transB"), "INT"),
    **dict.fromkeys(("axes", "split", "starts", "ends", "shape", "pads", "paddings", "perm"), "INTS"),
    **dict.fromkeys(("mode", "coordinate_transformation_mode", "nearest_mode"), "STRING"),
}


@dataclass(frozen=True)
class Constant:
    """Numbers that are not computed from the input: their shape, and themselves where they are few."""

    dims: Sizes
    values: tuple[Any, ...] | None = None


class Values:
    """The constants of a graph, and the attributes of its operators."""

    def __init__(self, onnx: Any, graph: Any) -> None:
        self._onnx = onnx
        self.constants: dict[str, Constant] = {tensor.name: self._constant(tensor) for tensor in graph.initializer}

    def attributes(self, node: Any) -> dict[str, Any]:
        """An operator's attributes by their names. Raises RequestError for one of the wrong type."""
        for attribute in node.attribute:
            kind = _KINDS.get(attribute.name)
            if kind is not None and attribute.type != attribute.AttributeType.Value(kind):
                rule = f"its attribute {attribute.name} is of the wrong type"
                raise RequestError("node", node.name or node.op_type, rule, "export it anew")
        return {attribute.name: self._attribute(attribute) for attribute in node.attribute}

    def dims(self, node: Any, at: int) -> Sizes:
        """The shape of an input that is constant; () where there is none."""
        name = node.input[at] if len(node.input) > at else ""
        return self.constants[name].dims if name in self.constants else ()

    def numbers(self, node: Any, at: int) -> tuple[int, ...] | None:
        """The whole numbers of an input that is constant and small; None where there are none."""
        name = node.input[at] if len(node.input) > at else ""
        values = self.constants[name].values if name in self.constants else None
        return values if values is not None and all(type(value) is int for value in values) else None

    def folded(self, node: Any) -> Constant:
        """What is known of numbers that do not depend on the input's."""
        for attribute in node.attribute if node.op_type == "Constant" else ():
            value = self._attribute(attribute)
            if isinstance(value, Constant):
                return value
            values = value if isinstance(value, tuple) else (value,)
            return Constant((len(values),), values if len(values) <= _MOST_VALUES else None)
        if node.op_type in ("Identity", "Cast") and len(node.input) == 1 and node.input[0] in self.constants:
            return self.constants[node.input[0]]
        if node.op_type == "Transpose" and node.input[0] in self.constants:
            dims = self.constants[node.input[0]].dims
            perm = self.attributes(node).get("perm") or tuple(range(len(dims)))[::-1]
            if sorted(perm) == list(range(len(dims))):
                return Constant(tuple(dims[axis] for axis in perm))
        read = [self.constants[name].values for name in node.input if name in self.constants]
        known = [values for values in read if values is not None and all(type(value) is int for value in values)]
        fold = FOLDS.get(node.op_type)
        if fold is None or not known or len(known) < len(read):
            return Constant(())
        made = fold(known, self.attributes(node))
        if made is None or len(made) > _MOST_VALUES or not all(-LARGEST < value < LARGEST for value in made):
            return Constant(())
        return Constant((len(made),), made)

    def _attribute(self, attribute: Any) -> Any:
        if attribute.type == attribute.TENSOR:
            return self._constant(attribute.t)
        kinds = {attribute.INT: "i", attribute.FLOAT: "f", attribute.STRING: "s"}
        if attribute.type in kinds:
            value = getattr(attribute, kinds[attribute.type])
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return tuple(attribute.ints) or tuple(attribute.floats) or None

    def _constant(self, tensor: Any) -> Constant:
        """A tensor's shape, and its numbers where they are few and in the file."""
        dims = tuple(int(size) for size in tensor.dims)
        is_inside = tensor.data_location != tensor.EXTERNAL
        if is_inside and 0 <= prod(dims) <= _MOST_VALUES and min(dims, default=1) >= 0:
            try:
                return Constant(dims, tuple(self._onnx.numpy_helper.to_array(tensor).reshape(-1).tolist()))
            except Exception:  # damaged: its shape is all that is known
                return Constant(dims)
        return Constant(dims)
