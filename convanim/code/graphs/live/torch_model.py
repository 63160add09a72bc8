"""A network from a live model of PyTorch, captured by `torch.export`; the framework is the caller's, never imported."""

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from inspect import Parameter, signature
from io import StringIO
from operator import getitem
from typing import Any

from convanim.code.graphs.live.torch_calls import called
from convanim.code.graphs.live.torch_hooks import hooked
from convanim.code.graphs.live.torch_reader import Reader
from convanim.errors import RequestError
from convanim.layers.channels import split_channels
from convanim.layers.sizes import SizeLike, Sizes, count_axes, per_axis
from convanim.networks.building import network
from convanim.networks.network import Network

_EXAMPLES = {1: "3@1000", 2: "3@224x224", 3: "3@8x64x64"}


def is_torch_model(model: object) -> bool:
    """Whether an object is a module of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def read_torch(model: Any, input_size: SizeLike | Sequence[int] | None) -> Network:
    """The network that a module is in evaluation, for an input such as `3@224x224` or `(3, 224, 224)`.

    It is run on tensors without numbers; where a function that it calls is not known so, `torch.export` is asked, and
    where that fails it is run once on zeros, and its layers are watched.
    Raises RequestError; BrokenNetworkError, with what stands before it, at an operator that it cannot be followed past.
    """
    return capture(model, input_size, is_kept=False).network


@dataclass(frozen=True)
class Captured:
    """A model's network and, where it was exported, its graph with the node of it that makes each map."""

    network: Network
    program: Any = None
    makers: Mapping[str, Any] = field(default_factory=dict)


def capture(model: Any, input_size: SizeLike | Sequence[int] | None, *, is_kept: bool = True) -> Captured:
    """What `read_torch` reads and, if it is to be kept, what it was read from. Raises as that does."""
    _refuse_several_inputs(model)
    shape = _shape(input_size, _dims(model))
    torch = sys.modules["torch"]
    example = torch.zeros(1, *shape, **placed_as(model))
    program, reader = None, None
    with evaluating(model), quiet():
        if not is_kept:
            reader = called(model, example)
        if reader is None:
            program = _exported(model, example)
            reader = None if program is None else _read(program)
        found = hooked(model, example) if reader is None else reader.found
    net = network(f"{shape[0]}@{'x'.join(map(str, shape[1:]))}", found.nodes, dims=len(shape) - 1)
    return Captured(net, program, {} if reader is None else reader.makers)


def _exported(model: Any, example: Any) -> Any:
    """The model's graph, as `torch.export` has it; None where it has none."""
    try:
        return import_module("torch.export").export(model, (example,))
    except Exception:  # whatever in the user's code export does not take
        return None


def placed_as(model: Any) -> dict[str, Any]:
    """The device and kind of numbers that a model has."""
    weights = next(model.parameters(), None)
    return {} if weights is None else {"device": weights.device, "dtype": weights.dtype}


def _refuse_several_inputs(model: Any) -> None:
    """Raise RequestError for a model that must be given more than one input."""
    try:
        parameters = list(signature(model.forward).parameters.values())
    except (TypeError, ValueError):
        return
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    names = [each.name for each in parameters if each.kind in kinds and each.default is Parameter.empty]
    if len(names) > 1:
        rule = f"it reads {len(names)} inputs, {', '.join(names[:4])}, and a network here has one"
        fix = "wrap it in a module that takes the first and makes the others"
        raise RequestError("network", type(model).__name__, rule, fix)


def _dims(model: Any) -> int:
    """How many axes a map has that a module reads, by the names of its layers: the most; two where none says it."""
    kinds = {type(module).__name__[-2:] for module in model.modules()}
    return next((dims for dims in (3, 2, 1) if f"{dims}d" in kinds), 2)


def _shape(input_size: SizeLike | Sequence[int] | None, dims: int) -> Sizes:
    """The shape of the input, channels first; a batch before them counts for nothing.

    Raises RequestError where it does not say them.
    """
    if input_size is None:
        raise RequestError("input_size", None, "missing", f"give it as {_EXAMPLES[dims]}")
    sizes = input_size.tolist() if hasattr(input_size, "tolist") else input_size
    axes = dims + 1
    if isinstance(sizes, list | tuple) and len(sizes) in (axes, axes + 1):
        return per_axis("input_size", tuple(sizes)[-axes:], axes, 1)
    size, channels = split_channels(input_size, None)
    if channels is None:
        fix = f"give them before an @, as in {_EXAMPLES[dims]}"
        raise RequestError("input_size", input_size, "it has no channels", fix)
    several = count_axes({"input_size": size}, None)
    is_line = dims == 1 and several == 2 and len(per_axis("input_size", size, 1, 1)) == 1
    return (channels, *per_axis("input_size", size, 1 if is_line else several, 1))


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """The model in evaluation; afterwards each of its modules is as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def quiet() -> Iterator[None]:
    """Without what the framework says of models that it cannot export."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _read(program: Any) -> Reader:
    """What an exported graph says."""
    reader = Reader()
    kinds = {spec.arg.name: spec for spec in program.graph_signature.input_specs if hasattr(spec.arg, "name")}
    for node in program.graph.nodes:
        if node.op == "placeholder":
            spec = kinds[node.name]
            reader.begin(node, None if spec.kind.name == "USER_INPUT" else str(spec.target))
        elif node.target is getitem:
            reader.part(node, *node.args)
        elif node.op == "call_function":
            schema = getattr(node.target, "_schema", None)
            given = dict(zip((argument.name for argument in schema.arguments), node.args)) if schema else {}
            reader.add(node, str(node.target).removeprefix("aten.").partition(".")[0], given | node.kwargs)
    return reader
