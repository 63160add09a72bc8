"""Code as people paste it: out of threads, notebooks, printed models and graphs."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import together

from convanim import animate, from_code
from convanim.cli import main
from convanim.code.frameworks import Asked, is_code, read_code
from convanim.errors import RequestError
from convanim.figures.recipes.from_text import part_of
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    output_shape,
)
from convanim.networks.chain import Chain

# A text, the input's size ("" where the code says it), the output's shape.
FOUND = [
    ("nn.ConvTranspose2d(16, 16, 3, stride=2, padding=1)(h, output_size=(12, 12))", "16@6", "16@12x12"),
    ("y = torch.nn.functional.max_pool2d(x, 1, stride=(2, 2), padding=0, ceil_mode=True)", "6x7", "3x4"),
    ("result = op.AveragePool(x, kernel_shape=[7], strides=[3], pads=[3, 3], ceil_mode=True, count_include_pad=True)",
     "9", "4"),
    ("avgpool = paddle.nn.AvgPool2D(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], exclusive=False)",
     "12@3x2", "12@2x1"),
    ("node = onnx.helper.make_node('ConvTranspose', inputs=['x', 'W'], outputs=['y'], kernel_shape=[3, 3], "
     "strides=[3, 2], output_padding=[1, 1])", "3x3", "10x8"),
    ("ConvTranspose(kernel_shape=[3, 3], strides=[3, 2], output_shape=[10, 8])", "3x3", "10x8"),
    ("the_output = Conv2DTranspose(filters=64, kernel_size=3, strides=2, padding='same', "
     "data_format=K.image_data_format())(the_input)", "64@128x32", "64@256x64"),
    ("conv1 = Conv2D(filters=64, kernel_size=(3, 3), strides=(1, 1))(input) # first block", "3@16x16", "64@14x14"),
    ('y = Conv1D(16, 2, dilation_rate=8, padding="causal")(x)', "4@20", "16@20"),
    ("SeparableConv1D(kernel_size=2, filters=1, padding='same', strides=2)", "1@4418", "1@2209"),
    ("(conv): Conv2d(128, 128, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)", "128@20", "128@20x20"),
    ("Conv2D(64, kernel_size=3, use_bias=False, kernel_initializer=RandomNormal(0, 0.02), padding='same')",
     "3@9", "64@9x9"),
    ("nn.ConvTranspose2d(ngf * 2, ngf, kernel_size=3, stride=2, padding=1, output_padding=1, bias=use_bias)",
     "8", "16x16"),
    ("conv2d = nn.LazyConv2d(1, kernel_size=3, padding=1)", "8x8", "8x8"),
    ("model.add(Conv2D(32, (3, 3), padding='same', activation='relu', input_shape=(28, 28, 1)))", "", "32@28x28"),
    ("%9 = Conv[dilations = [1, 1], group = 1, kernel_shape = [3, 3], pads = [0, 0, 0, 0], strides = [1, 1]]"
     "(%input.1, %conv1.weight, %conv1.bias)", "10", "8x8"),
    ("m = nn.ConvTranspose3d(64, 32, kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))",
     "64@32x16x16", "32@32x31x31"),
    ("Convolution3D(8, (5, 5, 5), strides=(5, 5, 5), padding='same')", "1@30x35x30", "8@6x7x6"),
    ("nn.Upsample(scale_factor=2)", "28", "56x56"),
    ("nn.PixelShuffle(2)", "4@4", "1@8x8"),
    ("nn.Unfold((2, 2), (1, 1), (0, 0), (1, 1))", "1@256", "4@255x255"),
    ("nn.AdaptiveAvgPool2d(output_size=(7, 7))", "3@12", "3@7x7"),
    ("%5 : Float(1, 64, 12, 12, strides=[9216, 144, 12, 1]) = onnx::Conv[group=1, kernel_shape=[7, 7], "
     "pads=[3, 3, 3, 3], strides=[2, 2]](%0, %1)", "3@24", "64@12x12"),
]  # fmt: skip
IDS = [case[0][:50] for case in FOUND]


def shape_of(figure: Layer | Chain) -> str:
    """The shape of what a figure makes, as texts have it."""
    shape = figure.shapes[-1] if isinstance(figure, Chain) else output_shape(figure)
    has_channels = figure.has_channels if isinstance(figure, Chain) else figure.in_channels is not None
    *channels, size = (shape[:1], shape[1:]) if has_channels else (shape,)
    return "@".join(
        ["".join(map(str, channels[0])), "x".join(map(str, size))] if channels else ["x".join(map(str, size))]
    )


@together("text, size, shape", FOUND)
def test_what_people_pasted_is_read(text: str, size: str, shape: str) -> None:
    """In Python, and as a part of any page, the same."""
    made = from_code(text, size or None)
    assert shape_of(made) == shape
    assert is_code(text)
    assert part_of(text, "figure", input_size=size or None).figure == made


@together("text, size, shape", FOUND)
def test_commands_read_it_alike(text: str, size: str, shape: str) -> None:
    """`draw` and `explain` give its size, with exit status 0."""
    sized = ["-i", size] if size else []
    told = CliRunner().invoke(main, ["explain", text, *sized])
    assert told.exit_code == 0, told.stderr
    assert shape.partition("@")[2].partition("x")[0] in told.stdout
    if "4418" not in size and "128" not in size and "3d" not in text.lower():
        drawn = CliRunner().invoke(main, ["draw", text, *sized, "--steps", ":1", "-o", "-", "--format", "svg"])
        assert drawn.exit_code == 0, drawn.stderr


def test_unfold_tells_the_matrix_that_it_makes() -> None:
    """Rows and columns stand in Python, in `explain` and in the figure's caption."""
    text = "nn.Unfold((2, 2), (1, 1), (0, 0), (1, 1))"
    made = from_code(text, "1@256")
    assert isinstance(made, Unfold)
    assert (made.rows, made.columns) == (4, 65025)
    told = CliRunner().invoke(main, ["explain", text, "-i", "1@256"])
    assert "matrix of 4 rows, 65,025 columns" in told.stdout
    drawn = CliRunner().invoke(
        main, ["draw", text, "-i", "1@256", "--steps", ":1", "--caption", "-o", "-", "--format", "svg"]
    )
    assert "65,025 columns" in drawn.stdout


DEPTH_FIRST = ["DepthToSpace(blocksize=2)", "tf.nn.depth_to_space(x, 2)"]


@pytest.mark.parametrize("text", DEPTH_FIRST)
def test_the_order_of_channels_is_told_apart(text: str) -> None:
    """Depth first and PyTorch's order agree with one channel made; with two the former is refused in one line."""
    assert from_code(text, "4@3") == PixelShuffle("4@3", 2)
    with pytest.raises(RequestError, match="DCR"):
        from_code(text, "8@3")
    assert from_code("DepthToSpace(blocksize=2, mode='CRD')", "8@3") == PixelShuffle("8@3", 2)
    assert from_code("SpaceToDepth(blocksize=2)", "1@4") == PixelUnshuffle("1@4", 2)
    with pytest.raises(RequestError, match="DCR"):
        from_code("SpaceToDepth(blocksize=2)", "2@4")
    assert from_code(text.replace("2", "1"), "8@3") == PixelShuffle("8@3", 1)  # blocks of one place have one order
    assert from_code("SpaceToDepth(blocksize=1)", "2@4") == PixelUnshuffle("2@4", 1)
    for called in ("F.pixel_shuffle(x, 2)", "nn.PixelShuffle(upscale_factor=2)"):
        assert from_code(called, "8@3") == PixelShuffle("8@3", 2)


def test_none_is_a_size_where_pytorch_has_it() -> None:
    """Of adaptive pools of two axes and three it is the input's; of one, and in Keras, it is refused."""
    assert from_code("nn.AdaptiveAvgPool2d((None, 3))", "5x6") == AdaptiveAvgPool("5x6", "5x3")
    for text, size in (("nn.AdaptiveAvgPool1d((None,))", "5"), ("AdaptiveAveragePooling2D((None, 3))", "5x6")):
        with pytest.raises(RequestError, match="None is no size here; give it in whole numbers"):
            from_code(text, size)


def test_bicubic_of_keras_says_whose_it_is() -> None:
    """Other backends have another slope; TensorFlow's own function has not."""
    for text in ("keras.layers.Resizing(6, 6, interpolation='bicubic')", "UpSampling2D(2, interpolation='bicubic')"):
        assert any("another backend of Keras" in note for note in read_code(text, 4).notes)
    assert not read_code("tf.image.resize(x, [6, 6], 'bicubic')", 4).notes
    assert not read_code("keras.layers.Resizing(6, 6)", 4).notes


SAME = Conv("3@7x9", 3, 2, 1, out_channels=8)
AROUND = [
    ">>> nn.Conv2d(3, 8, 3, stride=2, padding=1)",
    ">>> m = nn.Conv2d(3, 8, 3,\n...               stride=2, padding=1)\n>>> m\nConv2d(3, 8, kernel_size=(3, 3))",
    "In [3]: conv = nn.Conv2d(3, 8, 3, stride=2, padding=1)",
    "import torch.nn as nn\n\nconv = nn.Conv2d(3, 8, 3, stride=2, padding=1)  # halves it\ny = conv(x)\n",
    "    self.conv = nn.Conv2d(\n        3, 8, 3,\n        stride=2, padding=1,\n    )",
    "nn.Conv2d(3, 8, 3, stride=2, padding=1)(x)",
    "out = F.relu(nn.Conv2d(3, 8, 3, stride=2, padding=1)(x))",
    "model.add_module('conv', nn.Conv2d(3, 8, 3, stride=2, padding=1))",
    "layers += [nn.Conv2d(3, 8, 3, stride=2, padding=1), norm_layer(8), nn.ReLU(True)]",
    "nn.Conv2d(3, 8, 3, stride=2, padding=1).to(device)",
    "spectral_norm(nn.Conv2d(3, 8, 3, stride=2, padding=1))",
    "ndf = 4\nconv = nn.Conv2d(3, ndf * 2, 3, stride=2, padding=3 // 2)",
    "nn.Conv2d(3, 2**3, 9 - 6, (2,) * 2, padding=int(3 / 2))",
    "class Net(nn.Module):\n    def __init__(self):\n        self.c = nn.Conv2d(3, 8, 3, stride=2, padding=1)\n",
    "Net(\n  (conv): Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)\n"
    "  (bn): BatchNorm2d(8, eps=1e-05)\n  (act): SiLU(inplace=True)\n)",
    "nn.LazyConv2d(8, 3, 2, 1)",
    "LazyConv2d(0, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))",
    "F.conv2d(x, torch.randn(8, 3, 3, 3), stride=2, padding=1)",
    "y = F.conv2d(torch.randn(1, 3, 7, 9), torch.randn(8, 3, 3, 3), None, 2, 1)",
    "tf.nn.conv2d(x, tf.ones([3, 3, 3, 8]), [1, 2, 2, 1], [[0, 0], [1, 1], [1, 1], [0, 0]])",
    "tf.nn.conv2d(x, tf.ones([3, 3, 3, 8]), [1, 1, 2, 2], [[0, 0], [0, 0], [1, 1], [1, 1]], data_format='NCHW')",
    "lax.conv_general_dilated(x, jnp.ones((8, 3, 3, 3)), (2, 2), ((1, 1), (1, 1)))",
    "hk.Conv2D(8, 3, stride=2, padding=((1, 1), (1, 1)))(x)",
    "eqx.nn.Conv2d(3, 8, 3, 2, 1, key=key)",
    "nnx.Conv(3, 8, (3, 3), (2, 2), padding=1, rngs=nnx.Rngs(0))",
    "paddle.nn.Conv2D(3, 8, 3, 2, padding=[1, 1, 1, 1])",
    "mlx.nn.Conv2d(3, 8, 3, 2, 1)",
    "gluon.nn.Conv2D(8, 3, 2, 1, in_channels=3)",
    "op.Conv(x, w, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], W=[8, 3, 3, 3])",
    "Conv\nW 〈8×3×3×3〉\nB 〈8〉\nstrides 2, 2\npads 1, 1, 1, 1",
    'input: "x" input: "w" output: "y" op_type: "Conv" attribute { name: "strides" ints: 2 ints: 2 type: INTS } '
    'attribute { name: "pads" ints: 1 ints: 1 ints: 1 ints: 1 type: INTS } attribute { name: "kernel_shape" ints: 3 '
    'ints: 3 type: INTS }',
    "y = Conv <kernel_shape: ints = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x, w)",
    "%9 : Float(1, 8, strides=[3, 1]) = onnx::Conv[kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]](%x, %w)",
]  # fmt: skip


@together("text", AROUND)
def test_what_stands_around_a_layer_changes_nothing(text: str) -> None:
    """Prompts, statements, calls around it, other ways to write it."""
    made = read_code(text, "3@7x9").layer
    assert isinstance(made, Conv)
    assert (made.kernel_size, made.stride, made.padding, made.in_channels) == (
        SAME.kernel_size,
        SAME.stride,
        SAME.padding,
        3,
    )
    assert made.out_channels == (1 if made.out_channels == 1 else 8)
    assert is_code(text)


DIALECTS: list[tuple[str, str, Layer]] = [
    ("tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')", "5", MaxPool(5, 2, 2, "same")),
    ("tf.nn.avg_pool2d(x, 3, 2, 'SAME')", "5", AvgPool(5, 3, 2, "same")),
    ("tf.layers.conv2d(x, 1, 3, padding='same', activation=tf.nn.relu)", "5", Conv(5, 3, 1, "same")),
    ("tf.layers.max_pooling2d(x, 2, 2)", "6", MaxPool(6, 2)),
    ("tf.nn.conv2d_transpose(x, tf.ones((3, 3, 2, 4)), [1, 8, 8, 2], 2, 'SAME')", "4@4", ConvTranspose(
        "4@4", 3, 2, ((0, 1), (0, 1)), out_channels=2
    )),
    ("tf.nn.depthwise_conv2d(x, tf.ones((3, 3, 3, 2)), [1, 1, 1, 1], 'VALID')", "3@7", Conv(
        "3@7", 3, out_channels=6, groups=3
    )),
    ("tf.nn.atrous_conv2d(x, tf.ones((3, 3, 1, 1)), 2, 'SAME')", "1@7", Conv("1@7", 3, 1, "same", 2, out_channels=1)),
    ("eqx.nn.MaxPool2d(3)", "7", MaxPool(7, 3, 1)),
    ("hk.AvgPool((2, 2, 1), (2, 2, 1), 'SAME')", "5", AvgPool(5, 2, 2, "same")),
    ("paddle.nn.Conv2D(1, 1, 3, padding='same', dilation=2)", "7", Conv("1@7", 3, 1, "same", 1, out_channels=1)),
    ("paddle.nn.AvgPool2D(3, 1, 1)", "7", AvgPool(7, 3, 1, 1, count_include_pad=False)),
    ("mlx.nn.ConvTranspose2d(1, 1, 3, 2, 1, 1, 1)", "4", ConvTranspose("1@4", 3, 2, 1, 1, out_channels=1)),
    ("gluon.nn.AvgPool2D(3, 2, 1)", "7", AvgPool(7, 3, 2, 1)),
    ("nn.Conv2d(dim, dim, 7, padding=3, groups=dim)", "4@9", Conv("4@9", 7, 1, 3, out_channels=4, groups=4)),
    ("Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=same, padding_mode=reflect)", "7", Conv(
        "3@7", 3, 1, "same", out_channels=8, padding_mode="reflect"
    )),
]  # fmt: skip


@together("text, size, layer", DIALECTS)
def test_every_dialect_means_its_own(text: str, size: str, layer: Layer) -> None:
    """Argument orders, defaults and padding words are those of the library."""
    assert from_code(text, size) == layer


def test_a_separable_convolution_is_a_chain() -> None:
    """Depthwise, then pointwise, and said so."""
    coded = read_code("SeparableConv2D(8, 3, strides=2, padding='same', depth_multiplier=2)", "3@8x8")
    depthwise = Conv("3@8x8", 3, 2, "same", out_channels=6, groups=3)
    assert coded.figure == Chain("3@8x8", [depthwise, Conv("6@4x4", 1, out_channels=8)])
    assert any("two layers" in note for note in coded.notes)
    with pytest.raises(RequestError, match="2 layers after one another"):
        _ = coded.layer


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("F.conv2d(x, w)", {}, "kernel_size", "conv2d has it of its weight, whose shape the code does not say"),
    ("F.conv2d(x, w)", {"kernel_size": "3y"}, "kernel_size", "not whole numbers"),
    ("nn.Conv2d(3, 8, 3)", {"kernel_size": 3}, "kernel_size", "the code says it"),
    ("nn.Conv2d(3, 8, 3)", {"out_channels": 3}, "code", "the code says it"),
    ("nn.MaxPool2d(3)", {"out_channels": 3}, "out_channels", "as many as come in"),
    ("nn.Conv2d(3, 8, 3)", {"output_size": 3}, "output_size", "a transposed convolution alone"),
    ("nn.ConvTranspose2d(1, 1, 3, stride=2)(x, output_size=(30, 30))", {}, "code", "it can be 15 to 16"),
    ("Conv2DTranspose(1, 3, 2, 'same')", {"output_size": 15}, "code", "Keras's 'same' gives 13 to 14"),
    ("tf.nn.conv2d_transpose(x, w, [1, 30, 30, 1], 2)", {"kernel_size": 3}, "code", "makes 7 cells of 13 to 14"),
    ("conv2d(x, w)", {}, "code", "does not stand alone"),
    ("nn.Conv2D(8, 3)", {}, "code", "it is in Keras's keras.layers"),
    ("nn.Conv2d(3, 8, 3)\nnn.Conv2d(8, 8, 3)", {}, "code", "several layers"),
    ("F.max_pool2d(F.conv2d(x, w), 2)", {}, "code", "several layers"),
    ("nn.Conv2d(3, 8, k)", {}, "code", "kernel_size k: not a literal"),
    ("nn.Conv2d(3, 8, 3, padding=k // 2)", {}, "code", "padding k // 2: not a literal"),
    ("nn.Conv2d(3, 8, 3, groups=g)", {}, "code", "groups g: not a literal"),
    ("nn.Conv2d(3, 8, 3 // 0)", {}, "code", "divides by 0"),
    ("lax.reduce_window(x, 0., lax.add, (1, 2, 2, 1))", {}, "code", "only maxima"),
    ("paddle.nn.Conv2DTranspose(1, 1, 3, padding='same')", {}, "code", "not read here"),
    ("nn.BatchNorm2d(8)", {}, "code", "BatchNorm2d is no layer that is known"),
]


@together("text, asked, field, said", REFUSED)
def test_what_is_refused_is_told_truly(text: str, asked: dict[str, Any], field: str, said: str) -> None:
    """In one line, with what is wrong in front, alike wherever the text is given."""
    with pytest.raises(RequestError) as refused:
        read_code(text, "7", asked=Asked(**asked))
    assert refused.value.field == field
    assert said in str(refused.value)
    if not asked:
        lines = set()
        for command in (["draw", text], ["explain", text], ["compare", text, "conv 3"], ["embed", text, "x"]):
            result = CliRunner().invoke(main, [*command, "-i", "7"])
            assert result.exit_code == 2
            lines.add(result.stderr)
        assert len(lines) == 1, lines


def test_a_size_in_the_code_is_one() -> None:
    """Another beside it is drawn, and said to differ; other channels are refused; an open one is asked for."""
    text = "Conv2D(8, 3, input_shape=(28, 28, 1))"
    assert from_code(text) == Conv("1@28x28", 3, out_channels=8)
    coded = read_code(text, "6x6")
    assert coded.layer == Conv("1@6x6", 3, out_channels=8)
    assert "the code says an input of 28x28" in coded.notes
    with pytest.raises(RequestError, match="the code says 1 channels"):
        from_code(text, "3@28x28")
    with pytest.raises(RequestError, match="input_size: missing"):
        from_code("Conv2D(8, 3, input_shape=(None, None, 3))")
    assert from_code("Conv2D(1, 3, input_shape=(3, 7, 9), data_format='channels_first')") == Conv(
        "3@7x9", 3, out_channels=1
    )
    assert from_code("Conv2D(1, 3)(Input(shape=(7, 9, 3)))") == Conv("3@7x9", 3, out_channels=1)


def test_arrays_in_lines_before_say_the_size() -> None:
    """What is made there and goes in is the input."""
    text = "x = tf.random.normal((1, 7, 9, 3))\ny = tf.keras.layers.Conv2D(2, 3)(x)\nprint(y.shape)"
    assert from_code(text) == Conv("3@7x9", 3, out_channels=2)
    assert read_code(text).notes == ()


def test_what_stands_beside_a_layer_is_named() -> None:
    """Other layers, which may change its input, are said to be left out."""
    coded = read_code("x = ZeroPadding2D((3, 3))(x)\nx = Conv2D(64, 7, strides=2)(x)", "3@13")
    assert coded.notes == ("not in the picture: ZeroPadding2D",)


def test_names_of_channels_count_as_left_out() -> None:
    """With one note for all of them."""
    coded = read_code("nn.Conv2d(ngf * 2, ngf, 3)", "4@8")
    assert coded.layer == Conv("4@8", 3, out_channels=1)
    assert len([note for note in coded.notes if "counts as left out" in note]) == 1


def test_stages_and_recipes_and_python_hold_code(tmp_path: Path) -> None:
    """A chain's stages may be code, each for the map that it gets; so may a recipe's, and `animate` takes text."""
    wanted = Chain("3@10x10", [Conv("3@10x10", 3, out_channels=8), "relu", "max-pool 2"])
    text = "nn.Conv2d(3, 8, 3), relu, max-pool 2"
    assert part_of(text, "figure", input_size="10x10").figure == wanted
    assert part_of(text.replace("relu", "nn.ReLU()"), "figure", input_size="10x10").figure == wanted
    told = CliRunner().invoke(main, ["chain", "nn.Conv2d(3, 8, 3)", "relu", "max-pool 2", "-i", "10x10", "--json"])
    assert told.exit_code == 0, told.stderr
    wrong = CliRunner().invoke(main, ["chain", "nn.Conv2d(4, 8, 3)", "nn.Conv2d(3, 8, 3)", "-i", "10"])
    assert wrong.exit_code == 2
    assert "stage 2 nn.Conv2d(3, 8, 3): it gets 8@8×8" in wrong.stderr
    recipe = tmp_path / "a.toml"
    recipe.write_text(
        '[[layer]]\ninput_size = "10x10"\ncode = "nn.Conv2d(3, 8, 3)"\n[[layer]]\nop = "relu"\n'
        '[[layer]]\ncode = "nn.MaxPool2d(2)"\n'
    )
    assert load_recipe(str(recipe)).figure == wanted
    recipe.write_text('[layer]\ncode = "F.conv2d(x, w)"\ninput_size = "3@7"\nkernel_size = 3\nout_channels = 2\n')
    assert load_recipe(str(recipe)).figure == Conv("3@7", 3, out_channels=2)
    assert animate("nn.Conv2d(1, 1, 3)", input_size=5).animation.scene.steps == 9


def test_an_output_size_gives_the_output_padding() -> None:
    """On the command line, too, or why none does."""
    assert ConvTranspose(3, 3, 2, 1, output_size=6) == ConvTranspose(3, 3, 2, 1, 1)
    assert ConvTranspose(3, 3, 2, 1, output_size=(5, 6)).output_padding == (0, 1)
    with pytest.raises(RequestError, match="output_size 8x8: the other arguments give 5 to 6 on an axis of 3 cells"):
        ConvTranspose(3, 3, 2, 1, output_size=8)
    result = CliRunner().invoke(
        main, ["conv-transpose", "-i", "3", "-k", "3", "-s", "2", "--output-size", "8", "--json"]
    )
    assert '"output_padding": [1, 1]' in result.stdout


def test_what_is_said_of_code_needs_code() -> None:
    """No option is taken and ignored."""
    for command in (
        ["explain", "dilation"],
        ["compare", "conv 3", "conv 5", "-i", "9"],
        ["deck", "dilation", "-o", "x.pptx"],
    ):
        result = CliRunner().invoke(main, [*command, "-k", "3"])
        assert result.exit_code == 2
        assert "it is of code that leaves it open" in result.stderr


def test_a_size_that_every_figure_says_itself_is_refused() -> None:
    """One that some figure leaves open is taken."""
    own = "conv -i 5 -k 3"
    for command in (["explain", own], ["compare", own, "dilation", "-o", "x.gif"], ["deck", own, "-o", "x.pptx"]):
        result = CliRunner().invoke(main, [*command, "-i", "6"])
        assert result.exit_code == 2
        assert "--input-size 6: each figure says its own" in result.stderr
    assert CliRunner().invoke(main, ["compare", own, "conv 3", "-i", "6", "--json"]).exit_code == 0
    with pytest.raises(RequestError, match="input_size 6: each figure says its own"):
        animate(own, input_size=6)


def test_a_row_of_numbers_serves_one_channel(tmp_path: Path) -> None:
    """A one-row file is a map of one row in one channel, and one number a map of one cell."""
    numbers = tmp_path / "row.csv"
    for row, line in (
        ("1,2,3,4", ["-i", "1@1x4", "-k", "1x2"]),
        ("7", ["-i", "1@1", "-k", "1", "--out-channels", "2"]),
    ):
        numbers.write_text(row + "\n")
        result = CliRunner().invoke(main, ["conv", *line, "--values", str(numbers), "--json"])
        assert result.exit_code == 0, result.stderr
