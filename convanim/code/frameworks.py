"""Layers as code: from the text that a framework's user wrote to a layer, and back."""

from collections.abc import Mapping
from dataclasses import dataclass

from convanim.code import jax, keras, onnx, torch
from convanim.code.canonical import canonical
from convanim.code.netron import netron_call, table_call
from convanim.code.parsing import Call, parsed_call, refuse_hostile, unassigned
from convanim.code.signatures import Framework, Input, NotExpressibleError, Signature, bound
from convanim.errors import RequestError, either, near, shown
from convanim.layers.channels import split_channels
from convanim.layers.layer import Layer
from convanim.layers.sizes import SizeLike

__all__ = [
    "FRAMEWORKS",
    "Coded",
    "canonical",
    "code_of",
    "code_table",
    "from_code",
    "is_code",
    "layer_of_call",
    "read_code",
    "to_code",
]

FRAMEWORKS: dict[str, Framework] = {
    f.name: f for f in (torch.FRAMEWORK, keras.FRAMEWORK, onnx.FRAMEWORK, jax.FRAMEWORK)
}
_DENSE = ("Linear", "LazyLinear", "Dense", "Gemm")
_ALIASES = {"torch": "pytorch", "tensorflow": "keras", "tf": "keras", "flax": "jax"}
_PASSED_ON = ("input_size", "framework")  # faults that are not in the code


@dataclass(frozen=True)
class Coded:
    """A layer that was read from code, the framework whose code that is, and what is to be said about it."""

    layer: Layer
    framework: str
    notes: tuple[str, ...] = ()


def from_code(
    text: str | Mapping[str, object], input_size: SizeLike | None = None, framework: str | None = None
) -> Layer:
    """The layer that a framework's code makes, such as `nn.Conv2d(3, 8, 3, stride=2, padding=1)`.

    The text is parsed and never evaluated. `framework` is pytorch, keras, onnx or jax; it is needed only where a bare
    name does not say it. ONNX also comes as Netron shows it, or as a dict. The input's size may name its channels,
    `3@7x9`. Raises RequestError for what is no layer, not literal, or not known.
    """
    return read_code(text, input_size, framework).layer


def read_code(
    text: str | Mapping[str, object], input_size: SizeLike | None = None, framework: str | None = None
) -> Coded:
    """The layer that `from_code` gives, with its framework and notes; raises RequestError."""
    wanted = None if framework is None else _framework(framework).name
    if isinstance(text, Mapping):
        return layer_of_call(table_call(text), input_size, "onnx", shown(text.get("op_type", "node")))
    if not isinstance(text, str):
        raise RequestError("code", text, "not text", "give code such as nn.Conv2d(3, 8, 3)")
    refuse_hostile(text)
    is_netron = wanted in (None, "onnx") and ("(" not in text or text.strip().startswith("{"))
    return layer_of_call(netron_call(text) if is_netron else parsed_call(text), input_size, wanted, text)


def layer_of_call(call: Call, input_size: SizeLike | None, framework: str | None, text: str) -> Coded:
    """The layer of a call that was taken apart; `text` is what messages name. Raises RequestError."""
    chosen, form = _chosen(call, framework, text)
    if input_size is None:
        raise RequestError("input_size", None, "missing: code does not say it", "give one such as 7x9")
    if chosen.name == "onnx" and call.positional:
        raise RequestError("code", text, "attributes have names", "write them as in kernel_shape=[3, 3]")
    size, channels = split_channels(input_size, None)
    try:
        given, silent = bound(form, call)
        layer, said = chosen.read(given, Input(size, channels, input_size))
    except RequestError as error:
        raise _located(error, form, text) from None
    notes = (f"not in the picture: {', '.join(silent)}", *said) if silent else said
    return Coded(layer, chosen.name, notes)


def is_code(text: str) -> bool:
    """Whether a text is meant as a framework's code: a call, or an operator of ONNX with attributes."""
    if text.strip().startswith("{"):
        return True
    head = unassigned(text).split("(")[0].split()
    if "(" in text:
        return len(head) == 1 and head[0].split(".")[-1] in {name for f in FRAMEWORKS.values() for name in f.forms}
    return len(text.split()) > 1 and text.split()[0].rstrip(":") in onnx.FRAMEWORK.forms


def to_code(layer: Layer, framework: str) -> str:
    """The layer as code of pytorch, keras, onnx or jax; what `from_code` makes of it has the same canonical form.

    Layers without channels have one in and one out where a framework's code has to say it.
    Raises RequestError, which says why, where the framework has no such layer.
    """
    chosen = _framework(framework)
    if not isinstance(layer, Layer):
        fix = "give one such as Conv(5, 3); from_code and from_module make it of a framework's"
        raise RequestError("layer", type(layer).__name__, "not a layer of convanim's", fix)
    try:
        return _written(chosen, layer)
    except NotExpressibleError as reason:
        raise RequestError("framework", framework, str(reason), _instead(layer)) from None


def code_of(layer: Layer) -> dict[str, str]:
    """For every framework the layer's code, or why there is none: then it starts with `none: `."""
    codes, why = code_table(layer)
    return {name: code if code is not None else f"none: {why[name]}" for name, code in codes.items()}


def code_table(layer: Layer) -> tuple[dict[str, str | None], dict[str, str]]:
    """For every framework the layer's code, None where there is none; and for these the reason."""
    codes: dict[str, str | None] = {}
    why: dict[str, str] = {}
    for framework in FRAMEWORKS.values():
        codes[framework.name] = None
        try:
            codes[framework.name] = _written(framework, layer)
        except NotExpressibleError as reason:
            why[framework.name] = str(reason)
    return codes, why


def _written(framework: Framework, layer: Layer) -> str:
    """The layer as it stands, or else as it is without arguments that change nothing."""
    try:
        return framework.write(layer)
    except NotExpressibleError:
        if canonical(layer) == layer:
            raise
    return framework.write(canonical(layer))


def _instead(layer: Layer) -> str:
    codes, _ = code_table(layer)
    able = [name for name, code in codes.items() if code is not None]
    return f"{' and '.join(able)} can say it" if able else "give the layer's sizes as they are"


def _framework(name: object) -> Framework:
    known = name.lower() if isinstance(name, str) else ""
    known = _ALIASES.get(known, known)
    if known not in FRAMEWORKS:
        raise RequestError("framework", name, "not known", f"try {', '.join(FRAMEWORKS)}")
    return FRAMEWORKS[known]


def _chosen(call: Call, wanted: str | None, text: str) -> tuple[Framework, Signature]:
    """The framework and form that a call means; of several the one that knows its arguments best."""
    able = [f for f in FRAMEWORKS.values() if call.name in f.forms and wanted in (None, f.name)]
    if not able:
        raise RequestError("code", text, f"{shown(call.name)} is no layer that is known", _near(call.name, wanted))
    path = ".".join(call.path)
    found = [framework for framework in able if path in framework.prefixes]
    if not found:
        places = " or ".join(f"{f.title}'s {f.prefixes[0] or 'operators'}" for f in able)
        raise RequestError("code", text, f"{shown(path)} is not where {call.name} stands", f"it is in {places}")

    def unknown(framework: Framework) -> int:
        return sum(name not in framework.forms[call.name].arguments for name in call.keywords)

    if call.positional:
        found.sort(key=lambda framework: framework.name == "onnx")
    best = min(found, key=unknown)
    return best, best.forms[call.name]


def _near(name: str, wanted: str | None) -> str:
    names = [known for f in FRAMEWORKS.values() if wanted in (None, f.name) for known in f.forms]
    if name in _DENSE:
        return "a 1x1 convolution does the same at every place: try nn.Conv2d(IN, OUT, 1)"
    if found := near(name, names):
        return f"try {either(found)}"
    first = {f.title: ", ".join(f.forms) for f in FRAMEWORKS.values() if wanted in (None, f.name)}
    if len(first) == 1:
        return f"known are {next(iter(first.values()))}"
    return "known are the Conv, ConvTranspose, MaxPool and AvgPool layers of PyTorch, Keras, ONNX and Flax"


def _located(error: RequestError, form: Signature, text: str) -> RequestError:
    """An error with the code in front, arguments as its framework spells them."""
    if error.field in (*_PASSED_ON, "code"):
        return error
    theirs = {ours: name for name, ours in form.spelling}
    value = shown(error.value)
    subject = " ".join(part for part in (theirs.get(error.field, error.field), value) if part)
    return RequestError("code", text, f"{subject}: {error.rule}" if subject else error.rule, error.fix)
