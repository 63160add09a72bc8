"""An ONNX node as Netron shows it: its type, then its attributes, on one line or several."""

import ast
import re
from collections.abc import Mapping

from convanim.code.text.literals import literal
from convanim.code.text.parsing import LONGEST, Call, Literal, parsed_module, plain_literal, refuse_hostile, wrong
from convanim.errors import RequestError

_TOKEN = re.compile(r"[A-Za-z0-9_./-]+|[,:=\[\]\"']|\S")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]+")
_BETWEEN = ",[]\"'"
_HEADINGS = ("attributes", "properties", "node")
_SIGNS = {"〈": "[", "〉": "]", "⟨": "[", "⟩": "]", "\u2329": "[", "\u232a": "]"}
_TYPE = ("op_type", "type", "op")


def netron_text(text: str) -> str:
    """A label as Netron shows it, `W 〈64×3×7×7〉`, in plain signs; any other text as it is."""
    if not any(sign in text[:LONGEST] for sign in _SIGNS):
        return text
    return text.translate({ord(sign): plain for sign, plain in (*_SIGNS.items(), ("×", ","))})


def netron_call(text: str) -> Call:
    """The node in a text such as `Conv  kernel_shape: 3, 3  strides: 2, 2`; raises RequestError."""
    refuse_hostile(text)
    if text.strip().startswith("{"):
        return table_call(parsed_table(text))
    tokens = [token for token in _TOKEN.findall(text) if token not in _BETWEEN]
    tokens = [token for token in tokens if token.lower() not in _HEADINGS]
    if tokens and tokens[0].lower() in _TYPE:
        tokens = [token for token in tokens[1:2] if token not in ":="] + tokens[1 + (len(tokens) > 1) :]
    if not tokens or not _WORD.fullmatch(tokens[0]):
        raise RequestError("code", text, "not a layer", "write it as in nn.Conv2d(3, 8, 3) or Conv kernel_shape: 3, 3")
    attributes: dict[str, Literal] = {}
    at = 1
    while at < len(tokens):
        name, at = tokens[at], at + 1
        if not _WORD.fullmatch(name):
            fix = "write attributes as in kernel_shape: 3, 3"
            raise RequestError("code", text, f"{name} is no attribute's name", fix)
        if name in attributes:
            raise RequestError("code", text, f"{name} is given twice", "give it once")
        at += at < len(tokens) and tokens[at] in ":="
        values: list[int] = []
        while at < len(tokens) and _NUMBER.fullmatch(tokens[at]):
            values.append(int(tokens[at]))
            at += 1
        if values:
            attributes[name] = values[0] if len(values) == 1 else tuple(values)
        elif at < len(tokens):
            attributes[name], at = tokens[at], at + 1
        else:
            raise RequestError("code", text, f"{name} has no value", "write attributes as in kernel_shape: 3, 3")
    return Call((), tokens[0], (), attributes)


def table_call(table: Mapping[str, object]) -> Call:
    """The node in a dict of its attributes, whose `op_type` says what it is; raises RequestError."""
    given = {}
    for key, value in table.items():
        if not isinstance(key, str) or not key.isascii():
            raise RequestError("code", None, "an attribute's name is not text", "give names such as kernel_shape")
        try:
            given[key] = plain_literal(key, value)
        except RequestError as error:
            raise RequestError("code", None, f"{key}: {error.rule}", error.fix) from None
    types = [given.pop(key) for key in _TYPE if key in given]
    if len(types) != 1 or not isinstance(types[0], str):
        fix = "add op_type: Conv, ConvTranspose, MaxPool or AveragePool"
        raise RequestError("code", None, "the attributes do not say of which operator they are", fix)
    return Call((), types[0], (), given)


def parsed_table(text: str) -> dict[str, Literal]:
    """The dict that a text spells out. Raises RequestError when it is none, or holds more than literals."""
    refuse_hostile(text)
    body = parsed_module(text, text.strip()).body
    node = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(node, ast.Dict):
        raise wrong(text, "not a table of attributes", "write it as in {'op_type': 'Conv', 'kernel_shape': [3, 3]}")
    table: dict[str, Literal] = {}
    for key, value in zip(node.keys, node.values):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise wrong(text, "a key is not text", "put attributes' names in quotes")
        if key.value in table:
            raise wrong(text, f"{key.value} is given twice", "give it once")
        table[key.value] = literal(text, value, key.value)
    return table
