"""A network from a live model of Keras, by its layers and how they are connected; the framework is never imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from convanim.code.frameworks import FRAMEWORKS
from convanim.code.graphs import steps
from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.leaves import Leaf, leaf_parts
from convanim.errors import RequestError
from convanim.layers.channels import split_channels
from convanim.layers.sizes import SizeLike
from convanim.networks.building import OperationLike, network
from convanim.networks.network import INPUT, Network

_PACKAGES = ("keras", "tensorflow", "tf_keras")
_INPUTS = ("InputLayer",)


def is_keras_model(model: object) -> bool:
    """Whether an object is a model of Keras."""
    return any(
        kind.__module__.partition(".")[0] in _PACKAGES and kind.__name__ in ("Model", "Sequential", "Functional")
        for kind in type(model).__mro__
    )


def read_keras(model: Any, input_size: SizeLike | None = None) -> Network:
    """The network of a Sequential or functional model, for its own input's size unless `input_size` says another.

    Raises RequestError for a model that is neither; BrokenNetworkError, with what stands before it, at a layer that is
    not known.
    """
    return layered(model, input_size).network


@dataclass(frozen=True)
class Made:
    """The layer of a Keras model that makes a map; `is_bare` where it does so without its activation."""

    layer: str
    is_bare: bool = False


@dataclass(frozen=True)
class LayeredNetwork:
    """A Keras model's network, and for the nodes of it that a layer makes which one does."""

    network: Network
    makers: Mapping[str, Made]


def layered(model: Any, input_size: SizeLike | None = None) -> LayeredNetwork:
    """What `read_keras` reads, and what it was read from. Raises as that does."""
    try:
        layers = model.get_config()["layers"]
        shape = model.input_shape if input_size is None else None
        shape = shape[0] if isinstance(shape, list) and shape else shape  # of several inputs the first
    except Exception:  # whatever a subclass does
        rule = "it does not tell its layers: it is neither Sequential nor functional"
        raise RequestError("network", type(model).__name__, rule, "give one of those") from None
    if shape is not None:
        if not isinstance(shape, tuple) or len(shape) not in (3, 4, 5) or None in shape[1:]:
            raise RequestError("input_size", None, "missing", "the model leaves it open: give it as 3@224x224")
        input_size = f"{shape[-1]}@{'x'.join(map(str, shape[1:-1]))}"
    assert input_size is not None
    if any(entry["config"].get("data_format") == "channels_first" for entry in layers):
        rule = "its maps have their channels first, and models of Keras are read with them last"
        raise RequestError("network", type(model).__name__, rule, "make it with data_format='channels_last'")
    found = Gathered()
    makers: dict[str, Made] = {}
    made: dict[str, str] = {}
    others: dict[str, str] = {}  # what is made of other inputs than the first, and of which
    before = INPUT
    for entry in layers:
        kind, config = str(entry["class_name"]), entry["config"]
        name = str(entry.get("name") or config.get("name") or kind)
        if kind in _INPUTS:
            if INPUT in made.values():
                others[name] = name
            else:
                made[name] = INPUT
            continue
        sources = list(_sources(entry.get("inbound_nodes")))
        inputs = tuple(made[source] for source in sources if source in made)
        if other := next((others[source] for source in sources if source in others), ""):
            others[name] = other
            if inputs:  # what reads the other input alone is no part of the network
                found.add(steps.refusing(f"what it reads of another input, {other}"), inputs, kind, name)
            continue
        inputs = inputs or (before,)
        nodes = _added(found, kind, config, name, inputs)
        before = made[name] = nodes[-1]
        makers |= {nodes[0]: Made(name, is_bare=True), nodes[-1]: Made(name)}
    bare, channels = split_channels(input_size, None)
    return LayeredNetwork(network(bare, found.nodes, in_channels=channels), makers)


def _added(found: Gathered, kind: str, config: Mapping[str, Any], name: str, inputs: tuple[str, ...]) -> list[str]:
    """Add a layer; returns the names of its nodes, that of its activation, if it has one, behind its own."""
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
    form = FRAMEWORKS["keras"].forms.get(kind)
    parts: list[tuple[str, OperationLike, bool]]
    try:
        if form is None:
            parts = leaf_parts(Leaf(kind, (), given, f"keras.layers.{kind}()"))
        else:
            said = {key: given[key] for key in form.arguments if key in given and key not in form.silent}
            said = {key: value for key, value in said.items() if isinstance(value, int | float | str | tuple)}
            written = ", ".join(f"{key}={value!r}" for key, value in said.items())
            parts = leaf_parts(Leaf(kind, (), given, f"keras.layers.{kind}({written})"))
    except RequestError:
        parts = [(kind, steps.refusing(kind), True)]
    nodes: list[str] = []
    for base, what, has_bias in parts:
        own = f"{name}.{base}" if nodes else name
        nodes.append(found.add(what, (nodes[-1],) if nodes else inputs, base, own, has_bias=has_bias))
    return nodes


def _sources(nodes: Any) -> Iterator[str]:
    """The names of the layers that a layer reads, as either generation of Keras writes them."""
    if isinstance(nodes, Mapping):
        history = nodes.get("keras_history") or nodes.get("config", {}).get("keras_history")
        if history:
            yield str(history[0])
            return
        yield from _sources(nodes.get("args"))
    elif isinstance(nodes, list | tuple):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and all(isinstance(n, int) for n in nodes[1:3]):
            yield str(nodes[0])
            return
        for node in nodes:
            yield from _sources(node)
