"""ONNX's operators beside convolutions and pools against onnxruntime: norms, pads, resizes, shuffles and folds."""

import random
from typing import Any

import numpy as np
import pytest
from common import DIFFER, SAME, WE_REFUSE, Case, Departure, Numbers
from operation_campaign import campaign, copies_again, each, keeps_none

onnx: Any = pytest.importorskip("onnx")
onnxruntime: Any = pytest.importorskip("onnxruntime")
onnxruntime.set_default_logger_severity(4)

COMPARED_EACH = 120
# Inputs of an operator that are written beside its attributes, in order; a gap is a name that is left empty.
INPUTS = {
    "Pad": ("pads", "constant_value"),
    "Resize": ("", "scales", "sizes"),
    "Col2Im": ("image_shape", "block_shape"),
}


def one(case: Case, numbers: Numbers) -> Numbers | None:
    """What onnxruntime makes of a node."""
    helper, single = onnx.helper, onnx.TensorProto.FLOAT
    said = dict(case.said)
    given, held = ["X"], []
    for name in INPUTS.get(case.kind, ()):
        if name not in said:
            given.append("")
            continue
        value = said.pop(name)
        dtype = np.float32 if name in ("scales", "constant_value") else np.int64
        held.append(onnx.numpy_helper.from_array(np.array(value, dtype=dtype), name))
        given.append(name)
    while not given[-1]:
        given.pop()
    batch = numbers[None].astype(np.float32)
    node = helper.make_node(case.kind, given, ["Y"], **said)
    source = helper.make_tensor_value_info("X", single, list(batch.shape))
    graph = helper.make_graph([node], "g", [source], [helper.make_tensor_value_info("Y", single, None)], held)
    opset = 21 if case.kind == "GlobalLpPool" else 22  # it has no newer one
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        made = session.run(None, {"X": batch})[0].astype(np.float64)
    except Exception:  # its errors have no ancestor of their own
        return None
    return made[0] if made.size else None


def run(cases: list[Case], numbers: list[Numbers]) -> list[Numbers | None]:
    """What onnxruntime makes of them."""
    return list(map(one, cases, numbers))


def node(kind: str, said: dict[str, Any], size: list[int], channels: int = 1) -> Case:
    """A node on an input."""
    return Case(kind, said, tuple(size), channels, f"{kind}(")


def global_pool(dims: int, rng: random.Random) -> Case:
    """Global pools; of norms with every power."""
    kind = rng.choice(["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"])
    said = {"p": rng.randint(1, 4)} if kind == "GlobalLpPool" and rng.random() < 0.8 else {}
    return node(kind, said, each(rng, dims, 1, 5), rng.randint(1, 3))


def norm(dims: int, rng: random.Random) -> Case:
    """LpPool with strides and pads."""
    kernel = each(rng, dims, 1, 3)
    said: dict[str, Any] = {"kernel_shape": kernel}
    if rng.random() < 0.8:
        said["p"] = rng.randint(1, 4)
    if rng.random() < 0.7:
        said["strides"] = each(rng, dims, 1, 3)
    if rng.random() < 0.4:
        said["pads"] = [rng.randint(0, k - 1) for k in kernel * 2]
    if rng.random() < 0.3:
        said["ceil_mode"] = 1
    return node("LpPool", said, each(rng, dims, 1, 6), rng.randint(1, 2))


def pad(dims: int, rng: random.Random) -> Case:
    """Pads of every mode, with sides that crop."""
    ends = [rng.randint(-2 if rng.random() < 0.5 else 0, 3) for _ in range(2 * dims)]
    said: dict[str, Any] = {"pads": [0, 0, *ends[:dims], 0, 0, *ends[dims:]]}
    if rng.random() < 0.75:
        said["mode"] = rng.choice(["constant", "reflect", "edge", "wrap"])
    if said.get("mode", "constant") == "constant" and rng.random() < 0.5:
        said["constant_value"] = rng.randint(-5, 5)
    return node("Pad", said, each(rng, dims, 1, 6), rng.randint(1, 2))


PLACES = ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric", "asymmetric", "align_corners")
ROUNDINGS = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


def resize(dims: int, rng: random.Random) -> Case:
    """Resizes of every mode, with every rule for points and rounding, by sizes and by scales."""
    said: dict[str, Any] = {}
    size, channels = each(rng, dims, 1, 6), rng.randint(1, 2)
    mode = rng.choice(["nearest", "linear", *(["cubic"] if dims == 2 else [])])
    if mode != "nearest" or rng.random() < 0.5:
        said["mode"] = mode
    if rng.random() < 0.8:
        said["coordinate_transformation_mode"] = rng.choice(PLACES)
    if mode == "nearest" and rng.random() < 0.8:
        said["nearest_mode"] = rng.choice(ROUNDINGS)
    if mode == "cubic":
        said |= {"cubic_coeff_a": rng.choice([-0.75, -0.5])} if rng.random() < 0.5 else {}
        said |= {"exclude_outside": 1} if rng.random() < 0.4 else {}
    if rng.random() < 0.5:
        said["sizes"] = [1, channels, *each(rng, dims, 1, 9)]
    else:
        said["scales"] = [1, 1, *(rng.choice([0.5, 1, 1.25, 1.5, 2, 2.5, 3]) for _ in range(dims))]
    return node("Resize", said, size, channels)


def shuffle(dims: int, rng: random.Random) -> Case:
    """DepthToSpace and SpaceToDepth, in both orders of channels."""
    r, made = rng.randint(1, 3), rng.randint(1, 2)
    if rng.random() < 0.5:
        said: dict[str, Any] = {"blocksize": r}
        if rng.random() < 0.8:
            said["mode"] = rng.choice(["CRD", "CRD", "DCR"])
        return node("DepthToSpace", said, each(rng, 2, 1, 4), made * r * r)
    size = [n * r + (rng.random() < 0.1) for n in each(rng, 2, 1, 3)]
    return node("SpaceToDepth", {"blocksize": r}, size, made)


def fold(dims: int, rng: random.Random) -> Case:
    """Col2Im, with pads of two sides; its input has as many axes as there are windows in a row: one."""
    block, image = each(rng, dims, 1, 3), each(rng, dims, 4, 7)
    said: dict[str, Any] = {"image_shape": image, "block_shape": block}
    steps, gaps, pads = each(rng, dims, 1, 3), each(rng, dims, 1, 2), [rng.randint(0, 2) for _ in range(2 * dims)]
    said |= {"strides": steps, "dilations": gaps, "pads": pads}
    windows = [
        (n + a + b - g * (k - 1) - 1) // s + 1
        for n, a, b, g, k, s in zip(image, pads[:dims], pads[dims:], gaps, block, steps)
    ]
    return node("Col2Im", said, [int(np.prod(windows))], int(np.prod(block)) * rng.randint(1, 2))


def padded(case: Case) -> list[tuple[int, int]]:
    """The sides of a pad."""
    ends, dims = case.said["pads"], len(case.size)
    return [*zip(ends[2 : 2 + dims], ends[4 + dims :])]


def keeps_or_copies_otherwise(case: Case) -> bool:
    """A pad that keeps nothing of an axis, one by copies that also crops, or one that goes round again."""
    if case.kind != "Pad":
        return False
    mode, sides = case.said.get("mode", "constant"), padded(case)
    crops = mode != "constant" and min(map(min, sides)) < 0
    return crops or keeps_none(case, sides) or copies_again(case, sides, mode)


def is_larger_than_its_input(case: Case) -> bool:
    """A norm whose kernel does not fit its padded input, by less than a stride, or hangs over its end."""
    if case.kind != "LpPool":
        return False
    dims = len(case.size)
    kernel, pads = case.said["kernel_shape"], case.said.get("pads", [0] * 2 * dims)
    room = [n + a + b - k for n, a, b, k in zip(case.size, pads[:dims], pads[dims:], kernel)]
    steps = case.per_axis("strides")
    if case.said.get("ceil_mode"):
        return any(space % step and space > -step for space, step in zip(room, steps))
    return min(room) < 0 and all(space > -step for space, step in zip(room, steps))


def dilates(case: Case) -> bool:
    """Whether a fold's kernel cells are apart."""
    return any(d > 1 and k > 1 for d, k in zip(case.said["dilations"], case.said["block_shape"]))


def keeps_its_size(case: Case) -> bool:
    """A Resize by scales of which some are not 1 that changes no size."""
    scales = case.said.get("scales", ())[2:]
    return any(scale != 1 and int(n * scale) == n for n, scale in zip(case.size, scales)) and all(
        int(n * scale) == n for n, scale in zip(case.size, scales)
    )


def has_other_order(case: Case) -> bool:
    """A shuffle of several channels that stand together by place (DCR)."""
    r = case.said.get("blocksize", 1)
    channels = case.channels // r**2 if case.kind == "DepthToSpace" else case.channels
    return r > 1 and channels > 1 and case.kind in ORDERED and case.said.get("mode", "DCR") == "DCR"


ORDERED = ("DepthToSpace", "SpaceToDepth")
DEPARTURES = (
    Departure(
        "pads that keep no cell, crop besides their copies, or go round again",
        "We refuse them; runtimes do not agree what is copied where cells are cut off.",
        ("pad 1", "pad 2", "pad 3"),
        keeps_or_copies_otherwise,
        (WE_REFUSE,),
    ),
    Departure(
        "norms larger than their input, or over its end",
        "onnxruntime gives one cell where the text's floor of a negative quotient leaves none, as of other pools; "
        "where a window hangs over the end the text does not say what it adds up, and we refuse it.",
        ("norm 1", "norm 2", "norm 3"),
        is_larger_than_its_input,
        (WE_REFUSE, SAME),
    ),
    Departure(
        "resizes that keep their size",
        "The text places points by the scales; onnxruntime copies where no axis changes its size.",
        ("resize 1", "resize 2"),
        keeps_its_size,
        (SAME, DIFFER),
    ),
    Departure(
        "shuffles in the other order",
        "Channels that stand together by place (DCR) are refused: another order than that of a pixel shuffle.",
        ("shuffle 2",),
        has_other_order,
        (WE_REFUSE,),
    ),
    Departure(
        "folds with dilation on one and three axes",
        "onnxruntime's Col2Im is that of the text on two axes; on one and three it forgets the dilation.",
        ("fold 1", "fold 3"),
        lambda case: case.kind == "Col2Im" and len(case.said["block_shape"]) != 2 and dilates(case),
        (SAME, DIFFER),
    ),
)
DRAWS = {"global": global_pool, "norm": norm, "pad": pad, "resize": resize, "shuffle": shuffle, "fold": fold}
AXES = {"shuffle": (2,), "global": (2, 3)}  # a size of one axis would be read as two where nothing tells them
CASES = [(name, dims) for name in DRAWS for dims in AXES.get(name, (1, 2, 3))]


@pytest.mark.parametrize(("name", "dims"), CASES)
def test_random_nodes_are_those_of_onnxruntime(name: str, dims: int) -> None:
    """Sizes and numbers, by our values and by our JSON; where they part it is known why."""
    campaign(f"{name} {dims}", lambda rng: DRAWS[name](dims, rng), run, COMPARED_EACH, DEPARTURES)
