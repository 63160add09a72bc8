"""NumPy's files of numbers, and arrays: what is taken, what is refused, and that no code is run."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from helpers.number_files import file, refusal, saved

from convanim.errors import RequestError
from convanim.numbers.sources import file_size

BAD_ARRAYS = {
    "objects": np.array([[1, None], [2, 3]], dtype=object),
    "text": np.array([["1", "2"], ["3", "4"]]),
    "complex": np.array([[1, 2], [3, 4j]]),
    "dates": np.array([["2020-01-01"]], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("a", int), ("b", float)]),
    "nan": np.array([[1, np.nan], [2, 3]]),
    "infinity": np.array([[1, -np.inf], [2, 3]]),
    "huge": np.array([[2**63, 1], [2, 3]], dtype=np.uint64),
    "wrong size": np.zeros((2, 3)),
    "transposed": np.zeros((1, 4)),
    "five axes": np.zeros((2, 2, 1, 1, 1)),
    "no axes": np.array(5),
    "empty": np.zeros((0, 2)),
    "empty whole": np.zeros((2, 0), dtype=int),
}


@together("name", list(BAD_ARRAYS))
def test_arrays_that_are_no_map_are_refused(name: str, tmp_path: Path) -> None:
    """Neither an array nor its file may hold anything but finite numbers in the map's own shape."""
    array = BAD_ARRAYS[name]
    refusal(array)
    refusal(saved(tmp_path, array))
    refusal(array, kernel=True)
    if array.ndim not in (1, 2, 3) or array.size == 0:
        for source in (array, saved(tmp_path, array)):
            with pytest.raises(RequestError):
                file_size("values", source)


class Trap:
    """What makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


def test_numpy_files_run_no_code(tmp_path: Path) -> None:
    """A .npy that holds pickled objects is refused without unpickling them."""
    refusal(saved(tmp_path, np.array([Trap(tmp_path / "trap")], dtype=object)), (1,))
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize(
    "source",
    [
        [[1, 2], [3]],
        None,
        5,
        5.0,
        [],
        [[]],
        {},
        {1, 2},
        pytest.param(object(), id="object"),
        [[10**30, 1], [1, 1]],
        b"12",
    ],
    ids=repr,
)
def test_values_that_are_no_array_are_refused(source: Any) -> None:
    """Ragged lists, single numbers and whatever else is no map are refused as such."""
    assert refusal(source).field == "values"
    assert refusal(source, kernel=True).field == "kernel_values"


def test_numpy_files_that_are_none(tmp_path: Path) -> None:
    """Empty, cut and foreign .npy files are refused, whatever numpy raises over them."""
    whole = Path(saved(tmp_path, np.arange(4.0))).read_bytes()
    for content in (b"", b"x", whole[:-1], whole[:20], whole[:7], b"PK\x03\x04 no archive", b"1,2\n3,4\n"):
        assert refusal(file(tmp_path, "bad.npy", content), (4,)).field == "values"
    with zipfile.ZipFile(tmp_path / "archive.npy", "w") as archive:
        archive.writestr("a.npy", whole)
    refusal(str(tmp_path / "archive.npy"), (4,))


@pytest.mark.parametrize(
    "shape",
    ["(1000000000000,)", "(99999999999999999999999,)", "(-4,)", "(4", "(4,)" + "(" * 9, "{b'': 1, 2: 3}", "(04,)"],
)
def test_numpy_files_with_a_false_header(shape: str, tmp_path: Path) -> None:
    """A header that promises the impossible, or is not well formed, is refused before memory is asked for."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(32)
    assert refusal(file(tmp_path, "false.npy", content), (4,)).field == "values"
