"""ONNX's Col2Im and MaxUnpool as its reference evaluates them, against the layers that their code is read as."""

import random
from typing import Any

import numpy as np
import pytest

from convanim import from_code
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Fold, MaxUnpool
from convanim.numbers.values import values_of

onnx = pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
reference = pytest.importorskip("onnx.reference")


def evaluated(kind: str, inputs: dict[str, Any], **attributes: Any) -> Any:
    """What an operator makes of some inputs, by ONNX's reference."""
    shapes = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in inputs.items()
    ]
    out = onnx.helper.make_tensor_value_info("made", onnx.TensorProto.FLOAT, None)
    node = onnx.helper.make_node(kind, list(inputs), ["made"], **attributes)
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "one", shapes, [out]), opset_imports=[onnx.helper.make_opsetid("", 18)]
    )
    return reference.ReferenceEvaluator(model).run(None, inputs)[0]


def test_random_folds_are_those_of_onnx() -> None:
    """Pads of two sides, dilation and strides; the columns come in the same order."""
    rng = random.Random(3)
    for _ in range(20):
        block, strides, dilations = ([rng.randint(1, 3) for _ in range(2)] for _ in range(3))
        pads = [rng.randint(0, 2) for _ in range(4)]
        image = [rng.randint(7, 9) for _ in range(2)]
        text = f"Col2Im({image_shape(image, block)}, {dilations=}, {pads=}, {strides=})"
        windows = [
            (size + before + after - gap * (k - 1) - 1) // step + 1
            for size, before, after, gap, k, step in zip(image, pads[:2], pads[2:], dilations, block, strides)
        ]
        rows = 2 * block[0] * block[1]
        layer = from_code(text, f"{rows}@{windows[0] * windows[1]}")
        assert isinstance(layer, Fold)
        x = np.random.default_rng(0).integers(-9, 10, (1, rows, windows[0] * windows[1])).astype(np.float32)
        given = {"x": x, "image": np.array(image), "block": np.array(block)}
        theirs = evaluated("Col2Im", given, dilations=dilations, pads=pads, strides=strides)
        ours = values_of(Geometry(layer), x.reshape(rows, *windows).astype(int), None).output
        np.testing.assert_array_equal(ours, theirs[0], err_msg=text)


def image_shape(image: list[int], block: list[int]) -> str:
    """The shapes that are inputs of the operator, as they stand in code."""
    return f"image_shape={image}, block_shape={block}"


def test_unpools_are_those_of_onnx() -> None:
    """Of the size that follows from the pool, and of one that is said."""
    x = np.arange(1, 5, dtype=np.float32).reshape(1, 1, 2, 2)
    layer = from_code("MaxUnpool(kernel_shape=[2, 2], strides=[2, 2])", "2x2")
    assert layer == MaxUnpool(2, 2)
    places = np.array([[[[5, 7], [13, 15]]]])
    theirs = evaluated("MaxUnpool", {"x": x, "places": places}, kernel_shape=[2, 2], strides=[2, 2])
    ours = values_of(Geometry(MaxUnpool(2, 2)), x[0, 0].astype(int), None, places[0, 0]).output
    np.testing.assert_array_equal(ours, theirs[0, 0])
    larger = from_code("MaxUnpool(kernel_shape=[2, 2], strides=[2, 2], output_shape=[1, 1, 5, 5])", "2x2")
    assert larger == MaxUnpool(2, 2, output_size=5)
