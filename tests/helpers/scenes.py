"""Scenes looked into, and walked through."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.layers.layer import ConvTranspose, Layer, LPPool, Pad, Sliding, padding_of
from convanim.render.boxes import Box
from convanim.render.frames import Renderer
from helpers.oracle import cells, oracle_of


def positions(layer: Layer, output: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Where the kernel's cells stand, by definition; on a transposed layer's line input cell a stands at a·stride."""
    if isinstance(layer, Pad):
        return [tuple(o - before for o, (before, _) in zip(output, layer.padding))]
    if not isinstance(layer, Sliding | LPPool):  # windows of their own, inside the input
        return [cell for _, cell in oracle_of(layer).taps[output] if cell is not None]
    axes = []
    for axis, o in enumerate(output):
        k, s, before = layer.kernel_size[axis], layer.stride[axis], padding_of(layer)[axis][0]
        d = getattr(layer, "dilation", (1, 1, 1))[axis]
        taps = range(k)
        axes.append([o + before - b * d if isinstance(layer, ConvTranspose) else o * s - before + b * d for b in taps])
    return cells_of(axes)


def real_under(layer: Layer, output: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The input cells that the window stands on, by definition: those that a pad copies are elsewhere."""
    real = [cell for _, cell in oracle_of(layer).taps[output] if cell is not None]
    return [cell for cell in real if not isinstance(layer, Pad) or cell in positions(layer, output)]


def cells_of(axes: list[list[int]]) -> list[tuple[int, ...]]:
    """All combinations of one entry an axis."""
    return [tuple(axis[i] for axis, i in zip(axes, at)) for at in cells(tuple(map(len, axes)))]


def walk(animation: Animation, steps: Sequence[int]) -> None:
    """Draw steps one after the other; each must equal the same from scratch, and differ in the named boxes alone."""
    scene, theme = animation.scene, animation.theme
    renderer = Renderer(scene, theme)
    before: NDArray[np.uint8] | None = None
    for step in steps:
        frame = renderer.frame(step)
        fresh = Renderer(scene, theme).frame(step)
        assert frame.pixels.shape == (scene.height, scene.width, 4)
        assert np.array_equal(frame.pixels, fresh.pixels), f"step {step} of {list(steps)}"
        assert fresh.changed == (Box(0, 0, scene.width, scene.height),)
        if before is not None:
            outside = np.any(frame.pixels != before, axis=2)
            for box in frame.changed:
                outside[box.region] = False
            assert not outside.any(), f"step {step} of {list(steps)}"
        before = frame.pixels.copy()
