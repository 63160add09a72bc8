"""Layers, and what stands around them, run in the frameworks themselves, from the very code that is shown of them."""

import os
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch: Any = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras")
jax: Any = pytest.importorskip("jax")
linen: Any = pytest.importorskip("flax.linen")
onnx: Any = pytest.importorskip("onnx")
onnxruntime: Any = pytest.importorskip("onnxruntime")
onnxruntime.set_default_logger_severity(4)

Numbers = NDArray[np.float64]
_REFUSALS = (ValueError, TypeError, RuntimeError, ZeroDivisionError, AssertionError)


def run(
    framework: str, layer: str, batch: Numbers, weights: Numbers | None, before: str = "", after: str = ""
) -> Numbers | None:
    """What a layer makes of a batch [n, channels, …], with code before and after it; None where it is refused.

    `weights` are in the framework's own order.
    """
    run_in = {"pytorch": _in_torch, "keras": _in_keras, "jax": _in_flax, "onnx": _in_onnx}[framework]
    try:
        made = run_in(layer, batch.astype(np.float32), weights, before, after)
    except _REFUSALS as error:
        if "onnxruntime" not in type(error).__module__ and isinstance(error, AssertionError):
            raise
        return None
    except Exception as error:
        if "onnxruntime" not in type(error).__module__:
            raise
        return None
    return made if made.size else None


def weights_shape(framework: str, layer: str, channels: int, dims: int) -> tuple[int, ...]:
    """The shape of a layer's weights, from the framework itself; ONNX's operators have none of their own."""
    if framework == "pytorch":
        return tuple(eval(layer, {"nn": torch.nn}).weight.shape)
    if framework == "keras":
        module = eval(layer, {"keras": keras})
        module.build((None, *(9,) * dims, channels))
        return tuple(module.get_weights()[0].shape)
    module = eval(layer, {"nn": linen})
    made = jax.eval_shape(lambda: module.init(jax.random.key(0), np.zeros((1, *(9,) * dims, channels))))
    return tuple(made["params"]["kernel"].shape)


def _in_torch(layer: str, batch: Any, weights: Any, before: str, after: str) -> Numbers:
    names = {"nn": torch.nn}
    module = eval(layer, names)
    if weights is not None:
        assert module.weight.shape == weights.shape
        module.weight.data = torch.tensor(weights.astype(np.float32))
        module.bias.data.zero_()
    with torch.no_grad():
        x = torch.tensor(batch)
        y = module(eval(before, names)(x) if before else x)
        return np.asarray((eval(after, {"y": y}) if after else y).numpy(), dtype=np.float64)


def _in_keras(layer: str, batch: Any, weights: Any, before: str, after: str) -> Numbers:
    x = keras.ops.convert_to_tensor(np.moveaxis(batch, 1, -1))
    if before:
        made = eval(before, {"keras": keras, "x": x})
        x = made(x) if callable(made) and not hasattr(made, "detach") else made
    module = eval(layer, {"keras": keras})
    module.build(tuple(x.shape))
    if weights is not None:
        kernel, *bias = module.get_weights()
        assert kernel.shape == weights.shape
        module.set_weights([weights, *bias])
    y = module(x)
    if after:
        made = eval(after, {"keras": keras, "y": y})
        y = made(y) if callable(made) and not hasattr(made, "detach") else made
    return np.moveaxis(np.asarray(keras.ops.convert_to_numpy(y), dtype=np.float64), -1, 1)


def _in_flax(layer: str, batch: Any, weights: Any, before: str, after: str) -> Numbers:
    names = {"nn": linen, "jnp": jax.numpy, "x": np.moveaxis(batch, 1, -1)}
    if before:
        names["x"] = eval(before, names)
    made = eval(layer, names)
    if weights is not None:
        params = {"kernel": weights.astype(np.float32), "bias": np.zeros(made.features, dtype=np.float32)}
        made = made.apply({"params": params}, names["x"])
    y = np.moveaxis(np.asarray(eval(after, {"y": made}) if after else made, dtype=np.float64), -1, 1)
    return y


def _in_onnx(layer: str, batch: Any, weights: Any, before: str, after: str) -> Numbers:
    nodes: list[Any] = []
    inputs: list[Any] = []
    helper = onnx.helper

    def constant(name: str, numbers: Any) -> str:
        inputs.append(onnx.numpy_helper.from_array(np.asarray(numbers), name))
        return name

    def node(kind: str, **said: Any) -> None:
        said.pop("W", None)
        source, target = (nodes[-1].output[0] if nodes else "X"), f"t{len(nodes)}"
        given = [source]
        if kind == "Pad":
            given.append(constant("pads", np.array(said.pop("pads"))))
            if "constant_value" in said:
                given.append(constant("least", np.float32(said.pop("constant_value"))))
        elif kind == "Slice":
            for part in ("starts", "ends", "axes", "steps"):
                if part in said:
                    given.append(constant(part, np.array(said.pop(part))))
        elif kind in ("Conv", "ConvTranspose"):
            given.append(constant("W", weights.astype(np.float32)))
        nodes.append(helper.make_node(kind, given, [target], **said))

    def named(kind: str) -> Any:
        return lambda **said: node(kind, **said)

    names = {kind: named(kind) for kind in ("Pad", "Slice", "Conv", "ConvTranspose", "MaxPool", "AveragePool")}
    for code in (before, layer, after):
        if code:
            eval(code, {**names, "inf": float("inf")})
    whole = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("X", whole, batch.shape)],
        [helper.make_tensor_value_info(nodes[-1].output[0], whole, None)],
        inputs,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"X": batch})[0], dtype=np.float64)
