"""What a cell of a network sees of the input, in lines and as JSON."""

import json
from typing import Any

from convanim.networks.cell_field import Box, CellField
from convanim.words.cell_fields import field_label, told_texts
from convanim.words.language import Words

_VERSION = 1


def field_lines(field: CellField, words: Words) -> list[str]:
    """Whose field it is, and a line for each of the ways in which it is told."""
    return [field_label(field, words), *told_texts(field, words).values()]


def field_table(field: CellField) -> dict[str, Any]:
    """For JSON: first and last cells of each axis, how many cells have a tap, and the formula's numbers.

    Numbers of the formula that are not whole are texts such as "3/2".
    """
    bounded = None
    if field.bounded is not None:
        bounded = {
            name: [
                number.numerator if number.denominator == 1 else str(number)
                for number in (getattr(each, name) for each in field.bounded)
            ]
            for name in ("size", "stride", "start")
        } | {"ends": _ends(field.bounded_box)}
    table: dict[str, Any] = {
        "version": _VERSION,
        "input_shape": list(field.network.input_shape),
        "node": field.node,
        "cell": list(field.cell),
        "exact": {"ends": _ends(field.exact_box), "cells": int(field.exact.sum())},
        "bounded": bounded,
    }
    if field.effective is not None:
        table["effective"] = {"ends": _ends(field.effective_box), "images": field.images}
    return table


def field_json(field: CellField) -> str:
    """The same as strict JSON."""
    return json.dumps(field_table(field), ensure_ascii=False, indent=1, allow_nan=False)


def _ends(box: Box | None) -> list[list[int]] | None:
    return None if box is None else [list(ends) for ends in box]
