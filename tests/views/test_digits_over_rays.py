"""Rays run behind digits, whatever cell these stand in."""

from typing import Any

import numpy as np
import pytest
from helpers.pixels import inks

from convanim import AvgPool, Conv, MaxPool, Options, PixelShuffle
from convanim.figures.animation import compose
from convanim.figures.film import film
from convanim.layers.layer import input_shape
from convanim.scene.scene import Lines, Texts, shown

ROLES = ("input", "unread", "padding", "window", "window_padding", "winner")
LAYERS = [
    Conv(5, 3, padding=1, stride=2),
    MaxPool(5, 3),
    AvgPool("2@4", 2, 1),
    Conv("3@4", 2, out_channels=2),
    PixelShuffle("4@3", 2),
]
every_layer = pytest.mark.parametrize("layer", LAYERS)


def drawn(layer: Any) -> Any:
    """The slanted figure of a layer with numbers, each another."""
    values = np.arange(10, 10 + np.prod(input_shape(layer))).reshape(input_shape(layer))
    return compose(layer, Options(values=values, kernel_values=None, view="iso", width=720, glide=False))


@every_layer
def test_no_ray_crosses_a_digit(layer: Any) -> None:
    """None that is drawn over one meets it, under the window and elsewhere, unless another is written there instead."""
    shapes = drawn(layer).scene.shapes
    steps = drawn(layer).scene.steps
    crossings = 0
    for step in range(steps):
        written: set[tuple[float, float]] = set()
        met: list[Any] = []
        for shape in reversed(shapes):
            if isinstance(shape, Lines) and shape.role == "ray":
                along = np.linspace(0, 1, 600)[:, None, None]
                met.append(
                    (shape.at(step)[None, :, 0] * (1 - along) + shape.at(step)[None, :, 1] * along).reshape(-1, 2)
                )
            elif isinstance(shape, Texts) and shape.role in ROLES:
                over = np.concatenate([*met, np.zeros((0, 2))])
                for element in shown(shape.when, len(shape), step).tolist():
                    x, y = shape.points[element]
                    box = len(shape.string(step, element)) * 0.3 * shape.em, 0.36 * shape.em
                    if (x, y) not in written:
                        assert not (abs(over - (x, y)) < box).all(axis=1).any()
                    crossings += not met
                    written.add((x, y))
    assert crossings


@every_layer
def test_digits_are_there_once_and_stay_when_rays_are_gone(layer: Any) -> None:
    """Over the rays or below them, but not twice, which is bolder; at the end all are there."""
    animation = drawn(layer)
    seen = ("input", "unread")
    for step in range(animation.scene.steps):
        texts = [text for text, _ in inks(animation.scene, step, seen)]
        assert len(texts) == len(set(texts))
    played = film(animation)
    rest = [text for text, _ in inks(played.scene, played.scene.steps - 1, seen)]
    first = {text for text, _ in inks(animation.scene, 0, seen)}
    assert len(rest) == len(set(rest)) == len(first)
