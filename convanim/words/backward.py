"""The backward pass of a layer in words: what it is called, why it is the layer that it is, and its formula."""

from dataclasses import replace

from convanim.layers.backward import Backward, rounded_off
from convanim.layers.layer import Conv, ConvTranspose, MaxPool, Sliding, dilation_of
from convanim.layers.sizes import spelled_short
from convanim.words.formulas import axis_names, size_formulas
from convanim.words.language import Words
from convanim.words.layer_names import layer_title, parameters
from convanim.words.numerals import MINUS


def map_phrases(backward: Backward) -> dict[str, str]:
    """By the names of a layer's maps, and of its kernel, the phrases of what stands there in its backward pass."""
    if backward.by == "input":
        return {"input": "gradient_of_output", "output": "gradient_of_input"}
    made = {"output": "gradient_of_weights"}
    if isinstance(backward.layer, Conv):
        return {"input": "input", "kernel": "gradient_of_output", **made}
    return {"input": "gradient_of_output", "kernel": "input", **made}


def backward_words(backward: Backward, words: Words) -> Words:
    """A language in which the maps of a layer are called what they are in its backward pass."""
    phrases = dict(words.phrases)
    for name, phrase in map_phrases(backward).items():
        said = words(phrase)
        if name != "kernel":
            phrases[name] = said
            continue
        phrases["kernel"] = said + " {size}"
        phrases |= dict.fromkeys(("kernel_map", "filter", "filters"), said)
    if isinstance(backward.layer, MaxPool):
        phrases["key_winner"] = words("key_won")
    return replace(words, phrases=phrases)


def backward_title(backward: Backward, words: Words) -> str:
    """It in one line, as a title: `Convolution, kernel 3×3, stride 2, backward by the input`."""
    return words(f"backward_{backward.by}", layer=layer_title(backward.layer, words))


def backward_name(backward: Backward, words: Words) -> str:
    """It in one line: `conv, kernel 3×3, stride 2, backward by the input`."""
    return words(f"backward_{backward.by}", layer=parameters(backward.layer, words))


def backward_caption(backward: Backward, words: Words) -> tuple[str, ...]:
    """The lines of its caption: what it is, why, and the formulas of its cells and its size."""
    return (backward_name(backward, words), *reasons(backward, words), *formulas(backward, words))


def reasons(backward: Backward, words: Words) -> tuple[str, ...]:
    """Why it is the layer that it is."""
    layer, drawn = backward.layer, backward.drawn
    assert isinstance(layer, Sliding)
    if backward.by == "weight":
        sizes = {"stride": spelled_short(drawn.stride), "dilation": spelled_short(drawn.dilation)}
        why = words("back_weight" if isinstance(layer, Conv) else "back_weight_transposed", **sizes)
        is_paired = drawn.out_channels not in (None, 1)
        return (why, words("back_pairs", map=words(map_phrases(backward)["input"]))) if is_paired else (why,)
    if isinstance(layer, ConvTranspose):
        return (words("back_conv_transpose"),)
    if isinstance(layer, Conv):
        extra = rounded_off(layer)
        more = (words("back_output_padding", size=spelled_short(extra)),) if any(extra) else ()
        return (words("back_conv"), *more)
    if isinstance(layer, MaxPool):
        return (words("back_max"),)
    is_padded = any(map(any, layer.padding)) and layer.count_include_pad
    return (words("back_mean_padded" if is_padded else "back_mean"),)


def formulas(backward: Backward, words: Words) -> tuple[str, ...]:
    """What its cells are, ∂ before a number for its gradient, and the formulas of its size."""
    layer = backward.layer
    if not isinstance(layer, Conv | ConvTranspose):
        return ()
    by_input, is_conv = backward.by == "input", isinstance(layer, Conv)
    made, read = ("∂x[i]", "w[k]·∂y[o]") if by_input else ("∂w[k]", "x[i]·∂y[o]")
    name = words("gradient_of_input" if by_input else "gradient_of_weights")
    places = places_of(layer, words, *(("i", "o") if is_conv else ("o", "i")))
    sizes = size_formulas(backward.drawn, words) if by_input else ()
    return (words.titled(name, words("list").join([f"{made} = Σ {read}", *places])), *sizes)


def places_of(layer: Sliding, words: Words, one: str, other: str) -> list[str]:
    """Where a cell of one map and one of the kernel meet the other: `i = 2·o − 1 + k`; by axis where these differ."""
    found = []
    for stride, (before, _), dilation in zip(layer.stride, layer.padding, dilation_of(layer)):
        start = f" {MINUS} {before}" if before else ""
        found.append(f"{one} = {_times(stride, other)}{start} + {_times(dilation, 'k')}")
    if len(set(found)) == 1:
        return found[:1]
    return [words.titled(name, text) for name, text in zip(axis_names(layer, words), found)]


def _times(number: int, letter: str) -> str:
    return letter if number == 1 else f"{number}·{letter}"
