"""Which max pool each max unpool of some stages undoes: the last one before it that is not undone yet."""

from collections.abc import Sequence

from convanim.errors import RequestError
from convanim.layers.layer import MaxPool, MaxUnpool, input_shape, output_shape
from convanim.layers.sizes import spelled, spelled_shape, spelled_sides
from convanim.networks.pointwise import Stage


def pools_undone(stages: Sequence[Stage]) -> dict[int, int]:
    """For the number of each max unpool that of the max pool whose winners it takes.

    Pools are undone from the last to the first, as a decoder undoes an encoder. Raises RequestError where there is
    none, or one with other windows, whose winners would lie elsewhere.
    """
    found: dict[int, int] = {}
    waiting: list[int] = []
    for number, stage in enumerate(stages):
        if isinstance(stage, MaxPool):
            waiting.append(number)
        if isinstance(stage, MaxUnpool):
            if not waiting:
                size = "x".join(map(str, stage.kernel_size))
                rule = "there is no max pool before it whose winners it could take"
                raise RequestError("stage", stage.op, rule, f"put one there, such as 'max-pool {size}'")
            pool = stages[waiting[-1]]
            assert isinstance(pool, MaxPool)
            _refuse_other_windows(stage, pool, waiting[-1] + 1)
            found[number] = waiting.pop()
    return found


def _refuse_other_windows(unpool: MaxUnpool, pool: MaxPool, number: int) -> None:
    """Raise RequestError for a pool whose winners are not where an unpool looks for them."""
    given = (unpool.kernel_size, unpool.stride, unpool.padding)
    name = f"its max pool, stage {number},"
    if (pool.kernel_size, pool.stride, pool.padding) != given:
        rule = f"{name} has kernel {spelled(pool.kernel_size)}, stride {spelled(pool.stride)}"
        rule += f", padding {spelled_sides(pool.padding)}" if any(map(any, (*pool.padding, *unpool.padding))) else ""
        raise RequestError("stage", unpool.op, f"{rule}, so that its winners lie elsewhere", "give it the same")
    if set(pool.dilation) != {1}:
        rule = f"{name} has dilation {spelled(pool.dilation)}, which an unpool has not"
        raise RequestError("stage", unpool.op, rule, "leave the dilation out")
    made, read = output_shape(pool), input_shape(unpool)
    if made != read:
        has_channels = unpool.in_channels is not None
        said = [spelled_shape(shape, has_channels=has_channels) for shape in (made, read)]
        rule = f"{name} made {said[0]}, and it gets {said[1]}"
        raise RequestError("stage", unpool.op, rule, "bring what stands between to the same shape")
    if pool.input_size != unpool.output_size:
        rule = f"it makes {spelled(unpool.output_size)}, but {name} read {spelled(pool.input_size)}"
        size = "x".join(map(str, pool.input_size))
        raise RequestError("stage", unpool.op, f"{rule}: winners would lie elsewhere", f"try output_size={size}")
