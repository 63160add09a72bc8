"""Numbers from seeds, arrays, names, CSV and NumPy files (pictures: `test_sources_pictures.py`)."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.numbers.named_kernels import KERNEL_NAMES
from convanim.numbers.sources import file_size, input_numbers, kernel_numbers


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


def test_seeds_draw_the_same_numbers_for_ever() -> None:
    """`random:7` gives these numbers under every version of Python and numpy; input and kernel differ."""
    assert input_numbers("random:7", (3, 4)).tolist() == [[0, 2, 2, 3], [1, 1, 2, 2], [1, 2, 1, 3]]
    assert kernel_numbers("random:7", (3, 3)).tolist() == [[2, 0, 2], [0, 2, 0], [2, 2, 2]]
    assert input_numbers("random", (6,)).tolist() == input_numbers("random:0", (6,)).tolist() == [3, 3, 1, 1, 2, 1]
    assert kernel_numbers("random", (6,)).tolist() == [0, 2, 2, 0, 1, 1]


def test_random_numbers_are_small_and_all_occur() -> None:
    """Random inputs are 0…3 and random weights 0…2, as whole numbers."""
    for numbers, most in ((input_numbers("random:1", (40, 40)), 3), (kernel_numbers("random:1", (40, 40)), 2)):
        assert numbers.dtype == np.int64
        assert np.unique(numbers).tolist() == list(range(most + 1))


def test_arange_counts_cells_in_row_major_order() -> None:
    """`arange` is 0 1 2 … in reading order."""
    assert input_numbers("arange", (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert kernel_numbers("arange", (3,)).tolist() == [0, 1, 2]
    assert input_numbers("arange", (2, 3)).dtype == np.int64


@pytest.mark.parametrize(
    "source",
    [
        *["random:", "random:-1", "random:1.5", "random:x", "random: 7", "random:٧", "random:²", "random:7:8"],
        *["random:" + "9" * 5000, "Random", "rand", "", " ", "arange:3", "zeros", "numbers.txt", "numbers", "a.csv.gz"],
    ],
    ids=lambda source: ascii(source)[:20],
)
def test_unknown_sources_are_refused(source: str) -> None:
    """A seed that is no whole number and a word that is no source are refused, with what would work."""
    for kernel in (False, True):
        assert "try" in refusal(source, kernel=kernel).fix


def test_kernel_names_are_for_kernels() -> None:
    """An input has no named kernels; the refusal of one that is near none lists all names."""
    for name in KERNEL_NAMES:
        assert refusal(name).field == "values"
        assert name in str(refusal("wild", kernel=True).fix)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        ([[1, 2], [3, 4]], np.int64),
        ([[1.0, 2], [3, 4]], np.float64),
        (np.array([[1, 2], [3, 4]], dtype=np.uint8), np.int64),
        (np.array([[1, 2], [3, 4]], dtype=np.uint64), np.int64),
        (np.array([[1, 2], [3, 4]], dtype=np.float16), np.float64),
        (np.array([[1, 2], [3, 4]], dtype=">i4"), np.int64),
        (np.asfortranarray([[1, 2], [3, 4]]), np.int64),
    ],
)
def test_arrays_are_taken_as_they_are(array: Any, dtype: Any, tmp_path: Path) -> None:
    """An array, or what numpy saved of it, gives int64 or float64 of the same values."""
    for source in (array, saved(tmp_path, array)):
        numbers = input_numbers(source, (2, 2))
        assert numbers.dtype == dtype
        assert numbers.tolist() == [[1, 2], [3, 4]]
        assert file_size("values", source) == (2, 2)


def test_flags_are_zeros_and_ones(tmp_path: Path) -> None:
    """An array of booleans is one of 0 and 1."""
    for source in ([[True, False]], saved(tmp_path, np.array([[True, False]]))):
        assert kernel_numbers(source, (1, 2)).tolist() == [[1, 0]]
        assert kernel_numbers(source, (1, 2)).dtype == np.int64


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


@pytest.mark.parametrize("name", list(BAD_ARRAYS))
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


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("1,2\n3,4", [[1, 2], [3, 4]]),
        ("\ufeff1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        ("1,2\r3,4\r", [[1, 2], [3, 4]]),
        ("\n1,2\n\n\n3,4\n\n", [[1, 2], [3, 4]]),
        (" 1 , -2\n+3,\t4", [[1, -2], [3, 4]]),
        ('"1","2"\n3,4', [[1, 2], [3, 4]]),
        ("1,2.5\n-3e2,.5", [[1, 2.5], [-300.0, 0.5]]),
        ("a,b\n1,2\n3,4\n", [[1, 2], [3, 4]]),
        ('\n"conv 1","Höhe"\n1,2\n3,4\n', [[1, 2], [3, 4]]),
        ("one\n1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("1,2,\n3,4,\n", [[1, 2], [3, 4]]),
        ("a,b,,\n1,2,,\n,,,\n3,4,,\n", [[1, 2], [3, 4]]),
        ("1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("a;b\r\n1;2\r\n3;4\r\n", [[1, 2], [3, 4]]),
        ("1,5;2\n-3;0,25\n", [[1.5, 2], [-3, 0.25]]),
        ("1.5;2;\n-3;0.25;\n", [[1.5, 2], [-3, 0.25]]),
        ("1,5e1;2\n3;4", [[15.0, 2], [3, 4]]),
        ("1\t2\n3\t4\n", [[1, 2], [3, 4]]),
        ("a\tb\r\n1,5\t2\t\r\n-3\t0,25\t\r\n", [[1.5, 2], [-3, 0.25]]),
        ("1.5\t2\n-3\t0.25\n", [[1.5, 2], [-3, 0.25]]),
        ("1,\t2\n3,\t4\n", [[1, 2], [3, 4]]),
        ("1\t,2\n3\t,4\n", [[1, 2], [3, 4]]),
        ("1;\t2\n3;\t4\n", [[1, 2], [3, 4]]),
    ],
)
def test_csv_files_are_read(text: str, rows: list[list[float]], tmp_path: Path) -> None:
    """Marks, line ends, blanks, quotes, a header, blank lines and last columns, semicolons and tabs do no harm."""
    path = file(tmp_path, "numbers.CSV", text)
    numbers = input_numbers(path, (2, 2))
    assert numbers.tolist() == rows
    assert numbers.dtype == (np.int64 if all(isinstance(n, int) for row in rows for n in row) else np.float64)
    assert file_size("values", path) == (2, 2)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1,2,3", (3,)), ("1,2,3", (1, 3)), ("1\n2\n3", (3, 1)), ("7", (1,)), ("7", (1, 1))],
)
def test_one_row_or_one_column(text: str, size: tuple[int, ...], tmp_path: Path) -> None:
    """One row of numbers fills a line, and a map of one row; one column a map of one column."""
    path = file(tmp_path, "line.csv", text)
    for numbers in (input_numbers(path, size), kernel_numbers(path, size)):
        assert numbers.shape == size
        assert numbers.ravel().tolist() == [int(n) for n in text.replace("\n", ",").split(",")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1,2\n3\n", "line 2"),
        ("1,2\n\n3,4,5\n", "line 3"),
        ("a,b\n", "no numbers"),
        (",a,b\n0,1,2\n1,3,4\n", "line 1 may be a header, but has a blank cell in it"),
        ("a,1\n1,2\n", "line 1 may be a header, but has a number in it"),
        ("a,b\nc,d\n1,2\n", "line 2 has c, which is no number"),
        ("-,x\n1,2\n", "line 1 has -, which is no number"),
        ("1,2\n3,four\n", "line 2"),
        ("1,2,\n3,4,5\n", "line 1 has a blank cell"),
        ("1,2,3\n4,5,\n", "line 2 has a blank cell"),
        ("1,,3\n", "line 1 has a blank cell"),
        (",2\n3,4\n", "line 1 has a blank cell"),
        ("1 2\n3 4\n", "line 1 has 1 2, which is no number"),
        ("1,2\n3;4\n", "line 2 has"),
        ("1.234,5;2\n3;4", "line 1 has 1.234,5, which is no number"),
        ("1,234;2\n3;4.5", "line 2: with semicolons between numbers, commas and points in them"),
        ("1,234\t2\n3\t4.5", "line 2: with tabs between numbers, commas and points in them"),
        ("1\t2\n3,4\n", "line 2 has 1 numbers, line 1 has 2"),
        ("1\t\t2\n3\t4\t5\n", "line 1 has a blank cell"),
        ("1,234,567;2\n3;4", "line 1 has 1,234,567, which is no number"),
        ("1_0;2\n3;4", "line 1 has 1_0"),
        ("--3,2\n3,4", "line 1 has --3"),
        ("1,nan\n3,4\n", "NaN"),
        ("1,2\ninf,4\n", "infinity"),
        ("1e400,2\n3,4\n", "infinity"),
        ("1" + "0" * 30 + ",2\n3,4\n", "64 bits"),
        ("1" + "0" * 399 + ",2\n3,4.5\n", "infinity"),
        ("1" + "0" * 398 + ",2\n3,4.5\n", "64 bits"),
        ("9" * 100_000 + ",2\n3,4\n", "infinity"),
        ("9" * 200_000 + ",2\n3,4\n", "line 1 is not CSV"),
        ("9223372036854775808,-1\n3,4\n", "64 bits"),
        ("", ""),
        ("\n\n", ""),
        ("1,2\n3,4\n5,6\n", "3×2"),
        (b"\xff\xfe1\x00,\x002\x00", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        ("1,\x002\n3,4", "line 1"),
        ('"1,2\n3,4', "line 1"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_csv_files_that_are_no_map_are_refused(content: str | bytes, said: str, tmp_path: Path) -> None:
    """Ragged rows, text, NaN, numbers past 64 bits and other encodings are refused, lines counted as editors do."""
    error = refusal(file(tmp_path, "bad.csv", content))
    assert said in str(error)
    assert error.field == "values"


@pytest.mark.parametrize("suffix", [".csv", ".npy", ".png", ".CSV", ".Npy"])
def test_missing_files_and_folders_are_refused(suffix: str, tmp_path: Path) -> None:
    """A file that is not there and a folder by its name are refused; so is a path that no system can open."""
    assert "no such file" in refusal(str(tmp_path / f"none{suffix}")).rule
    assert "no such file" in refusal(str(tmp_path / "none" / f"none{suffix}"), kernel=True).rule
    (tmp_path / f"folder{suffix}").mkdir()
    refusal(str(tmp_path / f"folder{suffix}"))
    refusal(str(tmp_path / f"folder{suffix}"), kernel=True)
    for name in (suffix, "/" + suffix, "a\0b" + suffix, "a\ud800" + suffix, "a" * 5000 + suffix, "a\nb" + suffix):
        refusal(str(tmp_path) + "/" + name)
        refusal(name)
        with pytest.raises(RequestError):
            file_size("values", name)


def test_seeds_and_names_have_no_size() -> None:
    """A source that fits every map has no size of its own."""
    assert [file_size("kernel_values", source) for source in ("random:3", "arange", "box")] == [None] * 3
    assert file_size("values", [1, 2, 3]) == (3,)


def test_a_wrong_size_names_both_sizes(tmp_path: Path) -> None:
    """A refusal of a file's size says what it holds, what was asked and the option that would fit."""
    path = file(tmp_path, "n.csv", "1,2,3\n4,5,6\n")
    assert all(part in str(refusal(path, (5, 7))) for part in ("2×3", "5×7", "input_size 2x3"))
    assert all(part in str(refusal(path, (3, 3), kernel=True)) for part in ("2×3", "3×3", "kernel_size 2x3"))


@campaign(200)
@given(source=st.text(max_size=12) | st.text("random:019.csvnpyarge/", max_size=12), kernel=st.booleans())
def test_any_text_gives_numbers_or_a_refusal(source: str, kernel: bool) -> None:
    """Whatever is typed for values gives numbers of the right shape or one line of refusal."""
    try:
        numbers = (kernel_numbers if kernel else input_numbers)(source, (2, 2))
    except RequestError as error:
        check_line(error)
    else:
        assert numbers.shape == (2, 2)


@campaign(300)
@given(content=st.binary(max_size=40) | st.text('0123456789,.-+e\n\r" ;_na', max_size=30).map(str.encode))
def test_any_csv_gives_numbers_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a .csv holds gives finite numbers or one line of refusal."""
    path = file(tmp_path_factory.getbasetemp(), "any.csv", content)
    try:
        size = file_size("values", path)
    except RequestError as error:
        check_line(error)
    else:
        assert size is not None
        assert np.isfinite(input_numbers(path, size)).all()
