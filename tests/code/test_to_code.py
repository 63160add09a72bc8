"""Layers as code: what comes back through `from_code` is the same layer."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign
from helpers.english import explained
from helpers.strategies import LAYERS, layers
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim import to_code as public_to_code
from convanim.cli import main
from convanim.code.canonical import canonical
from convanim.code.frameworks import FRAMEWORKS, code_of, code_table, from_code, read_code, to_code
from convanim.errors import RequestError
from convanim.explain.layer_json import code_entry
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, channels_of, output_shape
from convanim.layers.sizes import Sides

Draw = st.DrawFn


@st.composite
def any_layers(draw: Draw, op: str) -> Layer:
    """Layers of one operation: with channels and groups or without, with every mode of padding, flipped or not."""
    layer: Any = draw(layers(op))
    if draw(st.booleans()):
        if isinstance(layer, Conv | ConvTranspose):
            groups, read, made = (draw(st.integers(1, 3)) for _ in range(3))
            layer = replace(layer, in_channels=groups * read, out_channels=groups * made, groups=groups)
        elif all(max(sides) < k for sides, k in zip(layer.padding, layer.kernel_size)):
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
@pytest.mark.parametrize("op", LAYERS)
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


SAID: list[tuple[Layer, dict[str, str]]] = [
    (
        Conv("3@7x9", 3, 2, 1, out_channels=8),
        {
            "pytorch": "nn.Conv2d(3, 8, 3, stride=2, padding=1)",
            "keras": "keras.layers.Conv2D(8, 3, strides=2, padding='same')",
            "onnx": "Conv(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], W=[8, 3, 3, 3])",
            "jax": "nn.Conv(features=8, kernel_size=(3, 3), strides=(2, 2), padding='SAME')",
        },
    ),
    (
        Conv("2@6", 3, 1, "causal", 2, out_channels=2, groups=2, dims=1),
        {
            "pytorch": "none: PyTorch pads both sides alike; another layer, such as nn.ZeroPad1d, would come first",
            "keras": "keras.layers.Conv1D(2, 3, padding='causal', dilation_rate=2, groups=2)",
            "onnx": "Conv(kernel_shape=[3], pads=[4, 0], dilations=[2], group=2, W=[2, 1, 3])",
            "jax": "nn.Conv(features=2, kernel_size=(3,), padding=((4, 0),), kernel_dilation=(2,), "
            "feature_group_count=2)",
        },
    ),
    (
        ConvTranspose(4, 3, 2, 1, 1),
        {
            "pytorch": "nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)",
            "keras": "none: Keras crops in words, and neither valid nor same crops this way, with any output_padding",
            "onnx": "ConvTranspose(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])",
            "jax": "nn.ConvTranspose(features=1, kernel_size=(3, 3), strides=(2, 2), padding=((1, 2), (1, 2)), "
            "transpose_kernel=True)",
        },
    ),
    (
        AvgPool((6, 9), (2, 3), padding=((1, 0), (0, 0)), count_include_pad=True),
        {
            "pytorch": "none: PyTorch pads both sides of a pool alike; another layer would come first",
            "keras": "none: Keras never counts padded cells in a mean",
            "onnx": "AveragePool(kernel_shape=[2, 3], strides=[2, 3], pads=[1, 0, 0, 0], count_include_pad=1)",
            "jax": "nn.avg_pool(x, (2, 3), strides=(2, 3), padding=((1, 0), (0, 0)))",
        },
    ),
    (
        MaxPool(7, 2, ceil_mode=True),
        {
            "pytorch": "nn.MaxPool2d(2, ceil_mode=True)",
            "keras": "none: Keras has no ceil_mode; padding='same' hangs windows over both sides",
            "onnx": "MaxPool(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)",
            "jax": "none: JAX's pools have no ceil_mode; padding='SAME' hangs windows over both sides",
        },
    ),
]


@pytest.mark.parametrize(("layer", "codes"), SAID, ids=[case[0].op for case in SAID])
def test_code_reads_as_people_write_it(layer: Layer, codes: dict[str, str]) -> None:
    """Defaults left out, one number where axes agree; or the reason why there is none."""
    assert code_of(layer) == codes


def test_every_form_is_said_by_some_layer() -> None:
    """Each framework has code for convolutions, transposed ones, depthwise ones and both pools in its own names."""
    examples: list[Layer] = [
        *(Conv("3@8" if dims == 1 else "3@8x8", 3, out_channels=6, dims=dims) for dims in (1, 2)),
        *(Conv("3@8" if dims == 1 else "3@8x8", 3, out_channels=6, groups=3, dims=dims) for dims in (1, 2)),
        *(ConvTranspose("3@8" if dims == 1 else "3@8x8", 3, 2, out_channels=6, dims=dims) for dims in (1, 2)),
        *(make(8, 2, dims=dims) for make in (MaxPool, AvgPool) for dims in (1, 2)),
    ]
    said = {code.split("(")[0].split(".")[-1] for layer in examples for code in code_of(layer).values()}
    aliases = {"Convolution", "MaxPool1D", "MaxPool2D", "AvgPool1D", "AvgPool2D", "Lazy", "Separable"}
    known = {name for framework in FRAMEWORKS.values() for name in framework.forms}
    assert {name for name in known - said if not name.startswith(tuple(aliases))} == set()


def test_a_refusal_says_who_can() -> None:
    """Asked for code that there is none of, the way out names the frameworks that have some."""
    with pytest.raises(RequestError, match=r"PyTorch has no transposed convolution that flips.*; jax can say it"):
        to_code(ConvTranspose(4, 3, transpose_kernel=False), "torch")
    with pytest.raises(RequestError, match="framework numpy: not known"):
        to_code(Conv(5, 3), "numpy")
    assert public_to_code is to_code


def test_json_has_the_code() -> None:
    """Null where there is none, and `why` says why for those alone."""
    layer = MaxPool(7, 2, ceil_mode=True)
    entry = code_entry(layer)
    assert list(entry) == [*FRAMEWORKS, "why"]
    assert [name for name in FRAMEWORKS if entry[name] is None] == list(entry["why"]) == ["keras", "jax"]
    result = CliRunner().invoke(main, ["max-pool", "-i", "7", "-k", "2", "--ceil-mode", "--json"])
    assert json.loads(result.stdout)["code"] == entry


def test_explained_as_code() -> None:
    """`explain` ends with the layer as code of each framework, and names what the padding is called."""
    text = explained(Conv(6, 3, 2, "same"))
    assert "this is 'same' padding: ⌈input/stride⌉ output cells, the odd cell behind (TensorFlow" in text
    assert text.endswith(
        "as code:\n"
        "  PyTorch: none: PyTorch pads both sides alike; another layer, such as nn.ZeroPad2d, would come first\n"
        "  Keras: keras.layers.Conv2D(1, 3, strides=2, padding='same')\n"
        "  ONNX: Conv(kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])\n"
        "  JAX (Flax): nn.Conv(features=1, kernel_size=(3, 3), strides=(2, 2), padding='SAME')\n"
    )
    assert "this padding" not in explained(Conv(6, 3))
    assert "this is 'valid' padding: (input − 1)·stride + max(span, stride)" in explained(ConvTranspose(4, 2, 3, 0, 1))


def test_channels_survive() -> None:
    """Channels that were given come back, also a single one."""
    for layer in (Conv("1@5x5", 3, out_channels=1), Conv("1@5x5", 3, out_channels=4), ConvTranspose("4@5x5", 3)):
        for framework, code in code_table(layer)[0].items():
            if code is not None:
                assert channels_of(read_code(code, shape_text(layer)).layer) == channels_of(layer), framework


def test_strides_with_dilation_are_depthwise_in_keras() -> None:
    """Keras refuses them together but in DepthwiseConv, which one channel in makes of any convolution."""
    alone = Conv("1@9x9", 3, 2, 0, 2, out_channels=4)
    assert to_code(alone, "keras") == "keras.layers.DepthwiseConv2D(3, strides=2, depth_multiplier=4, dilation_rate=2)"
    assert from_code(to_code(alone, "keras"), "1@9x9") == alone
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate, except in DepthwiseConv2D"):
        to_code(Conv("2@9x9", 3, 2, 0, 2, out_channels=4), "keras")
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate, except in DepthwiseConv1D"):
        to_code(Conv(9, 3, 2, "causal", 2, dims=1), "keras")
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate;"):
        to_code(ConvTranspose(9, 3, 2, 0, 0, 2), "keras")


@pytest.mark.parametrize("make", [MaxPool, AvgPool])
def test_padding_past_half_a_kernel_is_no_layer_of_pytorch(make: Any) -> None:
    """ONNX and Flax say it in numbers; PyTorch's limit is the reason why there is no code for it."""
    layer = make(7, 3, 1, padding=2)
    codes, why = code_table(layer)
    assert "pads=[2, 2, 2, 2]" in str(codes["onnx"])
    assert "padding=((2, 2), (2, 2))" in str(codes["jax"])
    assert why["pytorch"] == "PyTorch pads a pool by at most half its kernel (3//2), not by 2"
    assert codes["pytorch"] is codes["keras"] is None
    with pytest.raises(RequestError, match=r"at most half its kernel \(3//2\), not by 2; onnx and jax can say it"):
        to_code(layer, "pytorch")


def test_padding_past_a_kernel_is_said_in_words() -> None:
    """A dilated pool's `same` may reach farther than pads allow; auto_pad still says it."""
    layer = MaxPool(7, 3, 1, "same", 3)
    sides: Sides = ((3, 3), (3, 3))
    assert layer.padding == sides
    assert to_code(layer, "onnx") == "MaxPool(kernel_shape=[3, 3], auto_pad='SAME_UPPER', dilations=[3, 3])"
    assert "at most half its kernel" in code_of(layer)["pytorch"]
