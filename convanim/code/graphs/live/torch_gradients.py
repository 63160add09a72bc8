"""How strongly a cell of a live model of PyTorch answers to each number of the input: its gradient.

Source of the measure: W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the effective receptive field in deep
convolutional neural networks", NeurIPS (2016): the gradient of a cell's activation, over random inputs.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from convanim.code.graphs.live.torch_model import Captured, evaluating, placed_as, quiet
from convanim.code.graphs.random_inputs import inputs_of
from convanim.errors import RequestError, shown
from convanim.layers.sizes import Cell
from convanim.numbers.maps import Numbers


def torch_gradient(model: Any, captured: Captured, node: str, cell: Cell, images: object = None) -> tuple[Numbers, int]:
    """The mean magnitude of the gradient of a cell, the input's channels first, and over how many inputs it is.

    A cell without a channel is the sum of all channels there. `images` are inputs `(N, channels, height, width)` or one
    without N; left out, they are normally distributed, always the same. Raises RequestError.
    """
    torch = sys.modules["torch"]
    value_of = _asked(model, captured, node)
    total: Any = 0.0
    inputs = inputs_of(captured.network.input_shape, images)
    with evaluating(model), quiet(), torch.enable_grad():
        for image in inputs:
            x = torch.as_tensor(image, **placed_as(model))[None].requires_grad_()
            try:
                made = value_of(x)
                at = made[0][cell] if len(cell) == made.dim() - 1 else made[(0, slice(None), *cell)].sum()
                (gradient,) = torch.autograd.grad(at, x)
            except Exception as error:  # the user's code, or an operator that has no gradient
                rule = f"it has no gradient in the input ({shown(error)})"
                raise RequestError("node", node, rule, "leave out effective") from None
            total = total + gradient[0].abs().double().cpu().numpy()
    return np.asarray(total / len(inputs), dtype=np.float64), len(inputs)


def _asked(model: Any, captured: Captured, node: str) -> Callable[[Any], Any]:
    """A function from an input to what a node makes of it. Raises RequestError for one that is not computed alone."""
    if node in captured.makers:
        return lambda x: _computed(captured.program, captured.makers[node], x)
    modules = dict(model.named_modules())
    if captured.program is None and node in modules:
        return lambda x: _watched(model, modules[node], x)
    known = [name for name in captured.network.by_name if name in (captured.makers or modules)]
    fix = f"try {known[-1]}" if known else "leave out effective"
    raise RequestError("node", node, "it is a part of an operator, whose gradient is not told", fix)


def _computed(program: Any, wanted: Any, x: Any) -> Any:
    """What a node of an exported graph is, computed up to there."""
    map_arg = import_module("torch.fx.node").map_arg
    specs = {spec.arg.name: spec for spec in program.graph_signature.input_specs if hasattr(spec.arg, "name")}
    values: dict[Any, Any] = {}
    for node in program.graph.nodes:
        if node.op == "placeholder":
            target = str(specs[node.name].target)
            kept = program.state_dict.get(target, program.constants.get(target))
            values[node] = x.clone() if specs[node.name].kind.name == "USER_INPUT" else kept
        elif node.op == "get_attr":
            values[node] = getattr(program.graph_module, str(node.target))
        elif node.op == "call_function":
            args, given = map_arg((node.args, node.kwargs), values.__getitem__)
            values[node] = node.target(*args, **given)
        if node is wanted:
            break
    made = values[wanted]
    return made[0] if isinstance(made, tuple | list) else made


def _watched(model: Any, module: Any, x: Any) -> Any:
    """What a layer makes when the model runs, before anything is written into it."""
    found: list[Any] = []
    handle = module.register_forward_hook(lambda module, read, made: found.append(made.clone()))
    try:
        model(x.clone())
    finally:
        handle.remove()
    return found[0]
