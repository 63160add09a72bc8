"""Kernels that have a name."""

from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError, suggestion
from convanim.layers.sizes import Sizes, spelled

_FIXED: dict[str, dict[Sizes, list[object]]] = {
    "sharpen": {(3,): [-1, 3, -1], (3, 3): [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]},
    "sobel-x": {(3, 3): [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]},
    "sobel-y": {(3, 3): [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]},
    "laplacian": {(3,): [1, -2, 1], (3, 3): [[0, 1, 0], [1, -4, 1], [0, 1, 0]]},
}
ORIENTED = ("gabor", "gaussian-derivative")
KERNEL_NAMES = ("identity", "box", "sharpen", "sobel-x", "sobel-y", "laplacian", "gaussian")
EXAMPLES = (*KERNEL_NAMES, *(f"{name}:45" for name in ORIENTED))  # what messages list


def is_kernel_name(text: str) -> bool:
    """Whether a text names a kernel; the angle of an oriented one is looked at when it is made."""
    return text in KERNEL_NAMES or text.partition(":")[0] in ORIENTED


def named_kernel(name: str, size: Sizes) -> NDArray[Any]:
    """The kernel called `name` at `size`: whole numbers, but for the means `box` and `gaussian`, which sum to 1.

    `gabor:ANGLE` and `gaussian-derivative:ANGLE` answer most to lines, or edges, that run at that many degrees
    counter-clockwise from the horizontal; their weights sum to 0, the positive ones to 1.
    Raises RequestError when there is no such kernel, or not at that size.
    """
    if name.partition(":")[0] in ORIENTED:
        return _oriented(name, size)
    if name not in KERNEL_NAMES:
        fix = suggestion(name, EXAMPLES, f"try {', '.join(EXAMPLES)}, or a file")
        raise RequestError("kernel_values", name, "no such kernel", fix)
    if name == "box":
        return np.full(size, 1 / np.prod(size))
    if name == "gaussian":
        return _outer([np.array([comb(n - 1, i) / 2 ** (n - 1) for i in range(n)]) for n in size])
    if name == "identity":
        if any(n % 2 == 0 for n in size):
            raise RequestError(
                "kernel_values", name, f"a kernel of {spelled(size)} has no middle cell", "try an odd {kernel_size}"
            )
        kernel = np.zeros(size, dtype=np.int64)
        kernel[tuple(n // 2 for n in size)] = 1
        return kernel
    known = _FIXED[name]
    if size not in known:
        sizes = " or ".join(spelled(s) for s in known)
        raise RequestError("kernel_values", name, f"there is none of {spelled(size)}", f"try a kernel size of {sizes}")
    return np.array(known[size], dtype=np.int64)


def _outer(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return rows[0] if len(rows) == 1 else np.multiply.outer(rows[0], rows[1])


def _oriented(name: str, size: Sizes) -> NDArray[np.float64]:
    """A filter for one orientation.

    Source: J. G. Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized
    by two-dimensional visual cortical filters" (1985), with an even phase and the mean taken off; and the first
    derivative of a Gaussian, across the edge.
    """
    kind, _, text = name.partition(":")
    if len(size) != 2 or any(n % 2 == 0 or n < 3 for n in size):
        rule = f"a kernel of {spelled(size)} has no middle to turn around"
        raise RequestError("kernel_values", name, rule, "try an odd {kernel_size} of two axes, such as 5 or 7")
    angle = np.deg2rad(_degrees(name, text))
    y, x = np.meshgrid(*(np.arange(n) - n // 2 for n in size), indexing="ij")
    across = x * np.sin(angle) + y * np.cos(angle)
    along = x * np.cos(angle) - y * np.sin(angle)
    spread = min(size) / 5
    if kind == "gabor":
        kernel = np.exp(-(across**2 + (along / 2) ** 2) / (2 * spread**2)) * np.cos(2 * np.pi * across / (4 * spread))
    else:
        kernel = across * np.exp(-(across**2 + along**2) / (2 * spread**2))
    kernel = kernel - kernel.mean()
    rounded: NDArray[np.float64] = np.round(kernel / kernel[kernel > 0].sum(), 9) + 0.0
    middle = tuple(n // 2 for n in size)
    rounded[middle] = round(rounded[middle] - rounded.sum(), 9)  # the sum is 0 after rounding, too
    return rounded


def _degrees(name: str, text: str) -> float:
    try:
        angle = float(text)
    except ValueError:
        angle = float("nan")
    if not np.isfinite(angle) or "_" in text:
        rule = "the angle is not a number of degrees" if text else "the angle is missing"
        raise RequestError("kernel_values", name, rule, f"try {name.partition(':')[0]}:45")
    return angle % 360
