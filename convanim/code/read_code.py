"""From the text that a framework's user wrote to a layer: the one reader of code."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from convanim.code import onnx
from convanim.code.dialects.registry import DIALECTS, FRAMEWORKS, NAMES, ONNX_FUNCTIONS, framework_named
from convanim.code.shapes_in_code import size_in_code
from convanim.code.signatures import Asked, Dialect, Given, Input, Signature, as_sizes, bound
from convanim.code.text.graph_text import filters_in, graph_call, is_graph_text, node_call, without_inputs
from convanim.code.text.netron import netron_call, netron_text, table_call
from convanim.code.text.parsing import Call, refuse_hostile
from convanim.code.text.pasted import looks_like_code, pasted_call
from convanim.errors import RequestError, either, near, shown
from convanim.layers.channels import split_channels
from convanim.layers.layer import Layer
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import SizeLike, axes_in_words, count_axes, per_axis
from convanim.networks.chain import Chain

_DENSE = ("Linear", "LazyLinear", "Dense", "Gemm")
_PASSED_ON = ("input_size", "framework")  # faults that are not in the code
_NOTHING = Asked()


@dataclass(frozen=True)
class Coded:
    """What was read from code: the layer, or the chain that it is, the framework, and what is to be said about it.

    `framework` is one of those that are written, too: where the code is of another, the one that comes nearest.
    """

    figure: Layer | Chain
    framework: str
    notes: tuple[str, ...] = ()

    @property
    def layer(self) -> Layer:
        """The layer. Raises RequestError where the code is several, as SeparableConv2D is."""
        if isinstance(self.figure, Chain):
            rule = f"it is {len(self.figure.stages)} layers after one another"
            raise RequestError("code", None, rule, "draw it as it is, or give one of them")
        return self.figure


def from_code(
    text: str | Mapping[str, object],
    input_size: SizeLike | None = None,
    framework: str | None = None,
    *,
    kernel_size: SizeLike | None = None,
    out_channels: int | None = None,
    output_size: SizeLike | None = None,
) -> Layer | Chain:
    """The layer that a framework's code makes, such as `nn.Conv2d(3, 8, 3, stride=2, padding=1)`.

    The text is parsed and never evaluated. `framework` is pytorch, keras, onnx or jax; it is needed only where a bare
    name does not say it. ONNX also comes as Netron shows it, or as a dict. The input's size may name its channels,
    `3@7x9`. `kernel_size` and `out_channels` are what a function such as `F.conv2d(x, w)` leaves to its weight;
    `output_size` is what a transposed convolution is to make. A SeparableConv is the chain of its two layers.
    Raises RequestError for what is no layer, not literal, or not known.
    """
    return read_code(text, input_size, framework, Asked(kernel_size, out_channels, output_size)).figure


def read_code(
    text: str | Mapping[str, object],
    input_size: SizeLike | None = None,
    framework: str | None = None,
    asked: Asked = _NOTHING,
) -> Coded:
    """The figure that `from_code` gives, with its framework and notes; raises RequestError."""
    wanted = None if framework is None else framework_named(framework).name
    if isinstance(text, Mapping):
        return layer_of_call(table_call(text), input_size, "onnx", shown(text.get("op_type", "node")), asked)
    if not isinstance(text, str):
        raise RequestError("code", text, "not text", "give code such as nn.Conv2d(3, 8, 3)")
    text = netron_text(text)
    refuse_hostile(text)
    if wanted in (None, "onnx") and is_graph_text(text):
        call, made = graph_call(text), filters_in(text)
        if made and asked.out_channels is None and "W" not in call.keywords:
            asked = replace(asked, out_channels=made)
        return layer_of_call(call, input_size, "onnx", text, asked)
    is_netron = wanted in (None, "onnx") and ("(" not in text or text.strip().startswith("{"))
    call = netron_call(text) if is_netron else pasted_call(text, NAMES)
    if call.name == "make_node":
        return layer_of_call(node_call(text, call), input_size, "onnx", text, asked)
    return layer_of_call(call, input_size, wanted, text, asked)


def layer_of_call(
    call: Call, input_size: SizeLike | None, framework: str | None, text: str, asked: Asked = _NOTHING
) -> Coded:
    """The layer of a call that was taken apart; `text` is what messages name. Raises RequestError."""
    chosen, form = _chosen(call, framework, text)
    if chosen.framework == "onnx":
        call = without_inputs(call, form.arguments) if chosen is ONNX_FUNCTIONS else call
        if call.positional:
            raise RequestError("code", text, "attributes have names", "write them as in kernel_shape=[3, 3]")
    try:
        said_size, size_notes = size_in_code(call, chosen, form, input_size)
    except RequestError as error:
        raise _located(error, form, text) from None
    if said_size is None:
        raise RequestError("input_size", None, "missing", "the code does not say it: give {input_size}, such as 7x9")
    size, channels = split_channels(said_size, None)
    size = size if asked.dims is None else _of_axes(size, form, asked.dims)
    try:
        given, silent = bound(form, call)
    except RequestError as error:
        raise _located(error, form, text) from None
    given = _with_asked(given, call, asked)
    try:
        figure, said = chosen.read(given, Input(size, channels, said_size))
    except RequestError as error:
        raise _located(error, form, text) from None
    hidden = (*silent, *call.beside)
    notes = (f"not in the picture: {', '.join(dict.fromkeys(hidden))}", *said) if hidden else said
    return Coded(figure, chosen.framework, (*size_notes, *notes))


def _of_axes(size: SizeLike, form: Signature, dims: int) -> SizeLike:
    """An input's size, a number for each of so many axes; raises RequestError for a layer of others."""
    count_axes({"input_size": size}, dims)
    if form.dims not in (None, dims):
        rule = f"that is {axes_in_words(dims)}, and {form.name} is for {axes_in_words(form.dims)}"
        fix = "give a layer of as many axes" + (", or {dims} 1 where the input has one" if form.dims == 1 else "")
        raise RequestError("input_size", size, rule, fix)
    return per_axis("input_size", size, dims, 1)


def _with_asked(given: Given, call: Call, asked: Asked) -> Given:
    """A call's arguments with what is said beside the code. Raises RequestError for what is missing or said twice."""
    form = given.form
    theirs = next(
        (name for name, ours in form.spelling if ours == "kernel_size" and name in form.arguments), "kernel_size"
    )
    values = dict(given.values)
    is_open = form.weight or (
        form.name in onnx.FRAMEWORK.forms and "kernel_shape" in form.arguments and "W" not in given
    )
    if asked.kernel_size is not None:
        is_said = theirs in given or "kernel_size" in given or not is_open
        if is_said and not asked.is_shared:
            raise RequestError("kernel_size", asked.kernel_size, "the code says it", "leave it out")
        if not is_said:
            values[theirs] = as_sizes("kernel_size", asked.kernel_size)
        if theirs == "kernel_shape" and isinstance(values.get(theirs), int):
            values[theirs] = (values[theirs],) * 2
    elif form.weight and theirs not in given and "kernel_size" not in given:
        rule = f"missing: {form.name} has it of its {form.weight}, whose shape the code does not say"
        raise RequestError("kernel_size", None, rule, "give {kernel_size}, such as 3x3")
    if asked.out_channels is not None:
        if not OPERATIONS[form.op].has_weights:
            rule = "a layer without weights makes as many as come in"
            raise RequestError("out_channels", asked.out_channels, rule, "leave it out")
        values["asked_out"] = asked.out_channels
    options = {name: value for name, value in call.options.items() if name in ("output_size", "output_shape")}
    if asked.output_size is not None:
        values["output_size"] = as_sizes("output_size", asked.output_size)
    elif options and options != {"output_size": None}:
        values["output_size"] = next(iter(options.values()))
    is_asked = "output_size" in values and values["output_size"] != given.values.get("output_size")
    if is_asked and form.op != "conv-transpose":
        fix = "leave it out"
        raise RequestError(
            "output_size", values["output_size"], "a transposed convolution alone can be asked for it", fix
        )
    return Given(form, values, given.names)


def is_code(text: str) -> bool:
    """Whether a text is meant as a framework's code: a call, or an operator of ONNX with attributes."""
    return looks_like_code(text, NAMES, frozenset(FRAMEWORKS["onnx"].forms))


def _chosen(call: Call, wanted: str | None, text: str) -> tuple[Dialect, Signature]:
    """The dialect and form that a call means; of several the one that knows its arguments best."""
    able = [
        dialect
        for dialect in DIALECTS
        if call.name in dialect.forms and wanted in (None, dialect.framework if dialect.is_its else None)
    ]
    if not able:
        raise RequestError("code", text, f"{shown(call.name)} is no layer that is known", _near(call.name, wanted))
    path = ".".join(call.path)
    found = [dialect for dialect in able if path in dialect.prefixes]
    if not found:
        known = able[:4] if path else [dialect for dialect in able if dialect.prefixes[0]]
        places = either([f"{d.title}'s {d.prefixes[0] or 'operators'}" for d in known])
        rule = f"{shown(path)} is not where {call.name} stands" if path else f"{call.name} does not stand alone"
        raise RequestError("code", text, rule, f"it is in {places}")

    def unfit(dialect: Dialect) -> tuple[int, bool]:
        form = dialect.forms[call.name]
        unknown = sum(name not in form.arguments for name in call.keywords)
        twice = sum(name in call.keywords for name in form.arguments[: len(call.positional)])
        return unknown + twice, len(call.positional) > len(form.arguments)

    if call.positional:
        found.sort(key=lambda dialect: dialect.framework == "onnx")
    best = min(found, key=unfit)
    return best, best.forms[call.name]


def _near(name: str, wanted: str | None) -> str:
    names = [known for f in FRAMEWORKS.values() if wanted in (None, f.name) for known in f.forms]
    if name in _DENSE:
        return "a 1x1 convolution does the same at every place: try nn.Conv2d(IN, OUT, 1)"
    if found := near(name, dict.fromkeys(names)):
        return f"try {either(found)}"
    first = {f.title: ", ".join(f.forms) for f in FRAMEWORKS.values() if wanted in (None, f.name)}
    if len(first) == 1:
        return f"known are {next(iter(first.values()))}"
    return "known are convolutions, transposed ones and pools of PyTorch, Keras, ONNX and Flax"


def _located(error: RequestError, form: Signature, text: str) -> RequestError:
    """An error with the code in front, arguments as its framework spells them."""
    if error.field in (*_PASSED_ON, "code"):
        return error
    theirs = {ours: name for name, ours in form.spelling}
    value = shown(error.value)
    subject = " ".join(part for part in (theirs.get(error.field, error.field), value) if part)
    return RequestError("code", text, f"{subject}: {error.rule}" if subject else error.rule, error.fix)
