"""Which steps of a figure its JSON lists."""

from collections.abc import Sequence

from convanim.figures.options import Options
from convanim.figures.timing import timing


def listed_steps(count: int, options: Options, *, taps: bool) -> Sequence[int] | None:
    """The steps that a slice and a largest number of them leave; all for taps where neither is said, else None.

    Raises RequestError when the slice or the number does not fit.
    """
    if options.steps is None and options.max_frames is None:
        return range(count) if taps else None
    most = max(count, 2) if options.max_frames is None else options.max_frames
    return timing(count, steps=options.steps, most=most).steps
