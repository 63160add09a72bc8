"""Networks from text: stages with branches, code, printed models; and what is no network."""

import time
from pathlib import Path

import pytest
from helpers.campaigns import together

from convanim import RequestError, network
from convanim.code.frameworks import read_code
from convanim.code.graphs.read_network import read_network
from convanim.networks.building import BrokenNetworkError
from convanim.networks.cost import network_cost
from convanim.networks.network import INPUT

PRINTED = """ResNet(
  (conv1): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
  (layer1): Sequential(
    (0): BasicBlock(
      (conv1): Conv2d(8, 16, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
      (bn1): BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
      (relu): ReLU(inplace=True)
      (conv2): Conv2d(16, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
      (bn2): BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
      (downsample): Sequential(
        (0): Conv2d(8, 16, kernel_size=(1, 1), stride=(2, 2), bias=False)
      )
    )
  )
  (more): Sequential(
    (0-1): 2 x Conv2d(16, 16, kernel_size=(1, 1), stride=(1, 1))
  )
  (avgpool): AdaptiveAvgPool2d(output_size=(1, 1))
  (fc): Linear(in_features=16, out_features=10, bias=True)
)"""


def test_blocks_are_branches() -> None:
    """`parallel` puts behind one another, `residual` adds, `gate` multiplies, `skip` cuts to size, `repeat` repeats."""
    text = (
        "stem: conv 3x3 8 p1, parallel(conv 1x1 4, 'conv 1x1 2, conv 5x5 4 p2', (max-pool 3 s1 p1, conv 1x1 8),), "
        "residual((conv 3x3 6 p1, conv 1x1 6), conv 1x1 6), gate(global-avg-pool, conv 1x1 6, sigmoid), "
        "skip(max-pool 2, conv 3x3 12, conv-transpose 2 6 s2), repeat(2, residual(conv 3x3 12 p1, relu))"
    )
    net = network(text, "3@16x16")
    assert net.nodes[0].name == "stem"
    shapes = {node.op: node.shape for node in net.nodes}
    assert shapes["concat"] == (12, 12, 12)
    assert shapes["crop"] == (6, 12, 12)
    assert [node.op for node in net.nodes].count("add") == 3
    first = next(node for node in net.nodes if node.op == "concat")
    assert [net.by_name[name].shape for name in first.inputs] == [(4, 16, 16), (4, 16, 16), (8, 16, 16)]
    gate = next(node for node in net.nodes if node.op == "multiply")
    assert [net.by_name[name].shape for name in gate.inputs] == [(6, 16, 16), (6, 1, 1)]


def test_a_sequential_gives_what_linear_must_take() -> None:
    """The common question: 32 maps of 7x7, which are 1568."""
    code = (
        "model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), "
        "nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))"
    )
    assert network(code, "28x28").output.shape == (32, 7, 7)
    with pytest.raises(BrokenNetworkError, match=r"linear: takes 400 features, but it gets 1,568; try nn.Linear\(1568"):
        network(code[:-1] + ", nn.Flatten(), nn.Linear(400, 10))", "28x28")


NAMED = "nn.Sequential(OrderedDict([('a', nn.Conv2d(3, 4, 1, bias=False)), ('b', nn.BatchNorm2d(4))]))"


@pytest.mark.parametrize(
    ("code", "size", "shape", "parameters"),
    [
        (NAMED, "9", (4, 9, 9), 20),
        ("nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU6(), nn.Flatten(), nn.LazyLinear(5))", "9", (5,), 28 + 145),
        (
            "keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3, activation='relu'), "
            "layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10, activation='softmax')])",
            None,
            (10,),
            80 + 13_530,
        ),
        (
            "model = Sequential()\nmodel.add(Conv2D(4, (3, 3), padding='same', input_shape=(8, 8, 3)))\n"
            "model.add(GlobalAveragePooling2D())\nmodel.add(Dense(2))",
            None,
            (2,),
            112 + 10,
        ),
    ],
)
def test_models_in_code(code: str, size: str | None, shape: tuple[int, ...], parameters: int) -> None:
    """PyTorch's and Keras's models in order, their names and biases; a size that the code says is taken from it."""
    net = network(code, size)
    assert net.output.shape == shape
    assert network_cost(net).parameters == parameters


def test_a_printed_model() -> None:
    """Modules inside each other, several alike on a line, a residual block, and a map that meets a Linear."""
    found = read_network(PRINTED, "3@8x8")
    net = found.network
    add = net.by_name["layer1.0.add"]
    assert [net.shapes[name] for name in add.inputs] == [(16, 4, 4), (16, 4, 4)]
    assert add.inputs == ("layer1.0.bn2", "layer1.0.downsample.0")
    assert net.shapes["more.1"] == (16, 4, 4)
    assert net.output.shape == (10,)
    assert network_cost(net).parameters == 216 + 1152 + 32 + 2304 + 32 + 128 + 2 * 272 + 170
    assert any("flattened" in note for note in found.notes)


SUMMARY = """Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 conv2d (Conv2D)             (None, 13, 13, 8)         80

 max_pooling2d (MaxPooling2  (None, 6, 6, 8)           0
 D)

 batch_normalization (Batch  (None, 6, 6, 8)           32
 Normalization)

 flatten (Flatten)           (None, 288)               0
 dense (Dense)               (None, 10)                2890
=================================================================
Total params: 3002 (11.73 KB)
_________________________________________________________________
"""
BOXED = """
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ input_layer         │ (None, 32, 30, 3) │          0 │ -                 │
│ (InputLayer)        │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d (Conv2D)     │ (None, 32, 30,    │        448 │ input_layer[0][0] │
│                     │ 16)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ depthwise_conv2d    │ (None, 32, 30,    │        160 │ conv2d[0][0]      │
│ (DepthwiseConv2D)   │ 16)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ concatenate         │ (None, 32, 30,    │          0 │ conv2d[0][0],     │
│ (Concatenate)       │ 32)               │            │ depthwise_conv2d… │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ global_average_poo… │ (None, 32)        │          0 │ concatenate[0][0] │
│ (GlobalAveragePool… │                   │            │                   │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
"""


def test_a_summary_of_keras() -> None:
    """Both generations' tables, rows of several lines, names that are cut; kernels from parameters and sizes."""
    found = read_network(SUMMARY, "1@28x28")
    conv = found.network.by_name["conv2d"].operation
    assert (conv.kernel_size, conv.stride) == ((3, 3), (2, 2))  # type: ignore[union-attr]
    assert network_cost(found.network).parameters == 3002 - 16  # a norm's means and variances are not learnt
    assert any("worked out" in note for note in found.notes)
    net = network(BOXED)
    assert net.by_name["concatenate"].inputs == ("conv2d", "depthwise_conv2d")
    assert network_cost(net).parameters == 608
    assert net.output.shape == (32,)
    with pytest.raises(BrokenNetworkError, match="whose kernel its parameters do not tell"):
        network(SUMMARY.replace("80\n", "81\n"), "1@28x28")


def test_a_table_of_nodes_is_a_network() -> None:
    """In Python: names, what they are, what they read; the node before it, where that is left out."""
    net = network({"a": "conv 1x1 4", "b": ("conv 3x3 4 p1", INPUT), "c": "relu", "sum": ("add", "a", "c")}, (3, 5, 5))
    assert net.by_name["c"].inputs == ("b",)
    assert net.output.shape == (4, 5, 5)


def test_text_in_a_file(tmp_path: Path) -> None:
    """What print(model) printed, saved."""
    path = tmp_path / "model.txt"
    path.write_text(PRINTED, encoding="utf-8")
    assert network(path, "3@8x8") == network(PRINTED, "3@8x8")


@together(
    "text, said",
    [
        ("conv 3x3 8, convolve 3", "no such stage"),
        ("parallel(conv 1x1 8)", "two branches or more"),
        ("residual()", "there is no stage in it"),
        ("repeat()", "how often is missing"),
        ("repeat(0, relu)", "from 1 to 1,000 times"),
        ("repeat(1000, repeat(1000, relu))", "more than 10,000 nodes"),
        ("repeat(1000,(repeat(1000,(repeat(1000,(,))))))", "there is no stage in it"),
        ("residual(" * 30 + "relu" + ")" * 30, "more than 20 blocks inside each other"),
        ("(" * 100_000, "more than 100 brackets"),
        ("relu, " * 100_000, "more than 200,000"),
        ("nn.Sequential(" * 60 + "nn.ReLU()" + ")" * 60, "models inside each other"),
        ("nn.Sequential(*[nn.ReLU() for _ in range(9)])", "not a layer that is written out"),
        ("nn.Sequential(__import__('os').system('touch hacked'))", "not a layer that is written out"),
        ("nn.Sequential(nn.Flatten(), nn.Linear(n, 8))", "an argument is not written out"),
        ("nn.Sequential(nn.Transformer(8))", "Transformer"),
        ("a" + ".b" * 60_000 + "()", ""),
        ("nn.Sequential(nn.Linear(" + "1+" * 50_000 + "1, 2))", ""),
        ("conv 3x3 9999999999999999999", "more than 18 digits"),
        ("weights.pth", "never is"),
        ("../model.pt", "never is"),
        ("model.h5", "not read"),
        ("none.onnx", "there is no such file"),
        ("", "there is no text"),
        ("A(\n  (0): ReLU()\n", "a bracket is open"),
        ("A(\n  (0-9998): 9999 x B(\n  (0-9998): 9999 x C(\n (x): ReLU()\n)\n)\n)", "more than 10,000 modules"),
        ("A(\n" + "(a): B(\n" * 60 + ")\n" * 61, "more than 50 modules inside each other"),
    ],
)
def test_what_is_no_network_is_refused(text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, at once, with nothing run and nothing written."""
    monkeypatch.chdir(tmp_path)
    begun = time.process_time()
    with pytest.raises(RequestError) as error:
        network(text, "3@9x9")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) <= 1200
    assert not list(tmp_path.iterdir())
    assert time.process_time() - begun < 3


def test_nothing_else_is_a_network() -> None:
    """Other objects are refused, and a size that nobody says is asked for."""
    with pytest.raises(RequestError, match="not a network"):
        network(3, "3@9x9")
    with pytest.raises(RequestError, match="input_size"):
        network("conv 3x3 8")


@pytest.mark.parametrize(
    "code", ["Cropping2D()", "ZeroPadding2D()", "ZeroPadding2D(((2, 1), (0, 3)))", "Cropping2D(1)"]
)
def test_keras_pads_are_what_they_are_alone(code: str) -> None:
    """Their defaults as well: a Cropping2D that says nothing cuts nothing off."""
    net = network(f"keras.Sequential([keras.layers.{code}, keras.layers.Conv2D(4, 3)])", "3@9x9")
    assert net.nodes[0].operation == read_code(code, "3@9x9").layer


def test_keras_pads_are_of_their_axes() -> None:
    """A pad of one axis is none of a map of two."""
    with pytest.raises(RequestError, match="that is 2 axes"):
        network("keras.Sequential([keras.layers.ZeroPadding1D(2), keras.layers.Conv2D(4, 3)])", "3@9x9")
