"""A network from the table that Keras prints, `model.summary()`, as far as it tells.

It has shapes and numbers of parameters. Kernels are worked out from these, taken to be square, strides and padding from
the sizes before and after, the smallest stride that fits.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isqrt

from convanim.code.graphs import steps
from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.leaves import KEEPING, POINTWISE, Leaf, leaf_parts
from convanim.errors import RequestError, shown
from convanim.layers.sizes import Sizes
from convanim.networks.building import OperationLike
from convanim.networks.network import INPUT

_NOTE = "a summary tells no kernels and strides: they are worked out, square and small, from parameters and shapes"
_HEADER = re.compile(r"Layer \(type\).*Output Shape.*Param #")
_NAMED = re.compile(r"\s*(\S+?)\s*\(([A-Za-z][\w>]*)[)…]?.*", re.DOTALL)
_MOST_STRIDE = 8
_JOINS = ("Add", "Multiply", "Concatenate")
_WHOLE = ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "BatchNormalization", "ReLU", "Softmax", *_JOINS)
_KNOWN = (*_WHOLE, *KEEPING, *POINTWISE, "Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "MaxPooling2D")
_KNOWN += ("AveragePooling2D", "Dense", "InputLayer", "ZeroPadding2D", "Cropping2D", "Activation", "Reshape")


@dataclass(frozen=True)
class _Row:
    name: str
    kind: str
    shape: Sizes  # channels first
    parameters: int
    inputs: tuple[str, ...]


def is_summary(text: str) -> bool:
    """Whether a text is Keras's table of a model."""
    return _HEADER.search(text) is not None


def add_summary(found: Gathered, text: str, shape: Sizes | None = None) -> str | None:
    """Add the layers of a table, for an input of this shape if it is known; returns the size that the table tells.

    Raises RequestError.
    """
    rows = list(_rows(text))
    if not rows:
        raise RequestError("network", None, "the summary has no layer", "paste it whole")
    found.notes[_NOTE] = None
    made: dict[str, str] = {}
    shapes: dict[str, Sizes] = {} if shape is None else {INPUT: shape}
    before, size = INPUT, None
    for row in rows:
        if row.kind == "InputLayer":
            made[row.name] = INPUT
            shapes.setdefault(INPUT, row.shape)
            size = f"{row.shape[0]}@{'x'.join(map(str, row.shape[1:]))}"
            continue
        sources = tuple(_source(name, made) for name in row.inputs) or (before,)
        what, has_bias = _operation(row, shapes.get(sources[0]))
        name = found.add(what, sources, row.kind, row.name, has_bias=has_bias)
        before = made[row.name] = name
        shapes[name] = row.shape
    return size


def _source(name: str, made: dict[str, str]) -> str:
    """The layer that a name, which may be cut, is of: the last one of several."""
    if name in made:
        return made[name]
    alike = [own for full, own in made.items() if full.startswith(name) or name.startswith(full.rstrip("…"))]
    if not alike:
        raise RequestError("node", name, "no layer before is called so", "paste the summary whole, or print it wider")
    return alike[-1]


def _rows(text: str) -> Iterator[_Row]:
    """The rows of a table, those that take several lines put together."""
    lines = text.splitlines()
    top = next(at for at, line in enumerate(lines) if _HEADER.search(line))
    header = lines[top]
    titles = [title for title in ("Layer (type)", "Output Shape", "Param #", "Connected to") if title in header]
    boxed = "│" in text
    starts = [header.index(title) for title in titles]
    open_row: list[str] = []
    for line in lines[top + 1 :]:
        if boxed and "│" not in line:
            cells = []
        elif boxed:
            cells = [cell.strip() for cell in line.strip().strip("│").split("│")]
        elif set(line.strip()) <= set("=_ ") or re.match(r"\s*(Total|Trainable|Non-trainable) params", line):
            cells = []
        else:
            ends = [*(start - 1 for start in starts[1:]), len(line)]
            cells = [line[max(start - 1, 0) : end].strip() for start, end in zip(starts, ends)]
        if cells and len(cells) != len(titles):
            raise RequestError("network", shown(line), "not a row of the summary", "paste it whole")
        begins = bool(cells) and bool(cells[2]) and not boxed
        if open_row and (not cells or begins):
            yield _row(open_row)
            open_row = []
        if cells:
            open_row = [f"{one} {more}".strip() for one, more in zip(open_row, cells)] if open_row else cells
    if open_row:
        yield _row(open_row)


def _row(cells: list[str]) -> _Row:
    named = _NAMED.fullmatch(cells[0].replace(" ", ""))
    sizes = [int(size) for size in re.findall(r"(?<!\d)\d{1,9}(?!\d)", cells[1])]
    parameters = cells[2].replace(",", "").partition(" ")[0]
    if named is None or min(sizes, default=0) < 1 or not re.fullmatch(r"\d{1,18}", parameters):
        raise RequestError("network", shown(" ".join(cells)), "not a row of a summary", "paste it whole")
    inputs = tuple(
        word.partition("[")[0].rstrip("…,")
        for word in re.split(r"[,\s]+", cells[3].strip("[]'\" ") if len(cells) > 3 else "")
        if word.strip("[]'\"-")
    )
    kind = next((known for known in _KNOWN if known.startswith(named[2]) and len(named[2]) > 5), named[2])
    kind = named[2] if named[2] in _KNOWN else kind
    return _Row(named[1], kind, (sizes[-1], *sizes[:-1]), int(parameters), tuple(name.strip("'\"") for name in inputs))


def _operation(row: _Row, shape: Sizes | None) -> tuple[OperationLike, bool]:
    """What a row is, for the map before it, and whether it has a bias."""
    if row.kind in ("Conv2D", "DepthwiseConv2D", "Conv2DTranspose") and shape is not None:
        return _convolution(row, shape)
    if row.kind in ("MaxPooling2D", "AveragePooling2D") and shape is not None:
        return _pool(row, shape), True
    if row.kind in ("ZeroPadding2D", "Cropping2D") and shape is not None and len(shape) == len(row.shape):
        extra = [made - read for made, read in zip(row.shape, shape)]
        return steps.padding([(more // 2, more - more // 2) for more in extra]), True
    if row.kind == "Dense" and row.shape[0]:
        units = row.shape[0]
        leaf = Leaf("Dense", (), {"units": units, "use_bias": row.parameters % (units or 1) == 0 and _odd(row, shape)})
        return leaf_parts(leaf)[0][1], bool(leaf.keywords["use_bias"])
    if row.kind == "Activation":
        return steps.keeping("activation"), True
    if row.kind == "Reshape":
        return steps.reshaping((0, *row.shape)), True
    if row.kind in (*_WHOLE, *KEEPING, *POINTWISE):
        return leaf_parts(Leaf(row.kind))[0][1], True
    return steps.refusing(f"{row.kind} of a summary"), True


def _odd(row: _Row, shape: Sizes | None) -> bool:
    """Whether a dense layer has as many parameters more as it has outputs."""
    return shape is None or row.parameters == (shape[0] + 1) * row.shape[0]


def _convolution(row: _Row, shape: Sizes) -> tuple[OperationLike, bool]:
    read, made = shape[0], row.shape[0]
    each = made if row.kind == "DepthwiseConv2D" else read * made
    for has_bias in (True, False):
        cells, rest = divmod(row.parameters - made * has_bias, each)
        kernel = isqrt(max(cells, 0))
        if rest or kernel * kernel != cells or not kernel:
            continue
        how = "transposed" if row.kind == "Conv2DTranspose" else "conv"
        found = _fitting(shape[1:], row.shape[1:], kernel, _TRANSPOSED if how == "transposed" else _SIZES)
        if found is None:
            break
        stride, padding = found
        groups = f" g{read}" if row.kind == "DepthwiseConv2D" else ""
        op = "conv-transpose" if how == "transposed" else "conv"
        return f"{op} {kernel} {made} s{stride} p{padding}{groups}", has_bias
    return steps.refusing(f"{row.kind} whose kernel its parameters do not tell"), True


def _pool(row: _Row, shape: Sizes) -> OperationLike:
    op = "max-pool" if row.kind == "MaxPooling2D" else "avg-pool"
    for kernel, stride, padding in _POOLS:
        if [_SIZES[padding](n, kernel, stride) for n in shape[1:]] == list(row.shape[1:]):
            return f"{op} {kernel} s{stride} p{padding}"
    return steps.refusing(f"{row.kind} whose kernel its sizes do not tell")


def _fitting(
    sizes: Sizes, made: Sizes, kernel: int, rules: dict[str, Callable[[int, int, int], int]]
) -> tuple[int, str] | None:
    """The smallest stride, and the padding, that make one size of another."""
    for stride in range(1, _MOST_STRIDE + 1):
        for padding, rule in rules.items():
            if tuple(rule(size, kernel, stride) for size in sizes) == made:
                return stride, padding
    return None


_SIZES: dict[str, Callable[[int, int, int], int]] = {
    "same": lambda size, kernel, stride: -(-size // stride),
    "valid": lambda size, kernel, stride: (size - kernel) // stride + 1,
}
_TRANSPOSED: dict[str, Callable[[int, int, int], int]] = {
    "same": lambda size, kernel, stride: size * stride,
    "valid": lambda size, kernel, stride: (size - 1) * stride + kernel,
}
_POOLS = [(2, 2, "valid"), (3, 2, "valid"), (2, 2, "same"), (3, 1, "same"), (3, 3, "valid"), (4, 4, "valid")]
