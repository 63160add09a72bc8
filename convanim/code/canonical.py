"""The canonical form of a layer: two layers that have the same one have the same sizes, taps and numbers."""

from dataclasses import replace

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer


def canonical(layer: Layer) -> Layer:
    """The same layer, with arguments that change nothing as they are where nobody gives them.

    These are a padding mode or `count_include_pad` without padding, and output_padding as far as it uncovers what
    padding has cropped.
    """
    if isinstance(layer, ConvTranspose):
        both = [min(after, extra) for (_, after), extra in zip(layer.padding, layer.output_padding)]
        padding = tuple((before, after - less) for (before, after), less in zip(layer.padding, both))
        extras = tuple(extra - less for extra, less in zip(layer.output_padding, both))
        return replace(layer, padding=padding, output_padding=extras)
    is_bare = not any(map(any, layer.padding))
    if isinstance(layer, Conv) and is_bare:
        return replace(layer, padding_mode="zeros")
    if isinstance(layer, AvgPool) and is_bare:
        return replace(layer, count_include_pad=True)
    return layer
