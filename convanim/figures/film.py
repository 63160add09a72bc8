"""An animation as moving formats play it.

Its steps, the first of them part by part where that is asked for; between steps what glides from one to the next; and
at the end a rest, without the highlight of the last step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from convanim.figures.animation import Animation
from convanim.figures.timing import BETWEENS, SHORTEST, glide_time
from convanim.scene.gliding import Passage, glided, moves
from convanim.scene.transforms import Moment, in_parts, rested

_MOST_GLIDING = 64  # steps; of longer animations none glides


@dataclass(frozen=True)
class _Film:
    """An animation of frames; which of them are those of the animation that it plays, and what its steps are of it.

    The rest at its end is no step of it.
    """

    played: Animation
    own: Sequence[int]
    moments: Mapping[int, Moment]


def film(animation: Animation, betweens: int = BETWEENS) -> Animation:
    """The animation whose frames are played; the same where there is one frame, or nothing but steps.

    A film has steps of its own: its frames, forward. From step to step there are so many in-betweens.
    """
    return _film(animation, betweens).played


def films(animation: Animation) -> list[tuple[Animation, Sequence[int]]]:
    """Its films with no in-between, with one, and so on to `BETWEENS`; and which of their frames are its own.

    All show frames of one scene, so that what draws one of them can draw the others.
    """
    whole = _whole_film(animation)
    pairs = _gliding_pairs(animation, whole)
    times = {betweens: _glides(pairs, whole, betweens) for betweens in range(BETWEENS + 1)}
    return [(made.played, made.own) for made in _with_betweens(whole, times)]


def step_frames(animation: Animation, betweens: int = BETWEENS) -> Sequence[int]:
    """Which frames of the animation's film are those of the animation itself."""
    return _film(animation, betweens).own


def glides(animation: Animation) -> list[int]:
    """For how many centiseconds at its end each frame of the film without in-betweens glides to the next one."""
    whole = _whole_film(animation)
    return _glides(_gliding_pairs(animation, whole), whole, BETWEENS)


def _film(animation: Animation, betweens: int) -> _Film:
    whole = _whole_film(animation)
    times = _glides(_gliding_pairs(animation, whole), whole, betweens)
    return _with_betweens(whole, {betweens: times})[0] if any(times) else whole


def _whole_film(animation: Animation) -> _Film:
    """Steps, parts of the first ones, and the rest at the end."""
    timing = animation.timing
    moments, times = _moments(animation)
    if len(timing.steps) == 1 or (len(moments) == timing.forward and not timing.hold):
        return _Film(animation, range(len(timing.steps)), {step: (step, None) for step in timing.steps})
    scene, forward = in_parts(animation.scene, moments, len(moments)), len(moments)
    if timing.hold:
        scene, forward, times = rested(scene), forward + 1, [*times, max(SHORTEST, timing.hold)]
    whole = _whole(moments)
    back = range(timing.forward, len(timing.steps))
    played = replace(
        animation,
        scene=scene,
        timing=replace(
            timing,
            steps=(*range(forward), *(whole[2 * (timing.forward - 1) - frame] for frame in back)),
            times=(*times, *timing.times[timing.forward :]),
            hold=0,
            slow=0,
            turn=forward - 1,
            glides=False,
        ),
        still=whole[animation.still],
    )
    return _Film(played, (*whole, *range(forward, forward + len(back))), dict(enumerate(moments)))


def _gliding_pairs(animation: Animation, whole: _Film) -> set[tuple[int, int]]:
    """Which frames of a film without in-betweens lines glide between.

    They do between steps that follow each other, not to parts of the same nor to the rest.
    """
    moments = whole.moments
    if not animation.timing.glides or animation.timing.forward > _MOST_GLIDING:
        return set()
    return {
        pair
        for pair in pairwise(sorted(set(whole.played.timing.steps)))
        if pair[1] in moments and moments[pair[0]][0] < moments[pair[1]][0] and moves(whole.played.scene, *pair)
    }


def _glides(pairs: set[tuple[int, int]], whole: _Film, betweens: int) -> list[int]:
    """How long lines glide from each frame of a film to the next, in centiseconds; 0 where they do not."""
    clock = whole.played.timing
    if not betweens or not pairs:
        return [0] * len(clock.steps)
    every = zip(pairwise(clock.steps), clock.times)
    return [*(glide_time(lasts, betweens) if _ascending(pair) in pairs else 0 for pair, lasts in every), 0]


def _ascending(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)


def _with_betweens(whole: _Film, glides: Mapping[int, Sequence[int]]) -> list[_Film]:
    """Films of one scene: for each number of frames more where it glides, how long each frame does that."""
    played, steps = whole.played, whole.played.timing.steps
    passages = {Passage(step, step) for step in steps}
    for betweens, times in glides.items():
        for pair, glide in zip(pairwise(steps), times):
            passages.update(_between(*pair, betweens) if glide else ())
    order = sorted(passages, key=lambda passage: (passage.before, passage.share))
    number = {passage: place for place, passage in enumerate(order)}
    moments = {number[Passage(step, step)]: moment for step, moment in whole.moments.items()}
    gliding = replace(played, scene=glided(played.scene, order))
    return [_timed(whole, gliding, times, betweens, number, moments) for betweens, times in glides.items()]


def _timed(
    whole: _Film,
    gliding: Animation,
    glides: Sequence[int],
    betweens: int,
    number: Mapping[Passage, int],
    moments: Mapping[int, Moment],
) -> _Film:
    """The film of a scene of passages, of which each has a number, that glides with so many in-betweens."""
    timing = whole.played.timing
    frames: list[Passage] = []
    times: list[int] = []
    places = []
    for frame, (step, glide) in enumerate(zip(timing.steps, glides)):
        places.append(len(frames))
        frames.append(Passage(step, step))
        times.append(timing.times[frame] - glide)
        if glide:
            frames += _between(step, timing.steps[frame + 1], betweens)
            times += [glide // betweens] * betweens
    clock = replace(
        timing,
        steps=tuple(number[passage] for passage in frames),
        times=tuple(times),
        turn=None if timing.turn is None else places[timing.turn],
        glides=False,
    )
    return _Film(
        replace(gliding, timing=clock, still=places[whole.played.still]),
        [places[frame] for frame in whole.own],
        moments,
    )


def _between(one: int, other: int, betweens: int) -> list[Passage]:
    """What is between two steps, on the way from one to the other."""
    before, after = _ascending((one, other))
    passages = [Passage(before, after, number / (betweens + 1)) for number in range(1, betweens + 1)]
    return passages if one <= other else passages[::-1]


def _moments(animation: Animation) -> tuple[list[Moment], list[int]]:
    """What frames show forward, and for how long: steps, the first ones with all their parts before."""
    timing, scene = animation.timing, animation.scene
    moments: list[Moment] = []
    times: list[int] = []
    for frame, (step, lasts) in enumerate(zip(timing.steps[: timing.forward], timing.times)):
        parts = scene.parts(step) if frame < timing.slow else 0
        if parts:
            each = max(SHORTEST, timing.times[min(1, timing.forward - 1)] // 2)
            moments += [(step, part) for part in range(parts + 1)]
            times += [max(each, lasts // 2), *[each] * parts]
        moments.append((step, None))
        times.append(lasts)
    return moments, times


def _whole(moments: Sequence[Moment]) -> list[int]:
    """Where whole steps stand among moments."""
    return [place for place, (_, part) in enumerate(moments) if part is None]
