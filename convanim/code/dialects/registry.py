"""Whose code is read: the four frameworks that are written, too, and the dialects beside them."""

from convanim.code import jax, keras, onnx, torch
from convanim.code.dialects import jax_libraries, lax, tensorflow, torch_alikes
from convanim.code.operations.registry import function_dialects, with_functions, with_operations
from convanim.code.signatures import Dialect, Framework
from convanim.errors import RequestError

FRAMEWORKS: dict[str, Framework] = {
    f.name: with_operations(f) for f in (torch.FRAMEWORK, keras.FRAMEWORK, onnx.FRAMEWORK, jax.FRAMEWORK)
}
ONNX_FUNCTIONS = Dialect(  # onnxscript's: inputs in front
    "onnx",
    "ONNX",
    ("op", "ops", "opset", *(f"opset{n}" for n in range(11, 26))),
    FRAMEWORKS["onnx"].forms,
    FRAMEWORKS["onnx"].read,
)
DIALECTS: tuple[Dialect, ...] = (
    *(Dialect(f.name, f.title, f.prefixes, f.forms, f.read, f.name in ("keras", "jax")) for f in FRAMEWORKS.values()),
    with_functions(torch.FUNCTIONAL, "functional"),
    with_functions(tensorflow.NN, "tf.nn"),
    tensorflow.LAYERS,
    ONNX_FUNCTIONS,
    with_functions(lax.DIALECT, "lax"),
    *function_dialects(),
    jax_libraries.NNX,
    jax_libraries.HAIKU,
    jax_libraries.EQUINOX,
    torch_alikes.PADDLE,
    torch_alikes.MLX,
    torch_alikes.GLUON,
)
NAMES = frozenset(name for dialect in DIALECTS for name in dialect.forms)
_ALIASES = {"torch": "pytorch", "tensorflow": "keras", "tf": "keras", "flax": "jax"}


def framework_named(name: object) -> Framework:
    """The framework that a user calls so; raises RequestError."""
    known = name.lower() if isinstance(name, str) else ""
    known = _ALIASES.get(known, known)
    if known not in FRAMEWORKS:
        raise RequestError("framework", name, "not known", f"try {', '.join(FRAMEWORKS)}")
    return FRAMEWORKS[known]
