"""Where in a chain cells may move between channels: chains know of boxes of cells, and some of channels, alone."""

from collections.abc import Sequence

from convanim.errors import RequestError
from convanim.layers.layer import Conv, ConvTranspose, Fold, PixelShuffle, Rearranged
from convanim.networks.pointwise import Pointwise, Stage


def refuse_no_boxes(stages: Sequence[Stage]) -> None:
    """Raise RequestError for stages of which some cell does not depend on the same box of each channel that it reads.

    A pixel shuffle may have pointwise steps behind it alone, since its neighbouring cells are of different channels. An
    unshuffle or unfold must have what reads all of its channels next: together they are a box of the input.
    """
    for number, stage in enumerate(stages, start=1):
        if not isinstance(stage, Rearranged):
            continue
        behind = [each for each in stages[number:] if not isinstance(each, Pointwise)]
        if isinstance(stage, Fold):
            rule = "it adds up cells from another place of each channel"
        elif isinstance(stage, PixelShuffle):
            if not behind:
                continue
            rule = f"{behind[0].op} behind it would read other places of each channel: no layer may follow"
        else:
            if behind and isinstance(behind[0], Conv | ConvTranspose) and behind[0].groups == 1:
                continue
            rule = "a convolution of all its channels must follow: each of them alone is of other places"
        fix = f"give {stage.op} a figure of its own; network tells the whole"
        raise RequestError(f"stage {number}", stage.op, rule, fix)
