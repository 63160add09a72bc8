"""Several layers, each reading what the one before it made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from convanim.errors import RequestError, shown
from convanim.layers.channels import Channels, split_channels
from convanim.layers.layer import Layer, MaxUnpool, cell_count, input_shape, output_shape, with_channels
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import SizeLike, Sizes, count_axes, per_axis, spelled_shape
from convanim.networks.moving_stages import refuse_no_boxes
from convanim.networks.pointwise import FUNCTIONS, Pointwise, Stage
from convanim.networks.stage_text import given_names, stage_table
from convanim.networks.unpooling import pools_undone

_MISSING = "missing"  # what an operation says of an argument
MOST_STAGES = 1_000  # stages; fewer have room in a picture, but a table of them takes a second
_MANY = 4  # stages from which pointwise steps have no maps of their own
StageMaker: TypeAlias = Callable[[Sizes, int | None], Sequence[Stage]]
StageLike: TypeAlias = str | Mapping[str, Any] | Stage | StageMaker


@dataclass(frozen=True, init=False)
class Chain:
    """Layers and pointwise steps, from an input to the last map.

    `stages` are texts (`"conv 5x5 32 p2"`, `"relu"`), tables of arguments (`{"op": "conv", "kernel_size": 3}`),
    finished layers, or functions that make the stages for a map's size and channels.
    Where a stage has channels, so has every map; an input that says none then has one.
    Raises RequestError with the stage's number and what it got when one does not fit.
    """

    stages: tuple[Stage, ...]

    def __init__(
        self,
        input_size: SizeLike,
        stages: Iterable[StageLike],
        *,
        in_channels: int | None = None,
        dims: int | None = None,
    ) -> None:
        given = list(stages)
        if not given:
            raise RequestError("stages", None, "a chain has at least one", "give one such as 'conv 3x3 8'")
        if len(given) > MOST_STAGES:
            raise RequestError("stages", None, f"{len(given):,} are more than {MOST_STAGES:,}", "draw a part of them")
        bare, channels = split_channels(input_size, in_channels)
        axes = count_axes({"input_size": bare}, dims)
        size = per_axis("input_size", bare, axes, 1)
        found = _linked(size, channels, given)
        if channels is None and any(stage.in_channels is not None for stage in found):
            own = found[0].in_channels if callable(given[0]) else None  # a maker's layer may say them
            found = _linked(size, own or 1, given)
        refuse_no_boxes(found)
        object.__setattr__(self, "stages", tuple(found))

    @property
    def input_size(self) -> Sizes:
        """The first map's size."""
        return self.stages[0].input_size

    @property
    def shapes(self) -> tuple[Sizes, ...]:
        """The shape of every map, from the input to the last output: its channels, if any, and its size."""
        return (shape_into(self.stages[0]), *(shape_out_of(stage) for stage in self.stages))

    @property
    def has_channels(self) -> bool:
        """Whether cells name their channel."""
        return self.stages[0].in_channels is not None


def drawn_maps(chain: Chain) -> tuple[int, ...]:
    """The numbers of the maps that a picture without numbers shows, the input's 0.

    In a long chain those that pointwise steps read are left out: what these make looks the same.
    """
    last = len(chain.stages)
    every = range(last + 1)
    if last < _MANY:
        return tuple(every)
    return tuple(n for n in every if n in (0, last) or not isinstance(chain.stages[n], Pointwise))


def shape_into(stage: Stage) -> Sizes:
    """The shape of the map that a stage reads."""
    if not isinstance(stage, Pointwise):
        return input_shape(stage)
    return stage.input_size if stage.in_channels is None else (stage.in_channels, *stage.input_size)


def shape_out_of(stage: Stage) -> Sizes:
    """The shape of the map that a stage makes."""
    return shape_into(stage) if isinstance(stage, Pointwise) else output_shape(stage)


def chain_cell_count(chain: Chain) -> int:
    """Cells in all maps of a chain, each with the padding that its reader puts around it."""
    return sum(_cells_into(stage) for stage in chain.stages) + prod(chain.shapes[-1])


def _cells_into(stage: Stage) -> int:
    """Cells in the map that a stage reads, padding and inserted zeros included."""
    if isinstance(stage, Pointwise):
        return prod(shape_into(stage))
    return cell_count(stage) - prod(output_shape(stage))


def _linked(size: Sizes, channels: int | None, given: list[StageLike]) -> list[Stage]:
    """The stages, each made for what the one before it gives."""
    linked: list[Stage] = []
    for number, stage in enumerate(given, start=1):
        got = spelled_shape(size if channels is None else (channels, *size), has_channels=channels is not None)
        try:
            made = stage(size, channels) if callable(stage) else (made_stage(stage, size, channels),)
            if any(isinstance(each, MaxUnpool) for each in made):
                pools_undone([*linked, *made])
        except RequestError as error:
            raise _blamed(error, stage, number, got) from None
        linked += made
        shape = shape_out_of(made[-1])
        channels, size = (None, shape) if made[-1].in_channels is None else (shape[0], shape[1:])
    return linked


def _blamed(error: RequestError, stage: StageLike, number: int, got: str) -> RequestError:
    """An error with the stage that it is in, and what that stage got."""
    name = f"stage {number}"
    if error.field in ("stage", "code"):
        return RequestError(name, error.value, error.rule, error.fix)
    if isinstance(stage, Mapping):
        text = stage.get("op")
    else:
        text = stage if isinstance(stage, str) else getattr(stage, "op", None)
    value = f" {shown(error.value)}" if error.value is not None else ""
    colon = "" if error.rule == _MISSING else ":"
    return RequestError(name, text, f"it gets {got}; {error.field}{value}{colon} {error.rule}", error.fix)


def made_stage(stage: str | Mapping[str, Any] | Stage, size: Sizes, channels: int | None) -> Stage:
    """The stage that is asked for, for a map of this size; raises RequestError for one that is unknown or unfit."""
    if isinstance(stage, Layer | Pointwise):
        return _fitting(stage, size, channels)
    if not isinstance(stage, str | Mapping):
        raise RequestError("stage", stage, "not a stage", "give one such as 'conv 3x3 8', a table or a layer")
    table = dict(stage_table(stage) if isinstance(stage, str) else stage)
    op = table.pop("op", None)
    if isinstance(op, str) and op in FUNCTIONS:
        if table:
            raise RequestError("stage", op, f"it takes no {shown(next(iter(table)))}", f"leave it at {op}")
        return Pointwise(op, size, channels)
    if not isinstance(op, str) or op not in OPERATIONS:
        raise RequestError(
            "stage",
            op,
            "op is missing" if op is None else "no such stage",
            f"try {', '.join((*OPERATIONS, *FUNCTIONS))}",
        )
    for name in table:
        if name not in OPERATIONS[op].field_names:
            raise RequestError(shown(name), None, f"{op} has no such argument", f"it has {', '.join(given_names(op))}")
        if name in ("input_size", "in_channels"):
            raise RequestError(name, table[name], "the stage before says it", "leave it out")
    try:
        return OPERATIONS[op].made({"input_size": size, "in_channels": channels, "dims": len(size), **table})
    except RequestError as error:
        raise error.in_stage() from None


def _fitting(stage: Stage, size: Sizes, channels: int | None) -> Stage:
    """A finished stage, if it takes the map that it gets; one without channels takes a map of one."""
    if stage.input_size == size and channels in (None, stage.in_channels):
        return stage
    if stage.input_size == size and channels == 1 and stage.in_channels is None:
        if isinstance(stage, Pointwise):
            return Pointwise(stage.op, size, 1)
        return with_channels(stage, Channels(1, 1, 1))
    takes = spelled_shape(shape_into(stage), has_channels=stage.in_channels is not None)
    got = spelled_shape(size if channels is None else (channels, *size), has_channels=channels is not None)
    raise RequestError("stage", stage.op, f"takes {takes}, but it gets {got}", "make them agree")
