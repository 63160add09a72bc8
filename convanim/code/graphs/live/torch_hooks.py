"""A model of PyTorch that cannot be exported: run once on zeros, each of its layers watched."""

import ast
import sys
from typing import Any

from convanim.code.frameworks import FRAMEWORKS
from convanim.code.graphs import steps
from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.leaves import leaf_of, leaf_parts
from convanim.code.text.literals import path_of
from convanim.errors import RequestError, shown
from convanim.networks.building import OperationLike
from convanim.networks.network import INPUT


def hooked(model: Any, example: Any) -> Gathered:
    """The layers that are called, in their order. What is computed between them is not seen.

    A layer that reads what was computed between layers is one that the network cannot be followed past.
    """
    watched = _Watched(example)
    found = watched.found
    handles = []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles += [
                module.register_forward_pre_hook(lambda module, inputs: watched.begin(inputs)),
                module.register_forward_hook(lambda module, _, output, name=name: watched.end(module, output, name)),
            ]
    try:
        with sys.modules["torch"].no_grad():
            model(example)
    except Exception as error:  # the user's code, on an input that it may not take
        if not found.nodes:
            rule = f"it cannot be run on this input ({shown(error)})"
            raise RequestError("network", type(model).__name__, rule, "check input_size") from None
        what = f"what comes behind {found.nodes[-1].name} ({shown(error)})"
        found.add(steps.refusing(what), (found.nodes[-1].name,), name="the rest")
    finally:
        for handle in handles:
            handle.remove()
    return found


class _Watched:
    """What is seen of a run: which layer made which tensor."""

    def __init__(self, example: Any) -> None:
        self.found = Gathered()
        self._made = {_identity(example): INPUT}
        self._kept = [example]  # as long as a tensor is kept no other has its id
        self._last = INPUT
        self._source: str | None = None

    def begin(self, inputs: tuple[Any, ...]) -> None:
        """A layer is called: who made what it reads is found before it may write into it."""
        self._source = self._made.get(_identity(inputs[0])) if inputs else None
        if self._source is None and _is_flattened(inputs, self._kept[-1]):
            self._source = self.found.add(steps.flattening, (self._last,), "flatten")

    def end(self, module: Any, output: Any, name: str) -> None:
        """A layer has made its output."""
        source = self._source
        if source is None:
            what = steps.refusing("what is computed between layers")
            source = self.found.add(what, (self._last,), name=name)
        else:
            parts = _parts(module)
            for number, (base, what, has_bias) in enumerate(parts, start=1):
                if (
                    number == len(parts) and hasattr(output, "shape") and base != "unfold"
                ):  # whose columns are places here
                    what = steps.making(what, tuple(output.shape), type(module).__name__)
                source = self.found.add(what, (source,), base, name if number == 1 else "", has_bias=has_bias)
        if hasattr(output, "_version"):
            self._made[_identity(output)] = source
            self._kept.append(output)
            self._last = source


def _identity(tensor: Any) -> tuple[int, int]:
    """What tells a tensor from others, and from itself after something was written into it."""
    return id(tensor), tensor._version


def _is_flattened(inputs: tuple[Any, ...], before: Any) -> bool:
    """Whether what a layer reads is as many numbers as the map before it, as vectors."""
    return bool(inputs) and inputs[0].dim() == 2 and before.dim() > 2 and inputs[0].numel() == before.numel()


def _parts(module: Any) -> list[tuple[str, OperationLike, bool]]:
    """What a layer is, by how it is printed, and by its attributes where those are arguments that are not printed."""
    kind = type(module).__name__
    if not type(module).__module__.startswith("torch.nn"):
        return [(kind.lower(), steps.refusing(kind), True)]
    try:
        call = ast.parse(f"{kind}({module.extra_repr()})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [(kind.lower(), steps.refusing(kind), True)]
    assert isinstance(call, ast.Call)
    if form := FRAMEWORKS["pytorch"].forms.get(kind):
        said = {keyword.arg for keyword in call.keywords} | {*form.arguments[: len(call.args)], *form.silent}
        call.keywords += [
            ast.keyword(name, ast.parse(repr(value), mode="eval").body)
            for name in form.arguments
            if name not in said and isinstance(value := getattr(module, name, None), bool | int | float | str | tuple)
        ]
    try:
        return leaf_parts(leaf_of(call, path_of(call.func)))
    except RequestError:
        return [(kind.lower(), steps.refusing(kind), True)]
