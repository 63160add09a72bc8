"""Figures in words, for those who do not see the picture: a title, and a sentence or two."""

from convanim.figures.subject import Comparison, Subject, difference_of
from convanim.layers.axis import Axis
from convanim.layers.layer import AvgPool, ConvTranspose, Layer, MaxPool, input_shape, output_shape
from convanim.layers.sizes import spelled, spelled_shape
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.differences import verdict
from convanim.words.language import Words
from convanim.words.layer_names import brief, layer_title, stages_in_brief


def default_title(figure: Subject, words: Words) -> str:
    """What a figure is called when its maker gives no title: `Convolution, kernel 3×3, stride 2`."""
    if isinstance(figure, Comparison):
        return " | ".join(part.title or default_title(part.figure, words) for part in figure.parts)
    if isinstance(figure, Chain):
        return stages_in_brief(figure, words)
    return layer_title(figure, words)


def alt_text(figure: Subject, words: Words, transposed_as: str = "gather") -> str:
    """The alternative text of a figure: what it is of, its sizes, what moves and what comes out."""
    if isinstance(figure, Comparison):
        return _comparison(figure, words)
    return _chain(figure, words) if isinstance(figure, Chain) else _layer(figure, words, transposed_as == "scatter")


def _layer(layer: Layer, words: Words, is_scatter: bool) -> str:
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    if is_scatter:
        how = words("alt_scatter", input=read, output=made)
    else:
        name = "alt_gather_max" if isinstance(layer, MaxPool) else "alt_gather"
        name = "alt_gather_mean" if isinstance(layer, AvgPool) else name
        how = words(name, window=_window(layer, words), input=_lined_up(layer, read, words), output=made)
    return words("alt_titled", title=default_title(layer, words), text=how)


def _window(layer: Layer, words: Words) -> str:
    spans = tuple(axis.footprint for axis in layer.axes)
    return spelled(spans) if len(spans) > 1 else words("alt_window", size=str(spans[0]))


def _lined_up(layer: Layer, read: str, words: Words) -> str:
    """The input as windows see it."""
    zeros = "_zeros" if isinstance(layer, ConvTranspose) and max(layer.stride) > 1 else ""
    padded = "_padded" if any(map(_is_padded, layer.axes)) else ""
    return words(f"alt_input{zeros}{padded}", shape=read)


def _is_padded(axis: Axis) -> bool:
    return any(not 0 <= p <= (axis.input_size - 1) * axis.spread for p in (axis.positions[0], axis.positions[-1]))


def _chain(chain: Chain, words: Words) -> str:
    read = spelled_shape(chain.shapes[0], has_channels=chain.has_channels)
    stages = words("list").join(_stage(stage, words) for stage in chain.stages)
    return words.counted("alt_chain", len(chain.stages), input=read, stages=stages)


def _stage(stage: Stage, words: Words) -> str:
    if isinstance(stage, Pointwise):  # what it makes is as large as what it reads
        return brief(stage, words)
    made = spelled_shape(shape_out_of(stage), has_channels=stage.in_channels is not None)
    return words("alt_stage", name=brief(stage, words), shape=made)


def _comparison(comparison: Comparison, words: Words) -> str:
    parts = []
    for number, part in enumerate(comparison.parts, start=1):
        text = alt_text(part.figure, words, part.options.transposed_as)
        if part.title:
            text = words("alt_titled", title=part.title, text=text)
        parts.append(words("alt_part", number=number, text=text))
    told = words("alt_comparison", count=len(parts), parts=words("sentences").join(parts))
    difference = difference_of(comparison)
    if difference is None:
        return told
    return words("alt_differences", text=told, verdict=verdict(difference, words))
