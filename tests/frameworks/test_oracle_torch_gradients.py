"""Gradients against PyTorch's autograd: random layers of all that flows back, by the input and by the weights."""

import random
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import is_long

from convanim import AvgPool, Conv, ConvTranspose, MaxPool, Options
from convanim.errors import RequestError
from convanim.layers.backward import FLOWS_BACK, Backward
from convanim.layers.layer import Layer
from convanim.numbers.gradients import Gradients, as_stored, gradients_of

torch = pytest.importorskip("torch")
functional = torch.nn.functional

EACH = 1500 if is_long() else 15  # of every operation in every number of dimensions
CHANNELS = [(None, None, 1), (1, 1, 1), (2, 3, 1), (4, 6, 2), (3, 3, 3)]
MODES = ["zeros", "zeros", "reflect", "replicate", "circular"]


def drawn(op: str, dims: int, rng: random.Random) -> Layer:
    """A layer as PyTorch has it; raises RequestError for arguments that do not go together."""
    channels = rng.choice(CHANNELS)

    def sizes(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    size, kernel, stride = sizes(1, 8 if dims < 3 else 5), sizes(1, 4 if dims < 3 else 3), sizes(1, 4)
    if op == "conv":
        mode = rng.choice(MODES)
        return Conv(size, kernel, stride, sizes(0, 3), sizes(1, 3), *channels, padding_mode=mode)
    if op == "conv-transpose":
        return ConvTranspose(sizes(1, 5), kernel, stride, sizes(0, 3), sizes(0, 2), sizes(1, 3), *channels)
    padding = tuple(rng.randint(0, k // 2) for k in kernel)
    pooled: dict[str, Any] = {"ceil_mode": rng.random() < 0.5, "in_channels": channels[0], "half_at_most": True}
    if op == "max-pool":
        return MaxPool(size, kernel, stride, padding, sizes(1, 3), **pooled)
    override = rng.choice([None, None, 5, -3]) if dims > 1 else None
    counted = rng.random() < 0.5
    return AvgPool(size, kernel, stride, padding, count_include_pad=counted, divisor_override=override, **pooled)


def autograd(layer: Any, found: Gradients) -> tuple[Any, Any]:
    """PyTorch's gradients by the input and by the weights, of the shapes of our numbers."""
    dims, has_channels = len(layer.input_size), layer.in_channels is not None
    lead, kernel_lead = ((None,), ()) if has_channels else ((None, None), (None, None))
    x = torch.tensor(found.forward.input[lead].astype(float), requires_grad=True)
    w = None
    padding = tuple(before for before, _ in layer.padding)
    if layer.op.startswith("conv"):
        assert found.forward.kernel is not None
        w = torch.tensor(found.forward.kernel[(*kernel_lead, ...)].astype(float), requires_grad=True)
    if layer.op == "conv":
        read = x
        if layer.padding_mode != "zeros":
            sides = [n for side in reversed(layer.padding) for n in side]
            read, padding = functional.pad(x, sides, mode=layer.padding_mode), (0,) * dims
        y = getattr(functional, f"conv{dims}d")(read, w, None, layer.stride, padding, layer.dilation, layer.groups)
    elif layer.op == "conv-transpose":
        function = getattr(functional, f"conv_transpose{dims}d")
        y = function(x, w, None, layer.stride, padding, layer.output_padding, layer.groups, layer.dilation)
    elif layer.op == "max-pool":
        function = getattr(functional, f"max_pool{dims}d")
        y = function(x, layer.kernel_size, layer.stride, padding, layer.dilation, layer.ceil_mode)
    else:
        own = {} if dims == 1 else {"divisor_override": layer.divisor_override}
        function = getattr(functional, f"avg_pool{dims}d")
        y = function(x, layer.kernel_size, layer.stride, padding, layer.ceil_mode, layer.count_include_pad, **own)
    gradient = torch.tensor(found.output[lead].astype(float))
    assert y.shape == gradient.shape
    y.backward(gradient)
    shape = found.forward.input.shape
    return x.grad.numpy().reshape(shape), None if w is None else w.grad.numpy().reshape(found.forward.kernel.shape)  # type: ignore[union-attr]


@pytest.mark.campaign
@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("op", FLOWS_BACK)
def test_gradients_are_autograds(op: str, dims: int) -> None:
    """Of the same input, weights and gradient of the output; copies of padding in the gradient by the weights, too."""
    rng = random.Random(f"{op} {dims}")
    ways = 0
    for number in range(EACH):
        try:
            layer = drawn(op, dims, rng)
        except RequestError:
            continue
        if op == "avg-pool" and dims == 3 and any(n < k for n, k in zip(layer.input_size, layer.kernel_size)):  # type: ignore[union-attr]
            continue  # PyTorch alone refuses these, in three dimensions alone
        both = []
        for by in ("input", "weight"):
            try:
                both.append(Backward(layer, by))
            except RequestError:
                assert by == ("input" if op == "conv" else "weight")
        for backward in both:
            found = gradients_of(backward, Options(values=f"random:{number}"))
            assert found is not None
            if not np.isfinite(found.forward.output).all():
                continue  # a maximum of padding alone, whose place PyTorch leaves open
            dx, dw = autograd(layer, found)
            made = found.drawn.output
            if backward.by == "input":
                np.testing.assert_allclose(made, dx, atol=1e-9, err_msg=str(backward))
            else:
                np.testing.assert_allclose(as_stored(backward, made), dw, atol=1e-9, err_msg=str(backward))
            ways += 1
    assert ways > EACH // 4
