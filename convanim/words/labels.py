"""What stands beside the maps: their names and shapes, and what a picture leaves out."""

from convanim.layers.sizes import Sizes, spelled_shape

INPUT, OUTPUT = "input", "output"  # unless a figure's maker has other words
GRIDLESS = "drawn without the grid of cells; window not to scale"
GRIDLESS_COPIES = "drawn without the grid of cells or their copies; window not to scale"


def map_label(
    words: str, size: Sizes, channels: int, has_channels: bool, drawn: tuple[int, ...], remark: str = ""
) -> tuple[str, ...]:
    """A map's words, its shape, and what is left out of it."""
    shape = spelled_shape((channels, *size) if has_channels else size, has_channels=has_channels)
    left_out = f"{len(drawn)} of {channels:,} drawn" if len(drawn) < channels else ""
    return tuple(line for line in (words, shape, left_out, remark) if line)


def steps_shown(frames: int, steps: int) -> str:
    """How many of a figure's steps its frames show."""
    return f"{frames:,} of {steps:,} steps"
