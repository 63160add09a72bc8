"""What stands beside the maps: their names and shapes, and what a picture leaves out."""

from convanim.layers.sizes import Sizes, spelled, spelled_shape
from convanim.words.language import Words


def map_name(name: str, words: Words) -> str:
    """What a map is called whose maker has no word for it; `name` is that of its keys: `input`, `output`, `map 2`."""
    kind, _, number = name.partition(" ")
    if number:
        return words(kind, number=number)
    return words("kernel_map" if kind == "kernel" else kind)


def map_label(
    name: str,
    size: Sizes,
    channels: int,
    has_channels: bool,
    drawn: tuple[int, ...],
    words: Words,
) -> tuple[str, ...]:
    """A map's name, its shape, and what is left out of it."""
    shape = spelled_shape((channels, *size), has_channels=True) if has_channels else told_size(size, words)
    left_out = words("drawn_of", drawn=len(drawn), channels=channels) if len(drawn) < channels else ""
    return tuple(line for line in (name, shape, left_out) if line)


def told_size(size: Sizes, words: Words) -> str:
    """The size of a map beside it: `5×5`; of one axis `5 cells`, since a bare 5 might be one of its numbers."""
    return words.counted("cells", size[0]) if len(size) == 1 else spelled(size)


def steps_shown(frames: int, steps: int, words: Words) -> str:
    """How many of a figure's steps its frames show."""
    return words("steps_shown", frames=frames, steps=steps)
