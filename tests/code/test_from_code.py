"""Layers as their frameworks' users write them."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import together

from convanim import from_code as public_from_code
from convanim.cli import main
from convanim.code.frameworks import FRAMEWORKS, from_code, is_code, read_code
from convanim.errors import RequestError
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, output_size

SIZE = "3@7x9"
PYTORCH: list[tuple[Any, Any, Layer]] = [
    ("nn.Conv2d(3, 8, 3, stride=2, padding=1)", "7x9", Conv("3@7x9", 3, 2, 1, out_channels=8)),
    ("torch.nn.Conv2d(3, 6, (3, 5), (2, 1), (1, 2), 1, 3)", SIZE, Conv(SIZE, (3, 5), (2, 1), (1, 2), 1, 3, 6, 3)),
    ("Conv2d(1, 1, 3)", "7x9", Conv("1@7x9", 3, out_channels=1)),
    ("Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=same)".replace("same", "'same'"), SIZE, Conv(
        SIZE, 3, 1, "same", out_channels=8
    )),
    ("nn.Conv1d(4, 2, 2, padding='same', dilation=3)", "9", Conv("4@9", 2, 1, "same", 3, out_channels=2, dims=1)),
    ("nn.Conv1d(1, 1, 3, padding='valid')", 9, Conv("1@9", 3, out_channels=1, dims=1)),
    ("nn.Conv2d(3, 3, 3, padding=1, padding_mode='reflect')", "7x9", Conv(
        SIZE, 3, 1, 1, out_channels=3, padding_mode="reflect"
    )),
    ("nn.ConvTranspose2d(8, 3, 4, 2, 1)", "4x5", ConvTranspose("8@4x5", 4, 2, 1, out_channels=3)),
    ("nn.ConvTranspose1d(2, 4, 3, 2, 1, 1, 2, False, 1)", 4, ConvTranspose(
        "2@4", 3, 2, 1, 1, out_channels=4, groups=2, dims=1
    )),
    ("nn.MaxPool2d(2)", "6", MaxPool(6, 2)),
    ("nn.MaxPool2d(3, 2, 1, 1, False, True)", SIZE, MaxPool(SIZE, 3, 2, 1, 1, True)),
    ("MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)", (6, 8), MaxPool((6, 8), 2)),
    ("nn.MaxPool1d(3, stride=None)", 9, MaxPool(9, 3, dims=1)),
    ("nn.AvgPool2d(3, 2, 1)", "7x9", AvgPool("7x9", 3, 2, 1, count_include_pad=True)),
    ("nn.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False, divisor_override=4)", 7, AvgPool(
        7, 3, 2, 1, True, False, 4
    )),
    ("nn.AvgPool1d(3, 2, 1)", 7, AvgPool(7, 3, 2, 1, dims=1)),
    ("(downsample): Conv2d(3, 8, kernel_size=(1, 1), stride=(2, 2), bias=False),", "7x9", Conv(
        SIZE, 1, 2, out_channels=8
    )),
    ("self.conv1 = nn.Conv2d(3, 8, 3)  # the first", "7x9", Conv(SIZE, 3, out_channels=8)),
    ("  nn.Conv2d(\n    3,\n    8,  # filters\n    3,\n  )\n", "7x9", Conv(SIZE, 3, out_channels=8)),
]  # fmt: skip
KERAS: list[tuple[Any, Any, Layer]] = [
    ("keras.layers.Conv2D(8, 3)", SIZE, Conv(SIZE, 3, out_channels=8)),
    ("layers.Conv2D(8, 3, strides=2, padding='same', activation='relu')", SIZE, Conv(
        SIZE, 3, 2, "same", out_channels=8
    )),
    ("tf.keras.layers.Conv2D(filters=6, kernel_size=(3, 3), groups=3)", SIZE, Conv(SIZE, 3, out_channels=6, groups=3)),
    ("Conv2D(1, 3, padding='SAME')", "7x9", Conv("7x9", 3, 1, "same")),
    ("layers.Conv2D(4, 3)", "7x9", Conv("1@7x9", 3, out_channels=4)),
    ("layers.Conv2D(4, 3, groups=2)", "7x9", Conv("2@7x9", 3, out_channels=4, groups=2)),
    ("layers.Conv1D(1, 3, padding='causal', dilation_rate=2)", 9, Conv(9, 3, 1, "causal", 2, dims=1)),
    ("layers.Conv2D(1, 3, data_format='channels_first')", "7x9", Conv("7x9", 3)),
    ("layers.DepthwiseConv2D(3, depth_multiplier=2)", SIZE, Conv(SIZE, 3, out_channels=6, groups=3)),
    ("layers.DepthwiseConv2D(3)", "7x9", Conv("7x9", 3)),
    ("layers.DepthwiseConv2D(3, 2, 'same', dilation_rate=2)", SIZE, Conv(
        SIZE, 3, 2, "same", 2, out_channels=3, groups=3
    )),
    ("layers.Conv2DTranspose(1, 3, strides=2)", "4x5", ConvTranspose("4x5", 3, 2)),
    ("layers.Conv2DTranspose(1, 3, strides=2, padding='same')", "4x5", ConvTranspose("4x5", 3, 2, "same")),
    ("layers.Conv2DTranspose(1, 2, strides=3)", "4x5", ConvTranspose("4x5", 2, 3, 0, 1)),
    ("layers.Conv2DTranspose(1, 3, strides=2, padding='same', output_padding=0)", 4, ConvTranspose(4, 3, 2, 1)),
    ("layers.Conv1DTranspose(2, 3)", "2@4", ConvTranspose("2@4", 3, out_channels=2, dims=1)),
    ("layers.MaxPooling2D()", 6, MaxPool(6, 2)),
    ("layers.MaxPool2D(3, 2, 'same')", SIZE, MaxPool(SIZE, 3, 2, "same")),
    ("layers.AveragePooling2D(pool_size=(2, 3))", SIZE, AvgPool(SIZE, (2, 3))),
    ("layers.AveragePooling1D(3, padding='same')", 7, AvgPool(7, 3, padding="same", dims=1)),
]  # fmt: skip
ONNX: list[tuple[Any, Any, Layer]] = [
    ("Conv  kernel_shape: 3, 3  strides: 2, 2  pads: 1, 1, 1, 1", "7x9", Conv("7x9", 3, 2, 1)),
    ("type: Conv\nname: c\nATTRIBUTES\nauto_pad NOTSET\ndilations 1, 1\ngroup 1\nkernel_shape 3, 3", 7, Conv(7, 3)),
    ("Conv kernel_shape: 3 auto_pad: SAME_LOWER strides: 2", 6, Conv(6, 3, 2, "same-lower", dims=1)),
    ("Conv(kernel_shape=[3, 3], pads=[0, 1, 2, 3])", 7, Conv(7, 3, 1, ((0, 2), (1, 3)))),
    ("Conv(W=[8, 3, 3, 3])", "7x9", Conv(SIZE, 3, out_channels=8)),
    ("Conv(W=[6, 1, 3, 3], group=3)", "7x9", Conv(SIZE, 3, out_channels=6, groups=3)),
    ("Conv kernel_shape: 3, 3", SIZE, Conv(SIZE, 3, out_channels=1)),
    ("Conv kernel_shape: 3, 3 group: 3", SIZE, Conv(SIZE, 3, out_channels=3, groups=3)),
    ({"op_type": "Conv", "kernel_shape": [3], "auto_pad": "SAME_UPPER", "strides": [2]}, 6, Conv(
        6, 3, 2, "same", dims=1
    )),
    ("{'op_type': 'MaxPool', 'kernel_shape': (2, 2)}", 6, MaxPool(6, 2, 1)),
    ("ConvTranspose(kernel_shape=[3, 3], strides=[2, 2], output_padding=[1, 1], pads=[1, 1, 1, 1])", 4, ConvTranspose(
        4, 3, 2, 1, 1
    )),
    ("ConvTranspose(kernel_shape=[3], strides=[2], auto_pad='SAME_LOWER')", 4, ConvTranspose(
        4, 3, 2, ((1, 0),), dims=1
    )),
    ("ConvTranspose(W=[4, 2, 3, 3], group=2)", 4, ConvTranspose("4@4", 3, out_channels=4, groups=2)),
    ("MaxPool kernel_shape: 3, 3 strides: 2, 2 ceil_mode: 1 dilations: 2, 2", SIZE, MaxPool(SIZE, 3, 2, 0, 2, True)),
    ("AveragePool kernel_shape: 3, 3 pads: 1, 1, 1, 1", 7, AvgPool(7, 3, 1, 1, count_include_pad=False)),
    ("AveragePool(kernel_shape=[3, 3], auto_pad='SAME_UPPER', strides=[2, 2], count_include_pad=1)", 6, AvgPool(
        6, 3, 2, ((0, 1), (0, 1))
    )),
    ("AveragePool kernel_shape: 3, 3 pads: 2, 1, 0, 2", 7, AvgPool(
        7, 3, 1, ((2, 0), (1, 2)), count_include_pad=False
    )),
    ("MaxPool kernel_shape: 4 pads: 3, 3 strides: 2", 7, MaxPool(7, 4, 2, 3, dims=1)),
    ("AveragePool(kernel_shape=[3, 3], auto_pad='VALID')", 6, AvgPool(6, 3, 1, count_include_pad=False)),
    ("AveragePool kernel_shape: 2 strides: 4 auto_pad: VALID ceil_mode: 1 count_include_pad: 1", 1, AvgPool(
        1, 2, 4, ceil_mode=True, dims=1)),
]  # fmt: skip
JAX: list[tuple[Any, Any, Layer]] = [
    ("nn.Conv(features=8, kernel_size=(3, 3), strides=2, padding='SAME')", SIZE, Conv(
        SIZE, 3, 2, "same", out_channels=8
    )),
    ("flax.linen.Conv(1, (3, 3))", "7x9", Conv("7x9", 3, 1, "same")),
    ("nn.Conv(1, kernel_size=3, padding='VALID')", 9, Conv(9, 3, dims=1)),
    ("nn.Conv(1, [3], padding='CAUSAL', kernel_dilation=2)", 9, Conv(9, 3, 1, "causal", 2, dims=1)),
    ("nn.Conv(1, (3, 3), padding=((1, 0), 2), strides=None)", 7, Conv(7, 3, 1, ((1, 0), (2, 2)))),
    ("nn.Conv(1, (4, 4), padding='CIRCULAR')", 7, Conv(7, 4, 1, ((1, 2), (1, 2)), padding_mode="circular")),
    ("nn.Conv(1, (3, 3), padding='REFLECT')", 7, Conv(7, 3, 1, 1, padding_mode="reflect")),
    ("nn.Conv(6, (3, 3), padding=0, feature_group_count=3)", SIZE, Conv(SIZE, 3, out_channels=6, groups=3)),
    ("Conv(features=1, kernel_size=(2, 2), padding='SAME_LOWER')", 7, Conv(7, 2, 1, "same-lower")),
    ("nn.ConvTranspose(1, (3, 3), strides=(2, 2))", 4, ConvTranspose(4, 3, 2, "same", transpose_kernel=False)),
    ("nn.ConvTranspose(2, (3, 3), (2, 2), 'VALID', transpose_kernel=True)", "3@4", ConvTranspose(
        "3@4", 3, 2, out_channels=2
    )),
    ("nn.ConvTranspose(1, (3,), (2,), padding=((1, 2),), transpose_kernel=True)", 4, ConvTranspose(
        4, 3, 2, ((1, 0),), dims=1
    )),
    ("nn.ConvTranspose(1, (3,), (2,), padding=((1, 3),), transpose_kernel=True)", 4, ConvTranspose(
        4, 3, 2, ((1, 0),), 1, dims=1
    )),
    ("nn.max_pool(x, (3, 3), strides=(2, 2), padding='SAME')", SIZE, MaxPool(SIZE, 3, 2, "same")),
    ("nn.max_pool(x, (3, 3), padding=((2, 2), (0, 2)))", 7, MaxPool(7, 3, 1, ((2, 2), (0, 2)))),
    ("nn.avg_pool(x, window_shape=(3, 3), padding='SAME')", 7, AvgPool(7, 3, 1, 1)),
    ("nn.avg_pool(x, (2,), count_include_pad=False, padding=((1, 0),))", 7, AvgPool(
        7, 2, 1, ((1, 0),), count_include_pad=False, dims=1
    )),
]  # fmt: skip
ALL = [
    *(("pytorch", *case) for case in PYTORCH),
    *(("keras", *case) for case in KERAS),
    *(("onnx", *case) for case in ONNX),
    *(("jax", *case) for case in JAX),
]


@together("framework, text, size, layer", ALL)
def test_code_is_the_layer_that_it_makes(framework: str, text: Any, size: Any, layer: Layer) -> None:
    """With the framework named and without: it is told from the code."""
    assert from_code(text, size) == layer
    coded = read_code(text, size, framework)
    assert (coded.layer, coded.framework) == (layer, framework)
    assert not isinstance(text, str) or is_code(text) or text.startswith(("{", "(", "type"))


NOTED = [
    ("nn.Conv2d(3, 8, 3, bias=True, dtype=torch.float16)", "7", "not in the picture: bias, dtype"),
    ("layers.Conv2D(8, 3, activation='relu', name='a')", SIZE, "not in the picture: activation"),
    ("nn.MaxPool2d(2, return_indices=True)", "7", "not in the picture: return_indices"),
    ("layers.Conv2D(8, 3)", "7", "so there is 1; an input size such as 3@7x9"),
    ("layers.Conv2D(8, 3, groups=2)", "7", "so there are 2; an input size such as 3@7x9"),
    ("Conv kernel_shape: 3, 3", SIZE, "so there is 1 filter"),
    ("nn.ConvTranspose(1, (3, 3))", "7", "JAX does not flip the kernel"),
    ("layers.Conv2D(1, 3, padding='same')", "7", "⌈input/stride⌉ output cells, the odd cell behind"),
    ("layers.Conv1D(1, 3, padding='causal')", "7", "all padding in front"),
    ("layers.Conv2DTranspose(1, 3, padding='same')", "7", "input·stride output cells"),
    ("layers.Conv2DTranspose(1, 4, 2, 'same', 0)", "7", "stride + span % 2 + output_padding output cells"),
    ("layers.Conv1DTranspose(1, 2, 3)", "7", "stride + max(span, stride) output cells"),
    ("nn.ConvTranspose(1, (2, 2), (3, 3), 'VALID')", "7", "stride + max(span, stride) output cells"),
    ("nn.ConvTranspose(1, (3, 3), padding=1)", "7", "of the zero-stuffed input"),
    ("nn.Conv(1, (3, 3), padding='CIRCULAR')", "7", "span − 1 copied cells at any stride"),
    ("layers.DepthwiseConv2D(3, 2, dilation_rate=2)", "7", "DepthwiseConv takes both all the same"),
    ("Conv(kernel_shape=[3, 3], auto_pad='SAME_LOWER')", "7", "the odd cell in front"),
]


@together("text, size, note", NOTED)
def test_notes_say_what_is_assumed_and_left_out(text: str, size: str, note: str) -> None:
    """Each in one line, among the notes."""
    notes = read_code(text, size).notes
    assert any(note in line for line in notes), notes
    assert all(len(line.splitlines()) == 1 for line in notes)
    assert len([line for line in notes if line.startswith("not in the picture")]) <= 1


def test_nothing_is_noted_without_need() -> None:
    """Plain code has no notes; what no picture could show is not spoken of."""
    assert read_code("nn.Conv2d(3, 8, 3)", "7x9").notes == ()
    assert read_code("nn.Conv2d(3, 8, 3, bias=False, device=None)", "7x9").notes == ()
    assert read_code("nn.max_pool(x, (2, 2))", "7x9").notes == ()
    assert read_code("layers.Conv2DTranspose(1, 3, 2)", "7x9").notes == ()
    assert read_code("Conv name: a kernel_shape: 3, 3", "7x9").notes == ()


REFUSED = [
    ("nn.Linear(3, 8)", "Linear is no layer that is known; a 1x1 convolution does the same at every place"),
    ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())", "several layers; a chain draws them: convanim chain"),
    ("nn.Conv2d(3, 8)", "kernel_size is missing"),
    ("nn.Conv2d(3, 8, 3, strides=2)", "Conv2d has no argument strides; it has in_channels, out_channels, kernel_size"),
    ("nn.Conv2d(3, 8, 3, 3, kernel_size=3)", "kernel_size is given twice"),
    ("nn.MaxPool2d(1, 2, 3, 4, 5, 6, 7)", "takes at most 6 arguments"),
    ("nn.Conv2d(3, 8, 3, stride=2, padding='same')", "at stride 1 alone"),
    ("nn.Conv2d(3, 8, 3, padding='SAME')", "try 'valid', 'same'"),
    ("nn.Conv2d(3, 8, 3, padding=((1, 0), (1, 0)))", "padding ((1, 0), (1, 0)): not a whole number"),
    ("nn.Conv2d(3, 8, (3, 3, 3))", "that is 3 axes"),
    ("nn.Conv2d(3, 8, '3x3')", "kernel_size '3x3': not a whole number"),
    ("nn.Conv2d(3, 8, 0)", "kernel_size 0: must be at least 1"),
    ("nn.Conv2d(3, 8, 3, groups=2)", "groups 2: does not divide in_channels 3"),
    ("nn.Conv2d(3, 8, 3, padding_mode='wrap')", "padding_mode wrap: no such mode"),
    ("nn.ConvTranspose2d(3, 8, 3, padding_mode='reflect')", "no other mode than zeros"),
    ("nn.ConvTranspose2d(3, 8, 3, output_padding=1)", "output_padding 1: must be smaller"),
    (
        "nn.MaxPool2d(3, padding=2)",
        "padding 2: PyTorch pads a pool by at most half its kernel (3//2 = 1); try 1 or less",
    ),
    ("nn.AvgPool2d(4, padding=3)", "at most half its kernel (4//2 = 2)"),
    ("nn.MaxPool2d(3, ceil_mode=1)", "ceil_mode 1: not True or False"),
    ("nn.AvgPool1d(3, divisor_override=2)", "AvgPool1d has no argument divisor_override"),
    ("nn.Linear(3, 8)", "Linear is no layer that is known"),
    ("nn.Conv2D(3, 8, 3)", "nn is not where Conv2D stands; it is in Keras's keras.layers"),
    ("keras.layers.Conv2d(3, 8, 3)", "it is in PyTorch's nn"),
    ("nn.Conv4d(3, 8, 3)", "try Conv"),
    ("layers.Conv2D(8, 3, strides=2, dilation_rate=2)", "Keras refuses it together with strides"),
    ("layers.Conv2DTranspose(8, 3, strides=2, dilation_rate=2)", "Keras refuses it together with strides"),
    ("layers.DepthwiseConv2D(3, depth_multiplier=0)", "depth_multiplier 0: must be at least 1"),
    ("layers.Conv2D(8, 3, padding='causal')", "try 'valid' or 'same'"),
    ("layers.Conv2D(8, 3, padding=1)", "try 'valid' or 'same'"),
    ("layers.Conv2DTranspose(8, 3, strides=2, output_padding=2)", "must be less than the stride (2)"),
    ("layers.MaxPooling2D(2, dilation_rate=2)", "has no argument dilation_rate"),
    ("Conv kernel_shape: 3, 3 pads: 1, 1", "that is 2 numbers where 2 axes have 4"),
    ("Conv kernel_shape: 3, 3 auto_pad: SAME", "try 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'"),
    ("Conv kernel_shape: 3, 3 auto_pad: VALID pads: 0, 0, 0, 0", "auto_pad is given, too"),
    ("Conv strides: 2, 2", "kernel_shape: missing"),
    ("Conv kernel_shape: 3, 3 W: 8, 3, 5, 5", "W says [5, 5]"),
    ("ConvTranspose kernel_shape: 3, 3 output_shape: 10, 12", "output_shape 10: 1 cells would be added, which are"),
    ("AveragePool kernel_shape: 3, 3 dilations: 2, 2", "a mean with dilation cannot be drawn"),
    (
        "AveragePool kernel_shape: 3, 3 pads: 3, 2, 3, 2",
        "pads 3:3x2:2: a pool's padding is less than its kernel (3); try 2 or less",
    ),
    ("MaxPool kernel_shape: 3, 3 ceil_mode: 2", "not 0 or 1"),
    ("MaxPool kernel_shape", "kernel_shape has no value"),
    ("MaxPool 3, 3", "3 is no attribute's name"),
    ("MaxPool([3, 3])", "attributes have names"),
    ("{'kernel_shape': [3, 3]}", "do not say of which operator"),
    ("nn.Conv(8, (3, 3), padding='SAMEISH')", "no such padding; try 'SAME', 'VALID', 'SAME_LOWER'"),
    ("nn.Conv(8, (3, 3), padding=(1, 2, 3))", "there are 2 axes"),
    ("nn.Conv(8, (3, 3), padding=((1, 2, 3), 1))", "not pairs of whole numbers"),
    ("nn.Conv(8, (3, 3), input_dilation=2)", "input_dilation 2: cannot be drawn; say nn.ConvTranspose"),
    ("nn.Conv(8, (3, 3), mask=1)", "a masked kernel cannot be drawn"),
    ("nn.Conv(8, (0, 3))", "must be at least 1"),
    ("nn.ConvTranspose(8, (3, 3), padding='CIRCULAR')", "no such padding of a transposed convolution"),
    ("nn.ConvTranspose(8, (2, 2), padding=2)", "2 cells in front are more than the kernel spans less one; try 1"),
    ("nn.max_pool(x, 3)", "window_shape 3: not a tuple"),
    ("nn.max_pool(x, (3, 3), padding=1)", "not pairs of whole numbers"),
    ("nn.max_pool(x, (3, 3), y)", "strides y: not a literal"),
]


@together("text, said", REFUSED)
def test_faults_are_named_as_the_framework_spells_them(text: str, said: str) -> None:
    """In one line, with the code in front."""
    with pytest.raises(RequestError) as refused:
        from_code(text, "7x9")
    assert refused.value.field == "code"
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_input_has_to_be_known_and_to_agree() -> None:
    """Its size is not in the code; its channels may be in both."""
    with pytest.raises(RequestError, match="input_size: missing"):
        from_code("nn.Conv2d(3, 8, 3)")
    for text in ("nn.Conv2d(3, 8, 3)", "Conv W: 8, 3, 3, 3"):
        with pytest.raises(RequestError, match=r"input_size 4@7x9: .* 3"):
            from_code(text, "4@7x9")
    with pytest.raises(RequestError, match="input_size 7x9x3"):
        from_code("nn.Conv2d(3, 8, 3)", (7, 9, 3))
    with pytest.raises(RequestError, match="framework mxnet: not known; try pytorch, keras, onnx, jax"):
        from_code("nn.Conv2d(3, 8, 3)", 7, "mxnet")
    with pytest.raises(RequestError, match="Conv2d is no layer that is known; try Conv2D"):
        from_code("nn.Conv2d(3, 8, 3)", 7, "keras")


def test_a_bare_conv_is_told_by_its_arguments() -> None:
    """Flax and ONNX share a name; a framework that is asked for is believed."""
    assert read_code("Conv(features=1, kernel_size=(3, 3))", 7).framework == "jax"
    assert read_code("Conv(1, (3, 3))", 7).framework == "jax"
    assert read_code("Conv(kernel_shape=(3, 3))", 7).framework == "onnx"
    assert read_code("Conv(auto_pad='VALID', W=(1, 1, 3, 3))", 7).framework == "onnx"
    with pytest.raises(RequestError, match="Conv has no argument kernel_shape"):
        from_code("Conv(kernel_shape=(3, 3))", 7, "flax")


def test_frameworks_that_differ_differ() -> None:
    """The same words at stride 2 give TensorFlow's sides, not PyTorch's; means count as each framework counts."""
    ours = Conv("1@6x6", 3, 2, 1, out_channels=1)
    theirs = read_code("layers.Conv2D(1, 3, strides=2, padding='same')", "1@6x6").layer
    assert isinstance(theirs, Conv)
    assert theirs.padding == ((0, 1), (0, 1))
    assert output_size(ours) == output_size(theirs)
    counts = {
        text: getattr(from_code(text, 7), "count_include_pad", None)
        for text in (
            "nn.AvgPool2d(3, 1, 1)",
            "layers.AveragePooling2D(3, 1, 'same')",
            "AveragePool kernel_shape: 3, 3 pads: 1, 1, 1, 1",
            "nn.avg_pool(x, (3, 3), padding='SAME')",
        )
    }
    assert list(counts.values()) == [True, False, False, True]


def test_names_that_are_no_code() -> None:
    """Templates, stages and command lines are not taken for code; code is."""
    for text in (
        "no_padding_strides",
        "conv 3x3 8, relu",
        "conv -i 5 -k 3",
        "my (first) recipe.toml",
        "relu",
        "Conv",
        "",
        "x = conv 3x3 (8)",
    ):
        assert not is_code(text)
    assert is_code("self.conv1 = nn.Conv2d(3, 8, 3)")
    for framework in FRAMEWORKS.values():
        assert all(is_code(f"{name}(3)") for name in framework.forms)


def test_draw_prints_notes_and_writes_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure is named after the layer; --json gives the geometry; --quiet says nothing."""
    monkeypatch.chdir(tmp_path)
    line = ["draw", "nn.Conv2d(3, 8, 3, stride=2, bias=True)", "-i", "5x5"]
    result = CliRunner().invoke(main, [*line, "--steps", "0:2"])
    assert (result.exit_code, result.stdout) == (0, "conv.gif\n")
    assert "Note: not in the picture: bias" in result.stderr
    told = CliRunner().invoke(main, [*line, "--json", "--quiet"])
    assert told.stderr == ""
    assert '"in_channels": 3, "out_channels": 8' in told.stdout
    assert '"pytorch": "nn.Conv2d(3, 8, 3, stride=2)"' in told.stdout


def test_draw_takes_the_size_of_a_file(tmp_path: Path) -> None:
    """Where no size is given, the numbers' file says it; without both it is missing."""
    numbers = tmp_path / "map.csv"
    numbers.write_text("1,2,3\n4,5,6\n")
    made = CliRunner().invoke(main, ["draw", "layers.Conv2D(1, 2)", "--values", str(numbers), "--json"])
    assert made.exit_code == 0, made.stderr
    assert '"input_size": [2, 3]' in made.stdout
    missing = CliRunner().invoke(main, ["draw", "layers.Conv2D(1, 2)"])
    assert (missing.exit_code, missing.stderr[:29]) == (2, "Error: --input-size: missing;")
    wrong = CliRunner().invoke(main, ["draw", "layers.Conv2D(1, 2)", "-i", "4", "--framework", "torch"])
    assert wrong.stderr.startswith("Error: code layers.Conv2D(1, 2): Conv2D is no layer that is known")


def test_recipes_hold_code(tmp_path: Path) -> None:
    """[layer] code stands in for the layer's arguments; beside it stands the input's size alone."""
    recipe = tmp_path / "a.toml"
    recipe.write_text('[layer]\ncode = "nn.Conv2d(3, 8, 3, stride=2)"\ninput_size = "7x9"\n')
    assert load_recipe(str(recipe)).figure == Conv(SIZE, 3, 2, out_channels=8)
    recipe.write_text('[layer]\ncode = "nn.Conv2d(3, 8, 3)"\ninput_size = "7x9"\nstride = 2\n')
    with pytest.raises(RequestError, match=r"layer\.stride: the code says it"):
        load_recipe(str(recipe))
    recipe.write_text('[layer]\ncode = "nn.Conv2d(3, 8)"\ninput_size = "7x9"\n')
    with pytest.raises(RequestError, match=r"a\.toml: layer\.code nn\.Conv2d\(3, 8\): kernel_size is missing"):
        load_recipe(str(recipe))


def test_it_is_there_for_users() -> None:
    """The package offers it by name."""
    assert public_from_code is from_code
