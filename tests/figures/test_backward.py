"""Figures of a backward pass: what is read and made at each step, who gets it, and what stands beside it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.command_lines import described, done, in_a_new_folder, run
from helpers.oracle import cells, oracle_of
from helpers.pixels import keys_at, numbers_at
from helpers.spoken import picture_texts
from helpers.strategies import layers
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from convanim import AvgPool, Chain, Comparison, Conv, ConvTranspose, MaxPool, Network, Options, Part, animate
from convanim.errors import RequestError
from convanim.export.html.html import page_of
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Subject
from convanim.layers.backward import FLOWS_BACK, Backward
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, output_size
from convanim.numbers.as_matrix import LayerMatrix
from convanim.views.registry import EVERY_VIEW, VIEWS
from convanim.words.language import english

__all__ = ["in_a_new_folder"]

OVERLAPPING = MaxPool(3, 2, 1, dims=1)
BACK = ("--backward", "input")
LAYER = ("conv", "-i", "5", "-k", "3")
MOST_CELLS = 200  # of a map in a random figure


def drawn(figure: Subject, by: str, **options: Any) -> Animation:
    """A figure's backward pass."""
    return compose(figure, Options(backward=by, **options))


def texts(animation: Animation) -> str:
    """All that stands in a picture."""
    return "\n".join(picture_texts(animation))


def small(data: st.DataObject, op: str) -> Layer:
    """A random layer that is quickly drawn."""
    layer = data.draw(layers(op))
    assume(np.prod(layer.input_size) <= MOST_CELLS and np.prod(output_size(layer)) <= MOST_CELLS)
    return layer


@pytest.mark.parametrize("op", FLOWS_BACK)
@campaign(30)
@given(data=st.data())
def test_an_input_cell_gathers_from_the_output_cells_that_read_it(op: str, data: st.DataObject) -> None:
    """By the oracle's taps, each the other way round."""
    layer = small(data, op)
    scene = drawn(layer, "input", transposed_as="gather", max_frames=10_000, width=2000).scene
    oracle = oracle_of(layer)
    for step, cell in enumerate(cells(layer.input_size)):
        readers = {o for o, taps in oracle.taps.items() if cell in [i for _, i in taps]}
        assert scene.writes(step) == (("gradient_of_input", *cell),)
        assert set(scene.reads(step)) == {("gradient_of_output", *o) for o in readers}


@pytest.mark.parametrize("op", FLOWS_BACK[:2])
@campaign(30)
@given(data=st.data())
def test_a_weight_gathers_the_cells_that_it_met(op: str, data: st.DataObject) -> None:
    """Of the map that windows move over: a convolution's input, a transposed one's output."""
    layer: Any = small(data, op)
    scene = drawn(layer, "weight", max_frames=10_000, width=2000).scene
    taps = [(o, k, i) for o, found in oracle_of(layer).taps.items() for k, i in found if i is not None]
    for step, weight in enumerate(cells(layer.kernel_size)):
        met = {("input", *i) if op == "conv" else ("gradient_of_output", *o) for o, k, i in taps if k == weight}
        assert set(scene.reads(step)) == met
        assert scene.writes(step) == (("gradient_of_weights", *weight),)


@pytest.mark.parametrize("op", ["conv", "max-pool", "avg-pool"])
@campaign(30)
@given(data=st.data())
def test_stamps_are_in_step_with_the_layer(op: str, data: st.DataObject) -> None:
    """What each step of the layer reads its step back writes to."""
    layer = small(data, op)
    forward = compose(layer, Options(max_frames=10_000, width=2000)).scene
    back = drawn(layer, "input", transposed_as="scatter", max_frames=10_000, width=2000).scene
    assert forward.steps == back.steps
    for step in range(forward.steps):
        assert {key[1:] for key in forward.reads(step)} == {key[1:] for key in back.writes(step)}
        assert [key[1:] for key in forward.writes(step)] == [key[1:] for key in back.reads(step)]


@campaign(30)
@given(data=st.data(), seed=st.integers(0, 999))
def test_the_winner_alone_gets_a_max_pools_gradient(data: st.DataObject, seed: int) -> None:
    """The first of the largest cells of the window, by the oracle; at the end the numbers are the gradient."""
    layer = small(data, "max-pool")
    look: dict[str, Any] = {
        "values": f"random:{seed}",
        "view": "flat",
        "heat_map": False,
        "width": 4000,
        "max_frames": 10_000,
    }
    forward = compose(layer, Options(**look)).scene
    animation = drawn(layer, "input", **look)
    total = np.zeros(layer.input_size)
    numbers = {key[1:]: float(text) for key, text in numbers_at(forward, 0, "input").items()}
    sent = {key[1:]: float(text) for key, text in numbers_at(animation.scene, 0, "gradient_of_output").items()}
    for step, (output, taps) in enumerate(oracle_of(layer).taps.items()):
        real = [i for _, i in taps if i is not None]
        won = [max(real, key=lambda i: (numbers[i], [-n for n in i]))] if real else []
        assert [key[1:] for key in keys_at(animation.scene, step, "current")] == won
        for cell in won:
            total[cell] += sent[output]
    last = numbers_at(animation.scene, animation.scene.steps - 1, "gradient_of_input")
    assert {key[1:]: float(text) for key, text in last.items()} == {c: total[c] for c in cells(layer.input_size)}


@pytest.mark.parametrize(
    ("layer", "options", "equation"),
    [
        (MaxPool(4, 2), {"gradient_values": [[3, 1], [1, 1]]}, "adds 3 to the gradient at the maximum"),
        (AvgPool(4, 2), {"gradient_values": [[3, 1], [1, 1]]}, "adds 3/4 = 0.75 to each cell"),
        (AvgPool(4, 2, divisor_override=-2), {"gradient_values": [[3, 1], [1, 1]]}, "adds 3/(−2) = −1.5 to each cell"),
        (MaxPool(3, 2, 1, dims=1), {"values": [0, 2, 1], "gradient_values": [3, 5], "steps": "1:2"}, "3 + 5 = 8"),
        (
            MaxPool(3, 2, 1, dims=1),
            {"values": [0, 2, 1], "gradient_values": [3, 5], "steps": "2:3"},
            "never the maximum: 0",
        ),
        (AvgPool(3, 2, 1, dims=1), {"gradient_values": [3, 5], "steps": "1:2"}, "(3 + 5)/2 = 4.0"),
        (AvgPool(3, 2, 2, ceil_mode=True, dims=1), {"gradient_values": [3, 5], "steps": "2:3"}, "5/1 = 5.0"),
        (Conv(2, 2, dims=1), {"kernel_values": [4, 5], "gradient_values": [3], "steps": "1:2"}, "3·5 + 0·4 = 15"),
    ],
)
def test_a_step_says_what_is_sent_or_gathered(layer: Layer, options: dict[str, Any], equation: str) -> None:
    """In words and numbers: to the winner, in equal shares, by weights."""
    if "steps" in options:
        options = options | {"transposed_as": "gather"}
    animation = drawn(layer, "input", **options)
    assert animation.scene.equation(animation.timing.steps[0]) == equation


def test_shares_of_another_divisor_are_divided_one_by_one() -> None:
    """Where padding is not counted, windows at the border share their gradient among fewer cells."""
    pool = AvgPool(3, 3, 1, padding=1, count_include_pad=False, dims=1)
    animation = drawn(pool, "input", gradient_values=[2, 3, 4], transposed_as="gather")
    assert [animation.scene.equation(step) for step in range(3)] == [
        "2/2 + 3/3 = 2",
        "2/2 + 3/3 + 4/2 = 4",
        "3/3 + 4/2 = 3",
    ]


def test_maps_are_called_what_they_are() -> None:
    """Labels, keys, and the names that a page reads out."""
    layer = Conv(6, 3, 2)
    by_input = drawn(layer, "input", values="random:7", caption=True)
    assert "gradient of the output 2×2" in texts(by_input)
    assert "gradient of the input 6×6" in texts(by_input)
    assert "output padding 1 gives back" in " ".join(texts(by_input).split())
    by_weight = texts(drawn(layer, "weight", values="random:7"))
    assert "input 6×6" in by_weight
    assert "gradient of the output 2×2" in by_weight
    assert "kernel" not in by_weight
    page = page_of(by_input)
    assert '"gradient_of_input"' in page
    assert english()("gradient_of_output") in page


def test_rows_that_no_window_read_are_never_reached() -> None:
    """They are told apart, and their gradient is 0."""
    scene = drawn(Conv(6, 3, 2), "input", transposed_as="scatter").scene
    unread = {(i, j) for i, j in cells((6, 6)) if 5 in (i, j)}
    assert {key[1:] for key in keys_at(scene, 0, "unread", "gradient_of_input")} == unread


def test_stamps_have_no_padding_to_be_told() -> None:
    """A line under the figure tells what there is to be seen, and no more."""
    assert "inserted zero" not in texts(drawn(Conv(5, 3, 2), "input", values="random:7", transposed_as="scatter"))


def test_both_ways_stand_side_by_side() -> None:
    """By the input and by the weights, in one picture; also of a part of a comparison."""
    maps = {key[0] for key in drawn(Conv(4, 3), "both").scene.writes(0)}
    assert maps == {"1/gradient_of_input", "2/gradient_of_weights"}
    stamped = drawn(Conv(4, 3), "both", transposed_as="scatter").scene
    assert len(stamped.reads(0)) == 1 + 4, "an output cell, and the input cells that a weight met"
    parts = (Part(Conv(4, 3), Options()), Part(Conv(4, 3), Options(backward="both")))
    written = compose(Comparison(parts), Options()).scene.writes(0)
    assert [key[0] for key in written] == ["1/output", "2/gradient_of_input", "3/gradient_of_weights"]


@pytest.mark.parametrize("view", ["iso", "flat"])
@pytest.mark.parametrize("values", [None, "random:7"])
@pytest.mark.parametrize(
    "backward",
    [
        Backward(Conv("4@5x5", 3, 2, out_channels=4, groups=2), "input"),
        Backward(Conv("2@5x5", 3, out_channels=3), "weight"),
        Backward(ConvTranspose("2@2x2", 3, 2, out_channels=3), "weight"),
        Backward(ConvTranspose("2@2x2", 3, 2, out_channels=3), "input"),
        Backward(MaxPool("2@4x4", 2), "input"),
        Backward(AvgPool("2@5x5", 3, 1, ceil_mode=True), "input"),
    ],
)
def test_channels_are_drawn_in_every_view(backward: Backward, values: str | None, view: str) -> None:
    """What each step writes is a cell of the gradient, its channel first, with numbers and without."""
    animation = compose(backward, Options(view=view, values=values, width=1400))
    layer = backward.drawn
    written = [animation.scene.writes(step)[0][1:] for step in range(animation.scene.steps)]
    shape = (layer.out_channels, *output_size(layer))
    assert written == cells(tuple(int(n or 0) for n in shape))
    if values is not None:
        assert all(animation.scene.equation(step) for step in range(animation.scene.steps))


@pytest.mark.parametrize("view", EVERY_VIEW)
@pytest.mark.parametrize("size", [(5,), (5, 4), (3, 4, 3)])
def test_every_view_draws_it_or_says_which_does(size: tuple[int, ...], view: str) -> None:
    """Of every operation, by either way."""
    figures = (Conv(size, 2, 2), ConvTranspose(size, 2), MaxPool(size, 2, 1), AvgPool(size, 2, 1))
    ways = [(layer, by) for layer in figures for by in ("input", "weight") if by == "input" or layer in figures[:2]]
    for layer, by in ways:
        is_drawn = view in VIEWS or (layer.op.startswith("conv") and len(size) < 3)
        if is_drawn:
            made = "gradient_of_input" if by == "input" else "gradient_of_weights"
            scene = drawn(layer, by, view=view, width=1400).scene
            assert made in {key[0] for key in scene.writes(scene.steps - 1)}
            continue
        with pytest.raises(RequestError, match=r"try (flat|iso)"):
            drawn(layer, by, view=view)


def test_the_matrix_of_a_convolutions_gradient_is_its_own_transposed() -> None:
    """As the picture says, too."""
    layer = Conv(5, 3, 2, padding=1)
    kernel = np.arange(9).reshape(3, 3)
    own = LayerMatrix(Geometry(layer), kernel).dense()
    assert np.array_equal(LayerMatrix(Geometry(Backward(layer, "input").drawn), kernel).dense(), own.T)
    assert "transposed" in texts(drawn(layer, "input", view="matrix"))


def test_a_recipe_flows_back(tmp_path: Path) -> None:
    """By its own words, and by those that replace them."""
    path = tmp_path / "back.toml"
    text = '[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n[values]\ngradient = [[1, 2], [3, 4]]\n'
    path.write_text(text + '[view]\nbackward = "input"\n', encoding="utf-8")
    recipe = load_recipe(str(path))
    assert recipe.figure == Backward(Conv(4, 3), "input")
    numbers = numbers_at(recipe.animation().scene, 0, "gradient_of_output")
    assert sorted(numbers.values()) == ["1", "2", "3", "4"]
    assert load_recipe(str(path), backward="weight").figure == Backward(Conv(4, 3), "weight")
    assert isinstance(load_recipe(str(path), backward="both").figure, Comparison)
    path.write_text(text + '[view]\nbackward = "sideways"\n', encoding="utf-8")
    with pytest.raises(RequestError, match=r"back\.toml: view\.backward sideways: .* try input, weight or both"):
        load_recipe(str(path))


def test_gradients_from_python() -> None:
    """As options of `animate`, arrays among them; what stands in the picture is the chain rule."""
    x, w, g = np.arange(9).reshape(3, 3), np.array([[1, 0], [2, 3]]), np.array([[1, 2], [0, 1]])
    figure = animate(Conv(3, 2), values=x, kernel_values=w, gradient_values=g, backward="weight")
    scene = figure.animation.scene
    expected = {(i, j): str((x[i : i + 2, j : j + 2] * g).sum()) for i, j in cells((2, 2))}
    made = numbers_at(scene, scene.steps - 1, "gradient_of_weights")
    assert {key[1:]: text for key, text in made.items()} == expected


def test_digests_tell_gradients_apart() -> None:
    """Files are drawn anew where the gradient, or the winner, is another."""
    look: dict[str, Any] = {"values": [[1, 2], [3, 4]], "gradient_values": [[1]]}
    pool = MaxPool(2, 2)
    made = [drawn(pool, "input", **look).digest, drawn(pool, "input", **{**look, "values": [[4, 2], [3, 1]]}).digest]
    made += [drawn(pool, "input", **{**look, "gradient_values": [[2]]}).digest, compose(pool, Options()).digest]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("figure", "by", "said"),
    [
        (Chain(6, ["conv 3", "relu"]), "input", "a chain flows back layer by layer"),
        (Chain(6, ["relu"]), "input", "there is no picture of relu's"),
        (AvgPool(4, 2), "weight", "avg-pool has no weights"),
        (Conv(4, 3), "out", "a gradient is by the input or by the weight"),
    ],
)
def test_what_does_not_flow_back(figure: Subject, by: str, said: str) -> None:
    """Is refused by name."""
    with pytest.raises(RequestError, match=said):
        drawn(figure, by)


def test_a_quoted_layer_flows_back() -> None:
    """Stages of one layer, command lines with options of their own, and code."""
    told = described("compare", "conv 3 s2", "conv -i 6 -k 3 -s 2 --backward input", "-i", "6")
    assert [figure.get("backward") for figure in told["figures"]] == [None, "input"]
    told = described("compare", "conv 3", "conv 3 s2", "-i", "6", "--backward", "weight")
    assert [figure["backward"] for figure in told["figures"]] == ["weight", "weight"]
    told = described("draw", "nn.Conv2d(2, 4, 3, groups=2)", "-i", "5", "--backward", "weight", "--values", "arange")
    assert np.shape(told["weight_gradient"]) == (4, 1, 3, 3)


@pytest.mark.parametrize(
    "line",
    [
        ("conv", "-i", "4", "-k", "2", "--backward", "both", "--kernel-values", "box", "--values", "arange"),
        ("conv", "-i", "4", "-k", "2", "--backward", "weight", "--values", "arange"),
        ("conv", "-i", "4", "-k", "2", "--backward", "--kernel-values", "box"),
        ("conv", "-i", "4", "-k", "2", "--backward", "--values", "random:3"),
        ("conv", "-i", "4", "-k", "2", "--backward", "--values", "random:3", "--gradient-values", "ones"),
        ("max-pool", "-i", "4", "-k", "2", "--backward", "--values", "arange", "--gradient-values", "ones"),
        ("compare", "conv 2", "conv -k 2 -i 4 --backward", "-i", "4", "--values", "arange"),
        ("compare", "conv 2", "conv -k 2 -i 4 --backward weight", "-i", "4", "--kernel-values", "box"),
        ("render", "gradient_of_the_weights", "--backward", "input"),
    ],
)
def test_numbers_that_a_gradient_depends_on_change_the_picture(line: tuple[str, ...]) -> None:
    """Numbers are taken where something in a picture comes from them, be it their seed: without them it is another."""
    pictures = []
    for words in (line, line[:-2]):
        done(*words, "-o", "a.png")
        with Image.open("a.png") as picture:
            pictures.append((picture.size, picture.tobytes()))
    assert pictures[0] != pictures[1]


def test_json_tells_the_numbers_of_the_layer_itself() -> None:
    """Of a gradient, too, that does not depend on them."""
    told = described("conv", "-i", "4", "-k", "2", "--backward", "weight", "--kernel-values", "box")
    assert told["forward"]["kernel"] == [[0.25, 0.25], [0.25, 0.25]]
    refused = run("compare", "conv 2", "conv -k 2 -i 4 --backward weight --kernel-values box", "-i", "4", "-o", "a.png")
    assert "--kernel-values box: the gradient of the weights does not depend on the weights" in refused.stderr


def test_explain_tells_why() -> None:
    """The transposed convolution with its code, and cells that get nothing."""
    told = done("explain", "conv", "-i", "6", "-k", "3", "-s", "2", "--backward", "input").stdout
    assert "a transposed convolution with the same kernel, stride, padding and dilation" in told
    assert "nn.ConvTranspose2d(1, 1, 3, stride=2, output_padding=1)" in told
    assert "gradient 0: 11 of 36 input cells" in told
    assert "∂x[i] = Σ w[k]·∂y[o], i = 2·o + k" in told
    told = done("explain", "conv 3 s2", "-i", "6", "--backward", "both").stdout
    assert "backward by the input" in told
    assert "backward by the weights" in told


def test_json_has_the_winners() -> None:
    """Of every output cell the input cell that gets its gradient."""
    told = described("max-pool", "-i", "4", "-k", "2", "--values", "arange", "--backward", "input")
    assert told["winners"] == [[[1, 1], [1, 3]], [[3, 1], [3, 3]]]
    padded = ["max-pool", "-i", "2@1x4", "-k", "1x2", "-s", "1", "-d", "1x2", "-p", "0x1", "--values", "arange"]
    winners = described(*padded, *BACK)["winners"]
    assert winners == [[[[0, 0, 1], [0, 0, 2], [0, 0, 3], [0, 0, 2]]], [[[1, 0, 1], [1, 0, 2], [1, 0, 3], [1, 0, 2]]]]
    alone = described(
        "max-pool", "-i", "1", "-k", "2", "-s", "1", "-d", "2", "-p", "1", "--dims", "1", *padded[-2:], *BACK
    )
    assert alone["winners"] == [None]
    assert json.dumps(told["values"]["kernel"]) == "null"


def test_networks_do_not_flow_back() -> None:
    """An overview has no gradients in it."""
    network = load_recipe("resnet_bottleneck").figure
    assert isinstance(network, Network)
    with pytest.raises(RequestError, match="a network is drawn as an overview"):
        drawn(network, "input")


def test_composed_figures_are_the_same_by_either_way() -> None:
    """A backward pass that was asked for by an option, and one that is given."""
    by_option, given_itself = drawn(Conv(4, 3), "input"), compose(Backward(Conv(4, 3), "input"), Options())
    assert (by_option.title, by_option.alt) == (given_itself.title, given_itself.alt)


@pytest.mark.parametrize("by", ["foo", "both", "", "inputs", None])
def test_a_backward_pass_is_by_the_input_or_by_the_weights(by: Any) -> None:
    """Made by itself, it is one of the two: no other word is taken for either."""
    with pytest.raises(RequestError, match=r"^backward.*: a gradient is by the input or by the weight; try input"):
        Backward(Conv(4, 3), by)


@pytest.mark.parametrize(
    "command",
    [
        "conv -i 5 -k 3",
        "max-pool -i 4 -k 2",
        "chain -i 5|conv 3",
        "draw -i 5|nn.Conv2d(1, 1, 3)",
        "render|own.toml",
        "compare|conv -i 5 -k 3|conv -i 5 -k 2",
    ],
)
def test_without_a_word_it_is_by_the_input(command: str) -> None:
    """Whatever is drawn: the option that follows is not taken for the word, and another word is taken."""
    Path("own.toml").write_text(
        'title = "R"\n[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n', encoding="utf-8"
    )
    words, *texts = command.split("|")
    by_input = described(*words.split(), *texts, *BACK)
    assert described(*words.split(), *texts, "--backward") == by_input  # --json stands behind it
    assert described(*words.split(), "--backward", "-q", *texts) == by_input
    assert by_input != described(*words.split(), *texts)
    done(*words.split(), *texts, "--backward", "-o", "a.svg")
    assert Path("a.svg").exists()


def test_without_a_word_in_a_quoted_layer() -> None:
    """At its end and between its options; where it is told in words, too."""
    for own in ("conv -i 6 -k 3 --backward", "conv -i 6 --backward -k 3"):
        told = described("compare", own, "conv 3", "-i", "6")
        assert [figure.get("backward") for figure in told["figures"]] == ["input", None]
    assert done("explain", *LAYER, "--backward").stdout == done("explain", *LAYER, *BACK).stdout


def test_in_a_recipe_it_has_a_word() -> None:
    """True says nothing of the way; the refusal says what does."""
    Path("own.toml").write_text("[layer]\nop = 'max-pool'\ninput_size = 4\nkernel_size = 2\n[view]\nbackward = true\n")
    with pytest.raises(RequestError, match=r"view\.backward True: not text; give text such as input"):
        load_recipe("own.toml")
