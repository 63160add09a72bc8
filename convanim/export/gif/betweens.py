"""How many in-betweens a GIF has room for: as many as leave it within half as large again as it is without.

Lines that glide across a grid are many pixels to be told anew, so that some figures have room for all in-betweens and
others for none.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from math import inf
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, TypeAlias

from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import films
from convanim.figures.timing import BETWEENS
from convanim.scene.scene import Scene

MOST = 1.5  # times the size without them
_SAMPLE = 6  # steps that tell about how much more all would take
_SURE = 1.2  # times the room there is must be too little for so many, where it is told from the beginning of a file
_KEPT = 1 << 22  # bytes of a file that are kept in memory

# A film, from its frames if they are drawn; it may stop when it has written more than so many bytes.
Write: TypeAlias = Callable[[Animation, IO[bytes], Frames, Progress, float], None]


def write_fitting(
    animation: Animation, stream: IO[bytes], drawn: Frames, progress: Progress, writing: Callable[[Scene], Write]
) -> None:
    """Write an animation that glides as far as it has room; `drawn` are the frames of its whole film.

    `writing` gives what writes films of a scene. `progress` is called once for each frame of the whole film, however
    many are drawn to find out what fits.
    """
    played = films(animation)
    whole = played[-1]
    write, left = writing(whole[0].scene), iter(whole[0].timing.steps)

    def told(most: int | None = 1) -> None:
        for _ in islice(left, most):
            progress()

    @contextmanager
    def made(film: Animation, frames: Frames = None, most: float = inf) -> Iterator[tuple[IO[bytes], list[int]]]:
        """The file of a film at its beginning, and how long it was after each frame; it ends when it is past `most`."""
        sizes: list[int] = []
        with SpooledTemporaryFile(max_size=_KEPT) as file:

            def one_more() -> None:
                sizes.append(file.tell())
                told()

            write(film, file, frames, one_more, most)
            file.seek(0)
            yield file, sizes

    with made(played[0][0]) as (plain, few):
        room = (MOST - 1) * few[-1]
        betweens = BETWEENS
        if animation.timing.forward > _SAMPLE:
            with made(_first(*whole)) as (_, many):
                more = many[-1] - few[played[0][1][_SAMPLE - 1]]
            betweens = _fitting(room, BETWEENS, more * (len(animation.timing.steps) - 1) / (_SAMPLE - 1))
        while betweens:
            film, _ = played[betweens]
            with made(film, drawn if betweens == BETWEENS else None, MOST * few[-1]) as (gliding, many):
                if many[-1] <= MOST * few[-1]:
                    copyfileobj(gliding, stream)
                    break
                all_of_it = (many[-1] - many[0]) * (len(film.timing.steps) - 1) / (len(many) - 1)
            betweens = min(betweens - 1, _fitting(_SURE * room, betweens, all_of_it - (few[-1] - few[0])))
        else:
            copyfileobj(plain, stream)
    told(None)  # those that there was no room for


def _first(film: Animation, own: Sequence[int]) -> Animation:
    """The beginning of a film: the first steps, and what is between."""
    clock, count = film.timing, own[_SAMPLE - 1] + 1
    clock = replace(clock, steps=clock.steps[:count], times=clock.times[:count], turn=None, hold=0)
    return replace(film, timing=clock, still=0)


def _fitting(room: float, betweens: int, more: float) -> int:
    """The most in-betweens that may fit into so many bytes, where so many of them take so many more."""
    return min(BETWEENS, int(betweens * room / more)) if more > 0 else BETWEENS
