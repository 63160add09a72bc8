"""What is said of two layers of two frameworks, against the frameworks themselves on the same numbers.

A and B are random code; both run with the same input, B with A's weights as `differ` converts them. Cells differ where
they are said to and nowhere else, and what is proposed as equal to A is: run with its code before and after it.
"""

import random
import tomllib
import warnings
from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from running import run, torch, weights_shape

from convanim.errors import RequestError
from convanim.explain.differing import Differing, differ
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, difference_of
from convanim.files.catalogue import template_file, template_groups
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, channels_of, kernel_shape
from convanim.numbers.values import values_of
from convanim.words.language import english

PAIRS_EACH = 420  # of every A and B: 5040 in all
DEPARTED_AT_MOST = 0.12  # where a framework is known to part with its document, as the other files here assert
DRAWN_AT_MOST = 40
FRAMEWORKS = ("pytorch", "keras", "onnx", "jax")
OPS = ("conv", "conv-transpose", "max-pool", "avg-pool")


def spec(rng: random.Random) -> dict[str, Any]:
    """What both layers share, mostly: an operation and its sizes."""
    dims, op = rng.choice([1, 2, 2]), rng.choice(OPS)

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    kernel = (rng.randint(1, 4),) * dims if rng.random() < 0.6 else each(1, 4)
    stride = (rng.randint(1, 3),) * dims if rng.random() < 0.6 else each(1, 3)
    inputs = rng.choice([1, 2, 4])
    groups = rng.choice([1, 1, 1, inputs]) if op == "conv" else 1
    return {
        "op": op,
        "size": each(3, 8),
        "kernel": kernel,
        "stride": stride,
        "dilation": each(1, 2) if rng.random() < 0.15 else (1,) * dims,
        "inputs": inputs,
        "outputs": groups * rng.randint(1, 2),
        "groups": groups,
    }


def varied(shared: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same, once in a while with other sizes."""
    other = spec(rng)
    dims = len(shared["size"])
    if len(other["size"]) != dims or rng.random() < 0.8:
        return shared
    name = rng.choice(["kernel", "stride", "dilation"])
    return shared | {name: other[name]}


def code(framework: str, s: dict[str, Any], rng: random.Random) -> str:
    """A layer of a framework, with padding of its own at random."""
    dims = len(s["size"])
    return {"pytorch": torch_code, "keras": keras_code, "onnx": onnx_code, "jax": jax_code}[framework](s, dims, rng)


def torch_code(s: dict[str, Any], dims: int, rng: random.Random) -> str:
    """A module of PyTorch."""
    pads = tuple(rng.randint(0, k // 2 if "pool" in s["op"] else 2) for k in s["kernel"])
    said = f"{s['kernel']}, stride={s['stride']}, padding={pads}"
    if s["op"] == "max-pool":
        return f"nn.MaxPool{dims}d({said}, dilation={s['dilation']}, ceil_mode={rng.random() < 0.4})"
    if s["op"] == "avg-pool":
        more = f", divisor_override={rng.randint(2, 9)}" if dims == 2 and rng.random() < 0.15 else ""
        counted = rng.random() < 0.6
        return f"nn.AvgPool{dims}d({said}, ceil_mode={rng.random() < 0.4}, count_include_pad={counted}{more})"
    head = f"{s['inputs']}, {s['outputs']}, {said}, dilation={s['dilation']}, groups={s['groups']}"
    if s["op"] == "conv":
        mode = rng.choice(["zeros"] * 4 + ["reflect", "replicate", "circular"])
        return f"nn.Conv{dims}d({head}, padding_mode={mode!r})"
    extra = tuple(rng.randint(0, max(n, d) - 1) for n, d in zip(s["stride"], s["dilation"]))
    return f"nn.ConvTranspose{dims}d({head}, output_padding={extra})"


def keras_code(s: dict[str, Any], dims: int, rng: random.Random) -> str:
    """A layer of Keras."""
    padding = rng.choice(["valid", "same", "same", *(["causal"] * (dims == 1 and s["op"] == "conv"))])
    if "pool" in s["op"]:
        kind = "Max" if s["op"] == "max-pool" else "Average"
        return f"keras.layers.{kind}Pooling{dims}D({s['kernel']}, strides={s['stride']}, padding={padding!r})"
    said = f"{s['kernel']}, strides={s['stride']}, padding={padding!r}, dilation_rate={s['dilation']}"
    if s["op"] == "conv-transpose":
        return f"keras.layers.Conv{dims}DTranspose({s['outputs']}, {said})"
    if s["groups"] == s["inputs"] > 1 and padding != "causal" and rng.random() < 0.7:
        return f"keras.layers.DepthwiseConv{dims}D({said}, depth_multiplier={s['outputs'] // s['inputs']})"
    return f"keras.layers.Conv{dims}D({s['outputs']}, {said}, groups={s['groups']})"


def onnx_code(s: dict[str, Any], dims: int, rng: random.Random) -> str:
    """A node of ONNX."""
    said = [f"kernel_shape={list(s['kernel'])}", f"strides={list(s['stride'])}"]
    if s["op"] != "avg-pool":
        said.append(f"dilations={list(s['dilation'])}")
    most = [k - 1 if "pool" in s["op"] else 2 for k in s["kernel"]] * 2
    if rng.random() < 0.4:
        said.append(f"auto_pad={rng.choice(['SAME_UPPER', 'SAME_LOWER', 'VALID'])!r}")
    else:
        said.append(f"pads={[rng.randint(0, m) for m in most]}")
    if "pool" in s["op"]:
        said.append(f"ceil_mode={int(rng.random() < 0.4)}")
        said += [f"count_include_pad={rng.randint(0, 1)}"] if s["op"] == "avg-pool" else []
        return f"{'MaxPool' if s['op'] == 'max-pool' else 'AveragePool'}({', '.join(said)})"
    i, o, g = s["inputs"], s["outputs"], s["groups"]
    shape = [o, i // g] if s["op"] == "conv" else [i, o // g]
    said += [f"group={g}", f"W={[*shape, *s['kernel']]}"]
    return f"{'Conv' if s['op'] == 'conv' else 'ConvTranspose'}({', '.join(said)})"


def jax_code(s: dict[str, Any], dims: int, rng: random.Random) -> str:
    """A layer of Flax."""
    most = [k - 1 if "pool" in s["op"] else 2 for k in s["kernel"]]
    pairs = tuple((rng.randint(0, m), rng.randint(0, m)) for m in most)
    padding = repr(rng.choice(["SAME", "VALID", pairs, pairs]))
    if "pool" in s["op"]:
        more = f", count_include_pad={rng.random() < 0.5}" if s["op"] == "avg-pool" else ""
        kind = s["op"].replace("-", "_")
        return f"nn.{kind}(x, {s['kernel']}, strides={s['stride']}, padding={padding}{more})"
    said = f"features={s['outputs']}, kernel_size={s['kernel']}, strides={s['stride']}, padding={padding}"
    said += f", kernel_dilation={s['dilation']}"
    if s["op"] == "conv":
        return f"nn.Conv({said}, feature_group_count={s['groups']})"
    return f"nn.ConvTranspose({said}, transpose_kernel={rng.random() < 0.5})"


def batch_for(found: Differing, rng: random.Random) -> np.ndarray[Any, Any]:
    """Inputs of whole numbers, all different; for maxima one more for each cell, which is the largest there."""
    layer = found.a.layer
    channels = layer.in_channels or 1
    count = channels * int(np.prod(layer.input_size))
    # Three, so that sums and means of other cells are not the same by chance.
    batch = np.array([rng.sample(range(1, 400), count) for _ in range(3)], dtype=np.float64)
    if layer.op == "max-pool":
        batch = np.concatenate([batch, np.eye(count) * 1000 + batch[0]])
    return batch.reshape(-1, channels, *layer.input_size)


def ours(found: Differing, name: str, batch: Any, weights: Any) -> Any:
    """What we make of the first input of a batch."""
    side = getattr(found, name.lower())
    numbers = batch[0] if side.layer.in_channels else batch[0][0]
    made = values_of(Geometry(side.layer), numbers, weights).output
    return made if side.layer.in_channels else made[None]


def in_our_order(found: Differing, weights: Any) -> Any:
    """A's weights as we store them."""
    from convanim.code.weight_orders import Order, conversion, order_of

    layer = found.a.layer
    source = order_of(layer, found.a.framework, found.a.text)
    cells = ("ky", "kx") if len(layer.input_size) == 2 else ("k",)
    target = Order(("in", "out", *cells) if isinstance(layer, ConvTranspose) else ("out", "in", *cells))
    assert source is not None
    made = eval(conversion(layer, source, target, flips=False), {"w": weights})
    assert channels_of(layer) is None or made.shape == kernel_shape(layer)
    return made.reshape(kernel_shape(layer))


def agree(one: Any, other: Any) -> Any:
    """Where numbers agree, to rounding."""
    return np.isclose(one, other, rtol=2e-6, atol=1e-4) | (one == other) | ((one < -1e30) & (other < -1e30))


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These layers are too small for several threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def checked(first: str, second: str, rng: random.Random, tally: Counter[str]) -> None:
    """One pair, tallied."""
    shared = spec(rng)
    a, b = code(first, shared, rng), code(second, varied(shared, rng), rng)
    size = f"{shared['inputs']}@{'x'.join(map(str, shared['size']))}"
    try:
        found = differ(a, b, size)
    except RequestError:
        tally["refused"] += 1
        return
    case = f"{a} | {b} on {size}"
    batch, weights = batch_for(found, rng), None
    if isinstance(found.a.layer, Conv | ConvTranspose):
        shape = kernel_shape(found.a.layer)
        if first != "onnx":
            shape = weights_shape(first, a, shared["inputs"], len(shared["size"]))
        shape = shape if len(shape) > len(shared["size"]) else (1, 1, *shape)
        weights = np.array(rng.sample(range(1, 900), int(np.prod(shape))), dtype=np.float64).reshape(shape)
    made_a = run(first, a, batch, weights)
    own = None if weights is None else in_our_order(found, weights)
    mine = ours(found, "A", batch, own)
    if made_a is None or made_a[0].shape != mine.shape or not agree(made_a[0], mine).all():
        tally["departed"] += 1  # from its document, see the other files here
        return
    compare_b(found, second, b, batch, weights, made_a, case, tally)
    compare_mend(found, second, batch, weights, made_a, case, tally)
    tally["compared"] += 1


def compare_b(
    found: Differing, second: str, b: str, batch: Any, weights: Any, made_a: Any, case: str, tally: Counter[str]
) -> None:
    """B, run with A's weights, differs from A where it is said to and nowhere else."""
    difference = found.difference
    if not difference.same_kernels:
        tally["other kernels"] += 1
        return
    converted = weights
    if weights is not None:
        assert found.weights, case
        converted = eval(found.weights, {"w": weights})
    made_b = run(second, b, batch, converted)
    channels = difference.channels
    common: tuple[Any, ...] = tuple(slice(n) for n in difference.common)
    if made_b is None or made_b.shape[2:] != difference.b.size:
        tally["B departed"] += 1
        return
    assert made_a.shape[2:] == difference.a.size, case
    apart = ~agree(made_a[(..., *common)][:, :channels], made_b[(..., *common)][:, :channels])
    differs = apart.any(axis=(0, 1))
    if not np.array_equal(differs, difference.mask):
        from convanim.numbers.differing_values import weights_for

        own = None if weights is None else weights_for(found.a.layer, found.b.layer, in_our_order(found, weights))
        mine = ours(found, "B", batch, own)
        # What we say of B alone is wrong only where B keeps to its document.
        assert mine.shape != made_b[0].shape or not agree(made_b[0], mine).all(), case
        tally["B departed"] += 1
        return
    tally["equal" if found.is_equal else "differ"] += 1


def compare_mend(
    found: Differing, second: str, batch: Any, weights: Any, made_a: Any, case: str, tally: Counter[str]
) -> None:
    """What is proposed as equal to A is, to rounding."""
    mend = found.mend
    if mend is None:
        tally["equal already" if found.is_equal else "no mend"] += 1
        assert found.is_equal or found.why_not(english()), case
        return
    converted = None if weights is None else eval(found.mended_weights, {"w": weights})
    made = run(second, mend.layer, batch, converted, mend.before, mend.after)
    said = f"{case} -> {mend}"
    if made is None or made.shape != made_a.shape or not agree(made, made_a).all():
        assert is_known(second, mend.layer), said
        tally["mend departed"] += 1
        return
    tally["mended"] += 1


def is_known(framework: str, layer: str) -> bool:
    """Whether a framework is known to part with its document on such a layer.

    These are `same` means of Keras on PyTorch, and an output_padding from the stride on in onnxruntime.
    """
    if framework == "onnx":
        return "ConvTranspose" in layer and "output_padding" in layer and "dilations" in layer
    return framework == "keras" and "AveragePooling" in layer and "same" in layer


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("first", "second"), list(permutations(FRAMEWORKS, 2)))
def test_random_pairs_differ_where_it_is_said(first: str, second: str) -> None:
    """Differing cells are those that are named; what is proposed equals A; nothing is missed."""
    rng = random.Random(f"differ {first} {second}")
    tally: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(PAIRS_EACH * DRAWN_AT_MOST):
            if tally["compared"] >= PAIRS_EACH:
                break
            checked(first, second, rng, tally)
    print(first, second, dict(tally))
    assert tally["compared"] == PAIRS_EACH
    assert tally["B departed"] + tally["mend departed"] <= DEPARTED_AT_MOST * PAIRS_EACH, tally
    assert tally["differ"] > PAIRS_EACH / 3
    assert tally["mended"] > PAIRS_EACH / 3


TEMPLATES = template_groups()["Where two layers differ"]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_show_what_the_frameworks_do(name: str) -> None:
    """The two layers of every template, run in their frameworks, differ in the crossed cells and in no others."""
    first, second = tomllib.loads(template_file(name).read_text(encoding="utf-8"))["figure"]
    a, b, size = first["layer"]["code"], second["layer"]["code"], first["layer"]["input_size"]
    found, rng = differ(a, b, size), random.Random(name)
    batch, weights = batch_for(found, rng), None
    if isinstance(found.a.layer, Conv | ConvTranspose):
        shape = kernel_shape(found.a.layer)
        if found.a.framework != "onnx":
            shape = weights_shape(found.a.framework, a, 1, len(found.a.layer.input_size))
        shape = shape if len(shape) > len(found.a.layer.input_size) else (1, 1, *shape)
        weights = np.array(rng.sample(range(1, 900), int(np.prod(shape))), dtype=np.float64).reshape(shape)
    made_a = run(found.a.framework, a, batch, weights)
    assert made_a is not None
    tally: Counter[str] = Counter()
    compare_b(found, found.b.framework, b, batch, weights, made_a, name, tally)
    compare_mend(found, found.b.framework, batch, weights, made_a, name, tally)
    assert tally == Counter({"differ": 1, "mended": 1})
    shown = load_recipe(name).figure
    assert isinstance(shown, Comparison)
    marked = difference_of(shown)
    assert marked is not None
    assert np.array_equal(marked.mask, found.difference.mask)


def test_a_true_convolution_is_scipys() -> None:
    """The template's right layer does what scipy.signal.convolve2d does, its left one what correlate2d does."""
    signal = pytest.importorskip("scipy.signal")
    draw = np.random.default_rng(7)
    x, w = draw.integers(1, 90, (5, 5)), draw.integers(1, 90, (3, 3))
    figures = tomllib.loads(template_file("differ_true_convolution").read_text(encoding="utf-8"))["figure"]
    for figure, function in zip(figures, (signal.correlate2d, signal.convolve2d)):
        made = run("pytorch", figure["layer"]["code"], x[None, None].astype(float), w[None, None].astype(float))
        assert made is not None
        assert np.array_equal(made[0, 0], function(x, w, mode="valid"))
