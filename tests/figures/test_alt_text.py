"""Alternative texts, and layers in a line."""

from helpers.campaigns import together
from helpers.english import alt_text, brief, parameters, stage_parameters

from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part, Subject
from convanim.files.catalogue import language_names
from convanim.layers.backward import Backward
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Pad
from convanim.networks.chain import Chain
from convanim.words import layer_names
from convanim.words.user_language import load_words

REDUCED = Chain("192@28x28", ["conv 1x1 16", "relu", "conv 5x5 32 p2"])


@together(
    "figure, text",
    [
        (
            Conv(5, 3),
            "Convolution, kernel 3×3. A 3×3 window moves over the 5×5 input; each place gives one cell of the 3×3 "
            "output.",
        ),
        (
            Conv("3@5", 1, out_channels=2),
            "Convolution, kernel 1×1, 2 filters. A 1×1 window moves over the 3@5×5 input; each place gives one cell of "
            "the 2@5×5 output.",
        ),
        (
            ConvTranspose(3, 3, 2, 1),
            "Transposed convolution, kernel 3×3, stride 2, padding 1. A 3×3 window moves over the 3×3 input with zeros "
            "between its cells and padding around them; each place gives one cell of the 5×5 output.",
        ),
        (
            MaxPool(9, 3, padding=1, dilation=2, dims=1),
            "Max pooling, kernel 3, padding 1, dilation 2. A 5-cell window moves over the 9 input with padding around "
            "it; each place gives one cell of the 3 output, the largest number in it.",
        ),
        (
            AvgPool(4, 2),
            "Average pooling, kernel 2×2. A 2×2 window moves over the 4×4 input; each place gives one cell of the 2×2 "
            "output, the mean of the numbers in it.",
        ),
        (
            Backward(MaxPool(4, 2), "input"),
            "Max pooling, kernel 2×2, backward by the input. The gradient of the 2×2 output flows back to the 4×4 "
            "input: that of each output cell goes whole to the one cell of its 2×2 window that was the maximum.",
        ),
        (
            Backward(Conv("3@5", 3, out_channels=2), "weight"),
            "Convolution, kernel 3×3, 2 filters, backward by the weights. The gradient of the 2@3×3 output flows back "
            "to the weights: at each step one weight of the 3×3 kernel gathers all input cells that it met, times the "
            "gradients of the output cells that it led to.",
        ),
        (
            REDUCED,
            "A chain of 3 layers over a 192@28×28 input: conv 1×1 to 16@28×28, relu, conv 5×5 padding 2 to 32@28×28; "
            "each step shows what one cell of the last map depends on.",
        ),
        (
            Chain(4, ["leaky-relu"], dims=1),
            "A chain of 1 layer over a 4 input: leaky relu; each step shows what one cell of the last map depends on.",
        ),
    ],
)
def test_a_figure_is_told_in_a_sentence(figure: Subject, text: str) -> None:
    """Layers say their maps, chains their stages."""
    assert alt_text(figure) == text


def test_a_comparison_is_its_figures_in_turn() -> None:
    """Figures are numbered, each with its title if it has one and its own text."""
    parts = Part(Conv(5, 3), Options(), "Alone"), Part(REDUCED, Options())
    text = alt_text(Comparison(parts))
    assert text.startswith(f"2 figures side by side, in step: (1) Alone. {alt_text(parts[0].figure)} (2) A chain of ")
    assert text.endswith(alt_text(REDUCED))


@together(
    "layer, line, short",
    [
        (Conv("50@200", 1, out_channels=20), "conv, kernel 1×1, 20 filters", "conv 1×1"),
        (Conv("4@5", 3, 2, groups=4), "conv, kernel 3×3, 4 filters, stride 2, groups 4", "depthwise conv 3×3 stride 2"),
        (Conv("1@9", 3, dilation=2, out_channels=1), "conv, kernel 3×3, 1 filter, dilation 2", "conv 3×3 dilation 2"),
        (Conv(7, 3, 1, 1), "conv, kernel 3×3, padding 1", "conv 3×3 padding 1"),
        (Conv(7, 3, 2, (0, 1)), "conv, kernel 3×3, stride 2, padding 0×1", "conv 3×3 stride 2 padding 0×1"),
        (
            Conv(9, 2, 1, "causal", 4, dims=1),
            "conv, kernel 2, padding 4 before and 0 after, dilation 4",
            "conv 2 causal dilation 4",
        ),
        (ConvTranspose("2@3", 3, 2), "conv transpose, kernel 3×3, 1 filter, stride 2", "conv transpose 3×3 stride 2"),
        (MaxPool("3@4", 2), "max pool, kernel 2×2", "max pool 2×2"),
        (AvgPool(4, 2, 1), "avg pool, kernel 2×2, stride 1", "avg pool 2×2 stride 1"),
    ],
)
def test_layers_in_a_line(layer: Layer, line: str, short: str) -> None:
    """Defaults are left out; filters and groups are said where there are channels."""
    assert parameters(layer) == stage_parameters(layer) == line
    assert brief(layer) == short


@together(
    "layer, short",
    [
        (ConvTranspose(3, 3, 2, 1, 1), "conv transpose 3×3 stride 2 padding 1 output padding 1"),
        (ConvTranspose(3, 3, transpose_kernel=False), "conv transpose 3×3 kernel stamped flipped"),
        (Conv(5, 3, 1, 1, padding_mode="reflect"), "conv 3×3 padding 1 (reflect)"),
        (Conv(5, 3, 1, ((2, 0),), padding_mode="circular", dims=1), "conv 3 padding 2 before and 0 after (circular)"),
        (Conv(6, 3, 2, "same"), "conv 3×3 stride 2 padding 0 before and 1 after"),
        (MaxPool(5, 2, ceil_mode=True), "max pool 2×2 ceil mode"),
        (AvgPool(5, 3, 2, 1, count_include_pad=False), "avg pool 3×3 stride 2 padding 1 padding not counted"),
        (AvgPool(5, 2, divisor_override=3), "avg pool 2×2 divided by 3"),
    ],
)
def test_few_words_say_all_that_is_not_by_itself(layer: Layer, short: str) -> None:
    """What changes an output's size or its numbers is in the shortest name, too: only channels are said elsewhere."""
    assert brief(layer) == short
    assert parameters(layer).replace(", ", " ").replace("kernel ", "", 1) == short


@together("lang", language_names())
def test_titles_are_lists(lang: str) -> None:
    """A layer beside another has its arguments apart, as a caption has them, in every language."""
    words = load_words(lang)
    sides = words("both", one=words("side_before", size="1"), other=words("side_after", size="0"))
    told = [words("stride", size="2"), words("padding", size=sides)]
    title = words("list").join([f"{words('conv')} 3×3", *told])
    bare = words("list").join([f"{words('conv')} 5×5", words("padding_none")])
    assert layer_names.told_apart([AvgPool(6, 2), Conv(6, 3, 2, ((1, 0),) * 2)], words)[1] == title
    assert layer_names.told_apart([Conv(6, 5), Conv(6, 3, 1, 1)], words)[0] == bare
    assert layer_names.stages_in_brief(Conv(6, 3, 2, ((1, 0),) * 2), words) == title


@together("lang", language_names())
def test_sides_of_padding_are_named(lang: str) -> None:
    """Where they differ each has its number and its name, in every language; and axes theirs where these differ."""
    words = load_words(lang)
    alike = layer_names.brief(Conv(6, 3, 2, "same"), words)
    assert words("both", one=words("side_before", size="0"), other=words("side_after", size="1")) in alike
    apart = layer_names.brief(Pad(5, ((1, -1), (2, 2))), words)
    before, after = words("side_before", size="1"), words("side_after", size="−1")
    rows = words("along", size=words("both", one=before, other=after), axis=words("height"))
    assert words("list").join([rows, words("along", size="2", axis=words("width"))]) in apart
    assert ":" not in alike + apart


def test_pointwise_steps_are_called_by_their_names() -> None:
    """A function's name in words."""
    assert [stage_parameters(stage) for stage in Chain(3, ["relu", "leaky-relu"]).stages] == ["relu", "leaky relu"]
