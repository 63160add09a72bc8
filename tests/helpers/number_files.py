"""Files of numbers, and what is said of those that are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convanim.errors import RequestError
from convanim.numbers.sources import input_numbers, kernel_numbers


def refusal(source: Any, size: tuple[int, ...] = (2, 2), kernel: bool = False) -> RequestError:
    """The refusal that a source of numbers meets, checked to be one whole line that names its field."""
    with pytest.raises(RequestError) as refused:
        kernel_numbers(source, size) if kernel else input_numbers(source, size)
    check_line(refused.value)
    return refused.value


def check_line(error: RequestError) -> None:
    """A refusal is one printable line of bounded length."""
    assert error.field in ("values", "kernel_values")
    assert len(str(error).splitlines()) == 1
    assert str(error).isprintable()
    assert len(str(error)) < 300


def file(folder: Path, name: str, content: str | bytes) -> str:
    """Write a file and return its path as a user gives it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def saved(folder: Path, array: Any) -> str:
    """An array as `numpy.save` writes it."""
    path = folder / "array.npy"
    np.save(path, array)
    return str(path)
