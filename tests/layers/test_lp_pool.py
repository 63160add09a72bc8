"""Power-average pools: norms of windows, by definition and against PyTorch and ONNX's reference."""

import random
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.oracle import oracle_of
from helpers.strategies import lp_pools, whole
from hypothesis import given
from hypothesis import strategies as st

from convanim import Chain, LPPool, Pad, differ, to_code
from convanim.code.read_code import read_code
from convanim.errors import RequestError
from convanim.explain.layer_text import layer_lines
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import output_size
from convanim.layers.operations import OPERATIONS
from convanim.numbers.as_matrix import refuse_no_matrix
from convanim.numbers.norms import norm_so_far
from convanim.numbers.values import values_of
from convanim.scene.scene import Texts
from convanim.words.equations import joined, norm_terms
from convanim.words.language import english
from convanim.words.spelling import Spelling


@campaign(60)
@given(data=st.data())
def test_each_cell_is_the_norm_of_its_window(data: st.DataObject) -> None:
    """The root of the powers, by the brute-force taps; of a window over the end scaled to the whole kernel."""
    layer = data.draw(lp_pools())
    numbers = data.draw(whole(layer.input_size, 9))
    definition, made = oracle_of(layer), values_of(Geometry(layer), numbers, None).output
    for output, taps in definition.taps.items():
        powers = [int(numbers[cell]) ** layer.norm_type for _, cell in taps if cell is not None]
        scaled = sum(powers) * len(taps) / len(powers)
        assert made[output] == pytest.approx(scaled if layer.norm_type == 1 else scaled ** (1 / layer.norm_type))


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_random_pools_are_those_of_pytorch(dims: int) -> None:
    """Sizes and numbers, with powers that are no whole numbers; what PyTorch makes nan of is refused."""
    torch = pytest.importorskip("torch")
    pool = getattr(torch.nn.functional, f"lp_pool{dims}d")
    rng = random.Random(dims)
    accepted = refused = undefined = 0
    for _ in range(300):
        n, k, s = (tuple(rng.randint(1, most) for _ in range(dims)) for most in ((7, 4, 4) if dims < 3 else (4, 3, 3)))
        p, ceil_mode, channels = rng.choice([1, 2, 3, 4, 1.5]), rng.random() < 0.5, rng.choice([None, 2])
        least = rng.choice([0, -3])
        x = np.random.default_rng(rng.randint(0, 99)).integers(least, 9, (channels or 1, *n))
        batch = torch.tensor(x[None], dtype=torch.float64)
        chosen = None if rng.random() < 0.3 else s
        sizes = [size[0] if dims == 1 and size else size for size in (k, chosen)]
        said = (p, *sizes, ceil_mode)
        try:
            layer = LPPool(n, p, k, chosen, ceil_mode, channels, dims=dims)
        except RequestError:
            with pytest.raises(RuntimeError):
                pool(batch, *said)
            refused += 1
            continue
        if dims == 3 and any(size < length for size, length in zip(n, k)):
            with pytest.raises(RuntimeError, match="smaller than kernel size"):
                pool(batch, *said)  # on three axes alone, where ceil_mode would let the window hang over
            continue
        theirs = pool(batch, *said)[0].numpy()
        numbers = x if channels else x[0]
        if np.isnan(theirs).any():
            with pytest.raises(RequestError, match="of which PyTorch makes nan"):
                values_of(Geometry(layer), numbers, None)
            undefined += 1
            continue
        accepted += 1
        ours = values_of(Geometry(layer), numbers, None).output
        np.testing.assert_allclose(ours, theirs if channels else theirs[0], rtol=1e-9)
    assert accepted > 80
    assert refused > 10
    assert undefined > 10


def test_the_nodes_of_onnx_are_those_of_its_reference() -> None:
    """With pads before it, which are a chain; a global pool has one window."""
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    x = np.random.default_rng(1).integers(-5, 9, (1, 1, 5, 6)).astype(np.float64)
    for kernel, strides, pads, p in (
        ([2, 3], [1, 2], [0] * 4, 2),
        ([3, 2], [2, 2], [0] * 4, 4),
        ([2, 2], [2, 1], [1, 0, 1, 1], 2),
    ):
        kept: dict[str, Any] = {"kernel_shape": kernel, "strides": strides, "pads": pads, "p": p}
        node = onnx.helper.make_node("LpPool", ["x"], ["y"], count_include_pad=1, **kept)
        value = onnx.helper.make_tensor_value_info
        double = onnx.TensorProto.DOUBLE
        ends = [value("x", double, x.shape)], [value("y", double, None)]
        model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", *ends))
        evaluator = reference.ReferenceEvaluator(model)
        (theirs,) = evaluator.run(None, {"x": x})
        told = ", ".join(f"{name}={said}" for name, said in kept.items())
        figure = read_code(f"LpPool({told})", "5x6").figure
        stages = figure.stages if isinstance(figure, Chain) else (figure,)
        assert isinstance(figure, Chain) == any(pads)
        made = x[0, 0]
        for stage in stages:
            made = values_of(Geometry(stage), made, None).output  # type: ignore[arg-type]
        np.testing.assert_allclose(made, theirs[0, 0], rtol=1e-6)
    whole_map = read_code("GlobalLpPool(p=2)", "5x6").layer
    assert whole_map == LPPool("5x6", 2, "5x6")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"norm_type": 0}, "norm_type 0: not more than 0"),
    ({"norm_type": -2}, "not more than 0"),
    ({"norm_type": float("inf")}, "which is not drawn; where none is negative max-pool makes the same"),
    ({"norm_type": float("-inf")}, "not more than 0 and at most 100"),
    ({"norm_type": "two"}, "not a number"),
    ({"norm_type": True}, "not a number"),
    ({"kernel_size": 6}, "more than the padded input's 5"),
    ({"ceil_mode": 1}, "not true or false"),
]


@together("fields, line", REFUSED)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], line: str) -> None:
    """With what would do."""
    with pytest.raises(RequestError, match=line):
        OPERATIONS["lp-pool"].made({"input_size": 5, "norm_type": 2, "kernel_size": 2, **fields})


def test_no_matrix_takes_powers() -> None:
    """Nor does any product."""
    with pytest.raises(RequestError, match="takes powers and roots, which no matrix does"):
        refuse_no_matrix(LPPool(4, 2, 2))


def test_numbers_without_a_norm_are_refused() -> None:
    """Powers past what a float holds, and roots of negative numbers."""
    with pytest.raises(RequestError, match="too large"):
        values_of(Geometry(LPPool(2, 100, 2, dims=1)), np.array([10**6, 1]), None)
    with pytest.raises(RequestError, match="is of a negative number"):
        values_of(Geometry(LPPool(2, 3, 2, dims=1)), np.array([-3, 1]), None)
    assert values_of(Geometry(LPPool(2, 1, 2, dims=1)), np.array([-3, 1]), None).output.tolist() == [-2]


def test_whole_norms_are_whole() -> None:
    """64 to the power of a third is 4, and no less."""
    assert values_of(Geometry(LPPool(1, 3, 1, dims=1)), np.array([4]), None).output.tolist() == [4]
    assert values_of(Geometry(LPPool(2, 2, 2, dims=1)), np.array([3, -4]), None).output.tolist() == [5]


def test_equations_are_spelled_as_they_are_taught() -> None:
    """Powers raised, the root as a power; a sum for 1; of a window over the end with what it is scaled by."""
    spell = Spelling(english())

    def told(numbers: list[float], power: float, scale: tuple[int, int], norm: float) -> str:
        return joined(norm_terms(numbers, power, scale, norm, spell, spell))

    assert told([3, -4], 2, (2, 2), 5) == "(3² + (−4)²)^(1/2) = 5"
    assert told([3, 4], 1, (4, 4), 7) == "3 + 4 = 7"
    assert told([3, 4], 1, (4, 2), 14) == "(3 + 4)·4/2 = 14"
    assert told([1, 2], 1.5, (4, 2), 3.88) == "((1^1.5 + 2^1.5)·4/2)^(1/1.5) = 3.88"
    assert told([1], 12, (1, 1), 1) == "(1¹²)^(1/12) = 1"


@pytest.mark.parametrize(
    ("a", "b", "differing"),
    [
        (LPPool(5, 2, 2, ceil_mode=True), LPPool(5, 2, 2), 0),
        (LPPool(4, 2, 2), LPPool(4, 4, 2), 4),
        (LPPool(5, 2, 3, 4, ceil_mode=True, dims=1), LPPool(5, 2, 1, 4, dims=1), 2),
        (LPPool(4, 2, 2, 2, dims=1), LPPool(4, 2, 2, 1, dims=1), 1),
    ],
)
def test_two_norms_differ_where_powers_windows_or_scales_do(a: LPPool, b: LPPool, differing: int) -> None:
    """Of outputs that both have; with numbers it is the same cells."""
    assert differ(a, b).difference.differing == differing
    numbers = np.random.default_rng(2).integers(1, 99, a.input_size)
    made = [values_of(Geometry(each), numbers, None).output for each in (a, b)]
    common = tuple(slice(0, min(ends)) for ends in zip(output_size(a), output_size(b)))
    assert int((~np.isclose(made[0][common], made[1][common])).sum()) == differing


READ = [
    ("nn.LPPool2d(2, 3, stride=2)", LPPool(8, 2, 3, 2)),
    ("F.lp_pool1d(x, 1.5, 2, ceil_mode=True)", LPPool(8, 1.5, 2, ceil_mode=True, dims=1)),
    ("LpPool(kernel_shape=[2, 2])", LPPool(8, 2, 2, 1)),
    ("LpPool(kernel_shape=[3], p=1, strides=[2])", LPPool(8, 1, 3, 2, dims=1, absolute=True)),
    ("GlobalLpPool()", LPPool(8, 2, 8)),
]


@together("code, layer", READ)
def test_code_is_read(code: str, layer: LPPool) -> None:
    """A stride that is left out is the kernel's size in PyTorch, 1 in ONNX."""
    assert read_code(code, 8).layer == layer


def test_onnx_nodes_that_differ_from_pytorch_say_so() -> None:
    """Negative numbers with an odd power; what hangs over the end is refused; pads are a layer of their own."""
    assert any("|x|^p" in note for note in read_code("LpPool(kernel_shape=[2, 2], p=3)", 4).notes)
    assert not read_code("LpPool(kernel_shape=[2, 2])", 4).notes
    over = "LpPool(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)"
    with pytest.raises(RequestError, match=r"a window hangs over the end.*; leave it out; in 6×6, pads counted"):
        read_code(over, "5x5")
    assert read_code(over, "6x6").layer == LPPool("6x6", 2, 2, ceil_mode=True)
    figure = read_code("LpPool(kernel_shape=[2, 2], pads=[1, 0, 0, 0])", 4).figure
    assert isinstance(figure, Chain)
    assert figure.stages == (Pad(4, "1:0x0"), LPPool("5x4", 2, 2, 1))


@pytest.mark.parametrize("power", [1, 3])
def test_an_odd_power_is_not_that_of_onnx(power: int) -> None:
    """Numbers lose their signs there: neither is written as the other, and where they differ is told."""
    node = f"LpPool(kernel_shape=[2, 2], p={power}, strides=[2, 2])"
    layer = LPPool(4, power, 2, absolute=True)
    assert read_code(node, 4).layer == layer != LPPool(4, power, 2)
    assert to_code(layer, "onnx") == node
    with pytest.raises(RequestError, match=r"takes \|x\|\^p, which is not x\^p for negative numbers"):
        to_code(LPPool(4, power, 2), "onnx")
    with pytest.raises(RequestError, match=r"PyTorch takes x\^p, with its sign"):
        to_code(layer, "pytorch")
    found = differ(f"nn.LPPool2d({power}, 2)", node, 4)
    assert found.difference.differing == 4
    assert "B takes numbers without their signs, |x|ᵖ, A takes xᵖ" in str(found)
    assert differ(node, layer, 4).is_equal
    assert differ("nn.LPPool2d(2, 2)", "onnx", 4).is_equal


def test_numbers_without_signs_are_told_so() -> None:
    """In the equation, the explanation and the JSON; an even power is the same with signs."""
    layer = LPPool(2, 3, 2, dims=1, absolute=True)
    x = np.array([-3, 1])
    assert values_of(Geometry(layer), x, None).output[0] == pytest.approx(28 ** (1 / 3))
    assert values_of(Geometry(LPPool(2, 1, 2, dims=1, absolute=True)), x, None).output.tolist() == [4]
    texts = [shape for shape in compose(layer, Options(values=x)).scene.shapes if isinstance(shape, Texts)]
    shown = "".join(text.string(0, at) for text in texts for at in range(len(text.points)))
    assert "|−3|³" in shown
    assert "|1|³" in shown
    told = layer_lines(layer, english())
    assert any("(Σ |x|ᵖ)^(1/p)" in line for line in told)
    assert LPPool(4, 2, 2, absolute=True) == LPPool(4, 2, 2)
    with pytest.raises(RequestError, match="not true or false"):
        LPPool(4, 3, 2, absolute=1)  # type: ignore[arg-type]


def test_nothing_stands_behind_terms_that_have_no_norm() -> None:
    """A sum of cubes below zero has no root; once it is above zero what is said is its root, whole where it is."""
    options = Options(values=np.array([-3, 1, 4, 2.0]))

    def behind(layer: LPPool) -> list[str]:
        shapes = compose(layer, options).scene.shapes
        (text,) = (shape.of_part for shape in shapes if isinstance(shape, Texts) and shape.of_part is not None)
        return [text(0, part, 4) for part in range(1, 5)]

    assert behind(LPPool(4, 3, 4, dims=1)) == ["", "", ")^(1/3) ≈ 3.36", ")^(1/3) ≈ 3.58"]
    assert behind(LPPool(4, 1, 4, dims=1)) == [" = −3", " = −2", " = 2", " = 4"]
    assert norm_so_far(LPPool(4, 3, 1, dims=1), np.array([4]), 1) == 4
