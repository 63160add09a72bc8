"""Functions and other libraries' layers, read as text, against the libraries themselves on the same numbers.

Texts are put together from random arguments; what a library refuses need not be refused here, and is left out.
"""

import os
import random
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from random_texts import ROUNDS, compared, ours, pick, weights_of

from convanim.code.frameworks import Asked, read_code
from convanim.errors import RequestError
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain

if find_spec("torch"):
    os.environ.setdefault("KERAS_BACKEND", "torch")


def to_last(numbers: Any) -> Any:
    """[channels, …] as a batch with channels last."""
    return np.moveaxis(numbers, 0, -1)[None]


def to_first(numbers: Any) -> Any:
    """The other way round."""
    return np.moveaxis(np.asarray(numbers)[0], -1, 0)


def padding_in(chance: random.Random) -> str:
    """A word, or pairs."""
    a, b = chance.randint(0, 2), chance.randint(0, 2)
    return pick(chance, "'SAME'", "'VALID'", f"(({a}, {b}), ({b}, {a}))")


def test_functions_of_jax() -> None:
    """`lax.conv_general_dilated` with either dilation, `lax.conv_transpose`, `lax.reduce_window`."""
    jax = pytest.importorskip("jax")
    lax, jnp = jax.lax, jax.numpy

    def draw(chance: random.Random) -> tuple[str, Asked]:
        k, s, d = chance.randint(1, 4), chance.randint(1, 3), chance.randint(1, 2)
        kind = chance.choice(("conv", "spread", "up", "max"))
        if kind == "conv":
            return f"lax.conv_general_dilated(x, w, ({s}, 1), {padding_in(chance)}, rhs_dilation=({d}, 1))", Asked(k, 3)
        if kind == "spread":
            pads = f"(({chance.randint(0, k - 1)}, {chance.randint(0, 3)}), (0, {chance.randint(0, 2)}))"
            return f"lax.conv_general_dilated(x, w, (1, 1), {pads}, lhs_dilation=({s}, 2))", Asked(k, 3)
        if kind == "up":
            flipped = chance.choice((True, False))
            return f"lax.conv_transpose(x, w, ({s}, 2), {padding_in(chance)}, transpose_kernel={flipped})", Asked(k, 3)
        word = pick(chance, "'SAME'", "'VALID'")
        return f"lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, {k}, 2), (1, 1, {s}, 1), {word})", Asked()

    def theirs(text: str, numbers: Any, kernel: Any, layer: Layer) -> Any:
        known = {"lax": lax, "jnp": jnp, "x": jnp.asarray(numbers[None])}
        if "transpose(" in text:
            # Ours is [in, out, *size]; theirs is HWIO, and with transpose_kernel HWOI.
            order = (2, 3, 1, 0) if "kernel=True" in text else (2, 3, 0, 1)
            known |= {"w": jnp.asarray(kernel.transpose(*order)), "x": jnp.asarray(to_last(numbers))}
            return to_first(eval(text, known))
        if kernel is not None:  # OIHW; a spread one is the transposed layer's, its first two axes exchanged
            known["w"] = jnp.asarray(kernel.transpose(1, 0, 2, 3) if "lhs_dilation" in text else kernel)
        return np.asarray(eval(text, known))[0]

    assert compared(draw, theirs, 2) > ROUNDS // 2


def test_layers_of_haiku() -> None:
    """Convolutions, transposed ones with an output_shape, and pools, which count no padding."""
    hk = pytest.importorskip("haiku")
    jax = pytest.importorskip("jax")

    def draw(chance: random.Random) -> tuple[str, Asked]:
        k, s, d = chance.randint(1, 4), chance.randint(1, 3), chance.randint(1, 2)
        word = pick(chance, "'SAME'", "'VALID'")
        kind = chance.choice(("conv", "up", "shape", "max", "avg"))
        if kind == "conv":
            return f"hk.Conv2D(3, {k}, {s}, {d}, {padding_in(chance)}, with_bias=False)", Asked()
        if kind == "up":
            return f"hk.Conv2DTranspose(3, {k}, {s}, padding={word}, with_bias=False)", Asked()
        if kind == "shape":
            shape = (chance.randint(4, 20), chance.randint(4, 20))
            return f"hk.Conv2DTranspose(3, {k}, {s}, {shape}, {word}, with_bias=False)", Asked()
        name = "MaxPool" if kind == "max" else "AvgPool"
        return f"hk.{name}(({k}, 2, 1), ({s}, 1, 1), {word})", Asked()

    def theirs(text: str, numbers: Any, kernel: Any, layer: Layer) -> Any:
        run = hk.without_apply_rng(hk.transform(lambda x: eval(text, {"hk": hk})(x)))
        held = run.init(jax.random.PRNGKey(0), to_last(numbers))
        if kernel is not None:
            (name,) = held
            order = (2, 3, 1, 0)  # both OIHW to HWIO, and [in, out, …] to HWOI
            held = {name: {"w": kernel.transpose(*order)}}
        return to_first(run.apply(held, to_last(numbers)))

    assert compared(draw, theirs, 3) > ROUNDS // 3


def test_layers_of_equinox() -> None:
    """output_padding stands before padding, kernels are not flipped, and a pool's stride is 1 unless it is said."""
    eqx = pytest.importorskip("equinox")
    jax = pytest.importorskip("jax")
    key = jax.random.PRNGKey(0)

    def draw(chance: random.Random) -> tuple[str, Asked]:
        k, s, p, d = chance.randint(1, 4), chance.randint(1, 3), chance.randint(0, 2), chance.randint(1, 2)
        padding = pick(chance, "'SAME'", "'SAME_LOWER'", "'VALID'", str(p), f"(({p}, 1), (0, {p}))")
        kind = chance.choice(("conv", "up", "max", "avg"))
        if kind == "conv":
            return f"eqx.nn.Conv2d(2, 3, {k}, {s}, {padding}, {d}, use_bias=False, key=key)", Asked()
        if kind == "up":
            extra = chance.randint(0, s - 1)
            return f"eqx.nn.ConvTranspose2d(2, 3, {k}, {s}, {extra}, {padding}, {d}, use_bias=False, key=key)", Asked()
        name = "MaxPool2d" if kind == "max" else "AvgPool2d"
        stride = pick(chance, "", f", {s}")
        ceil = pick(chance, "", ", use_ceil=True")
        return f"eqx.nn.{name}({k}{stride}, padding={chance.randint(0, 1)}{ceil})", Asked()

    def theirs(text: str, numbers: Any, kernel: Any, layer: Layer) -> Any:
        module = eval(text, {"eqx": eqx, "key": key})
        if kernel is not None:
            weight = kernel.transpose(1, 0, 2, 3) if "Transpose" in text else kernel
            module = eqx.tree_at(lambda m: m.weight, module, jax.numpy.asarray(weight))
        return np.asarray(module(jax.numpy.asarray(numbers)))

    assert compared(draw, theirs, 4) > ROUNDS // 3


def test_layers_of_nnx() -> None:
    """nnx says how many channels come in."""
    nnx = pytest.importorskip("flax.nnx")
    jax = pytest.importorskip("jax")

    def draw(chance: random.Random) -> tuple[str, Asked]:
        k, s = chance.randint(1, 4), chance.randint(1, 3)
        name = chance.choice(("Conv", "ConvTranspose"))
        return f"nnx.{name}(2, 3, ({k}, 2), ({s}, 1), padding={padding_in(chance)}, use_bias=False, rngs=rngs)", Asked()

    def theirs(text: str, numbers: Any, kernel: Any, layer: Layer) -> Any:
        module = eval(text, {"nnx": nnx, "rngs": nnx.Rngs(0)})
        order = (2, 3, 0, 1) if "Transpose" in text else (2, 3, 1, 0)
        module.kernel = nnx.Param(jax.numpy.asarray(kernel.transpose(*order)))
        return to_first(module(jax.numpy.asarray(to_last(numbers))))

    assert compared(draw, theirs, 5) > ROUNDS // 2


def test_an_output_shape_is_onnxruntimes() -> None:
    """`ConvTranspose(output_shape=…)`: what is cropped on which side, and added behind."""
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    agreed = 0
    for number in range(ROUNDS):
        chance = random.Random(number)
        k, s, n = chance.randint(1, 4), chance.randint(1, 3), chance.randint(2, 5)
        wanted = (n - 1) * s + k + chance.randint(-3, 1)
        auto = chance.choice(("NOTSET", "SAME_UPPER", "SAME_LOWER"))
        given = {"kernel_shape": [k, k], "strides": [s, s], "output_shape": [wanted, wanted], "auto_pad": auto}
        text = (
            f"helper.make_node('ConvTranspose', ['x', 'w'], ['y'], {', '.join(f'{a}={b!r}' for a, b in given.items())})"
        )
        try:
            layer = read_code(text, f"2@{n}x{n}", asked=Asked(out_channels=3)).layer
        except RequestError:
            continue
        rng = np.random.default_rng(number)
        numbers, kernel = rng.integers(-9, 9, (2, n, n)).astype(float), weights_of(layer, rng)
        node = onnx.helper.make_node("ConvTranspose", ["x", "w"], ["y"], **given)
        shapes = {"x": (1, 2, n, n), "w": kernel.shape, "y": (1, 3, wanted, wanted)}
        ports = {
            name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        }
        graph = onnx.helper.make_graph([node], "g", [ports["x"], ports["w"]], [ports["y"]])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 22)], ir_version=10)
        session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        feed = {"x": numbers[None].astype(np.float32), "w": kernel.astype(np.float32)}
        expected = session.run(None, feed)[0][0]
        np.testing.assert_allclose(ours(layer, numbers, kernel), expected, atol=1e-3, err_msg=f"{text} {n}")
        agreed += 1
    assert agreed > ROUNDS // 2


def test_separable_convolutions_of_keras() -> None:
    """SeparableConv2D is its depthwise layer, then its pointwise one."""
    keras = pytest.importorskip("keras")
    for number in range(12):
        chance = random.Random(number)
        k, s, many, word = (
            chance.randint(1, 3),
            chance.randint(1, 2),
            chance.randint(1, 2),
            chance.choice(("same", "valid")),
        )
        text = f"SeparableConv2D(3, {k}, {s}, '{word}', depth_multiplier={many}, use_bias=False)"
        layer = eval(f"keras.layers.{text}", {"keras": keras})
        layer.build((None, 6, 7, 2))
        chain = read_code(text, "2@6x7").figure
        assert isinstance(chain, Chain)
        depthwise, pointwise = (keras.ops.convert_to_numpy(weight) for weight in layer.weights)
        numbers = np.random.default_rng(number).standard_normal((2, 6, 7))
        first, second = chain.stages
        between = ours(first, numbers, depthwise.transpose(2, 3, 0, 1).reshape(2 * many, 1, k, k))  # type: ignore[arg-type]
        made = ours(second, between, pointwise.transpose(3, 2, 0, 1))  # type: ignore[arg-type]
        np.testing.assert_allclose(made, to_first(keras.ops.convert_to_numpy(layer(to_last(numbers)))), atol=1e-4)


def test_an_output_size_is_keras_too() -> None:
    """The output_padding that gives it by Keras's own rule."""
    keras = pytest.importorskip("keras")
    agreed = 0
    for number in range(24):
        chance = random.Random(number)
        k, s, n, word = (
            chance.randint(1, 4),
            chance.randint(1, 3),
            chance.randint(2, 4),
            chance.choice(("same", "valid")),
        )
        text = f"Conv2DTranspose(1, {k}, {s}, '{word}'"
        for wanted in range(1, n * s + k + s):
            try:
                coded = read_code(f"{text})", f"1@{n}x{n}", asked=Asked(output_size=wanted))
            except RequestError:
                continue
            added = next((note for note in coded.notes if note.startswith("output_size")), "")
            extra = f", {added.partition('output_padding=')[2].partition(' ')[0]}" if added else ""
            layer = eval(f"keras.layers.{text}{extra}, use_bias=False)", {"keras": keras})
            layer.build((None, n, n, 1))
            numbers = np.random.default_rng(number).standard_normal((1, n, n))
            expected = to_first(keras.ops.convert_to_numpy(layer(to_last(numbers))))
            kernel = keras.ops.convert_to_numpy(layer.kernel).transpose(3, 2, 0, 1)
            made = ours(coded.layer, numbers, kernel)
            assert made.shape == expected.shape == (1, wanted, wanted), (text, extra, wanted)
            np.testing.assert_allclose(made, expected, atol=1e-4)
            agreed += 1
    assert agreed > 20
