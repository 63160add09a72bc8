"""Layers that become code, and code that becomes layers, by chance: what comes back is the same layer."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from helpers.campaigns import campaign, listed
from helpers.strategies import LAYERS, layers
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim.code.canonical import canonical
from convanim.code.frameworks import FRAMEWORKS, code_table, read_code, to_code
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, Layer, Rearranged, Sliding, Upsample, channels_of, output_shape

Draw = st.DrawFn


@st.composite
def any_layers(draw: Draw, op: str) -> Layer:
    """Layers of one operation: with channels and groups or without, with every mode of padding, flipped or not."""
    layer: Any = draw(layers(op))
    if not isinstance(layer, Rearranged) and draw(st.booleans()):
        if isinstance(layer, Conv | ConvTranspose):
            groups, read, made = (draw(st.integers(1, 3)) for _ in range(3))
            layer = replace(layer, in_channels=groups * read, out_channels=groups * made, groups=groups)
        elif not isinstance(layer, Sliding) or all(
            max(sides) < k for sides, k in zip(layer.padding, layer.kernel_size)
        ):
            layer = replace(layer, in_channels=draw(st.integers(1, 3)))
    if isinstance(layer, ConvTranspose) and draw(st.booleans()):
        layer = replace(layer, transpose_kernel=False)
    if isinstance(layer, Conv) and draw(st.booleans()):
        with suppress(RequestError):  # there may be too little to copy
            layer = replace(layer, padding_mode=draw(st.sampled_from(["reflect", "replicate", "circular"])))
    assert isinstance(layer, Layer)
    return layer


def shape_text(layer: Layer) -> str:
    """The layer's input as it is given beside code."""
    size = "x".join(map(str, layer.input_size))
    return size if layer.in_channels is None else f"{layer.in_channels}@{size}"


def channelled(layer: Layer) -> Layer:
    """The layer with one channel in and out where it has none: PyTorch's code has to say them."""
    if isinstance(layer, Conv | ConvTranspose) and layer.in_channels is None:
        return replace(layer, in_channels=1, out_channels=1)
    return layer


def reads(layer: Layer) -> list[Any]:
    """What each output cell reads on each axis: two layers that read alike are drawn with the same taps."""
    return [[axis.reads(output) for output in range(axis.output_size)] for axis in layer.axes]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@listed("op", LAYERS)
@given(data=st.data())
@campaign(120)
def test_code_comes_back_as_the_same_layer(op: str, framework: str, data: st.DataObject) -> None:
    """Layer -> code -> layer, for every layer that the framework can say; and why for every other."""
    layer = data.draw(any_layers(op))
    codes, why = code_table(layer)
    code = codes[framework]
    if code is None:
        assert why[framework]
        with pytest.raises(RequestError) as refused:
            to_code(layer, framework)
        assert why[framework] in str(refused.value)
        return
    assert to_code(layer, framework) == code
    back = read_code(code, shape_text(layer))
    assert back.framework == framework
    assert canonical(back.layer) == canonical(channelled(layer) if framework == "pytorch" else layer)
    assert not [note for note in back.notes if note.startswith("not in the picture")]


@pytest.mark.parametrize("op", LAYERS)
@given(data=st.data())
@campaign(80)
def test_settling_changes_no_size_tap_or_divisor(op: str, data: st.DataObject) -> None:
    """A settled layer has the same output, reads the same cells with the same weights, and divides alike."""
    layer = data.draw(any_layers(op))
    same = canonical(layer)
    assert canonical(same) == same
    assert (output_shape(same), reads(same)) == (output_shape(layer), reads(layer))
    ours, theirs = Geometry(same), Geometry(layer)
    assert [ours.divisor(ours.output(step)) for step in range(ours.steps)] == [
        theirs.divisor(theirs.output(step)) for step in range(theirs.steps)
    ]


SIZES = st.integers(1, 4)


@st.composite
def keras_code(draw: Draw, dims: int) -> str:
    """Code as Keras's users write it."""
    kind = draw(st.sampled_from(["Conv", "Depthwise", "Transpose", "MaxPooling", "AveragePooling"]))
    sizes = st.one_of(SIZES, st.tuples(*[SIZES] * dims))
    padding = draw(st.sampled_from(["valid", "same", *(["causal"] if kind == "Conv" and dims == 1 else [])]))
    said = [f"padding={padding!r}"]
    if kind.endswith("Pooling"):
        return f"layers.{kind}{dims}D({draw(sizes)}, strides={draw(st.none() | sizes)}, {said[0]})"
    said.append(f"strides={draw(sizes)}" if draw(st.booleans()) else f"dilation_rate={draw(sizes)}")
    if kind == "Depthwise":
        said[1:] = [f"strides={draw(sizes)}", f"dilation_rate={draw(sizes)}"]
        return f"layers.DepthwiseConv{dims}D({draw(sizes)}, depth_multiplier={draw(SIZES)}, {', '.join(said)})"
    if kind == "Transpose":
        said.append(f"output_padding={draw(st.sampled_from([None, 0, 1, 2]))}")
        return f"layers.Conv{dims}DTranspose({draw(SIZES)}, {draw(sizes)}, {', '.join(said)})"
    return f"layers.Conv{dims}D({draw(st.sampled_from([1, 2, 6]))}, {draw(sizes)}, {', '.join(said)})"


@st.composite
def onnx_code(draw: Draw, dims: int) -> str:
    """Nodes as ONNX's exporters write them."""
    several = st.tuples(*[SIZES] * dims).map(list)
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "MaxPool", "AveragePool"]))
    kernel = draw(several)
    said = [f"kernel_shape={kernel}", f"strides={draw(several)}"]
    said.append(f"dilations={draw(several)}" if kind != "AveragePool" else "")
    if draw(st.booleans()):
        said.append(f"auto_pad={draw(st.sampled_from(['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET']))!r}")
    else:
        said.append(f"pads={[draw(st.integers(0, k - 1)) for k in kernel * 2]}")
    if kind.endswith("Pool"):
        said.append(f"ceil_mode={draw(st.integers(0, 1))}")
        said.append(f"count_include_pad={draw(st.integers(0, 1))}" if kind == "AveragePool" else "")
    elif draw(st.booleans()):
        said.append(f"W={[draw(SIZES), draw(SIZES), *kernel]}")
    return f"{kind}({', '.join(part for part in said if part)})"


@st.composite
def jax_code(draw: Draw, dims: int) -> str:
    """Code as Flax's users write it."""
    several = st.tuples(*[SIZES] * dims)
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "max_pool", "avg_pool"]))
    kernel = draw(several)
    pairs = tuple((draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))) for k in kernel)
    words = ["SAME", "VALID", *(["SAME_LOWER", "CIRCULAR", "REFLECT"] if kind == "Conv" else [])]
    padding = draw(st.one_of(st.sampled_from(words), st.just(pairs)))
    if kind.endswith("pool"):
        counted = draw(st.sampled_from(["", ", count_include_pad=False"])) if kind == "avg_pool" else ""
        return f"nn.{kind}(x, {kernel}, strides={draw(several)}, padding={padding!r}{counted})"
    said = f"{draw(SIZES)}, {kernel}, strides={draw(several)}, padding={padding!r}, kernel_dilation={draw(several)}"
    flips = f", transpose_kernel={draw(st.booleans())}" if kind == "ConvTranspose" else ""
    return f"nn.{kind}({said}{flips})"


@pytest.mark.parametrize(("framework", "codes"), [("keras", keras_code), ("onnx", onnx_code), ("jax", jax_code)])
@given(data=st.data(), size=st.tuples(st.integers(1, 8), st.integers(1, 8)), channels=st.sampled_from([None, 1, 2]))
@campaign(250)
def test_what_was_code_can_be_code_again(
    framework: str, codes: Any, data: st.DataObject, size: tuple[int, int], channels: int | None
) -> None:
    """Code -> layer -> code -> layer: there is no layer of a framework that it could not say."""
    dims = data.draw(st.sampled_from([1, 2]))
    code = data.draw(codes(dims))
    width = "x".join(map(str, size[:dims]))
    try:
        layer = read_code(code, width if channels is None else f"{channels}@{width}").layer
    except RequestError:
        assume(False)
        raise
    assert canonical(read_code(to_code(layer, framework), shape_text(layer)).layer) == canonical(layer)


def test_channels_survive() -> None:
    """Channels that were given come back, also a single one."""
    for layer in (Conv("1@5x5", 3, out_channels=1), Conv("1@5x5", 3, out_channels=4), ConvTranspose("4@5x5", 3)):
        for framework, code in code_table(layer)[0].items():
            if code is not None:
                assert channels_of(read_code(code, shape_text(layer)).layer) == channels_of(layer), framework


def test_a_rule_without_ties_is_the_one_that_most_know() -> None:
    """Halves that are rounded down are none where no point lies halfway: code that says so comes back as the same."""
    layer = Upsample(
        1, None, 1.0, "nearest", coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_floor", dims=1
    )
    back = read_code(to_code(layer, "onnx"), shape_text(layer))
    assert canonical(back.layer) == canonical(layer) == Upsample(1, 1, None, "nearest", dims=1)
