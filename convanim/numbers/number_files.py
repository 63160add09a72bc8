"""The files that hold a user's numbers: CSV, NumPy's and pictures. What they hold is known before it is taken."""

from collections.abc import Callable

from convanim.layers.sizes import Sizes
from convanim.numbers.csv_rows import csv_numbers
from convanim.numbers.maps import Numbers, checked
from convanim.numbers.npy_files import npy_numbers, npy_shape
from convanim.numbers.pictures import picture_numbers, picture_shape

__all__ = ["SUFFIXES", "Numbers", "checked", "file_numbers", "file_shape", "is_number_file"]

SUFFIXES = (".csv", ".npy", ".png")


def is_number_file(name: str) -> bool:
    """Whether a name is that of a file with numbers."""
    return name.lower().endswith(SUFFIXES)


def file_shape(field: str, name: str, wanted: Sizes = ()) -> Sizes:
    """The shape of what a file holds, from its header where it has one; a picture's is grey unless colour is `wanted`.

    Raises RequestError when it holds no map of numbers.
    """
    if name.lower().endswith(".png"):
        return picture_shape(field, name, wanted)
    return npy_shape(field, name) if name.lower().endswith(".npy") else csv_numbers(field, name).shape


def file_numbers(field: str, name: str, wanted: Sizes, fits: Callable[[Sizes], object], *, resize: bool) -> Numbers:
    """The numbers of a file; a picture is read for the shape that is `wanted`, and scaled to it if so asked.

    `fits` is given their shape as soon as it is known, and raises RequestError when it is wrong.
    Raises RequestError, too, when the file holds no map of numbers.
    """
    if name.lower().endswith(".png"):
        return picture_numbers(field, name, wanted, fits, resize=resize)
    if name.lower().endswith(".npy"):
        return npy_numbers(field, name, fits)
    cells = csv_numbers(field, name)
    fits(cells.shape)
    return cells
