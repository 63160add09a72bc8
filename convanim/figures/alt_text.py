"""Figures in words, for those who do not see the picture: a title, and a sentence or two."""

from convanim.figures.subject import Comparison, Shown, difference_of, with_its_pool
from convanim.layers.axis import Axis
from convanim.layers.backward import Backward, reading_asked
from convanim.layers.layer import ConvTranspose, Layer, MaxUnpool, input_shape, output_shape
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import spelled_shape
from convanim.networks.cell_field import CellField
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.network import Network
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.backward import backward_title
from convanim.words.language import Words
from convanim.words.layer_names import brief, layer_title, stages_in_brief

_LOOKED_AT = 10_000  # windows of an axis, to know the smallest
_MOST_TOLD = 24  # blocks of a network


def default_title(figure: Shown, words: Words) -> str:
    """What a figure is called when its maker gives no title: `Convolution, kernel 3×3, stride 2`."""
    if isinstance(figure, Comparison):
        return " | ".join(part.title or default_title(part.figure, words) for part in figure.parts)
    if isinstance(figure, Network):
        return words.counted("network", len(figure.nodes))
    if isinstance(figure, Backward):
        return backward_title(figure, words)
    if isinstance(figure, CellField):
        from convanim.words.cell_fields import field_title  # most figures are of a layer or chain

        return field_title(figure, words)
    if isinstance(figure, Chain):
        return stages_in_brief(figure, words)
    return layer_title(figure, words)


def alt_text(figure: Shown, words: Words, transposed_as: str | None = None) -> str:
    """The alternative text of a figure: what it is of, its sizes, what moves and what comes out."""
    if isinstance(figure, Comparison):
        return _comparison(figure, words)
    if isinstance(figure, Network):
        return _network(figure, words)
    if isinstance(figure, Backward):
        return _backward(figure, words, reading_asked(figure, transposed_as) == "scatter")
    if isinstance(figure, CellField):
        return _field(figure, words)
    return _chain(figure, words) if isinstance(figure, Chain) else _layer(figure, words, transposed_as == "scatter")


def _layer(layer: Layer, words: Words, is_scatter: bool) -> str:
    if isinstance(layer, MaxUnpool) and len(layer.input_size) < 3:  # three axes are drawn without the pool
        figure = with_its_pool(layer)
        if isinstance(figure, Chain):
            return _chain(figure, words)
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    if is_scatter:
        how = words("alt_scatter", input=read, output=made)
    else:
        of_what = {
            Reduction.MAX: "alt_gather_max",
            Reduction.MEAN: "alt_gather_mean",
            Reduction.NORM: "alt_gather_norm",
        }
        name = of_what.get(operation_of(layer).reduction, "alt_gather")
        how = words(name, window=_window(layer, words), input=_lined_up(layer, read, words), output=made)
    return words("alt_titled", title=default_title(layer, words), text=how)


def _backward(backward: Backward, words: Words, is_scatter: bool) -> str:
    layer, has_channels = backward.layer, backward.layer.in_channels is not None
    sizes = {
        "input": spelled_shape(input_shape(layer), has_channels=has_channels),
        "output": spelled_shape(output_shape(layer), has_channels=has_channels),
        "window": _window(layer, words),
    }
    reduction = operation_of(layer).reduction
    if backward.by == "weight":
        name = "alt_back_weight"
    elif reduction is Reduction.SUM:
        name = "alt_back_scatter" if is_scatter else "alt_back_gather"
    else:
        name = "alt_back_max" if reduction is Reduction.MAX else "alt_back_mean"
    return words("alt_titled", title=backward_title(backward, words), text=words(name, **sizes))


def _window(layer: Layer, words: Words) -> str:
    spans = [_spans(axis) for axis in layer.axes]
    return "×".join(spans) if len(spans) > 1 else words("alt_window", size=spans[0])


def _spans(axis: Axis) -> str:
    """How many cells windows span: `2`, or `1–2` where they are not alike."""
    found = {axis.span(output) for output in range(min(axis.output_size, _LOOKED_AT))}
    return str(axis.footprint) if axis.own is None or len(found) == 1 else f"{min(found)}–{max(found)}"


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


def _network(network: Network, words: Words) -> str:
    from convanim.networks.blocks import blocks_of, focus_of
    from convanim.words.network_names import block_in_brief, block_lines, block_shape

    blocks = blocks_of(network)
    told = [block_in_brief(block, words) for block in blocks[1:]]
    if len(told) > _MOST_TOLD:
        told = [*told[: _MOST_TOLD // 2], "…", *told[-_MOST_TOLD // 2 :]]
    seen = " ".join(block_lines(blocks[focus_of(blocks)], words))
    return words("alt_network", input=block_shape(blocks[0]), blocks=words("list").join(told), focus=seen)


def _field(figure: CellField, words: Words) -> str:
    from convanim.words.cell_fields import of_cell, told_texts

    told = words("list").join(told_texts(figure, words).values())
    name = "alt_field" if figure.effective_box is None else "alt_field_heat"
    read = spelled_shape(figure.network.input_shape, has_channels=True)
    return words(name, cell=of_cell(figure, words), input=read, told=told)


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
    from convanim.words.differences import framed_verdict

    return words("alt_differences", text=told, verdict=framed_verdict(difference, words))
