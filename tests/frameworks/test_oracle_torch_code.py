"""PyTorch's code against PyTorch: the same text read here and run there, thousands of times, refusals too."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from helpers.responses import expected_responses, one_hot
from test_oracle_torch import refuses_alone

from convanim.code.frameworks import from_code, read_code, to_code
from convanim.code.live_layers import from_module, kernel_of
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, output_shape
from convanim.numbers.values import values_of

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These layers are too small for several threads, which would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


NAMES = [f"{kind}{dims}d" for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool") for dims in (1, 2, 3)]
LAYERS_EACH = 160  # of every name: 1920 in all
ACCEPTED_EACH = 80
REFUSED_EACH = 10
ORDER = {
    "Conv": ["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"],
    "ConvTranspose": ["in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups"],
    "MaxPool": ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
    "AvgPool": ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
}
BROKEN: dict[str, list[Any]] = {
    "kernel_size": [0, -1, 9, (2, 2, 2, 2)],
    "stride": [0, -1],
    "padding": [-1, 5, "full"],
    "dilation": [0, 5],
    "output_padding": [-1, 3],
    "groups": [0, 7],
    "divisor_override": [0],
    "padding_mode": ["wrap"],
    "strides": [2],
}


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Arguments of one layer; now and then a wrong one."""
    kind, dims = name[:-2], int(name[-2])

    def sizes(low: int, high: int) -> Any:
        one = rng.random() < 0.4
        return rng.randint(low, high) if one else tuple(rng.randint(low, high) for _ in range(dims))

    said: dict[str, Any] = {"kernel_size": sizes(1, 3)}
    if kind.startswith("Conv"):
        groups = rng.choice([1, 1, 2])
        said |= {"in_channels": groups * rng.randint(1, 2), "out_channels": groups * rng.randint(1, 2)}
        optional = {"groups": groups, "bias": rng.random() < 0.5, "dilation": sizes(1, 3), "padding": sizes(0, 2)}
        if kind == "Conv":
            optional["padding_mode"] = rng.choice(["zeros", "reflect", "replicate", "circular"])
            if rng.random() < 0.3:
                optional["padding"] = rng.choice(["same", "valid"])
        else:
            optional["output_padding"] = sizes(0, 1)
        said["groups"] = groups
    else:
        kernel = said["kernel_size"]
        halves = [k // 2 for k in (kernel if isinstance(kernel, tuple) else (kernel,) * dims)]
        optional = {"ceil_mode": rng.random() < 0.5, "padding": tuple(rng.randint(0, half) for half in halves)}
        if kind == "MaxPool":
            optional |= {"dilation": sizes(1, 2), "return_indices": False}
        else:
            optional["count_include_pad"] = rng.random() < 0.5
            if dims > 1:
                optional["divisor_override"] = rng.choice([None, 2, -3])
    optional["stride"] = 1 if optional["padding"] == "same" and rng.random() < 0.8 else sizes(1, 3)
    said |= {key: value for key, value in optional.items() if rng.random() < 0.6}
    if rng.random() < 0.15:
        fits = name == "ConvTranspose3d"  # which takes a large kernel, and makes very many cells
        wrong = rng.choice(
            [key for key in BROKEN if key in said and not (fits and key == "kernel_size")] or ["strides"]
        )
        said[wrong] = rng.choice(BROKEN[wrong])
    return said


def as_text(name: str, said: dict[str, Any], rng: random.Random) -> str:
    """The call, some of its arguments in their places and the rest by name, in any order."""
    order = ORDER[name[:-2]]
    places = 0
    while places < len(order) and order[places] in said and rng.random() < 0.7:
        places += 1
    named = [f"{key}={value!r}" for key, value in said.items() if key not in order[:places]]
    rng.shuffle(named)
    prefix = rng.choice(["nn.", "torch.nn.", ""])
    return f"{prefix}{name}({', '.join([*(repr(said[key]) for key in order[:places]), *named])})"


def made(text: str) -> Any:
    """What PyTorch makes of the text; in doubles and without bias."""
    module = eval(text, {"nn": torch.nn, "torch": torch, **{name: getattr(torch.nn, name) for name in NAMES}}).double()
    if getattr(module, "bias", None) is not None:
        module.bias.data.zero_()
    return module


def crops(said: dict[str, Any]) -> bool:
    """Whether a negative padding goes to `F.pad`, which crops; with zeros PyTorch refuses it, and we always do."""
    return said.get("padding") == -1 and said.get("padding_mode", "zeros") != "zeros"


def same_here_and_there(name: str, said: dict[str, Any], rng: random.Random) -> bool:
    """Whether both accept the arguments, and then agree; fails where they do not."""
    text = as_text(name, said, rng)
    channels = said.get("in_channels", 2)
    size = tuple(rng.randint(1, 5 if name[-2] != "3" else 3) for _ in range(int(name[-2])))
    shape = f"{channels}@{'x'.join(map(str, size))}"
    theirs: Any = None
    refusal: RequestError | None = None
    layer: Layer | None = None
    try:
        module = made(text)
        numbers = np.array([rng.randint(-9, 9) for _ in range(channels * int(np.prod(size)))], dtype=np.float64)
        numbers = numbers.reshape(channels, *size)
        with torch.no_grad():
            theirs = module(torch.tensor(numbers[None]))[0].numpy()
    except (RuntimeError, ValueError, TypeError, ZeroDivisionError) as error:
        cause: Exception = error
    try:
        layer = read_code(text, shape).layer
    except RequestError as error:
        refusal = error
    if crops(said):
        assert layer is None, text
        return False
    if layer is not None and refuses_alone(layer.op, layer):
        assert theirs is None, f"{text} {size}: PyTorch takes it"
        return False
    if theirs is None or layer is None:
        assert (theirs is None) == (layer is None), f"{text} {size}: {refusal or cause}"
        return False
    weights = None if "Pool" in name else kernel_of(module)
    assert theirs.shape == output_shape(layer), text
    with torch.no_grad():
        responses = module(torch.tensor(one_hot(layer))).numpy()
    np.testing.assert_allclose(responses, expected_responses(layer, weights), rtol=1e-12, atol=1e-14, err_msg=text)
    ours = values_of(Geometry(layer), numbers, weights).output
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12, err_msg=text)
    assert from_module(module, shape) == layer
    assert from_code(to_code(layer, "pytorch"), shape) == layer, text
    return True


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_same_text_here_and_there(name: str) -> None:
    """Both refuse it, or both have the same output size, taps and numbers; the module's attributes say the same."""
    rng = random.Random(f"code {name}")
    draws = LAYERS_EACH * (2 if name.endswith("3d") else 1)  # of three axes more are refused on both sides
    tally = Counter(same_here_and_there(name, drawn(name, rng), rng) for _ in range(draws))
    assert tally[True] >= ACCEPTED_EACH, tally
    assert tally[False] >= REFUSED_EACH, tally
