"""Files of the user's: opened once their kind and size are known, refused in one line where they cannot be read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from convanim.errors import RequestError

MIB = 1 << 20


@contextmanager
def opened(field: str, name: str, most: int, smaller: str) -> Iterator[BinaryIO]:
    """A file, open for reading, of at most `most` bytes; `smaller` is what to do with a larger one.

    Raises RequestError for `field` `name` when there is none, it is no file, it is larger, or it cannot be read.
    """
    try:
        # Looked at before it is opened: a pipe would wait for its writer for ever.
        found = os.stat(name)
        if stat.S_ISDIR(found.st_mode):
            raise RequestError(field, name, "cannot be read (it is a folder)", "give a file")
        if not stat.S_ISREG(found.st_mode):
            raise RequestError(field, name, "cannot be read (it is a pipe or a device)", "save it to a file first")
        if found.st_size > most:
            raise _too_large(field, name, found.st_size, most, smaller)
        with open(name, "rb") as stream:
            yield stream
    except FileNotFoundError:
        raise RequestError(field, name, "there is no such file", "check its name and folder") from None
    except OSError as error:
        raise RequestError(field, name, f"cannot be read ({error.strerror or 'not such a file'})", "check it") from None
    except RequestError:
        raise
    except ValueError:  # a name that no file can have
        raise RequestError(field, name, "there can be no such file", "check its name") from None


def read_text(field: str, name: str, most: int, *, kind: str, smaller: str) -> str:
    """The text of a file in UTF-8, of at most `most` bytes; `kind` is what it should be. Raises RequestError."""
    with opened(field, name, most, smaller) as stream:
        content = stream.read(most + 1)  # it may have grown
    if len(content) > most:
        raise _too_large(field, name, len(content), most, smaller)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError(field, name, f"not {kind}: it is not text in UTF-8", f"save it as {kind} in UTF-8") from None


def _too_large(field: str, name: str, size: int, most: int, smaller: str) -> RequestError:
    rule = f"has {size / MIB:,.1f} MiB, more than {most / MIB:g}"
    return RequestError(field, name, rule, smaller)
