"""Arrays that are maps: finite numbers on one axis or more, as int64 or float64."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.sizes import Sizes, spelled

Numbers: TypeAlias = NDArray[Any]  # of int64 or float64


def checked(field: str, name: str, array: NDArray[np.generic]) -> Numbers:
    """Numbers as int64 or float64. Raises RequestError for anything that is no map of finite numbers."""
    refuse_no_map(field, name, array.shape, array.dtype)
    if array.dtype.kind == "u" and int(array.max()) >= 2**63:
        raise RequestError(field, name, _NOT_NUMBERS, "give numbers")
    cells: Numbers = array.astype(np.float64 if array.dtype.kind == "f" else np.int64)
    if not np.isfinite(cells).all():
        raise RequestError(field, name, "holds NaN or infinity", "give finite numbers")
    return cells


def refuse_no_map(field: str, name: str, shape: Sizes, dtype: np.dtype[Any]) -> None:
    """Raise RequestError for a shape and a type that no map has."""
    if dtype.kind not in "buif":
        raise RequestError(field, name, _NOT_NUMBERS, "give numbers")
    most = 5 if field == "kernel_values" else 4  # three axes, and channels
    if not 1 <= len(shape) <= most or 0 in shape:
        said = spelled(shape) if shape else "one number"
        raise RequestError(field, name, f"its shape is {said}, not that of a map", "give one to three axes")


_NOT_NUMBERS = "holds something other than real numbers of 64 bits"
