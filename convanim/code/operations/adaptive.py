"""Adaptive and global pools: PyTorch's and Keras's; ONNX's global ones."""

from convanim.code.operations.forms import KERAS_SILENT, Forms
from convanim.code.signatures import Given, Input, NotExpressibleError, Signature, spell, written
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import AdaptiveAvgPool, AdaptiveMaxPool, Layer

_DIMS = (1, 2, 3)
_ASK = ("output_size",)
_ONNX_SILENT = ("name", "domain", "X", "Y", "module", "version")


def _forms(op: str, torch: str, functional: str, keras: str, onnx: str) -> dict[str, tuple[Signature, ...]]:
    # Max pools of PyTorch can return where their maxima are.
    more = ("return_indices",) if torch == "Max" else ()
    return {
        "pytorch": tuple(
            Signature(f"Adaptive{torch}Pool{dims}d", op, dims, (*_ASK, *more), _ASK, more) for dims in _DIMS
        ),
        "functional": tuple(
            Signature(
                f"adaptive_{functional}_pool{dims}d",
                op,
                dims,
                ("input", "output_size", *more),
                ("input", *_ASK),
                ("input", *more),
            )
            for dims in _DIMS
        ),
        "keras": (
            *(
                Signature(
                    f"Adaptive{keras}Pooling{dims}D", op, dims, ("output_size", *KERAS_SILENT), _ASK, KERAS_SILENT
                )
                for dims in _DIMS
            ),
            *(
                Signature(name, op, dims, ("data_format", "keepdims", *KERAS_SILENT[1:]), (), KERAS_SILENT)
                for dims in _DIMS
                for name in (f"Global{keras}Pooling{dims}D", f"Global{torch}Pool{dims}D")
            ),
        ),
        "onnx": (Signature(f"Global{onnx}Pool", op, None, _ONNX_SILENT, (), _ONNX_SILENT),),
    }


def _read(given: Given, source: Input) -> tuple[Layer, tuple[str, ...]]:
    """The pool of a call; raises RequestError."""
    make = AdaptiveMaxPool if given.form.op == AdaptiveMaxPool.op else AdaptiveAvgPool
    if given.form.name.startswith("Global"):
        flat = given.form.dims is not None and not given.flag("keepdims")
        said = ("the output is one number a channel, without its axes, since keepdims is off",) if flat else ()
        return make(source.size, 1, source.channels, dims=given.form.dims), said
    return make(source.size, _output_size(given), source.channels, dims=given.form.dims), ()


def _output_size(given: Given) -> int | tuple[int | None, ...]:
    """What is asked for; None, of two axes or three of PyTorch alone, is as large as the input."""
    value = given.get("output_size")
    if not is_sequence(value):
        return given.sizes("output_size")
    assert isinstance(value, tuple)
    found: list[int | None] = []
    has_gaps = given.form.dims != 1 and not given.form.name.endswith("D")
    for entry in value:
        if entry is None and not has_gaps:
            raise RequestError("output_size", repr(value), "None is no size here", "give it in whole numbers")
        if entry is not None and (not isinstance(entry, int) or isinstance(entry, bool)):
            raise RequestError("output_size", repr(value), "not whole numbers or None", "give one, or one per axis")
        found.append(entry)
    return tuple(found)


def _write(layer: Layer, framework: str) -> str:
    assert isinstance(layer, AdaptiveMaxPool | AdaptiveAvgPool)
    dims, is_max = len(layer.input_size), isinstance(layer, AdaptiveMaxPool)
    is_global = set(layer.output_size) == {1}
    if framework == "pytorch":
        return written(f"nn.Adaptive{'Max' if is_max else 'Avg'}Pool{dims}d", spell(layer.output_size))
    if framework == "keras":
        return written(f"keras.layers.Adaptive{'Max' if is_max else 'Average'}Pooling{dims}D", spell(layer.output_size))
    if framework == "onnx" and is_global and dims > 1:  # a size of one axis would be read as two
        return f"Global{'Max' if is_max else 'Average'}Pool()"
    title = {"onnx": "ONNX", "jax": "Flax"}[framework]
    raise NotExpressibleError(f"{title} has no adaptive pool, and these windows are not alike")


MAX = Forms(_forms("adaptive-max-pool", "Max", "max", "Max", "Max"), _read, _write)
AVG = Forms(_forms("adaptive-avg-pool", "Avg", "avg", "Average", "Average"), _read, _write)
