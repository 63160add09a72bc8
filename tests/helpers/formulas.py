"""Formulas of explanations, worked out."""

import re
from math import floor

_FLOOR = re.compile(r"⌊\((.*)\)/(\d+)⌋")


def worked_out(expression: str) -> int:
    """What a formula's left side comes to, with Python's own arithmetic."""
    text = _FLOOR.sub(r"floor((\1) / \2)", expression).replace("−", "-").replace("·", "*")
    assert re.fullmatch(r"[-0-9+*/() ]*(floor)?[-0-9+*/() ]*", text), text
    return int(eval(text, {"floor": floor}))
