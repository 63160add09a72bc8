"""Numbers for the cells, from seeds, files and names."""

from functools import partial
from math import prod
from os import PathLike, fspath
from os.path import splitext
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from convanim.errors import RequestError, suggestion
from convanim.layers.sizes import Sizes, spelled
from convanim.numbers.maps import Numbers, checked
from convanim.numbers.named_kernels import EXAMPLES, is_kernel_name, named_kernel
from convanim.numbers.number_files import SUFFIXES, file_numbers, file_shape, is_number_file

__all__ = ["SUFFIXES", "Numbers", "Source", "file_size", "input_numbers", "is_picture", "kernel_numbers"]

Source: TypeAlias = str | PathLike[str] | ArrayLike

INPUT_LIMIT = 4  # random inputs are 0…3 and random weights 0…2, small as in the paper's numerical figures
KERNEL_LIMIT = 3
_NAMES = {"kernel_values": EXAMPLES, "gradient_values": ("ones",)}  # of numbers, besides those that any map may have
_MOST = 10_000_000  # numbers; as many take a second and 200 MB
_GRADIENT = 1 << 40  # as a stage, past all that chains have
_STAGE = 1 << 80  # between the seeds of one stage and the next; past the largest that may be asked for


def input_numbers(source: Source, shape: Sizes, *, resize: bool = False) -> Numbers:
    """The input's numbers, of `shape`, channels first if it has any: `random[:SEED]`, `arange`, a file, or an array.

    `resize` lets a picture be scaled to its size; one for three channels is read in colour.
    Raises RequestError when the source is unknown or of another shape.
    """
    _refuse_too_many("values", source, shape)
    return _numbers("values", source, shape, INPUT_LIMIT, resize)


def kernel_numbers(
    source: Source, size: Sizes, filters: Sizes = (), *, is_transposed: bool = False, stage: int = 0
) -> Numbers:
    """The kernel's numbers, of shape `(*filters, *size)`: as for the input, or a kernel's name, one for every slice.

    Several names with commas between them are one for each filter, which stand on the first axis of `filters`,
    transposed on the second. A seed gives each `stage` numbers of its own.
    """
    shape = (*filters, *size)
    _refuse_too_many("kernel_values", source, shape)
    if isinstance(source, str) and "," in source and filters and not is_number_file(source):
        return _named_filters(source, size, filters, 1 if is_transposed else 0)
    if isinstance(source, str) and is_kernel_name(source):
        return np.broadcast_to(named_kernel(source, size), shape).copy()
    return _numbers("kernel_values", source, shape, KERNEL_LIMIT, False, stage)


def gradient_numbers(source: Source, shape: Sizes) -> Numbers:
    """The numbers of an output's gradient, of `shape`: as for the input, or `ones`, that of the output's sum.

    Those drawn by chance are no zeros, so that what is sent back is seen.
    """
    _refuse_too_many("gradient_values", source, shape)
    if isinstance(source, str) and source == "ones":
        return np.ones(shape, dtype=np.int64)
    found = _numbers("gradient_values", source, shape, INPUT_LIMIT, False, _GRADIENT)
    is_drawn = isinstance(source, str) and source.partition(":")[0] == "random"
    return found + 1 if is_drawn else found


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
    return file_shape(field, source) if is_number_file(source) else None


def refuse_no_source(field: str, source: Source | None) -> None:
    """Raise RequestError for a text whose very spelling is no source of numbers: a word or a suffix that is none."""
    text = None if source is None else _named(source)
    if not isinstance(text, str) or text == "arange" or text.partition(":")[0] == "random":
        return
    are_kernels = field == "kernel_values" and any(map(is_kernel_name, text.split(",")))
    if not are_kernels and not is_number_file(text):
        raise _no_source(field, text)


def _no_source(field: str, text: str) -> RequestError:
    words = ("random", "random:7", "arange", *_NAMES.get(field, ()))
    rule = "not a .csv, .npy or .png" if splitext(text)[1] else "no such source of numbers"
    otherwise = f"try {', '.join(words)}, or a .csv, .npy or .png"
    return RequestError(field, text, rule, suggestion(text, words, otherwise))


def is_picture(source: Source | None) -> bool:
    """Whether a source is a picture's file."""
    return isinstance(source, str | PathLike) and fspath(source).lower().endswith(".png")


def _numbers(field: str, source: Source, size: Sizes, limit: int, resize: bool, stage: int = 0) -> Numbers:
    source = _named(source)
    if not isinstance(source, str):
        cells = _array(field, source)
        _refuse_unfit(field, "the array", size, cells.shape)
        return cells.reshape(size)
    word, colon, seed = source.partition(":")
    if word == "random":
        return _random(field, source, seed if colon else "0", size, limit, stage)
    if source == "arange":
        return np.arange(np.prod(size), dtype=np.int64).reshape(size)
    if not is_number_file(source):
        raise _no_source(field, source)
    cells = file_numbers(field, source, size, partial(_refuse_unfit, field, source, size), resize=resize)
    return cells.reshape(size)


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
    return checked(field, "the array", array)


def _refuse_too_many(field: str, source: Source, shape: Sizes) -> None:
    """Raise RequestError before more numbers are drawn or read than there is room for."""
    if prod(shape) > _MOST:
        named = source if isinstance(source, str | PathLike) else None
        rule = f"{prod(shape):,} numbers are more than {_MOST:,}"
        raise RequestError(field, named, rule, "leave it out, or try a smaller layer")


def _refuse_unfit(field: str, name: str, size: Sizes, got: Sizes) -> None:
    """Raise RequestError for numbers of another shape than the map's."""
    # A row of numbers is a map of one row, in one channel; a map of one row or column is a row of numbers.
    if (
        got == size
        or (1,) * (len(size) - len(got)) + got == size
        or (len(size) == 1 and got in ((1, *size), (*size, 1)))
    ):
        return
    if field == "gradient_values":
        rule = f"holds {spelled(got)} {'number' if prod(got) == 1 else 'numbers'}, but the output is {spelled(size)}"
        raise RequestError(field, name, rule, f"give numbers of {spelled(size)}")
    what = "{kernel_size}" if field == "kernel_values" else "{input_size}"
    asked = "x".join(map(str, got))
    if len(got) == 3 and field == "values":
        asked = f"{got[0]}@{got[1]}x{got[2]}"
    fix = f"give {what} {asked}" if field == "values" or len(got) < 3 else f"give numbers of {spelled(size)}"
    if name.lower().endswith(".png") and field == "values":
        fix += ", or {resize}"
    numbers = "number" if prod(got) == 1 else "numbers"
    rule = f"holds {spelled(got)} {numbers}, but the {'kernel' if field == 'kernel_values' else 'input'} is"
    raise RequestError(field, name, f"{rule} {spelled(size)}", fix)
