"""The padding words, one rule each, per axis. Each returns (before, after) in cells."""

from collections.abc import Callable

from convanim.layers.axis import footprint

Rule = Callable[[int, int, int, int], tuple[int, int]]


def valid(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """No padding: windows stay inside the input."""
    return (0, 0)


def full(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Every window that meets at least one cell (Dumoulin & Visin, section 2.3)."""
    border = footprint(kernel, dilation) - 1
    return (border, border)


def half(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Half the footprint on each side (Dumoulin & Visin, section 2.3, for odd kernels "same")."""
    border = footprint(kernel, dilation) // 2
    return (border, border)


def causal(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """All in front, so that no output cell sees a later input cell (Keras `Conv1D(padding="causal")`)."""
    return (footprint(kernel, dilation) - 1, 0)


def same(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """ceil(n/stride) output cells, the odd cell behind: TensorFlow's SAME, ONNX's SAME_UPPER."""
    total = _same_total(n, kernel, stride, dilation)
    return (total // 2, total - total // 2)


def same_lower(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """ceil(n/stride) output cells, the odd cell in front: ONNX's SAME_LOWER."""
    total = _same_total(n, kernel, stride, dilation)
    return (total - total // 2, total // 2)


def _same_total(n: int, kernel: int, stride: int, dilation: int) -> int:
    output = -(-n // stride)
    return max((output - 1) * stride + footprint(kernel, dilation) - n, 0)


def transposed_same(kernel: int, stride: int, dilation: int) -> tuple[int, int, int]:
    """n·stride output cells (ONNX's SAME_UPPER for ConvTranspose): (before, after, output_padding)."""
    ke = footprint(kernel, dilation)
    total = max(ke - stride, 0)
    return (total // 2, total - total // 2, max(stride - ke, 0))


CONV_WORDS: dict[str, Rule] = {
    "valid": valid,
    "same": same,
    "same-lower": same_lower,
    "half": half,
    "full": full,
    "causal": causal,
}
POOL_WORDS: dict[str, Rule] = {"valid": valid, "same": same, "same-lower": same_lower}
TRANSPOSED_WORDS = ("valid", "same")
