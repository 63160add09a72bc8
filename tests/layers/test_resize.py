"""ONNX's rules of Resize: points, rounding and cubics, against its reference; and whose rule is which."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together

from convanim import Upsample
from convanim.code.canonical import canonical
from convanim.code.frameworks import to_code
from convanim.code.read_code import read_code
from convanim.errors import RequestError
from convanim.explain.layer_text import layer_lines
from convanim.layers.axis_cells import starts_of
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.resize_rules import PLACES
from convanim.layers.operations import OPERATIONS
from convanim.layers.own_windows import ROUNDINGS, Interpolation
from convanim.numbers.values import values_of
from convanim.words.formulas import source_formula
from convanim.words.language import english

ROW = np.array([0, 4, 8, 0])
CASES: list[dict[str, Any]] = [
    *({"mode": "nearest", "nearest_mode": rounding} for rounding in ROUNDINGS),
    {"mode": "linear"},
    *({"mode": "cubic", "cubic_coeff_a": a, "exclude_outside": out} for a in (-0.75, -0.5) for out in (0, 1)),
]
SIZES = [{"sizes": [1, 1, 5, 9]}, {"sizes": [1, 1, 2, 3]}, {"scales": [1, 1, 2, 3]}, {"scales": [1, 1, 1.375, 0.6875]}]


@pytest.mark.parametrize("how", SIZES, ids=str)
@pytest.mark.parametrize("places", PLACES)
def test_nodes_make_what_the_reference_makes(places: str, how: dict[str, list[float]]) -> None:
    """Every mode and rounding, up and down, by sizes and by scales; read from the node as it is written.

    The reference takes the corners of scales that give no whole size from that size, the operator's text from the
    resized tensor's length: such are left out. Its pytorch_half_pixel of one cell is at −0.5, the text's at 0.
    """
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    if places == "align_corners" and how == SIZES[3]:
        pytest.skip("the reference departs from the text")
    x = np.random.default_rng(3).integers(-9, 10, (1, 1, 4, 8)).astype(np.float64)
    for case in CASES:
        kept = {**case, "coordinate_transformation_mode": places}
        inputs = ["x", "", "scales", ""] if "scales" in how else ["x", "", "", "sizes"]
        node = onnx.helper.make_node("Resize", inputs, ["y"], **kept)
        value, double = onnx.helper.make_tensor_value_info, onnx.TensorProto.DOUBLE
        name, given = next(iter(how.items()))
        kind = onnx.TensorProto.FLOAT if name == "scales" else onnx.TensorProto.INT64
        ends = [value("x", double, x.shape), value(name, kind, [4])], [value("y", double, None)]
        model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", *ends))
        dtype = np.float32 if name == "scales" else np.int64
        (theirs,) = reference.ReferenceEvaluator(model).run(None, {"x": x, name: np.array(given, dtype)})
        told = ", ".join(f"{key}={said!r}" for key, said in {**kept, **how}.items())
        layer = read_code(f"Resize({told})", "4x8").layer
        ours = values_of(Geometry(layer), x[0, 0], None).output
        rounding = 1e-4 if case["mode"] == "cubic" else 1e-9  # its cubic is of single precision
        np.testing.assert_allclose(ours, theirs[0, 0], rtol=0, atol=rounding, err_msg=told)
        back = read_code(to_code(layer, "onnx"), "4x8").layer
        assert canonical(back) == canonical(layer)


@pytest.mark.parametrize(
    ("fields", "made"),
    [
        ({"mode": "linear"}, [0, 1, 3, 5, 7, 6, 2, 0]),
        ({"mode": "linear", "coordinate_transformation_mode": "asymmetric"}, [0, 2, 4, 6, 8, 4, 0, 0]),
        ({"nearest_mode": "ceil", "coordinate_transformation_mode": "asymmetric"}, [0, 4, 4, 8, 8, 0, 0, 0]),
        ({"coordinate_transformation_mode": "asymmetric"}, [0, 0, 4, 4, 8, 8, 0, 0]),
    ],
)
def test_a_row_is_resized_as_the_text_has_it(fields: dict[str, Any], made: list[int]) -> None:
    """Worked out by hand; what is left out of ONNX's two is ONNX's own."""
    layer = Upsample(4, scale_factor=2, dims=1, **fields)
    assert values_of(Geometry(layer), ROW, None).output.tolist() == made


def test_pytorchs_modes_are_called_by_their_names() -> None:
    """However they are asked for."""
    for mode, places, rounding in (
        ("nearest", "asymmetric", "floor"),
        ("nearest-exact", "half_pixel", "round_prefer_ceil"),
        ("nearest-exact", "pytorch-half-pixel", "round-prefer-ceil"),
        ("bilinear", "half_pixel", None),
        ("bilinear", "pytorch_half_pixel", None),
    ):
        asked = "nearest" if rounding else mode
        said = {"coordinate_transformation_mode": places, "nearest_mode": rounding}
        assert Upsample(4, 7, mode=asked, **said) == Upsample(4, 7, mode=mode)  # type: ignore[arg-type]
    corners = Upsample(4, 7, mode="bilinear", coordinate_transformation_mode="align_corners")
    assert corners == Upsample(4, 7, mode="bilinear", align_corners=True)
    without_ties, with_ties = (
        read_code(f"Resize(mode='nearest', sizes=[1, 1, {size}, {size}])", 4).layer for size in (12, 2)
    )
    assert without_ties == Upsample(4, 12, mode="nearest-exact")
    assert with_ties == Upsample(4, 2, nearest_mode="round_prefer_floor")


def test_a_factor_that_keeps_the_size_is_kept_where_it_was_asked_for() -> None:
    """PyTorch copies the cells then, ONNX does not."""
    plain, kept = (
        Upsample(3, scale_factor=1.2, mode="linear", dims=1, coordinate_transformation_mode=places)
        for places in (None, "half_pixel")
    )
    numbers = np.array([0, 6, 12])
    assert values_of(Geometry(plain), numbers, None).output.tolist() == [0, 6, 12]
    np.testing.assert_allclose(values_of(Geometry(kept), numbers, None).output, [0, 4.5, 9.5])


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"coordinate_transformation_mode": "tf_crop_and_resize"}, "that is not drawn; pad or crop first"),
    ({"coordinate_transformation_mode": "half"}, "not known; try half_pixel, pytorch_half_pixel"),
    ({"nearest_mode": "round"}, "not known; try floor, ceil"),
    ({"nearest_mode": "ceil", "mode": "bilinear"}, "mode bilinear rounds nothing"),
    ({"mode": "nearest-exact", "nearest_mode": "ceil"}, "nearest-exact is half_pixel, round_prefer_ceil; try mode"),
    ({"mode": "bilinear", "cubic_coeff_a": -0.5}, "mode bilinear has no cubic"),
    ({"mode": "bicubic", "cubic_coeff_a": "x"}, "not a number from -10 to 10"),
    ({"mode": "bicubic", "cubic_coeff_a": float("nan")}, "not a number from -10 to 10"),
    ({"exclude_outside": True}, "mode nearest reads no cell outside"),
    ({"mode": "bilinear", "align_corners": True, "coordinate_transformation_mode": "asymmetric"}, "give one of them"),
]


@together("fields, line", REFUSED)
def test_what_does_not_go_together_is_refused(fields: dict[str, Any], line: str) -> None:
    """With what would do."""
    with pytest.raises(RequestError, match=line):
        OPERATIONS["upsample"].made({"input_size": 4, "size": 6, **fields})


KEYS: dict[str, Any] = {"cubic_coeff_a": -0.5, "exclude_outside": True}
READ = [
    ("tf.image.resize(x, [8, 6])", Upsample(4, (8, 6), mode="bilinear")),
    ("tf.image.resize(x, (8, 8), method='bicubic')", Upsample(4, 8, mode="bicubic", **KEYS)),
    ("tf.image.resize(x, (8, 8), tf.image.ResizeMethod.NEAREST_NEIGHBOR)", Upsample(4, 8, mode="nearest-exact")),
    ("keras.layers.Resizing(6, 5)", Upsample(4, (6, 5), mode="bilinear")),
    ("Resizing(6, 5, interpolation='nearest')", Upsample(4, (6, 5), mode="nearest-exact")),
    ("UpSampling2D(2, interpolation='bicubic')", Upsample(4, scale_factor=2, mode="bicubic", **KEYS)),
    ("jax.image.resize(x, (1, 8, 8, 3), 'cubic')", Upsample(4, 8, mode="bicubic", **KEYS)),
    ("Resize(mode='linear', sizes=[9], axes=[3])", Upsample(4, (4, 9), mode="bilinear")),
    ("Resize(mode='linear', scales=[2, 3], axes=[3, 2])", Upsample(4, scale_factor=(3, 2), mode="bilinear")),
]


@together("code, layer", READ)
def test_frameworks_have_the_rule_that_is_theirs(code: str, layer: Upsample) -> None:
    """TensorFlow's, Keras's and JAX's bicubic is Keys's, without cells outside; axes may be named."""
    assert canonical(read_code(code, "4x4").layer) == canonical(layer)


@together(
    "code, line",
    [
        ("Resize(antialias=1, mode='linear', scales=[1, 1, 2, 2])", "grow with the scale are not drawn"),
        ("Resize(mode='linear', sizes=[4, 9], keep_aspect_ratio_policy='not_larger')", "give that size"),
        ("Resize(mode='linear', sizes=[9], axes=[1])", "not axes of the map"),
        ("tf.image.resize(x, [8, 8], antialias=True)", "is not drawn"),
        ("tf.image.resize(x, [8, 8], method='lanczos3')", "try 'bilinear', 'nearest'"),
        ("Resizing(8, 8, crop_to_aspect_ratio=True)", "is not drawn"),
        ("jax.image.resize(x, (1, 2, 2, 1), 'cubic')", "antialias=False"),
    ],
)
def test_what_is_not_drawn_is_said(code: str, line: str) -> None:
    """In one line."""
    with pytest.raises(RequestError, match=line):
        read_code(code, "4x4")


@pytest.mark.parametrize(
    "code",
    [
        "Resize(mode='nearest', scales=[1, {}, 2, 2])",
        "Resize(mode='nearest', scales=[{}, 1, 2, 2])",
        "Resize(mode='nearest', sizes=[1, {}, 8, 8])",
        "jax.image.resize(x, (1, 8, 8, {}), 'nearest')",
    ],
)
def test_channels_are_not_resized(code: str) -> None:
    """A size of other channels is refused, and one of the input's own is not."""
    own = 1 if "scales" in code else 3
    assert read_code(code.format(own), "3@4x4").layer.in_channels == 3
    with pytest.raises(RequestError, match="batch or channels, which is not drawn"):
        read_code(code.format(6), "3@4x4")


def test_other_frameworks_say_why_they_have_no_code() -> None:
    """PyTorch has other cubics, and no asymmetric."""
    for fields, framework, line in (
        ({"coordinate_transformation_mode": "asymmetric"}, "pytorch", "asymmetric is ONNX's alone"),
        ({"mode": "bicubic", **KEYS}, "pytorch", "slope -0.75"),
        ({"mode": "bicubic", "cubic_coeff_a": -0.5}, "jax", "ONNX's alone"),
        ({"mode": "bicubic"}, "jax", "its bicubic has the slope -0.5"),
    ):
        with pytest.raises(RequestError, match=line):
            to_code(Upsample(4, 8, **{"mode": "bilinear", **fields}), framework)


@together(
    "fields, formula, said",
    [
        (
            {"coordinate_transformation_mode": "asymmetric"},
            "o·4/8",
            "(scale − 1)/2 = 0.5 output cells further",
        ),
        ({"coordinate_transformation_mode": "half_pixel_symmetric"}, "(o + 0.5)·4/8 − 0.5", "the middle of the output"),
        ({"mode": "nearest", "nearest_mode": "ceil"}, "⌈(o + 0.5)·4/8 − 0.5⌉", "ONNX's to say"),
        ({"mode": "nearest", "nearest_mode": "round_prefer_floor"}, "⌈(o + 0.5)·4/8⌉ − 1", "ONNX's to say"),
        ({"mode": "bicubic", **KEYS}, "(o + 0.5)·4/8 − 0.5", "slope is −0.5; PyTorch has −0.75"),
    ],
)
def test_explanations_say_how_a_rule_differs(fields: dict[str, Any], formula: str, said: str) -> None:
    """Where points lie, and by how much the picture moves."""
    layer = Upsample(4, 8, **{"mode": "bilinear", **fields})
    assert source_formula(layer, 0) == formula
    assert any(said in line for line in layer_lines(layer, english()))


def test_long_axes_by_fine_factors_are_exact() -> None:
    """Numbers that 64 bits do not hold are reckoned with all the same."""
    layer = Upsample(10**6, scale_factor=1.234567890123, mode="linear", dims=1)
    own = layer.axes[0].own
    assert isinstance(own, Interpolation)
    starts = starts_of(layer.axes[0])
    assert starts.dtype == np.int64
    for output in (0, 1, 617_283, len(starts) - 1):
        assert starts[output] == own.start(output)


@pytest.mark.parametrize(
    ("factor", "said"),
    [(1.3, "(scale − 1)/2 = 0.15 output cells further"), ((1.3, 2), "(scale − 1)/2 = 0.15×0.5 output cells further")],
)
def test_the_picture_moves_by_the_factor_that_is_given(factor: float | tuple[float, ...], said: str) -> None:
    """⌊5·1.3⌋ is 6, and yet cells lie 1.3 apart, not 6/5."""
    layer = Upsample((5, 5), scale_factor=factor, mode="bilinear", coordinate_transformation_mode="asymmetric")
    assert any(said in line for line in layer_lines(layer, english()))
