"""Files that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name at the end; if anything fails, nothing is left and an older one stays.

    It gets the permissions that a plain `open` would give: those of the older file, else the usual ones.
    """
    place = Path(os.path.realpath(path))
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with open(draft, "xb") as stream:
            yield stream
        if place.exists():
            shutil.copymode(place, draft)
        os.replace(draft, place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def draft_folder(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` to make files in, gone at the end with whatever is still in it."""
    draft = folder / f".{secrets.token_hex(4)}.part"
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
