"""Nodes of ONNX as graph printers and helpers write them: `%9 = Conv[…](…)`, `make_node(…)`, protobuf's text."""

import ast
import re
from collections.abc import Container, Mapping
from dataclasses import replace

from convanim.code.text.literals import literal
from convanim.code.text.parsing import Call, Literal, Name, parsed_module, refuse_hostile, wrong

# `%9 = Conv[`, `%9 : Float(1, 3, strides=[3, 1]) = onnx::Conv[`, `y = Conv <`
_HEAD = re.compile(r"(?:\A|=)\s*(?:onnx::)?([A-Z]\w{0,40})\s*([\[<])")
_MADE = re.compile(r"\s*%[\w.:/]{1,99}\s*:\s*(?:Float|Half|Double)\(\d+, (\d{1,9}), \d")  # its output's type
_NAMED = re.compile(r"\s*(?:%|[\w.]{1,60}\s*=\s*[A-Z]\w*\s*<|(?!In \[)(?:onnx::)?[A-Z]\w*\s*[\[<])")
_TYPED = re.compile(r"(\w)\s*:\s*(?:ints?|floats?|strings?)\s*=")
_FIELD = re.compile(r'\s*(\w{1,40})\s*(?::\s*("(?:[^"\\]|\\.){0,200}"|[\w.+-]{1,60})|(\{)|(\}))|\s*(\})')
_NOT_ATTRIBUTES = ("inputs", "outputs", "name", "doc_string", "domain", "overload")
_HOW = "write it as in Conv kernel_shape: 3, 3"


def is_graph_text(text: str) -> bool:
    """Whether a text is a node as a graph printer writes it."""
    return (_NAMED.match(text[:200]) is not None and _HEAD.search(text[:2000]) is not None) or text.lstrip().startswith(
        ("input: ", "op_type: ", "node {")
    )


def graph_call(text: str) -> Call:
    """The node that a graph printer has written; raises RequestError."""
    refuse_hostile(text)
    head = _HEAD.search(text)
    return _protobuf_call(text) if head is None else _printed_call(text, head)


def filters_in(text: str) -> int | None:
    """How many channels a printed convolution makes, if its output has a type: `%9 : Float(1, 64, 7, 7) = …`."""
    head = _HEAD.search(text)
    made = None if head is None or head[1] not in ("Conv", "ConvTranspose") else _MADE.match(text[: head.start()])
    return int(made[1]) if made else None


def node_call(text: str, call: Call) -> Call:
    """The node that `make_node` makes; raises RequestError."""
    given = dict(call.keywords)
    kind = call.positional[0] if call.positional else given.pop("op_type", None)
    if not isinstance(kind, str):
        raise wrong(text, "it does not say of which operator the node is", "write it as in make_node('Conv', …)")
    attributes = {name: value for name, value in given.items() if name not in _NOT_ATTRIBUTES}
    return Call((), kind, (), attributes, beside=call.beside)


def without_inputs(call: Call, arguments: Container[str]) -> Call:
    """The call of an operator of these arguments without the names of its inputs, as onnxscript has them in front."""
    if not call.positional or not all(isinstance(value, Name) for value in call.positional):
        return call
    weight = call.positional[1].shape if len(call.positional) > 1 else ()  # type: ignore[union-attr]
    given = dict(call.keywords)
    if weight and "W" in arguments and "W" not in given:
        given["W"] = weight
    return replace(call, positional=(), keywords=given)


def _printed_call(text: str, head: re.Match[str]) -> Call:
    opened, closing = head[2], {"[": "]", "<": ">"}[head[2]]
    depth, quoted, end = 1, "", head.end()
    while end < len(text) and depth:
        character = text[end]
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"":
            quoted = character
        else:
            depth += (character == opened) - (character == closing)
        end += 1
    if depth:
        raise wrong(text, "its attributes do not end", f"close them with {closing}")
    inside = _TYPED.sub(r"\1=", text[head.end() : end - 1])
    body = parsed_module(text, f"f({inside})").body
    statement = body[0] if len(body) == 1 else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or call.args or any(keyword.arg is None for keyword in call.keywords):
        raise wrong(text, "its attributes are not name = value", _HOW)
    attributes: dict[str, Literal] = {}
    for keyword in call.keywords:
        assert keyword.arg is not None
        if keyword.arg in attributes:
            raise wrong(text, f"{keyword.arg} is given twice", "give it once")
        value = literal(text, keyword.value, keyword.arg)
        attributes[keyword.arg] = value.text if isinstance(value, Name) else value
    return Call((), head[1], (), {name: value for name, value in attributes.items() if name != "onnx_name"})


def _protobuf_call(text: str) -> Call:
    """A node as `print(node)` shows it: `op_type: "Conv" attribute { name: "group" i: 1 type: INT }`."""
    kind = ""
    attributes: dict[str, Literal] = {}
    inside: dict[str, list[Literal]] | None = None
    at = len("node {") if text.lstrip().startswith("node {") else 0
    while at < len(text) and text[at:].strip():
        found = _FIELD.match(text, at)
        if found is None:
            raise wrong(text, "not a node's text that can be read", _HOW)
        at = found.end()
        if found[3]:
            inside = {}
        elif found[4] or found[5]:
            _keep(text, inside, attributes)
            inside = None
        elif inside is not None:
            inside.setdefault(found[1], []).append(_scalar(found[2]))
        elif found[1] == "op_type":
            kind = str(_scalar(found[2]))
    if not kind:
        raise wrong(text, "the text does not say of which operator the node is", 'it has op_type: "Conv"')
    return Call((), kind, (), attributes)


def _keep(text: str, inside: Mapping[str, list[Literal]] | None, attributes: dict[str, Literal]) -> None:
    names = (inside or {}).get("name", [])
    if inside is None or not names:
        return
    name = str(names[0])
    if name in attributes:
        raise wrong(text, f"{name} is given twice", "give it once")
    if "ints" in inside:
        attributes[name] = tuple(inside["ints"])
    else:
        values = [inside[key][0] for key in ("i", "s", "f") if key in inside]
        attributes[name] = values[0] if values else None


def _scalar(written: str) -> Literal:
    if written.startswith('"'):
        return written[1:-1]
    digits = written.removeprefix("-")
    return int(written) if digits.isdecimal() and len(digits) < 19 else written
