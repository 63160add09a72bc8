"""Numbers for the cells, from seeds, files and names. The only reader of the user's number files."""

from os import PathLike, fspath
from os.path import splitext
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convanim.errors import RequestError, suggestion
from convanim.kernels import EXAMPLES, is_kernel_name, named_kernel
from convanim.sizes import Sizes, spelled

if TYPE_CHECKING:
    from pathlib import Path

Numbers: TypeAlias = NDArray[Any]  # of int64 or float64
Source: TypeAlias = str | PathLike[str] | ArrayLike

INPUT_LIMIT = 4  # random inputs are 0…3 and random weights 0…2, small as in the paper's numerical figures
KERNEL_LIMIT = 3
SUFFIXES = (".csv", ".npy", ".png")
_STAGE = 1 << 80  # between the seeds of one stage and the next; past the largest that may be asked for


def input_numbers(source: Source, shape: Sizes, *, resize: bool = False) -> Numbers:
    """The input's numbers, of `shape`, channels first if it has any: `random[:SEED]`, `arange`, a file, or an array.

    `resize` lets a picture be scaled to its size; one for three channels is read in colour.
    Raises RequestError when the source is unknown or of another shape.
    """
    return _numbers("values", source, shape, INPUT_LIMIT, resize)


def kernel_numbers(
    source: Source, size: Sizes, filters: Sizes = (), *, is_transposed: bool = False, stage: int = 0
) -> Numbers:
    """The kernel's numbers, of shape `(*filters, *size)`: as for the input, or a kernel's name, one for every slice.

    Several names with commas between them are one for each filter, which stand on the first axis of `filters`,
    transposed on the second. A seed gives each `stage` numbers of its own.
    """
    shape = (*filters, *size)
    if isinstance(source, str) and "," in source and filters and not source.lower().endswith(SUFFIXES):
        return _named_filters(source, size, filters, 1 if is_transposed else 0)
    if isinstance(source, str) and is_kernel_name(source):
        return np.broadcast_to(named_kernel(source, size), shape).copy()
    return _numbers("kernel_values", source, shape, KERNEL_LIMIT, False, stage)


def _named_filters(source: str, size: Sizes, filters: Sizes, axis: int) -> Numbers:
    names = [name.strip() for name in source.split(",")]
    if len(names) != filters[axis]:
        rule = f"{len(names)} kernels are named for {filters[axis]} filters"
        raise RequestError("kernel_values", source, rule, "name one for each, or a single one for all")
    kernels = np.stack([named_kernel(name, size) for name in names])
    between = (len(names), 1) if axis == 0 else (1, len(names))
    return np.broadcast_to(kernels.reshape(*between, *size), (*filters, *size)).copy()


def file_size(field: str, source: Source) -> Sizes | None:
    """The shape of the map that a source holds by itself, or None for seeds and names."""
    source = _named(source)
    if not isinstance(source, str):
        return _array(field, source).shape
    return _read(field, source, ()).shape if source.lower().endswith(SUFFIXES) else None


def refuse_no_source(field: str, source: Source | None) -> None:
    """Raise RequestError for a text whose very spelling is no source of numbers: a word or a suffix that is none."""
    text = None if source is None else _named(source)
    if not isinstance(text, str) or text == "arange" or text.partition(":")[0] == "random":
        return
    are_kernels = field == "kernel_values" and any(map(is_kernel_name, text.split(",")))
    if not are_kernels and not text.lower().endswith(SUFFIXES):
        raise _no_source(field, text)


def _no_source(field: str, text: str) -> RequestError:
    words = ("random", "random:7", "arange", *(EXAMPLES if field == "kernel_values" else ()))
    rule = "not a .csv, .npy or .png" if splitext(text)[1] else "no such source of numbers"
    otherwise = f"try {', '.join(words)}, or a .csv, .npy or .png"
    return RequestError(field, text, rule, suggestion(text, words, otherwise))


def is_picture(source: Source | None) -> bool:
    """Whether a source is a picture's file."""
    return isinstance(source, str | PathLike) and fspath(source).lower().endswith(".png")


def _numbers(field: str, source: Source, size: Sizes, limit: int, resize: bool, stage: int = 0) -> Numbers:
    source = _named(source)
    if not isinstance(source, str):
        return _fitting(field, "the array", _array(field, source), size)
    word, colon, seed = source.partition(":")
    if word == "random":
        return _random(field, source, seed if colon else "0", size, limit, stage)
    if source == "arange":
        return np.arange(np.prod(size), dtype=np.int64).reshape(size)
    if not source.lower().endswith(SUFFIXES):
        raise _no_source(field, source)
    return _fitting(field, source, _read(field, source, size, resize), size)


def _random(field: str, source: str, seed: str, size: Sizes, limit: int, stage: int) -> Numbers:
    if not (seed.isascii() and seed.isdigit() and len(seed) < 19):
        raise RequestError(field, source, "the seed is not a whole number", "try random:7")
    import random

    # Python promises that random() gives the same sequence for the same seed in every version; numpy does not.
    # Input and kernel draw from streams of their own, so that one seed serves both.
    draw = random.Random(2 * int(seed) + (field == "kernel_values") + _STAGE * stage).random
    cells = [int(draw() * limit) for _ in range(int(np.prod(size)))]
    return np.array(cells, dtype=np.int64).reshape(size)


def _named(source: Source) -> str | ArrayLike:
    return fspath(source) if isinstance(source, PathLike) else source


def _array(field: str, source: ArrayLike) -> Numbers:
    try:
        array = np.asarray(source)
    except ValueError:
        raise RequestError(field, None, "its rows differ in length", "even them out") from None
    return _checked(field, "the array", array)


def _read(field: str, name: str, shape: Sizes, resize: bool = False) -> Numbers:
    """The numbers of a file; a picture is read for `shape`, and scaled to it if so asked."""
    from pathlib import Path

    path = Path(name)
    try:
        if name.lower().endswith(".png"):
            return _read_picture(field, path, shape, resize)
        return _read_csv(field, path) if name.lower().endswith(".csv") else _read_npy(field, path)
    except RequestError:
        raise
    except FileNotFoundError:
        raise RequestError(field, name, "there is no such file", "check its name and folder") from None
    except OSError as error:
        raise RequestError(field, name, f"cannot be read ({error.strerror or 'not such a file'})", "check it") from None
    except ValueError:  # a name that no file can have
        raise RequestError(field, name, "there can be no such file", "check its name") from None


def _read_csv(field: str, path: "Path") -> Numbers:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError(field, path, "not text in UTF-8", "save it as CSV in UTF-8") from None
    rows: list[list[int | float]] = []
    for line, row in enumerate(_csv_rows(field, path, text), start=1):
        if not row:
            continue
        try:
            rows.append([_number(cell) for cell in row])
        except ValueError:
            raise RequestError(
                field, path, f"line {line} has something other than numbers", "give numbers between commas"
            ) from None
        if len(rows[-1]) != len(rows[0]):
            raise RequestError(
                field, path, f"line {line} has {len(rows[-1])} numbers, the first has {len(rows[0])}", "even them out"
            )
    is_whole = all(isinstance(cell, int) for row in rows for cell in row)
    try:
        cells = np.array(rows if len(rows) != 1 else rows[0], dtype=np.int64 if is_whole else np.float64)
    except OverflowError:
        raise RequestError(field, path, "holds a whole number of more than 64 bits", "give smaller ones") from None
    return _checked(field, str(path), cells)


def _csv_rows(field: str, path: "Path", text: str) -> list[list[str]]:
    import csv

    try:
        return list(csv.reader(text.splitlines()))
    except csv.Error as error:
        raise RequestError(field, path, f"not CSV: {error}", "give numbers between commas") from None


def _number(text: str) -> int | float:
    if "_" in text or not text.isascii():
        raise ValueError
    try:
        return int(text)
    except ValueError:
        return float(text)


def _read_npy(field: str, path: "Path") -> Numbers:
    try:
        array = np.load(path, allow_pickle=False)
    except OSError:
        raise
    except Exception:  # numpy raises nearly anything over a damaged header
        raise RequestError(
            field, path, "not an array of numbers as numpy saves it", "save it with numpy.save"
        ) from None
    return _checked(field, str(path), np.asarray(array))


def _read_picture(field: str, path: "Path", shape: Sizes, resize: bool) -> Numbers:
    """A picture as grey, or as red, green and blue where the shape has three channels."""
    from PIL import Image, UnidentifiedImageError

    if len(shape) == 3 and shape[0] not in (1, 3):
        rule = f"a picture has one channel or three, but the input {shape[0]}"
        raise RequestError(field, path, rule, "give {input_size} with 1@ or 3@")
    mode = "RGB" if len(shape) == 3 and shape[0] == 3 else "L"
    try:
        with Image.open(path) as picture:
            if picture.mode.startswith(("I", "F")):
                raise RequestError(field, path, "has more than 8 bits a pixel", "save it with 8, or give a .npy")
            if picture.has_transparency_data:
                paper = Image.new("RGBA", picture.size, "white")
                paper.alpha_composite(picture.convert("RGBA"))
                flat = paper.convert(mode)
            else:
                flat = picture.convert(mode)
            if resize:
                rows, columns = shape[-2:] if len(shape) > 1 else (1, shape[0])
                flat = flat.resize((columns, rows), Image.Resampling.BOX)
    except (FileNotFoundError, IsADirectoryError, PermissionError, RequestError):
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise RequestError(field, path, "not a picture that can be read", "give a .png") from None
    cells = np.asarray(flat, dtype=np.int64)
    if mode == "RGB":
        return np.moveaxis(cells, -1, 0)
    return cells[0] if resize and len(shape) == 1 else cells


def _checked(field: str, name: str, array: NDArray[np.generic]) -> Numbers:
    """Numbers as int64 or float64; refuses anything that is no map of finite numbers."""
    if array.dtype.kind in "bui" and (array.size == 0 or int(array.max()) < 2**63):
        cells: Numbers = array.astype(np.int64)
    elif array.dtype.kind == "f":
        cells = array.astype(np.float64)
    else:
        raise RequestError(field, name, "holds something other than real numbers of 64 bits", "give numbers")
    most = 4 if field == "kernel_values" else 3
    if not 1 <= array.ndim <= most or array.size == 0:
        shape = spelled(array.shape) if array.ndim else "one number"
        raise RequestError(field, name, f"its shape is {shape}, not that of a map", "give one or two axes")
    if not np.isfinite(cells).all():
        raise RequestError(field, name, "holds NaN or infinity", "give finite numbers")
    return cells


def _fitting(field: str, name: str, cells: Numbers, size: Sizes) -> Numbers:
    if cells.shape == size:
        return cells
    # A row of numbers is a map of one row; a map of one row or column is a row of numbers.
    if (1, *cells.shape) == size or (len(size) == 1 and cells.shape in ((1, *size), (*size, 1))):
        return cells.reshape(size)
    what = "{kernel_size}" if field == "kernel_values" else "{input_size}"
    asked = "x".join(map(str, cells.shape))
    if cells.ndim == 3 and field == "values":
        asked = f"{cells.shape[0]}@{cells.shape[1]}x{cells.shape[2]}"
    fix = f"give {what} {asked}" if field == "values" or cells.ndim < 3 else f"give numbers of {spelled(size)}"
    if name.lower().endswith(".png") and field == "values":
        fix += ", or {resize}"
    rule = f"holds {spelled(cells.shape)} numbers, but the {'kernel' if field == 'kernel_values' else 'input'} is"
    raise RequestError(field, name, f"{rule} {spelled(size)}", fix)
