"""Numbers from pictures: PNG and nothing else, decoded once their header says how large they are."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from convanim.errors import RequestError
from convanim.files.user_files import MIB, opened
from convanim.layers.sizes import Sizes
from convanim.numbers.maps import Numbers

if TYPE_CHECKING:
    from PIL.Image import Image

_LARGEST = 128 * MIB
_MOST_PIXELS = 50_000_000  # what the largest cameras give, and decoded with alpha half a gigabyte
_SMALLER = "scale it down in an image editor"


def picture_shape(field: str, name: str, wanted: Sizes) -> Sizes:
    """The shape of a picture's numbers: rows and columns, in colour behind the three channels that are `wanted`."""
    mode = _mode(field, name, wanted)
    with _picture(field, name) as picture:
        return _shape(picture, mode)


def picture_numbers(field: str, name: str, wanted: Sizes, fits: Callable[[Sizes], object], *, resize: bool) -> Numbers:
    """A picture's levels, 0 to 255: grey, or red, green and blue where three channels are wanted; on white paper.

    Read if its shape `fits`, or it is scaled to the one that is wanted. Raises RequestError.
    """
    mode = _mode(field, name, wanted)
    with _picture(field, name) as picture:
        if not resize:
            fits(_shape(picture, mode))
        flat = _flat(picture, mode)
        if resize:
            from PIL.Image import Resampling

            rows, columns = wanted[-2:] if len(wanted) > 1 else (1, wanted[0])
            flat = flat.resize((columns, rows), Resampling.BOX)
    cells = np.asarray(flat, dtype=np.int64)
    if mode == "RGB":
        return np.moveaxis(cells, -1, 0)
    return cells[0] if resize and len(wanted) == 1 else cells


def _mode(field: str, name: str, wanted: Sizes) -> str:
    if len(wanted) == 3 and wanted[0] not in (1, 3):
        rule = f"a picture has one channel or three, but the input {wanted[0]}"
        raise RequestError(field, name, rule, "give {input_size} with 1@ or 3@")
    return "RGB" if len(wanted) == 3 and wanted[0] == 3 else "L"


def _shape(picture: "Image", mode: str) -> Sizes:
    return (*((3,) if mode == "RGB" else ()), picture.height, picture.width)


@contextmanager
def _picture(field: str, name: str) -> "Iterator[Image]":
    """A picture whose header was read; whatever its decoder raises is one line."""
    from PIL import Image

    with opened(field, name, _LARGEST, _SMALLER) as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of large pictures, whose size is looked at here; of odd palettes
                # The formats are named: others hold programs, and start some to read them.
                with Image.open(stream, formats=["PNG"]) as picture:
                    _refuse_unfit(field, name, picture)
                    yield picture
        except (RequestError, MemoryError):
            raise
        except Image.DecompressionBombError:
            raise _too_large(field, name) from None
        except Exception:  # Pillow raises nearly anything over a damaged file
            raise RequestError(field, name, "not a PNG picture that can be read", "give a .png") from None


def _refuse_unfit(field: str, name: str, picture: "Image") -> None:
    if picture.width * picture.height > _MOST_PIXELS:
        raise _too_large(field, name)
    if picture.mode.startswith(("I", "F")):
        raise RequestError(field, name, "has more than 8 bits a pixel", "save it with 8, or give a .npy")


def _too_large(field: str, name: str) -> RequestError:
    return RequestError(field, name, f"has more than {_MOST_PIXELS:,} pixels", _SMALLER)


def _flat(picture: "Image", mode: str) -> "Image":
    """A picture in a mode without alpha."""
    from PIL.Image import new

    if not picture.has_transparency_data:
        return picture.convert(mode)
    paper = new("RGBA", picture.size, "white")
    paper.alpha_composite(picture if picture.mode == "RGBA" else picture.convert("RGBA"))
    return paper.convert(mode)
