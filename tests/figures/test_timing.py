"""Which steps are shown and for how long."""

import math
from itertools import pairwise

import pytest
from helpers.campaigns import together
from hypothesis import given
from hypothesis import strategies as st

from convanim import Conv, Options
from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.timing import LONGEST, pace, timing


def refusal(**options: object) -> RequestError:
    """The refusal that a timing of nine steps meets."""
    with pytest.raises(RequestError) as refused:
        timing(9, **options)  # type: ignore[arg-type]
    return refused.value


def test_by_default_every_step_is_shown_for_half_a_second_for_ever() -> None:
    """Half a second a step, two and a half more on the last, repeated for ever."""
    shown = timing(3)
    assert (list(shown.steps), shown.loop) == ([0, 1, 2], 0)
    assert [shown.duration(frame) for frame in range(3)] == [50, 50, 300]


def test_a_single_frame_is_the_last_one_too() -> None:
    """The only frame of an animation is held."""
    assert timing(1).duration(0) == 300


@given(st.floats(0.02, 600), st.floats(0, 55))
def test_times_are_whole_centiseconds(step_time: float, hold: float) -> None:
    """Times are rounded to centiseconds, never below the two that browsers play as they stand."""
    shown = timing(2, step_time=step_time, hold=hold)
    assert shown.duration(0) == max(2, round(100 * step_time))
    assert shown.duration(1) == shown.duration(0) + round(100 * hold)
    assert shown.duration(1) <= LONGEST


@given(total=st.integers(1, 40), start=st.integers(-45, 45) | st.none(), end=st.integers(-45, 45) | st.none())
def test_a_slice_is_pythons_or_refused(total: int, start: int | None, end: int | None) -> None:
    """`A:B` is the slice that Python takes; what is empty or outside is refused."""
    text = f"{'' if start is None else start}:{'' if end is None else end}"
    expected = list(range(total)[start:end])
    inside = all(bound is None or -total <= bound <= total for bound in (start, end))
    if expected and inside:
        assert list(timing(total, steps=text).steps) == expected
    else:
        with pytest.raises(RequestError) as refused:
            timing(total, steps=text)
        assert refused.value.field == "steps"
        assert f"{total}" in str(refused.value)


@given(total=st.integers(1, 3000), most=st.integers(2, 700))
def test_sampling_is_even_and_keeps_both_ends(total: int, most: int) -> None:
    """At most `most` frames, ascending, first and last kept, gaps that differ by at most one step."""
    steps = list(timing(total, most=most).steps)
    assert len(steps) == min(total, most)
    assert (steps[0], steps[-1]) == (0, total - 1)
    gaps = {after - before for before, after in pairwise(steps)}
    assert all(gap >= 1 for gap in gaps)
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_a_long_timing_is_not_spelled_out() -> None:
    """A billion steps cost nothing."""
    shown = timing(10**9, most=3)
    assert list(shown.steps) == [0, 500_000_000, 10**9 - 1] or list(shown.steps) == [0, 499_999_999, 10**9 - 1]


@together("text", ["", "3", "a:b", "1:2:3", "1.5:2", "--1:", "-:", ":-", "1:x", "１:２", "99999999999:"])
def test_what_is_no_slice_is_refused(text: str) -> None:
    """Only `A:B` with whole numbers is a slice."""
    error = refusal(steps=text)
    assert error.field == "steps"
    assert len(str(error).splitlines()) == 1


@together("field", ["step_time", "hold"])
@together("seconds", [-1, math.nan, math.inf, 656, "1", True])
def test_times_that_no_gif_can_say_are_refused(field: str, seconds: object) -> None:
    """Negative, endless or too long, or no number."""
    assert refusal(**{field: seconds}).field == field


def test_times_that_browsers_slow_down_are_refused() -> None:
    """Below two centiseconds a step browsers play ten; a hold of nothing is fine."""
    assert refusal(step_time=0).field == "step_time"
    assert refusal(step_time=0.019).field == "step_time"
    assert timing(2, step_time=0.02, hold=0).duration(1) == 2


def test_a_held_frame_fits_too() -> None:
    """The last frame's time with its hold must fit as well."""
    assert refusal(step_time=400, hold=400).field == "hold"


@together("loop", [-1, 65_536, 1.5, True, "1", None])
def test_loops_are_whole_numbers_of_two_bytes(loop: object) -> None:
    """0 to 65535."""
    assert refusal(loop=loop).field == "loop"
    assert timing(2, loop=65_535).loop == 65_535


@together("most", [1, 0, -5, 2.5, True, None])
def test_there_is_room_for_the_first_and_the_last(most: object) -> None:
    """At most means at least two."""
    assert refusal(most=most).field == "max_frames"


@given(count=st.integers(1, 600), row=st.integers(1, 600), is_numeric=st.booleans())
def test_a_pace_is_slow_at_first_and_never_slower_later(count: int, row: int, is_numeric: bool) -> None:
    """The first step rests, its row has its time, what follows is as quick as twelve seconds ask for."""
    times, each = pace(count, row, is_numeric=is_numeric), 120 if is_numeric else 50
    assert len(times) == count
    assert times[0] == 2 * each
    assert list(times[1:]) == sorted(times[1:], reverse=True)
    assert set(times[1 : min(row, 8)]) <= {each}
    assert min(times) >= 10
    assert sum(times) <= 1200 or times[-1] == 10 or count <= min(row, 8)


def test_forty_nine_steps_take_twelve_seconds() -> None:
    """A full convolution of 5×5 by 3×3: a first row at half a second a step, then faster."""
    clock = compose(Conv(7, 1), Options()).timing
    assert list(clock.times[:8]) == [100, *[50] * 6, 19]
    assert 1180 <= sum(clock.times) <= 1200


def test_numbers_have_more_time_than_none_and_a_step_time_holds_for_all() -> None:
    """1.2 s a step where there are numbers to follow, half a second where colours show them; what is asked for else."""
    for options, times in (
        (Options(values="arange"), [240, 120, 120, 120]),
        (Options(values="arange", heat_map=True), [100, 50, 50, 50]),
        (Options(values="arange", step_time=0.3), [30] * 4),
    ):
        assert list(compose(Conv(4, 3), options).timing.times) == times
