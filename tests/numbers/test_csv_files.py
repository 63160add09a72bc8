"""CSV files of numbers."""

from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.number_files import check_line, file, refusal
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.numbers.sources import file_size, input_numbers, kernel_numbers


@together(
    "text, rows",
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


@together(
    "content, said",
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
)
def test_csv_files_that_are_no_map_are_refused(content: str | bytes, said: str, tmp_path: Path) -> None:
    """Ragged rows, text, NaN, numbers past 64 bits and other encodings are refused, lines counted as editors do."""
    error = refusal(file(tmp_path, "bad.csv", content))
    assert said in str(error)
    assert error.field == "values"


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
