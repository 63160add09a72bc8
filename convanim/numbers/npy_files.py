"""Arrays as numpy saves them. The header is looked at by itself; nothing in a file is ever unpickled."""

import warnings
from collections.abc import Callable
from io import BytesIO
from math import prod
from typing import BinaryIO

import numpy as np

from convanim.errors import RequestError
from convanim.files.user_files import opened
from convanim.layers.sizes import Sizes
from convanim.numbers.maps import Numbers, checked, refuse_no_map

_LARGEST = 1 << 40  # bytes; the header says how many of them are read
_HEAD = 1 << 14  # bytes; numpy itself refuses longer headers


def npy_shape(field: str, name: str) -> Sizes:
    """The shape of a file's array. Raises RequestError when its header promises no map, or more than there is."""
    with opened(field, name, _LARGEST, "give a smaller array") as stream:
        return _header(field, name, stream)


def npy_numbers(field: str, name: str, fits: Callable[[Sizes], object]) -> Numbers:
    """The numbers of a file's array, read if its shape `fits`; raises RequestError."""
    with opened(field, name, _LARGEST, "give a smaller array") as stream:
        fits(_header(field, name, stream))
        stream.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of old headers, on lines of their own
                array = np.lib.format.read_array(stream, allow_pickle=False)
        except MemoryError:
            raise
        except Exception:
            raise _none(field, name) from None
    return checked(field, name, np.asarray(array))


def _header(field: str, name: str, stream: BinaryIO) -> Sizes:
    """The shape that a file promises and has the bytes for; raises RequestError."""
    size = stream.seek(0, 2)
    stream.seek(0)
    head = BytesIO(stream.read(_HEAD))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[np.lib.format.read_magic(head)]
            shape, _, dtype = read(head)
        is_whole = min(shape, default=0) >= 0 and head.tell() + prod(shape) * dtype.itemsize <= size
    except Exception:  # numpy raises nearly anything over a damaged header
        raise _none(field, name) from None
    refuse_no_map(field, name, shape, dtype)
    if not is_whole:
        raise _none(field, name)
    return tuple(shape)


def _none(field: str, name: str) -> RequestError:
    return RequestError(field, name, "not an array of numbers as numpy saves it", "save it with numpy.save")
