"""Which steps the frames show, and for how long. Pure."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from convanim.errors import RequestError
from convanim.layers.step_order import step_at

MOST_FRAMES = 500
SHORTEST = 2  # centiseconds; browsers play 0 and 1 as 10
LONGEST = 65_535  # what a GIF's frame can say
_STEP, _NUMERIC_STEP = 50, 120  # centiseconds of a step that is looked at, and of one that is reckoned with
_IN_ALL = 1_200  # centiseconds that all steps take at most, as far as steps then are not shorter than
_QUICKEST = 10
BETWEENS = 3  # pictures on the way from one step to the next
_GLIDE = 15  # centiseconds of that way, and half of a step at most
_MOST_SLOW = 8  # steps of a first row; longer ones speed up before their end
_SLICE = re.compile(r"\s*(-?[0-9]{0,9})\s*:\s*(-?[0-9]{0,9})\s*")


@dataclass(frozen=True)
class Timing:
    """The steps that frames show, in order, and how long each is shown, in whole centiseconds.

    `hold` is the rest at the end, `loop` 0 plays for ever. Frames up to `turn` go forward, those behind it back;
    without a turn all go forward. The first `slow` steps are taken part by part. From step to step lines glide where it
    `glides`.
    """

    steps: Sequence[int]
    times: Sequence[int]
    hold: int
    loop: int
    turn: int | None = None
    slow: int = 0
    glides: bool = True

    @property
    def forward(self) -> int:
        """How many frames go forward."""
        return len(self.steps) if self.turn is None else self.turn + 1

    def duration(self, frame: int) -> int:
        """How long a frame is shown: the last one that goes forward is held."""
        return self.times[frame] + (self.hold if frame == self.forward - 1 else 0)

    def frame(self, number: int | None) -> int:
        """The place of a frame that is counted from 0, or back from -1, among those that go forward; None: the last.

        Raises RequestError when there is no such frame.
        """
        count = self.forward
        if number is None:
            return count - 1
        if isinstance(number, bool) or not isinstance(number, int) or not -count <= number < count:
            many = "is 1 frame" if count == 1 else f"are {count} frames"
            raise RequestError("frame", number, f"there {many}", f"count from 0 to {count - 1}, or back from -1")
        return number % count

    def bounced(self) -> "Timing":
        """The same forth and back; played once it ends where it began, else the first frame starts the next round."""
        if len(self.steps) < 2:
            return self
        back = range(len(self.steps) - 2, -1 if self.loop == 1 else 0, -1)
        steps, times = ((*every, *(every[i] for i in back)) for every in (self.steps, self.times))
        return replace(self, steps=steps, times=times, turn=len(self.steps) - 1)

    def stilled(self, frame: int) -> "Timing":
        """One frame alone."""
        return replace(self, steps=(self.steps[frame],), times=(self.times[frame],), turn=None)

    def paced(self, row: int, *, is_numeric: bool) -> "Timing":
        """The same at a pace to follow: the first `row` of output slowly, the rest of many steps faster."""
        return replace(self, times=pace(len(self.steps), row, is_numeric=is_numeric))


def pace(count: int, row: int, *, is_numeric: bool) -> tuple[int, ...]:
    """How long each of `count` steps is shown, in centiseconds, where a row of output takes `row` of them.

    The first rests for twice its time. When all would take more than 12 s, those after the first row are shortened to
    make it so many, but not below a tenth of a second.
    """
    each = _NUMERIC_STEP if is_numeric else _STEP
    times = [2 * each] + [each] * (count - 1)
    slow = min(row, _MOST_SLOW)
    if count <= slow or sum(times) <= _IN_ALL:
        return tuple(times)
    left = _IN_ALL - sum(times[:slow])
    quick = max(_QUICKEST, left // (count - slow))
    return (*times[:slow], *[quick] * (count - slow))


def glide_time(lasts: int, betweens: int) -> int:
    """How many of the centiseconds that a step lasts go to so many in-betweens at its end; 0 where it is too short."""
    each = min(_GLIDE, lasts // 2) // betweens
    return each * betweens if each >= SHORTEST else 0


def timing(
    total: int,
    *,
    step_time: float | None = None,
    hold: float = 2.5,
    loop: int = 0,
    steps: str | None = None,
    most: int = MOST_FRAMES,
    slow: int = 0,
    sample: Callable[[int], Sequence[int]] | None = None,
) -> Timing:
    """The timing of `total` steps: `step_time` and `hold` in seconds, `steps` a slice "A:B", at most `most` frames.

    Every step takes `step_time`, or half a second where there is none. Past `most` frames the steps are sampled
    evenly, the first and the last kept.

    Raises RequestError when a time does not fit a GIF, the slice is empty or outside, or a count is below its least.
    """
    per_step = _STEP if step_time is None else _centiseconds("step_time", step_time, SHORTEST)
    held = _centiseconds("hold", hold, 0)
    if per_step + held > LONGEST:
        raise RequestError("hold", hold, f"a frame lasts at most {LONGEST / 100} s", "try a shorter time")
    if isinstance(loop, bool) or not isinstance(loop, int) or not 0 <= loop <= 65_535:
        raise RequestError("loop", loop, "not a whole number from 0 to 65535", "try 0 (for ever) or 1 (once)")
    if isinstance(most, bool) or not isinstance(most, int) or most < 2:
        raise RequestError("max_frames", most, "must be a whole number of at least 2", "try 500")
    if isinstance(slow, bool) or not isinstance(slow, int) or slow < 0:
        raise RequestError("slow", slow, "not a whole number of steps", "try 1, or 0 for none")
    shown = range(total) if steps is None else _sliced(steps, total)
    chosen = sample(most) if sample is not None and len(shown) == total > most else _sampled(shown, most)
    return Timing(chosen, (per_step,) * len(chosen), held, loop, slow=slow)


def raster(size: Sequence[int], sheets: int, order: str, most: int, *, least: int = 0) -> Sequence[int]:
    """At most `most` steps over all positions of some sheets: whole rows and columns of them, evenly spread.

    The first and the last step are among them. Where there is no room for two rows and columns of every sheet, steps
    are spread evenly instead; with `least` there are fewer sheets, evenly spread, of each of which so many are shown.
    """
    rows, columns = size if len(size) == 2 else (1, size[0])
    kept = min(sheets, max(2, most // min(least, rows * columns))) if least else sheets
    share = (most / (kept * rows * columns)) ** 0.5
    tall = min(rows, max(2, int(rows * share)), max(2, most // (kept * min(columns, 2))))
    wide = min(columns, max(2, most // (kept * tall)))
    if kept * tall * wide > most:
        return _sampled(range(sheets * rows * columns), most)
    cells = [r * columns + c for r in _spread(rows, tall) for c in _spread(columns, wide)]
    return tuple(
        sorted(step_at(s, cell, sheets, rows * columns, order) for s in _spread(sheets, kept) for cell in cells)
    )


def _spread(count: int, kept: int) -> list[int]:
    return [round(i * (count - 1) / max(kept - 1, 1)) for i in range(kept)]


def _sampled(steps: range, most: int) -> Sequence[int]:
    if len(steps) <= most:
        return steps
    last = len(steps) - 1
    return tuple(steps[round(i * last / (most - 1))] for i in range(most))


def _sliced(text: str, total: int) -> range:
    match = _SLICE.fullmatch(text) if isinstance(text, str) else None
    if match is None or "-" in match.groups():
        raise RequestError("steps", text, "not a slice of the steps", "give first:end such as 0:10, :5 or -5:")
    start, end = (int(part) if part else None for part in match.groups())
    if any(bound is not None and not -total <= bound <= total for bound in (start, end)):
        raise RequestError("steps", text, f"outside of the {total} steps", f"stay within 0:{total}")
    shown = range(total)[start:end]
    if not shown:
        raise RequestError("steps", text, f"holds none of the {total} steps", f"try 0:{total}")
    return shown


def _centiseconds(field: str, seconds: float, least: int) -> int:
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or not math.isfinite(seconds) or not least / 100 <= seconds <= LONGEST / 100:
        rule = f"not a time from {least / 100:g} to {LONGEST / 100:g} seconds"
        raise RequestError(field, seconds, rule, "try 0.5")
    return max(least, round(100 * seconds))
