"""A network from whatever says it, for users of Python."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from convanim.code.graphs.live.keras_model import is_keras_model, read_keras
from convanim.code.graphs.live.torch_model import is_torch_model, read_torch
from convanim.code.graphs.read_network import read_network
from convanim.errors import RequestError
from convanim.layers.sizes import SizeLike
from convanim.networks import building
from convanim.networks.building import Asked, OperationLike
from convanim.networks.chain import Chain
from convanim.networks.network import INPUT, Network

if TYPE_CHECKING:
    from os import PathLike

Nodes: TypeAlias = Mapping[str, "OperationLike | tuple[OperationLike | str, ...]"]


def network(
    figure: "str | PathLike[str] | Chain | Nodes | object", input_size: SizeLike | Sequence[int] | None = None
) -> Network:
    """The network that a text, a file, a chain, a live model of PyTorch or Keras, or a table of nodes is.

    A text or a path is read as `convanim network` does, and nothing of it is run. A table names its nodes:
    `{"a": "conv 1x1 64", "b": ("conv 3x3 64 p1", "input"), "sum": ("add", "a", "b")}`; one that does not say what it
    reads reads the node before it, the first one the input. `input_size` is such as `3@224x224`.
    Raises RequestError; BrokenNetworkError, whose `before` is the network up to there, at a layer that does not fit or
    that a model cannot be followed past.
    """
    if isinstance(figure, Network):
        return figure
    if isinstance(figure, Chain):
        return building.network_of(figure)
    size: SizeLike | None = spelled_input(input_size)
    if is_keras_model(figure):  # asked first: over PyTorch it is a module, too
        return read_keras(figure, size)
    if is_torch_model(figure):
        return read_torch(figure, input_size)
    if isinstance(figure, Mapping):
        if size is None:
            raise RequestError("input_size", None, "missing", "give it as 3@224x224")
        return building.network(size, _asked(figure))
    text = figure.__fspath__() if hasattr(figure, "__fspath__") else figure
    if not isinstance(text, str):
        fix = "give a text, a path, a torch.nn.Module, a Keras model or a table of nodes"
        raise RequestError("network", type(figure).__name__, "not a network", fix)
    return read_network(text, size).network


def spelled_input(input_size: SizeLike | Sequence[int] | None) -> SizeLike | None:
    """The input's size; three numbers are channels, height and width."""
    if isinstance(input_size, tuple | list) and len(input_size) == 3:
        return f"{input_size[0]}@{input_size[1]}x{input_size[2]}"
    return input_size


def _asked(nodes: Nodes) -> list[Asked]:
    """The nodes of a table."""
    found: list[Asked] = []
    before = INPUT
    for name, said in nodes.items():
        what, *inputs = said if isinstance(said, tuple) else (said,)
        found.append(Asked(name, what, tuple(map(str, inputs)) or (before,)))
        before = name
    return found
