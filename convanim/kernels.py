"""Kernels that have a name."""

from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.sizes import Sizes, spelled

_FIXED: dict[str, dict[Sizes, list[object]]] = {
    "sharpen": {(3,): [-1, 3, -1], (3, 3): [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]},
    "sobel-x": {(3, 3): [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]},
    "sobel-y": {(3, 3): [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]},
    "laplacian": {(3,): [1, -2, 1], (3, 3): [[0, 1, 0], [1, -4, 1], [0, 1, 0]]},
}
KERNEL_NAMES = ("identity", "box", "sharpen", "sobel-x", "sobel-y", "laplacian", "gaussian")


def named_kernel(name: str, size: Sizes) -> NDArray[Any]:
    """The kernel called `name` at `size`: whole numbers, but for the means `box` and `gaussian`, which sum to 1.

    Raises RequestError when there is no such kernel, or not at that size.
    """
    if name not in KERNEL_NAMES:
        raise RequestError("kernel_values", name, "no such kernel", f"try {', '.join(KERNEL_NAMES)}, or a file")
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
