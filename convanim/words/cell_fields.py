"""A receptive field in words: of which cell it is, and what each of the three ways says of it."""

from fractions import Fraction

from convanim.errors import escaped
from convanim.layers.sizes import spelled, spelled_shape
from convanim.networks.cell_field import Box, CellField
from convanim.words.language import Words
from convanim.words.numerals import MINUS

_LONGEST = 40  # characters of a name


def field_title(figure: CellField, words: Words) -> str:
    """`Receptive field of layer3`."""
    return words("field_title", name=_name(figure))


def field_label(figure: CellField, words: Words, own: str | None = None) -> str:
    """What stands above: the input's shape and whose field it is."""
    shape = spelled_shape(figure.network.input_shape, has_channels=True)
    return f"{words('input') if own is None else own} {shape} · {of_cell(figure, words)}".strip()


def of_cell(figure: CellField, words: Words) -> str:
    """`cell 3, 7, 7 of layer3`, or `cell 7, 7 of layer3, all channels`."""
    cell = words("list").join(map(str, figure.cell))
    if not figure.cell:
        return words("field_all", name=_name(figure))
    return words("field_cell" if figure.has_channel else "field_place", cell=cell, name=_name(figure))


def _name(figure: CellField) -> str:
    """The node's name, which may be anything: without what is no letter, its middle left out where it is long."""
    name = escaped(figure.node)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 3]}…{name[-_LONGEST // 2 :]}"


def told_texts(figure: CellField, words: Words) -> dict[str, str]:
    """What is told by each of the ways, the effective one only where there are weights."""
    told = {}
    if figure.effective is not None:
        box = figure.effective_box
        told["effective"] = words("field_dead") if box is None else words("field_effective", size=_size(box))
    exact = figure.exact_box
    told["exact"] = words("field_exact", size=_size(exact) if exact else "0")
    if figure.bounded is None:
        told["bounded"] = words("field_varies")
        return told
    told["bounded"] = words(
        "field_bounded",
        size="×".join(_plain(each.size) for each in figure.bounded),
        stride=_short([each.stride for each in figure.bounded]),
        start=_short([each.start for each in figure.bounded]),
    )
    return told


def _size(box: Box) -> str:
    return spelled(tuple(last - first + 1 for first, last in box))


def _short(numbers: list[Fraction]) -> str:
    return "×".join(_plain(number) for number in (numbers[:1] if len(set(numbers)) == 1 else numbers))


def _plain(number: Fraction) -> str:
    return str(number).replace("-", MINUS)
