"""Layers as they are asked for: defaults and refusals."""

import re
from dataclasses import replace
from typing import Any

import pytest
from helpers.campaigns import campaign, listed, together
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError, option_name
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool, dilation_of, output_size
from convanim.layers.operation import Takes
from convanim.layers.operations import OPERATIONS

every_op = pytest.mark.parametrize("op", list(OPERATIONS))
SIZE_FIELDS = [(op.name, f.name) for op in OPERATIONS.values() for f in op.fields if f.takes is Takes.SIZES]
SIDED_FIELDS = [
    *SIZE_FIELDS,
    *[(op.name, f.name) for op in OPERATIONS.values() for f in op.fields if f.takes is Takes.PADDING],
]
ALL_FIELDS = [(op.name, f) for op in OPERATIONS.values() for f in (*op.field_names, "dims")]
BASE: dict[str, Any] = {
    "input_size": 5,
    "kernel_size": 3,
    "output_size": 3,
    "upscale_factor": 2,
    "padding": 1,
    "norm_type": 2,
}
DIGITS = "9" * 5000
CROPS = (-1, "-1", "-1x2", "2x-1", (2, -1), ((-1, 0), 1), (1, (0, -1)), "0:-1")  # what a pad alone takes


def base(op: str) -> dict[str, Any]:
    """The arguments that a layer must have."""
    operation = OPERATIONS[op]
    sizes = {"size": 3} if op == "upsample" else {}  # of which it must have one or the other
    if op == "pixel-unshuffle":
        return {"input_size": 6, "downscale_factor": 3}
    if op == "fold":  # which has one window
        return {"input_size": 1, "output_size": 3, "kernel_size": 3}
    return sizes | {field.name: BASE[field.name] for field in operation.fields if operation.default(field) is None}


def refusal(op: str, **fields: object) -> RequestError:
    """The refusal that a layer meets, checked to be one whole line."""
    with pytest.raises(RequestError) as refused:
        OPERATIONS[op].layer(**base(op) | fields)
    check_line(refused.value)
    return refused.value


def check_line(error: RequestError) -> None:
    """A refusal is one printable line of bounded length that names field, rule and a way out."""
    line = str(error)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert len(line) < 300
    assert line.startswith(error.field)
    assert error.rule
    assert error.fix
    spelled = re.sub(r"{(\w+)} (?=\d)", r"\1=", error.fix).replace("{", "").replace("}", "")
    assert line.endswith(f": {error.rule}; {spelled}")
    assert error.message(lambda field: "--" + field.replace("_", "-")).startswith("--" + error.field.replace("_", "-"))


@every_op
def test_what_is_missing_is_named_as_it_is_written(op: str) -> None:
    """An argument that must be given is named twice, each time as the command line spells it, with an example."""
    operation = OPERATIONS[op]
    needed = [field.name for field in operation.fields if operation.default(field) is None]
    for name in needed:
        with pytest.raises(RequestError) as caught:
            operation.made({field: value for field, value in base(op).items() if field != name})
        said = f"{option_name(name)}: missing; give it, such as {option_name(name)} 3"
        assert caught.value.message(option_name) == said


def test_a_refusal_shows_the_value_on_one_line() -> None:
    """A value is shown with its blanks closed up and cut when it is long."""
    assert str(refusal("conv", stride="1\n \t7")).startswith("stride 1 7: ")
    assert str(refusal("conv", stride=DIGITS)).startswith("stride " + "9" * 59 + "…: ")
    located = RequestError("stride", 1.5, "not a whole number", "give one", "a.toml")
    assert str(located) == "a.toml: stride 1.5: not a whole number; give one"


def test_defaults_are_those_of_pytorch() -> None:
    """Stride, padding, dilation and output_padding default as in PyTorch; a pool's stride is its kernel."""
    assert Conv(5, 3) == Conv("5x5", "3x3", 1, 0, 1)
    assert ConvTranspose(5, 3) == ConvTranspose(5, 3, 1, 0, 0, 1)
    assert MaxPool(5, "2x3") == MaxPool(5, (2, 3), (2, 3), 0, 1, False)
    assert AvgPool(5, 2) == AvgPool(5, 2, 2, 0, False, True, None)
    assert output_size(MaxPool(6, "2x3")) == (3, 2)
    assert dilation_of(AvgPool(5, 2, dims=1)) == (1,)
    assert dilation_of(Conv(5, 2, dilation="1x2")) == (1, 2)


NO_SIZES: list[Any] = [
    *[True, False, 2.0, 2.5, float("nan"), float("inf"), 1j, -1, -(10**5000), b"2", {}, set(), object()],
    *["2.0", "1e3", "+2", "two", "2x", "x2", "x", ":", "2:", ":2", "2 3", "2,3", "0x", "²", "٣", "½", "-", "--2"],
    *["-1", "-1x2", "2x-1", "2x2x2x2", "1:2:3", DIGITS, "1x" + DIGITS, "\n", "\x1b[31m2", "\x00", "\ud800"],
    *[(), [], [[]], (1, 1, 1, 1), (2, -1), (2.0, 2), ("2", {}), (True, 2), ((1,), 2), ((1, 2, 3), 2)],
    *[((2, 2.5), 1), ((-1, 0), 1), (1, (0, -1)), "0:-1"],
]


@together("op_field", SIDED_FIELDS)
def test_what_is_no_size_is_refused(op_field: tuple[str, str]) -> None:
    """Whatever is not a whole number, or one per axis, is refused by the field that holds it."""
    op, field = op_field
    for value in NO_SIZES:
        if op_field == ("pad", "padding") and value in CROPS:
            OPERATIONS[op].layer(**base(op) | {field: value})
        else:
            assert refusal(op, **{field: value}).field == field


@together(
    "op, fields",
    [
        ("conv", {"kernel_size": 10**5000}),
        ("conv", {"dilation": 10**5000}),
        ("conv", {"padding": [[-(10**5000), 1], 1]}),
        ("conv", {"input_size": [-(10**5000), 1]}),
        ("conv-transpose", {"output_padding": 10**5000}),
        ("conv-transpose", {"padding": 10**5000}),
        ("max-pool", {"kernel_size": 10**5000}),
        ("avg-pool", {"padding": (1, 10**5000)}),
        ("avg-pool", {"dims": 10**5000}),
    ],
)
def test_numbers_too_long_to_spell_are_refused(op: str, fields: dict[str, Any]) -> None:
    """Python refuses to spell numbers of more than 4300 digits; a refusal of one is a line all the same."""
    refusal(op, **fields)


@together("op, field", SIDED_FIELDS)
def test_empty_text_and_nothing_are_refused(op: str, field: str) -> None:
    """Empty text is no size; neither is None, but where it stands for the default."""
    assert refusal(op, **{field: ""}).field == field
    assert str(refusal(op, **{field: "  "})).startswith(f"{field} '  ': ")
    may_be_none = field in ("output_padding", "output_size") and op != "fold"
    if may_be_none or (field == "stride" and "pool" in op):
        OPERATIONS[op].layer(**base(op) | {field: None})
    else:
        assert refusal(op, **{field: None}).field == field


@together("op, field", [pair for pair in SIZE_FIELDS if pair[1] != "output_padding"])
@together("zero", [0, "0", "0x1", (1, 0)])
def test_zero_is_no_size(op: str, field: str, zero: Any) -> None:
    """Sizes, strides and dilations start at 1; padding and output_padding at 0."""
    error = refusal(op, **{field: zero})
    assert (error.field, error.rule, error.fix) == (field, "must be at least 1", "try 1 or more")
    OPERATIONS[op].layer(**base(op))


@together("op, field", [(op.name, f.name) for op in OPERATIONS.values() for f in op.fields if f.takes is Takes.FLAG])
@together("value", [0, 1, "true", "", "no", [], 1.0])
def test_flags_are_true_or_false(op: str, field: str, value: object) -> None:
    """A flag takes True or False and nothing that is merely true or false in Python."""
    assert refusal(op, **{field: value}).field == field


@together("value", [0, True, False, 1.5, 2.0, "3", "", float("nan"), [], (2, 2)])
def test_what_is_no_divisor_is_refused(value: object) -> None:
    """divisor_override is a whole number other than 0."""
    assert refusal("avg-pool", divisor_override=value).field == "divisor_override"


def test_divisor_override_is_for_two_dimensions() -> None:
    """A pool of one dimension has no divisor_override; a negative one is allowed, as in PyTorch."""
    assert refusal("avg-pool", divisor_override=2, dims=1).field == "divisor_override"
    assert AvgPool(4, 2, divisor_override=-2).divisor_override == -2


@pytest.mark.parametrize(("word", "counted"), [("same", False), ("same-lower", False), ("valid", True), (1, True)])
def test_same_never_counts_padding(word: Any, counted: bool) -> None:
    """`same` with count_include_pad=True contradicts itself; with False, or numbers with either, it is allowed."""
    assert AvgPool(5, 3, padding=word).count_include_pad is counted
    assert AvgPool(5, 3, padding=word, count_include_pad=False).count_include_pad is False
    if counted:
        assert AvgPool(5, 3, padding=word, count_include_pad=True).count_include_pad is True
    else:
        assert refusal("avg-pool", padding=word, count_include_pad=True).field == "count_include_pad"


@pytest.mark.parametrize("extra", [0, 1, "0x1"])
def test_same_works_out_output_padding_itself(extra: Any) -> None:
    """`same` with an output_padding is refused, and said to be worked out."""
    assert refusal("conv-transpose", padding="same", output_padding=extra, stride=2).field == "output_padding"


@together("stride, dilation, largest", [(1, 1, 0), (2, 1, 1), (1, 2, 1), (3, 2, 2), (2, 4, 3)])
def test_output_padding_stays_below_stride_or_dilation(stride: int, dilation: int, largest: int) -> None:
    """output_padding is less than the stride or less than the dilation, on each axis."""
    fields: dict[str, Any] = {"stride": stride, "dilation": dilation}
    assert ConvTranspose(3, 2, output_padding=largest, **fields).output_padding == (largest, largest)
    assert refusal("conv-transpose", output_padding=largest + 1, **fields).field == "output_padding"
    assert refusal("conv-transpose", output_padding=(0, largest + 1), **fields).field == "output_padding"
    assert refusal("conv-transpose", output_padding=1, stride="1x2").field == "output_padding"


def test_everything_cropped_is_refused() -> None:
    """A transposed convolution keeps at least one output cell on each axis."""
    assert output_size(ConvTranspose(3, 3, padding=2)) == (1, 1)
    error = refusal("conv-transpose", input_size=3, padding="2:3x0")
    assert error.field == "padding"
    assert "crops 2 + 3 cells of the 5" in error.rule
    assert "height" in error.rule


@together("op", ["max-pool", "avg-pool"])
@together("kernel", [1, 2, 3, 4, 5])
def test_pool_padding_is_at_most_half_the_kernel(op: str, kernel: int) -> None:
    """Pools refuse padding past kernel//2 on any side, the kernel undilated, as PyTorch does."""
    assert OPERATIONS[op].layer(9, kernel, padding=kernel // 2).padding == ((kernel // 2,) * 2,) * 2  # type: ignore[union-attr]
    for padding in (kernel // 2 + 1, f"0:{kernel // 2 + 1}", f"0x{kernel // 2 + 1}:0"):
        assert refusal(op, input_size=9, kernel_size=kernel, padding=padding).field == "padding"
    if op == "max-pool":
        assert refusal(op, input_size=20, kernel_size=kernel, padding=kernel // 2 + 1, dilation=3).field == "padding"


@together("make", [MaxPool, AvgPool])
@together("kernel", [1, 2, 3, 4, 5])
def test_pool_padding_is_less_than_the_kernel(make: Any, kernel: int) -> None:
    """Half the kernel is PyTorch's limit alone: a pool as such has a real cell in every window of a mean."""
    layer = make(9, kernel, padding=kernel - 1, stride=1)
    assert output_size(layer) == (9 + kernel - 1,) * 2
    assert replace(layer, in_channels=2).padding == layer.padding
    for padding in (kernel, f"0:{kernel}", f"0x{kernel}:0"):
        with pytest.raises(RequestError, match=r"less than its kernel \(") as refused:
            make(9, kernel, padding=padding)
        assert refused.value.field == "padding"


@pytest.mark.parametrize("op", ["conv", "max-pool", "avg-pool"])
def test_a_kernel_larger_than_the_padded_input_is_refused(op: str) -> None:
    """The kernel fits the padded input on each axis, and the largest that would is named."""
    layer_of = OPERATIONS[op].layer
    assert output_size(layer_of(3, 5, 1, 1)) == (1, 1)
    error = refusal(op, input_size="9x3", kernel_size=6, stride=1, padding=1)
    assert (error.field, "width" in error.rule, "at most 5" in error.fix) == ("kernel_size", True, True)
    if op != "avg-pool":
        assert output_size(layer_of(5, 3, 1, dilation=2)) == (1, 1)
        error = refusal(op, input_size=4, kernel_size=3, dilation=2)
        assert "spans 5 cells" in error.rule
        assert "at most 2" in error.fix


@pytest.mark.parametrize("op", ["max-pool", "avg-pool"])
def test_ceil_mode_still_needs_a_window(op: str) -> None:
    """With ceil_mode a window may hang over by less than a stride, not more."""
    layer_of = OPERATIONS[op].layer
    assert output_size(layer_of(2, 3, 2, ceil_mode=True)) == (1, 1)
    assert refusal(op, input_size=2, kernel_size=4, stride=2, ceil_mode=True).field == "kernel_size"


@listed("op_field", ALL_FIELDS, ids=":".join)
@campaign(60)
@given(text=st.text(max_size=30) | st.text("0123456789xX×:-. _\n", max_size=12) | st.text("0123456789x:", max_size=6))
def test_any_text_makes_a_layer_or_a_refusal(op_field: tuple[str, str], text: str) -> None:
    """Whatever is typed into any field makes a layer or one line of refusal, never another exception."""
    op, field = op_field
    make(op, base(op) | {field: text})


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@every_op
@campaign(150)
@given(data=st.data())
def test_any_values_make_a_layer_or_a_refusal(op: str, data: st.DataObject) -> None:
    """The same holds for values of any type in any number of fields at once."""
    names = (*OPERATIONS[op].field_names, "dims")
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    make(op, base(op) | {name: data.draw(JUNK | st.integers(-1, 6)) for name in chosen})


def make(op: str, fields: dict[str, Any]) -> None:
    """Make a layer whose output has cells, or meet a refusal of one line."""
    try:
        layer = OPERATIONS[op].layer(**fields)
    except RequestError as error:
        check_line(error)
    else:
        assert all(n >= 1 for n in output_size(layer))
