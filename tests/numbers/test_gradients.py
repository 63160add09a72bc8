"""Gradients are those of the chain rule: by brute force for every layer that flows back, stride remainders and all."""

import json
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.copies import NUMPY
from helpers.gradients import gradients
from helpers.strategies import channelled, layers
from hypothesis import example, given
from hypothesis import strategies as st

from convanim import AvgPool, Conv, ConvTranspose, MaxPool, Options
from convanim.explain.figure_json import figure_json
from convanim.layers.backward import FLOWS_BACK, Backward, rounded_off
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, output_size
from convanim.numbers.gradients import as_stored, gradients_of

SEEDS = st.integers(0, 10_000)


def checked(layer: Layer, seed: int) -> None:
    """Both gradients of a layer against the chain rule, and those of JSON, which its own taps recompute."""
    options = Options(values=f"random:{seed}")
    for by in ("input", "weight") if layer.op.startswith("conv") else ("input",):
        backward = Backward(layer, by)
        found = gradients_of(backward, options)
        assert found is not None
        dx, dw = gradients(layer, found.forward.input, found.forward.kernel, found.output)
        made = found.drawn.output if by == "input" else as_stored(backward, found.drawn.output)
        expected = dw if by == "weight" and dw is not None else dx
        np.testing.assert_allclose(made, expected, atol=1e-9)
        retold(backward, options)


def retold(backward: Backward, options: Options) -> None:
    """A gradient's numbers in JSON, by its taps there."""
    told = json.loads("".join(figure_json(backward, options, taps=True)))
    for step in told["steps"]:
        assert at(told["values"]["output"], step["output"]) == pytest.approx(recomputed(told, step))


def at(numbers: Any, cell: list[int]) -> Any:
    """A number of nested lists."""
    for index in cell:
        numbers = numbers[index]
    return numbers


def recomputed(told: Any, step: Any) -> float:
    """A gradient from the taps of JSON alone."""
    values = told["values"]
    total = 0.0
    for tap in step["taps"]:
        if tap["input"] is not None:
            weight = tap["weight"] if values["kernel"] is None else at(values["kernel"], tap["kernel"])
            total += weight * at(values["input"], tap["input"])
    return total


@pytest.mark.parametrize("op", FLOWS_BACK)
@campaign(150)
@given(data=st.data(), seed=SEEDS)
def test_gradients_are_those_of_the_chain_rule(op: str, data: st.DataObject, seed: int) -> None:
    """Of one map in and one out."""
    checked(data.draw(layers(op)), seed)


@pytest.mark.parametrize("op", FLOWS_BACK)
@campaign(100)
@given(data=st.data(), seed=SEEDS)
def test_gradients_of_channels(op: str, data: st.DataObject, seed: int) -> None:
    """Of whole layers, groups and depthwise ones; weights in the order in which they are stored."""
    checked(data.draw(channelled(op, most=2)), seed)


@together(
    "layer",
    [
        Conv(6, 3, 2),  # a row that no window reads
        Conv(6, 3, 2, padding=1),  # a row that the stride rounds off
        Conv(8, 3, 3, padding=((0, 2), (1, 0)), dilation=2),
        Conv(3, 2, padding=5),  # windows in padding alone
        Conv(4, 1, 3),
        Conv("4@5x4", 2, 2, out_channels=6, groups=2),
        ConvTranspose(2, 3, 2, padding=1, output_padding=1),
        ConvTranspose(3, 2, 1, output_padding=2, dilation=3),  # output_padding past the stride
        ConvTranspose("4@2x3", 3, 2, out_channels=6, groups=2),
        MaxPool(5, 3, 2, ceil_mode=True),
        MaxPool(2, 3, 2, ceil_mode=True),
        MaxPool(5, 2, 1, padding=1, dilation=2, in_channels=2),
        MaxPool(1, 2, 1, padding=1, dilation=2, dims=1),  # a window in padding alone
        AvgPool(4, 3, 2, padding=1, ceil_mode=True),
        AvgPool(4, 3, 2, padding=1, count_include_pad=False),
        AvgPool(5, 2, divisor_override=-3),
        Conv((4, 5, 3), (2, 3, 1), 2, padding=1),
    ],
)
def test_what_is_easily_wrong(layer: Layer) -> None:
    """Remainders, overhangs, output_padding past the stride, groups, three axes."""
    checked(layer, 7)


@together("mode", ["reflect", "replicate", "circular"])
@together("case", [(8, 3, 4, 1, 1), (7, 1, 3, 1, 1), (9, 2, 5, 2, 1), (11, 2, 4, 3, 2), (6, 1, 4, 0, 1)])
def test_weights_of_copies_where_strides_leave_cells_unread(mode: str, case: tuple[int, ...]) -> None:
    """By numpy's padding: what no window reads behind the last one is copied into the padding before the first."""
    size, kernel, stride, padding, dilation = case
    layer = Conv(size, kernel, stride, padding, dilation, padding_mode=mode, dims=1)
    x, g = np.arange(1, size + 1), 10.0 ** np.arange(output_size(layer)[0])
    backward, options = Backward(layer, "weight"), Options(values=x, gradient_values=g)
    found = gradients_of(backward, options)
    assert found is not None
    wide = np.pad(x, padding, mode=NUMPY[mode])
    met = [wide[k * dilation :: stride][: len(g)] for k in range(kernel)]
    assert found.drawn.output.tolist() == [float(cells @ g) for cells in met]
    retold(backward, options)


@campaign(100)
@given(layer=layers("conv"))
def test_the_gradient_by_the_input_is_a_layer_that_users_can_write(layer: Any) -> None:
    """The transposed convolution of the same arguments, whose output_padding is what the stride rounded off."""
    drawn = Backward(layer, "input").drawn
    same = ConvTranspose(
        output_size(layer),
        layer.kernel_size,
        layer.stride,
        layer.padding,
        rounded_off(layer),
        layer.dilation,
    )
    assert drawn == same
    assert output_size(drawn) == layer.input_size
    unread = ~Geometry(layer).read
    assert np.array_equal(unread, ~Geometry(drawn).reached)


@campaign(100)
@given(layer=layers("conv-transpose"))
@example(layer=ConvTranspose(2, 3, 2, padding=1, output_padding=1))
@example(layer=ConvTranspose(3, 2, 1, output_padding=2, dilation=3))
def test_a_transposed_convolution_flows_back_as_the_convolution(layer: Any) -> None:
    """Of the same arguments, as users write it, where output_padding is below the stride; else it is cut behind."""
    drawn = Backward(layer, "input").drawn
    same = Conv(output_size(layer), layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    assert output_size(drawn) == layer.input_size
    assert (drawn == same) is all(extra < s for extra, s in zip(layer.output_padding, layer.stride))


def test_ones_are_the_gradient_of_a_sum() -> None:
    """The gradient of the output's sum by a weight is the sum of the cells that it meets."""
    x = np.arange(16).reshape(4, 4)
    found = gradients_of(Backward(Conv(4, 3), "weight"), Options(values=x, gradient_values="ones"))
    assert found is not None
    assert found.drawn.output.tolist() == [[x[i : i + 2, j : j + 2].sum() for j in range(3)] for i in range(3)]
