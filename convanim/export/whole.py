"""Files that appear whole or not at all."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name at the end; if anything fails, nothing is left and an older one stays.

    Its draft stands beside it. It gets the permissions that a plain `open` would give: those of the older file, else
    the usual ones.
    """
    place = Path(os.path.realpath(path))
    draft = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(draft, "xb") as stream:
            yield stream
        if place.exists():
            shutil.copymode(place, draft)
        os.replace(draft, place)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(draft):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


@contextmanager
def whole_files(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A folder to make the named files in, which then all take their place in `folder`; if anything fails, none does.

    `folder` is made if need be, and gone again if that fails.
    """
    _refuse_folders(names, folder)  # before anything that is written along with these takes its place
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}.part"
    try:
        draft.mkdir()
        yield draft
        _put_in_place(names, draft, folder)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if is_new:
            folder.rmdir()
        if isinstance(error, OSError) and error.filename == str(draft):
            raise OSError(error.errno, error.strerror, str(folder)) from None
        raise
    shutil.rmtree(draft)


def _refuse_folders(names: Sequence[str], folder: Path) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "there is a folder of that name", str(folder / name))


def _put_in_place(names: Sequence[str], draft: Path, folder: Path) -> None:
    """Move all files of a draft to their names in `folder`; if one cannot be, the older ones come back."""
    _refuse_folders(names, folder)
    kept = draft / "older"
    kept.mkdir()
    moved: list[str] = []
    try:
        for name in names:
            if (folder / name).exists():
                os.replace(folder / name, kept / name)
            moved.append(name)
            os.replace(draft / name, folder / name)
    except BaseException:
        for name in moved:
            (folder / name).unlink(missing_ok=True)
            if (kept / name).exists():
                os.replace(kept / name, folder / name)
        raise
