"""JAX's own functions, `jax.lax`: weights have the shape [out, in, *size] or, transposed, [*size, in, out]."""

from typing import Any

from convanim.code.channels import channels_in_code
from convanim.code.dialects.translated import Made, read_as
from convanim.code.framework_rules import jax_transposed_pads
from convanim.code.jax import FLIPS
from convanim.code.jax import FRAMEWORK as FLAX
from convanim.code.padding_words import SPREAD_PADS
from convanim.code.signatures import Dialect, Given, Input, Signature, per_axis_sizes, positive, shown_literal
from convanim.code.text.parsing import is_sequence
from convanim.errors import RequestError
from convanim.layers.layer import ConvTranspose, MaxPool

_SPELLING = (("window_strides", "stride"), ("rhs_dilation", "dilation"), ("rhs_dilation", "kernel_dilation"))
_QUIET = ("lhs", "dimension_numbers", "precision", "preferred_element_type", "out_sharding", "operand", "init_value")
_GENERAL = ("lhs", "rhs", "window_strides", "padding", "lhs_dilation", "rhs_dilation")
_REST = ("precision", "preferred_element_type")


def _forms() -> dict[str, Signature]:
    asked = ("lhs", "rhs", "window_strides", "padding")
    grouped = ("dimension_numbers", "feature_group_count", "batch_group_count", *_REST, "out_sharding")
    up = ("lhs", "rhs", "strides", "padding", "rhs_dilation", "dimension_numbers", "transpose_kernel", *_REST)
    window = ("operand", "init_value", "computation", "window_dimensions", "window_strides", "padding")

    def form(name: str, op: str, arguments: tuple[str, ...], required: tuple[str, ...], order: str) -> Signature:
        return Signature(name, op, None, arguments, required, _QUIET, _SPELLING, weight="rhs", order=order)

    forms = (
        form("conv_general_dilated", "conv", (*_GENERAL, *grouped), asked, "OIS"),
        form("conv_with_general_padding", "conv", (*_GENERAL, *_REST), asked, "OIS"),
        form("conv", "conv", (*_GENERAL[:4], *_REST), asked, "OIS"),
        form(
            "conv_transpose",
            "conv-transpose",
            (*up, "use_consistent_padding"),
            ("lhs", "rhs", "strides", "padding"),
            "SIO",
        ),
        Signature(
            "reduce_window",
            "max-pool",
            None,
            (*window, "base_dilation", "window_dilation"),
            ("computation", "window_dimensions"),
            _QUIET,
            (("window_dimensions", "kernel_size"), ("window_strides", "stride"), ("window_dilation", "dilation")),
            words=("computation",),
        ),
    )
    return {form.name: form for form in forms}


def read(given: Given, source: Input) -> Made:
    """The layer of a function of `jax.lax`, and what is to be said about it; raises RequestError."""
    if given.form.name == "reduce_window":
        return _pool(given, source)
    if given.flag("use_consistent_padding"):
        rule = "its padding is counted otherwise"
        raise RequestError("use_consistent_padding", "True", rule, "leave it out, or give nn.ConvTranspose")
    if given.whole("batch_group_count") != 1:
        raise RequestError("batch_group_count", given.get("batch_group_count"), "cannot be drawn", "leave it out")
    strides = given.sizes("strides" if given.form.op == "conv-transpose" else "window_strides")
    dims = len(strides) if isinstance(strides, tuple) else 2
    kernel = per_axis_sizes("kernel_size", given.sizes("kernel_size"), dims)
    spread = positive("lhs_dilation", per_axis_sizes("lhs_dilation", given.sizes("lhs_dilation"), dims), dims)
    renamed = {"window_strides": "strides", "rhs_dilation": "kernel_dilation"}
    kept = {name: value for name, value in given.values.items() if name not in ("lhs_dilation", "batch_group_count")}
    bare = Given(given.form, {**kept, "kernel_size": kernel}, given.names)
    if max(spread) > 1:
        return _spread(bare, source, kernel, spread)
    name = "Conv" if given.form.op == "conv" else "ConvTranspose"
    return read_as(FLAX.read, FLAX.forms[name], bare, source, renamed)


def _spread(given: Given, source: Input, kernel: tuple[int, ...], spread: tuple[int, ...]) -> Made:
    """A convolution over an input with zeros between its cells is a transposed one, its kernel flipped as stamped."""
    dims = len(kernel)
    if max(positive("window_strides", given.sizes("window_strides"), dims)) > 1:
        rule = "a stride over an input that is spread cannot be drawn"
        raise RequestError("window_strides", given.get("window_strides"), rule, "leave one of them at 1")
    rates = positive("rhs_dilation", given.sizes("rhs_dilation"), dims)
    value: Any = given.get("padding")
    pairs = value if is_sequence(value) else ()
    if value == "VALID":
        pairs = ((0, 0),) * dims
    if len(pairs) != dims or not all(is_sequence(pair) and len(pair) == 2 for pair in pairs):
        rule = "with lhs_dilation it is pairs of numbers"
        raise RequestError("padding", shown_literal(value), rule, "give (low, high) per axis, such as ((1, 1), (1, 1))")
    rules = [jax_transposed_pads(k, d, low, high) for k, d, (low, high) in zip(kernel, rates, pairs)]
    shared, said = channels_in_code(given, source, groups="feature_group_count")
    layer = ConvTranspose(
        source.size,
        kernel,
        spread,
        tuple((before, after) for before, after, _ in rules),
        tuple(extra for *_, extra in rules),
        rates,
        **shared,
        transpose_kernel=False,
        dims=dims,
    )
    return layer, (f"padding {SPREAD_PADS}", FLIPS, *said)


def _pool(given: Given, source: Input) -> Made:
    """`reduce_window` with a maximum, whose windows have a number for batch and channels, too."""
    computation = str(given.get("computation"))
    if computation.rpartition(".")[2] not in ("max", "maximum"):
        fix = "give jax.lax.max, or an avg_pool of Flax for means"
        raise RequestError("computation", computation, "only maxima are drawn", fix)
    window = given.sizes("window_dimensions")
    axes = [at for at, size in enumerate(window) if size > 1] if isinstance(window, tuple) else []
    if not isinstance(window, tuple) or len(window) not in (2, 3, 4):
        rule = "not one number for each axis"
        raise RequestError("window_dimensions", shown_literal(window), rule, "write it as in (1, 2, 2, 1)")
    first = 0 if len(window) == 2 else 2 if len(window) == 4 and max(axes, default=0) == 3 else 1
    last = {2: 2, 3: first + 1 if min(axes, default=1) < 2 else 3, 4: first + 2}[len(window)]
    if len(window) == 3 and min(axes, default=1) == 2:
        first = 2
    if any(not first <= axis < last for axis in axes):
        rule = "it reaches over batch or channels"
        raise RequestError("window_dimensions", shown_literal(window), rule, "write it as in (1, 2, 2, 1)")
    dims = last - first
    found: dict[str, Any] = {}
    for name, ours in (("window_strides", "stride"), ("window_dilation", "dilation")):
        every = per_axis_sizes(name, given.sizes(name), len(window))
        found[ours] = every[first:last]
    if (
        given.sizes("base_dilation") != 1
        and max(per_axis_sizes("base_dilation", given.sizes("base_dilation"), len(window))) > 1
    ):
        raise RequestError("base_dilation", given.get("base_dilation"), "cannot be drawn", "leave it out")
    padding: Any = given.get("padding")
    if padding is None or isinstance(padding, str):
        padding = (
            "valid" if padding is None else {"SAME": "same", "VALID": "valid", "SAME_LOWER": "same-lower"}.get(padding)
        )
    elif len(padding) == len(window):
        padding = tuple(tuple(pair) for pair in padding[first:last])
    if padding is None:
        rule = "no such padding"
        raise RequestError("padding", shown_literal(given.get("padding")), rule, "try 'SAME', 'VALID' or pairs")
    return MaxPool(
        source.size, window[first:last], padding=padding, in_channels=source.channels, dims=dims, **found
    ), ()


DIALECT = Dialect("jax", "JAX", ("lax", "jax.lax"), _forms(), read, True)
