"""The backward pass of a layer laid out: as the layer that it is, with its own names and numbers."""

from dataclasses import replace
from typing import Any

from convanim.errors import RequestError
from convanim.figures.layouts.in_common import ALONE, InCommon
from convanim.figures.layouts.layout import Layout, is_heat, laid_out
from convanim.figures.layouts.products import product_of
from convanim.figures.layouts.volumes import is_volume, volume_of
from convanim.figures.options import Options
from convanim.layers.backward import Backward, reading_asked
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool
from convanim.numbers.gradients import values_in
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.transforms import renamed
from convanim.views.registry import PRODUCTS
from convanim.words.backward import backward_caption, backward_words, map_phrases
from convanim.words.language import Words


def backward_layout(
    backward: Backward,
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    common: InCommon = ALONE,
) -> Layout:
    """The scene of a backward pass, as `laid_out` has it; its maps are called what they are in keys, too."""
    own = _options(backward, options)
    if own.transposed_as == "scatter" and not isinstance(backward.drawn, ConvTranspose):
        rule = "this gradient is a convolution, whose cells gather"
        raise RequestError("transposed_as", "scatter", rule, "leave it out")
    if is_volume(backward.drawn):
        volume_of(backward.drawn, own)
    if options.view in PRODUCTS:
        if isinstance(backward.layer, MaxPool | AvgPool):
            rule = "what flows back through a pool is drawn as maps"
            raise RequestError("view", options.view, rule, "try flat or iso")
        product_of(backward.drawn, options, options.view, is_heat=is_heat(options))
    values = values_in(backward, options)
    made = laid_out(
        backward.drawn,
        values,
        backward_caption(backward, words) if options.caption else (),
        own,
        backward_words(backward, words),
        font,
        size,
        common,
    )
    names = map_phrases(backward)
    return replace(made, scene=renamed(made.scene, lambda name: names.get(name, name)))


def _options(backward: Backward, options: Options) -> Options:
    """The options of the layer that it is: where the numbers come from says whether they are drawn as light."""
    reads_input = backward.by == "weight" and isinstance(backward.layer, Conv)
    source: Any = options.values if reads_input else options.gradient_values
    return replace(options, values=source, transposed_as=reading_asked(backward, options.transposed_as))
