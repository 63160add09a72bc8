"""What every reader of what users give reads when all is well."""

import io
from typing import Any

import numpy as np
from PIL import Image

from convanim.files.templates import templates_folder
from helpers.changed_inputs import Content


def right_templates() -> list[Content]:
    """Recipes."""
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "figures").glob("*.toml"))]
    return [text for text in every if ".png" not in text]  # without the file beside it, it is no right one


def right_themes() -> list[Content]:
    """Themes."""
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "themes").glob("*.toml"))]
    return [*every, 'base = "dark"\n[roles]\ninput = { fill = "#fff" }\n[background]\ntransparent = true\n']


def right_languages() -> list[Content]:
    """Languages."""
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "words").glob("*.toml"))]
    own = 'base = "de"\ntag = "de-AT"\n[numbers]\nthousands = " "\nsingular = [0]\n[phrases]\ninput = "x"\n'
    return [*every, own, f'{own}cells = {{ one = "eine", other = "{{count}}" }}\n']


def right_csvs() -> list[Content]:
    """Numbers as text."""
    return [
        b"1,2,3\n4,5,6\n7,8,9\n",
        b"a;b\n1,5;2\n3;4,25\n",
        b"\xef\xbb\xbf1.5,-2e1\r\n3,4\r\n",
        b"1\n2\n3\n",
        b'"1","2"\n',
    ]


def right_npys() -> list[Content]:
    """Arrays."""
    found: list[Content] = []
    for array in (
        np.arange(9).reshape(3, 3),
        np.ones((2, 2), "f4"),
        np.asfortranarray(np.ones((2, 3))),
        np.ones(4, bool),
    ):
        stream = io.BytesIO()
        np.save(stream, array)
        found.append(stream.getvalue())
    return found


def right_pngs() -> list[Content]:
    """Pictures."""
    found: list[Content] = []
    for mode in ("L", "1", "P", "RGB", "RGBA", "LA"):
        stream = io.BytesIO()
        how: dict[str, Any] = {"transparency": 0} if mode in ("P", "L") else {}
        Image.new(mode, (6, 6)).save(stream, format="PNG", **how)
        found.append(stream.getvalue())
    return found


def right_onnx_files() -> list[Content]:
    """A file of ONNX, where the package is there that reads it."""
    try:
        import onnx
    except ImportError:
        return []
    kinds, make = onnx.TensorProto, onnx.helper
    nodes = [
        make.make_node("Conv", ["x", "w", "b"], ["a"], pads=[1, 1, 1, 1], strides=[2, 2]),
        make.make_node("Relu", ["a"], ["r"]),
        make.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], ceil_mode=1),
        make.make_node("Concat", ["p", "p"], ["c"], axis=1),
        make.make_node("Reshape", ["c", "to"], ["f"]),
        make.make_node("Gemm", ["f", "m"], ["y"], transB=1),
    ]
    weights = [
        kinds(name="w", dims=(4, 3, 3, 3), data_type=kinds.FLOAT),
        kinds(name="b", dims=(4,), data_type=kinds.FLOAT),
        kinds(name="m", dims=(5, 200), data_type=kinds.FLOAT),
        make.make_tensor("to", kinds.INT64, [2], [1, -1]),
    ]
    inputs = [make.make_tensor_value_info("x", kinds.FLOAT, (1, 3, 12, 12))]
    outputs = [make.make_tensor_value_info("y", kinds.FLOAT, None)]
    return [make.make_model(make.make_graph(nodes, "g", inputs, outputs, weights)).SerializeToString()]


NETWORKS = [
    "stem: conv 3x3 8 s2 p1, parallel(conv 1x1 4, 'conv 1x1 2, conv 3x3 4 p1', (max-pool 3 s1 p1, conv 1x1 4)), relu",
    "residual((conv 3x3 3 p1, batch-norm), conv 1x1 3), gate(global-avg-pool, conv 1x1 3, sigmoid), flatten, linear 10",
    "skip(max-pool 2, conv 3x3 12, conv-transpose 2 6 s2), repeat(2, residual(conv 1x1 9 bias=false)), crop 6x6",
    "nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(1568, 10, bias=False))",
    "keras.Sequential([Input((16, 16, 3)), Conv2D(8, 3, activation='relu'), ZeroPadding2D(1), Flatten(), Dense(10)])",
    " Layer (type)             Output Shape            Param #\n======\n"
    " conv2d (Conv2D)          (None, 16, 16, 8)       224\n flatten (Flatten)        (None, 2048)            0\n",
    "Net(\n  (a): Sequential(\n    (0-1): 2 x Conv2d(3, 3, kernel_size=(1, 1))\n  )\n"
    "  (fc): Linear(in_features=768, out_features=10, bias=True)\n)",
]


CODE = [
    "nn.Conv2d(3, 8, kernel_size=(3, 5), padding='same')",
    "self.up = nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1, output_padding=1, bias=False),",
    "(conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)",
    "keras.layers.Conv2D(8, 3, strides=(2, 2), padding='same', dilation_rate=1, activation='relu')",
    "keras.layers.MaxPooling2D(pool_size=2)",
    "Conv kernel_shape: 3, 3 strides: 2, 2 pads: 1, 1, 1, 1",
    "{'op_type': 'MaxPool', 'kernel_shape': [3, 3], 'auto_pad': 'SAME_UPPER', 'ceil_mode': 1}",
    "nn.Conv(features=8, kernel_size=(3, 3), strides=2, padding=((1, 0), (0, 1)))",
    "nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False, divisor_override=3)",
]


STAGES = ["conv 3x3 8 s2 p1, relu, max-pool 2 s2 ceil", "conv 3 d2 g1 padding=same, conv-transpose 3 s2 op1, tanh"]


TEXTS = [
    *(code for code in CODE if not code.startswith("(")),
    *STAGES,
    "conv -i 5 -k 3 -s 2 -p 1:0x1 --values random:7 --kernel-values box --heat-map",
    "chain 'conv 3 2' relu -i 2@9 --values arange --view flat",
    "avg-pool -i 4 -k 3 -s 2 -p 1 --no-count-include-pad --input-label 'x y'",
    "dilation",
    "one_by_one_channels",
]


LINES = [
    ["conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1", "-o", "a.gif"],
    [
        "conv",
        "-i",
        "3@5x7",
        "-k",
        "3x2",
        "--out-channels",
        "2",
        "--values",
        "random:7",
        "--max-frames",
        "4",
        "-o",
        "a.svg",
    ],
    ["conv-transpose", "-i", "2", "-k", "3", "-s", "2", "--transposed-as", "scatter", "--caption", "-o", "a.png"],
    ["max-pool", "-i", "5", "-k", "2", "--ceil-mode", "--values", "arange", "--theme", "dark", "-o", "a.html"],
    ["avg-pool", "-i", "4", "-k", "3", "--json", "--dims", "1"],
    ["chain", "conv 3 2", "relu", "-i", "6", "--width", "300", "--step-time", "0.1", "--hold", "2", "-o", "a.apng"],
    ["compare", "conv 3 2", "conv 1 1, conv 3 2", "-i", "6", "--frame", "1", "-o", "a.png", "--width", "600"],
    ["draw", "nn.Conv2d(3, 8, 3, padding=1)", "-i", "5x5", "--sheet", "2x2", "-o", "a.png", "--scale", "2"],
    ["render", "dilation", "--steps", "0:3", "--bounce", "--loop", "2", "--title", "T", "--alt", "A", "-o", "b.gif"],
    ["explain", "conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1"],
    ["explain", "depthwise", "--against", "grouped"],
    ["differ", "nn.Conv2d(3, 8, 3, padding=1)", "Conv2D(8, 3, padding='same')", "-i", "5x5", "--values", "random"],
    ["network", "conv 3 8, residual(conv 3 8 p1), flatten, linear 10", "-i", "3@9x9", "--csv"],
    ["templates"],
]
