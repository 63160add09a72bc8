"""The canonical form of a layer: two layers that have the same one have the same sizes, taps and numbers."""

from dataclasses import replace

from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    Sliding,
    Upsample,
)

_LOOKED_AT = 1_000  # cells of an axis


def canonical(layer: Layer) -> Layer:
    """The same layer, with arguments that change nothing as they are where nobody gives them.

    These are a padding mode or `count_include_pad` without padding, and output_padding as far as it uncovers what
    padding has cropped. An adaptive pool whose windows are alike is the plain pool that it equals,
    an interpolation is said by its size where that comes to the same, and by the name of its rule that most know.
    """
    if isinstance(layer, ConvTranspose):
        both = [min(after, extra) for (_, after), extra in zip(layer.padding, layer.output_padding)]
        padding = tuple((before, after - less) for (before, after), less in zip(layer.padding, both))
        extras = tuple(extra - less for extra, less in zip(layer.output_padding, both))
        return replace(layer, padding=padding, output_padding=extras)
    if isinstance(layer, AdaptiveMaxPool | AdaptiveAvgPool):
        if any(n % out for n, out in zip(layer.input_size, layer.output_size)):
            return layer
        kernel = tuple(n // out for n, out in zip(layer.input_size, layer.output_size))
        plain = MaxPool if isinstance(layer, AdaptiveMaxPool) else AvgPool
        return plain(layer.input_size, kernel, in_channels=layer.in_channels)
    if isinstance(layer, Upsample):
        return _upsample(untied(layer))
    if not isinstance(layer, Sliding):
        return layer
    is_bare = not any(map(any, layer.padding))
    if isinstance(layer, Conv) and is_bare:
        return replace(layer, padding_mode="zeros")
    if isinstance(layer, AvgPool) and is_bare:
        return replace(layer, count_include_pad=True)
    return layer


def untied(layer: Upsample) -> Upsample:
    """Nearest by round_prefer_floor is PyTorch's nearest-exact where no point lies halfway between two cells."""
    if (layer.coordinate_transformation_mode, layer.nearest_mode) != ("half_pixel", "round_prefer_floor"):
        return layer
    exact = replace(layer, mode="nearest-exact", coordinate_transformation_mode=None, nearest_mode=None)
    along = [(one.own, other.own) for one, other in zip(layer.axes, exact.axes)]
    alike = all(
        one is not None and other is not None and one.start(output) == other.start(output)
        for (one, other), size in zip(along, layer.size)
        for output in range(min(size, _LOOKED_AT))
    )
    return exact if alike and max(layer.size) <= _LOOKED_AT else layer


def _upsample(layer: Upsample) -> Layer:
    by_size = replace(layer, scale_factor=None)
    layer = by_size if by_size.axes == layer.axes else layer
    is_whole = all(out % n == 0 for n, out in zip(layer.input_size, layer.size))
    if layer.mode == "nearest-exact" and layer.scale_factor is None and is_whole:
        return replace(layer, mode="nearest")
    return layer
