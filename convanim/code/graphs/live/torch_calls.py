"""A model of PyTorch run once on tensors without numbers, each function that it calls watched.

It takes a small part of the time that `torch.export` does, and finds the same nodes: tests compare them. Whatever is
not known here to be just what export sees gives nothing at all, so that export is asked.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from convanim.code.graphs.live.torch_reader import Reader
from convanim.errors import RequestError

Form: TypeAlias = Callable[[Sequence[Any], dict[str, Any]], dict[str, Any] | None]


class _UnknownError(Exception):
    """A call that is not known here."""


@dataclass(frozen=True, eq=False)
class _Value:
    """A tensor of the run: the input, a parameter, or what a call makes."""

    meta: dict[str, Any]


def called(model: Any, example: Any) -> Reader | None:
    """The calls of a model in evaluation; None where one is not known, or the model cannot be run so.

    Raises RequestError for a model of too many calls.
    """
    handles: list[Any] = []
    try:
        if _is_shared(model):
            return None
        tensors = (*model.named_parameters(), *model.named_buffers())
        watched = _Watched(example.to("meta"), {name: tensor.to("meta") for name, tensor in tensors})
        for path, module in model.named_modules():
            handles += [
                module.register_forward_pre_hook(lambda module, _, path=path: watched.enter(path, type(module))),
                module.register_forward_hook(lambda module, _, made, path=path: watched.leave(path)),
            ]
        with sys.modules["torch"].no_grad(), _mode(watched):
            output = import_module("torch.func").functional_call(model, watched.blank, (watched.example,))
        return watched.reader if watched.is_all(output) else None
    except RequestError:
        raise
    except Exception:  # whatever in the user's code looks at numbers, and what is unknown
        return None
    finally:
        for handle in handles:
            handle.remove()


def _is_shared(model: Any) -> bool:
    """Whether a parameter, a buffer or a module has several names, of which export may choose another."""
    for every in (model.named_parameters, model.named_buffers, model.named_modules):
        if len(list(every())) < len(list(every(remove_duplicate=False))):
            return True
    return type(model).__module__.startswith("torch._dynamo")


def _mode(watched: "_Watched") -> Any:
    """What hands all calls of PyTorch's functions to `watched`; its class is one of the caller's PyTorch."""
    base = import_module("torch.overrides").TorchFunctionMode

    def handed(self: Any, function: Any, types: Any, args: Any = (), given: Any = None) -> Any:
        return watched.call(function, args, given or {})

    return type("Watching", (base,), {"__torch_function__": handed})()


class _Watched:
    """What is seen of a run."""

    def __init__(self, example: Any, blank: dict[str, Any]) -> None:
        self.example, self.blank = example, blank
        self.reader = Reader()
        self._running: list[tuple[str, type]] = []  # modules, each in the one before
        self._tensor: Any = type(example)
        self._values: dict[tuple[int, int], _Value] = {}
        self._kept: list[Any] = []  # as long as a tensor is kept no other has its id
        self._unread: set[_Value] = set()
        self.reader.begin(self._new(example))
        for name, tensor in blank.items():
            self.reader.begin(self._new(tensor), name)
        self._unread.clear()

    def enter(self, path: str, kind: type) -> None:
        """A module begins to run."""
        self._running.append((path, kind))

    def leave(self, path: str) -> None:
        """A module has run; those in it that failed have not said so."""
        while self._running.pop()[0] != path:
            pass

    def call(self, function: Any, args: Sequence[Any], given: dict[str, Any]) -> Any:
        """Run a function, and take it as a call. Raises _UnknownError for one that is not known."""
        name = getattr(function, "__name__", "")
        if name in _LOOKED or function in (self._tensor.shape.__get__, self._tensor.ndim.__get__):
            return function(*args, **given)
        name = _OPERATORS.get(name, name)
        form = _FORMS.get(name.removesuffix("_"))
        said = form and form(args, given)
        if said is None:
            raise _UnknownError
        values = self._replaced(said)  # before it is run, for it may write into what it reads
        made = function(*args, **given)
        if "output_size" in values:  # which may be left open
            values["output_size"] = list(made.shape[2:])
        call = _Value({"val": made, "nn_module_stack": dict(enumerate(self._running))})
        self.reader.add(call, name, values)
        if isinstance(made, tuple | list):
            for at, part in enumerate(made):
                self.reader.part(self._new(part), call, at)
        else:
            self._new(made, call)
        return made

    def is_all(self, output: Any) -> bool:
        """Whether the output is of what was made, and all that was made is in it."""
        self._replaced(output)
        return not self._unread

    def _new(self, tensor: Any, value: _Value | None = None) -> _Value:
        """The value that a tensor is until something is written into it."""
        value = value or _Value({"val": tensor})
        self._values[id(tensor), tensor._version] = value
        self._kept.append(tensor)
        self._unread.add(value)
        return value

    def _replaced(self, argument: Any) -> Any:
        """Arguments with their values for tensors, which are read now. Raises _UnknownError for one made elsewhere."""
        if isinstance(argument, dict):
            return {name: self._replaced(each) for name, each in argument.items()}
        if isinstance(argument, list | tuple):
            return [self._replaced(each) for each in argument]
        if not isinstance(argument, self._tensor):
            return argument
        value = self._values.get((id(argument), argument._version))
        if value is None:
            raise _UnknownError
        self._unread.discard(value)
        return value


def _named(*names: str) -> Form:
    """Arguments by these names in their order; more of them, or others, are not known."""

    def form(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
        said = dict(zip(names, args)) | given
        is_known = len(args) <= len(names) and said.keys() <= set(names)
        return {name: said[name] for name in names if name in said} if is_known else None

    return form


def _alone(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    """What is read; of what keeps its shape nothing else counts."""
    return None if "out" in given else {"input": args[0] if args else given["input"]}


def _normed(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    """A batch norm, whose parameters come first in ATen's order."""
    said = _named("input", "running_mean", "running_var", *_PARAMETERS, "training", "momentum", "eps")(args, given)
    return said and dict(sorted(said.items(), key=lambda entry: entry[0].startswith("running")))


def _softmaxed(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    said = _named("input", "dim", "_stacklevel", "dtype")(args, given)
    return {"input": said["input"], "dim": said["dim"]} if said and isinstance(said.get("dim"), int) else None


def _maximal(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    said = _named(*_POOL, "dilation", "ceil_mode", "return_indices")(args, given)
    return None if said is None or said.pop("return_indices", False) else said


def _meant(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    said = _named("input", "dim", "keepdim")(args, given)
    return said if said and isinstance(said.get("dim"), list | tuple) else None


def _viewed(args: Sequence[Any], given: dict[str, Any]) -> dict[str, Any] | None:
    x, *said = args
    sizes = list(said[0]) if len(said) == 1 and isinstance(said[0], list | tuple) else said
    return None if given or not all(type(size) is int for size in sizes) else {"input": x, "size": sizes}


_PARAMETERS = ("weight", "bias")
_SLIDING = ("stride", "padding", "dilation", "groups")
_POOL = ("input", "kernel_size", "stride", "padding")
_POINTWISE = (
    *("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "silu", "gelu", "hardswish", "hardsigmoid", "mish", "softsign"),
    *("elu", "selu", "celu", "dropout", "feature_dropout", "alpha_dropout"),
)
_LOOKED = ("dim", "size")
_OPERATORS = {"__add__": "add", "__radd__": "add", "__iadd__": "add_", "__mul__": "mul", "__rmul__": "mul"}
_OPERATORS |= {"__imul__": "mul_"}
# By the functions' names, what gives their arguments by ATen's.
_FORMS: dict[str, Form] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _named("input", *_PARAMETERS, *_SLIDING)),
    **dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
        _named("input", *_PARAMETERS, "stride", "padding", "output_padding", "groups", "dilation"),
    ),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _maximal),
    **dict.fromkeys(("avg_pool2d", "avg_pool3d"), _named(*_POOL, "ceil_mode", "count_include_pad", "divisor_override")),
    **dict.fromkeys(
        ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"), _named("input", "output_size")
    ),
    **dict.fromkeys((*_POINTWISE, "contiguous", "detach", "clone"), _alone),
    "hardtanh": _named("input", "min_val", "max_val", "inplace"),
    "batch_norm": _normed,
    "layer_norm": _named("input", "normalized_shape", *_PARAMETERS, "eps"),
    "group_norm": _named("input", "num_groups", *_PARAMETERS, "eps"),
    **dict.fromkeys(("softmax", "log_softmax"), _softmaxed),
    "linear": _named("input", *_PARAMETERS),
    **dict.fromkeys(("cat", "concat"), _named("tensors", "dim")),
    "add": _named("input", "other"),
    "mul": _named("input", "other"),
    "mean": _meant,
    "flatten": _named("input", "start_dim", "end_dim"),
    "view": _viewed,
    "chunk": _named("input", "chunks", "dim"),
    "pixel_shuffle": _named("input", "upscale_factor"),
    "pixel_unshuffle": _named("input", "downscale_factor"),
}
