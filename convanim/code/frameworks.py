"""Layers as code, for other rooms: from the text that a framework's user wrote to a layer, and back."""

from convanim.code.canonical import canonical
from convanim.code.dialects.registry import FRAMEWORKS
from convanim.code.read_code import Coded, from_code, is_code, layer_of_call, read_code
from convanim.code.signatures import Asked
from convanim.code.written import code_of, code_table, to_code

__all__ = [
    "FRAMEWORKS",
    "Asked",
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
