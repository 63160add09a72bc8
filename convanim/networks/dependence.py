"""What one cell of a network depends on in every map before it, exactly: the union of the taps of all branches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.layer import Layer, Rearranged, channels_of
from convanim.layers.sizes import Cell, Sizes
from convanim.networks.between import Flatten, Join, Linear, Operation, Pad, Unflatten
from convanim.networks.moved_cells import moved_from
from convanim.networks.network import INPUT, Network, Node
from convanim.networks.network_fields import reads_of

Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
_MOST_CELLS = 10_000_000  # of one sheet of a map, or of a map that is flattened


@dataclass(frozen=True)
class Cells:
    """Some cells of one map: classes of channels, and for each which cells of their sheets.

    Channels are in one class at most, ascending; masks have the map's size without its channels, a vector's none.
    """

    parts: tuple[tuple[Ints, Mask], ...]

    @property
    def channels(self) -> Ints:
        """The channels that have any of the cells, ascending."""
        found = [channels for channels, _ in self.parts]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    @property
    def mask(self) -> Mask | None:
        """The places of the cells of all channels; None when there is no cell."""
        return np.asarray(np.logical_or.reduce([mask for _, mask in self.parts])) if self.parts else None

    @property
    def box(self) -> tuple[tuple[int, int], ...] | None:
        """The first and the last index of each axis, channels left out; None when there is no cell."""
        mask = self.mask
        if mask is None or mask.ndim == 0:
            return None if mask is None else ()
        along = (
            mask.any(axis=tuple(other for other in range(mask.ndim) if other != axis)) for axis in range(mask.ndim)
        )
        ends = (np.flatnonzero(some)[[0, -1]] for some in along)
        return tuple((int(first), int(last)) for first, last in ends)

    @property
    def count(self) -> int:
        """How many cells there are."""
        return sum(len(channels) * int(mask.sum()) for channels, mask in self.parts)


class NetworkDependence:
    """What cells of a network's maps depend on."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._tables: dict[str, tuple[Ints, ...] | None] = {}

    def cells(self, cell: Cell, name: str | None = None, branch: int | None = None) -> dict[str, Cells]:
        """The cells that one cell of a map depends on, by the name of the map: those of `input` too.

        `name` is the node that makes the cell (the last, if left out); cells name their channel first, and one that
        names none is all channels at its place. With `branch` those alone that are read through one input of that node.
        Maps that are not read are left out.
        Raises RequestError for a cell that is none, and for maps that are too large to be gone through.
        """
        node = self.network.output if name is None else self.network.by_name[name]
        shape = self.network.shapes[node.name]
        sizes = shape if len(cell) == len(shape) else shape[1:]
        if len(cell) != len(sizes) or not all(0 <= i < size for i, size in zip(cell, sizes)):
            fix = f"it has {'x'.join(map(str, shape))}, counted from 0"
            raise RequestError("node", node.name, f"it has no cell {'x'.join(map(str, cell))}", fix)
        mask = _no_cells(shape)
        mask[cell[len(cell) - mask.ndim :]] = True
        channels = np.array(cell[:1]) if len(cell) == len(shape) else np.arange(shape[0])
        wanted: dict[str, list[Cells]] = {node.name: [Cells(((channels, mask),))]}
        found: dict[str, Cells] = {}
        upto = next(i for i, each in enumerate(self.network.nodes) if each is node)
        for each in reversed(self.network.nodes[: upto + 1]):
            if each.name not in wanted:
                continue
            made = found[each.name] = _united(wanted.pop(each.name))
            for number, (source, read) in enumerate(zip(each.inputs, self._before(each, made))):
                if read.parts and (each is not node or branch in (None, number)):
                    wanted.setdefault(source, []).append(read)
        if INPUT in wanted:
            found[INPUT] = _united(wanted[INPUT])
        return found

    def _before(self, node: Node, made: Cells) -> Iterable[Cells]:
        """For each input of a node the cells that are read to make some of its cells."""
        operation, shapes = node.operation, self.network.sources(node)
        match operation:
            case Join(op="concat"):
                ends = np.cumsum([shape[0] for shape in shapes])
                return [_slice(made, int(end) - shape[0], int(end)) for end, shape in zip(ends, shapes)]
            case Join():
                return [_unspread(made, shape) for shape in shapes]
            case Linear():
                return [_everything(shapes[0])]
            case Unflatten():
                return [Cells(tuple((channels, np.asarray(mask.any())) for channels, mask in made.parts))]
            case Flatten(shape=shape, channels_last=channels_last):
                return [_unflattened(made, shape, channels_last=channels_last)]
            case _ if _mixes(operation):
                return [Cells(((np.arange(shapes[0][0]), mask),)) for mask in [made.mask] if mask is not None]
        if isinstance(operation, Rearranged):
            moved = (moved_from(operation, *part) for part in made.parts)
            return [_united([Cells((part,)) for parts in moved for part in parts])]
        if node.name not in self._tables:
            self._tables[node.name] = reads_of(operation)
        reads = self._tables[node.name]
        if reads is None:
            return [made]
        parts = []
        for channels, mask in made.parts:
            back = _read(reads, mask, shapes[0][1:])
            sources = _sources(operation, channels)
            if len(sources) and back.any():
                parts.append((sources, back))
        return [_united([Cells((part,)) for part in parts])]


def _mixes(operation: Operation) -> bool:
    """Whether a step that keeps its shape makes a cell of all channels at its place."""
    return operation.op == "softmax"


def _sources(operation: Operation, channels: Ints) -> Ints:
    """The input channels that some output channels read."""
    if isinstance(operation, Pad):
        sources: Ints = operation.reads[0][channels, 0]
        return np.asarray(sources[sources >= 0])
    layer_channels = channels_of(operation) if isinstance(operation, Layer) else None
    if layer_channels is None:
        return channels
    groups = np.unique(channels // layer_channels.made)
    return np.asarray(np.add.outer(groups * layer_channels.read, np.arange(layer_channels.read))).reshape(-1)


def _read(reads: Sequence[Ints], mask: Mask, sizes: Sizes) -> Mask:
    """The input cells of a sheet that are read to make some output cells, axis after axis."""
    for axis, (table, size) in enumerate(zip(reads, sizes)):
        made = np.moveaxis(mask, axis, 0)
        others = tuple(range(1, made.ndim))
        rows = np.flatnonzero(made.any(axis=others))
        back = np.zeros((size, *made.shape[1:]), dtype=bool)
        # Rows that are alike are read at once: of a box all are.
        changes = np.flatnonzero((made[rows[1:]] != made[rows[:-1]]).any(axis=others)) + 1
        for alike in filter(len, np.split(rows, changes)):
            cells = table[alike]
            back[cells[cells >= 0]] |= made[alike[0]]
        mask = np.moveaxis(back, 0, axis)
    return mask


def _no_cells(shape: Sizes) -> Mask:
    """An empty mask of a sheet. Raises RequestError for one too large."""
    if prod(shape[1:]) > _MOST_CELLS:
        rule = f"a map of {prod(shape[1:]):,} cells is too large to be gone through"
        raise RequestError("network", None, rule, f"try at most {_MOST_CELLS:,}")
    return np.zeros(shape[1:], dtype=bool)


def _everything(shape: Sizes) -> Cells:
    return Cells(((np.arange(shape[0]), ~_no_cells(shape)),))


def _slice(made: Cells, first: int, end: int) -> Cells:
    """Some channels of what is put behind one another, counted from the first of them."""
    parts = []
    for channels, mask in made.parts:
        own = channels[(channels >= first) & (channels < end)] - first
        if len(own):
            parts.append((own, mask))
    return Cells(tuple(parts))


def _unspread(made: Cells, shape: Sizes) -> Cells:
    """The cells of one input of a sum or product; an axis of one cell, or one channel, is broadcast to all."""
    parts = []
    for channels, mask in made.parts:
        axes = tuple(axis for axis, size in enumerate(shape[1:]) if size < mask.shape[axis])
        own = np.zeros(1, dtype=np.int64) if shape[0] == 1 else channels
        parts.append(Cells(((own, np.asarray(mask.any(axis=axes, keepdims=True))),)))
    return _united(parts)


def _unflattened(made: Cells, shape: Sizes, *, channels_last: bool) -> Cells:
    """The cells of a map that some features of its flattened vector are."""
    features = made.channels
    if len(features) == prod(shape):
        return _everything(shape)
    if prod(shape) > _MOST_CELLS:
        _no_cells((1, prod(shape)))
    flat = np.zeros(prod(shape), dtype=bool)
    flat[features] = True
    masks = np.moveaxis(flat.reshape((*shape[1:], shape[0])), -1, 0) if channels_last else flat.reshape(shape)
    return _classes(np.arange(shape[0]), masks)


def _united(several: list[Cells]) -> Cells:
    """The union of some cells of a map."""
    parts = [part for cells in several for part in cells.parts]
    if len(parts) <= 1:
        return Cells(tuple(parts))
    channels = np.unique(np.concatenate([own for own, _ in parts]))
    # Which parts a channel is in: channels that are in the same ones are a class.
    membership = np.stack([np.isin(channels, own) for own, _ in parts], axis=1)
    kinds, of = np.unique(membership, axis=0, return_inverse=True)
    masks = np.stack([np.logical_or.reduce([parts[i][1] for i in np.flatnonzero(kind)]) for kind in kinds])
    return _merged([channels[np.asarray(of).reshape(-1) == k] for k in range(len(kinds))], masks)


def _classes(channels: Ints, masks: Mask) -> Cells:
    """Channels, each with a mask of its own, in classes of equal masks."""
    return _merged([channels[i : i + 1] for i in range(len(channels))], masks)


def _merged(groups: list[Ints], masks: Mask) -> Cells:
    """Groups of channels with their masks; those with equal masks made one, those with none left out."""
    by_mask: dict[bytes, tuple[list[Ints], Mask]] = {}
    for own, mask in zip(groups, masks):
        if mask.any():
            by_mask.setdefault(mask.tobytes(), ([], mask))[0].append(own)
    return Cells(tuple((np.sort(np.concatenate(owns)), mask) for owns, mask in by_mask.values()))
