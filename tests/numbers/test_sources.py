"""Numbers from seeds, arrays and names; and what is said of sources that are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.number_files import check_line, file, refusal, saved
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.numbers.named_kernels import KERNEL_NAMES
from convanim.numbers.sources import file_size, input_numbers, kernel_numbers


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


@together(
    "source",
    [
        *["random:", "random:-1", "random:1.5", "random:x", "random: 7", "random:٧", "random:²", "random:7:8"],
        *["random:" + "9" * 5000, "Random", "rand", "", " ", "arange:3", "zeros", "numbers.txt", "numbers", "a.csv.gz"],
    ],
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
    assert all(part in str(refusal(path, (5, 7))) for part in ("2×3", "5×7", "input_size=2x3"))
    assert all(part in str(refusal(path, (3, 3), kernel=True)) for part in ("2×3", "3×3", "kernel_size=2x3"))


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
