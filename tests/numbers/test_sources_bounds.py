"""Files are looked at before they are read: no program is started, nothing large is taken, whatever they hold."""

import contextlib
import io
import os
import struct
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convanim.errors import RequestError
from convanim.files import user_files
from convanim.numbers.sources import SUFFIXES, file_size, input_numbers, kernel_numbers
from convanim.style.theme import load_theme

MIB = 1 << 20
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n0 0 4 4 rectfill\nshowpage\n%%EOF\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, bits: int, colour: int, *chunks: bytes, rows: bytes = b"") -> bytes:
    """A PNG with a header and what follows it."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", head), *chunks, chunk(b"IDAT", rows), chunk(b"IEND", b"")])


def npy(shape: str, size: int, path: Path, descr: str = "'<f8'") -> None:
    """A file with a header of numpy's and so many bytes of nothing, which take no room on the disk."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    os.truncate(path, 128 + size)


def refused(read: Callable[[], Any], most: int = 16 * MIB) -> str:
    """The line of a refusal, which took little memory and said nothing else."""
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(RequestError) as error:
                read()
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
    assert str(error.value).isprintable()
    return str(error.value)


def all_formats() -> dict[str, bytes]:
    """A small picture in every format that Pillow can write, and in one that it reads with another program's help."""
    Image.init()
    found = {"EPS by hand": EPS}
    for name in sorted(Image.SAVE):
        for mode in ("RGB", "L", "1"):
            content = io.BytesIO()
            try:
                Image.new(mode, (4, 4)).save(content, format=name)
            except Exception:
                continue
            found[name] = content.getvalue()
            break
    return found


@pytest.mark.skipif(os.name == "nt", reason="its programs are no scripts")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_program_is_started_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that Pillow knows PNG alone is opened, under every suffix: a stand-in `gs` is never called."""
    ran = tmp_path / "ran"
    program = tmp_path / "bin" / "gs"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    formats = all_formats()
    assert len(formats) > 15
    with contextlib.suppress(Exception), Image.open(io.BytesIO(EPS)) as picture:
        picture.load()  # what must not happen would be seen
    assert ran.exists()
    ran.unlink()
    for name, content in formats.items():
        for suffix in (*SUFFIXES, ".toml"):
            path = tmp_path / f"x{suffix}"
            path.write_bytes(content)
            if name == "PNG" and suffix == ".png":
                assert input_numbers(str(path), (4, 4)).tolist() == np.zeros((4, 4)).tolist()
                continue
            with pytest.raises(RequestError):
                load_theme(str(path)) if suffix == ".toml" else input_numbers(
                    str(path), (4, 4), resize=suffix == ".png"
                )
    assert not ran.exists()


def test_the_header_of_a_numpy_file_says_what_it_is(tmp_path: Path) -> None:
    """3.6 GB for a layer of 5×5 are refused by their shape; so are objects, and what is larger than the file."""
    path = tmp_path / "large.npy"
    npy("(450000000,)", 3_600_000_000, path)
    assert "holds 450000000 numbers" in refused(lambda: input_numbers(str(path), (5, 5)))
    assert file_size("values", str(path)) == (450_000_000,)
    npy("(450000000,)", 3_600_000_000, path, "'|O'")
    assert "real numbers" in refused(lambda: file_size("values", str(path)))
    npy("(5, 5)", 199, path)
    assert "not an array" in refused(lambda: input_numbers(str(path), (5, 5)))
    npy("(5, 5)", 200, path)
    assert input_numbers(str(path), (5, 5)).sum() == 0
    path.write_bytes(b"\x93NUMPY\x02\x00" + (3_500_000_000).to_bytes(4, "little"))
    os.truncate(path, 3_600_000_000)
    assert "not an array" in refused(lambda: file_size("values", str(path)))


def test_more_numbers_than_there_is_room_for_are_refused(tmp_path: Path) -> None:
    """Ten million are the most, drawn, counted, named or read; the refusal says how many were asked for."""
    path = tmp_path / "large.npy"
    npy("(4000, 4000)", 8 * 4000**2, path)
    for source in ("random:1", "arange", str(path)):
        said = refused(lambda source=source: input_numbers(source, (4000, 4000)))  # type: ignore[misc]
        assert "16,000,000 numbers are more than 10,000,000" in said
    for source in ("random:1", "box", "box,identity"):
        said = refused(lambda source=source: kernel_numbers(source, (1000, 1000), (50, 1)))  # type: ignore[misc]
        assert "50,000,000 numbers" in said


@pytest.mark.parametrize("resize", [True, False])
def test_the_header_of_a_picture_says_how_large_it_is(tmp_path: Path, resize: bool) -> None:
    """A file of few bytes with millions of pixels is refused before they are there, without Pillow's warning."""
    path = tmp_path / "large.png"
    for width, height in ((13_300, 13_300), (100_000, 100_000), (2**31 - 1, 2**31 - 1), (50_000_001, 1)):
        path.write_bytes(png(width, height, 1, 0, rows=zlib.compress(bytes(1000))))
        said = refused(lambda: input_numbers(str(path), (5, 5), resize=resize))
        assert "more than 50,000,000 pixels; scale it down" in said or "not a PNG picture" in said
    path.write_bytes(png(9_000, 5_000, 8, 6, rows=zlib.compress(bytes(1000))))
    if not resize:
        assert "holds 5000×9000 numbers" in refused(lambda: input_numbers(str(path), (5, 5)))
        assert file_size("values", str(path)) == (5_000, 9_000)


@pytest.mark.parametrize(
    "content",
    [
        png(2, 2, 8, 3, rows=zlib.compress(bytes(6))),  # a palette is missing
        png(2, 2, 8, 3, chunk(b"PLTE", b""), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 3, chunk(b"PLTE", bytes(4)), chunk(b"tRNS", b"\0"), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 2, chunk(b"tRNS", b"\0"), rows=zlib.compress(bytes(14))),
        png(2, 2, 8, 0, chunk(b"pHYs", b""), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, chunk(b"iCCP", b"x"), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, chunk(b"gAMA", b""), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, chunk(b"acTL", bytes(8)), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, chunk(b"fcTL", b""), rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(5 * MIB))), rows=zlib.compress(bytes(6))),
        png(0, 2, 8, 0, rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 9, rows=zlib.compress(bytes(6))),
        png(2, 2, 8, 0, rows=b""),
    ],
)
def test_whatever_a_decoder_raises_is_one_line(content: bytes, tmp_path: Path) -> None:
    """Damaged chunks give numbers or one line, whatever Pillow makes of them; a palette that is missing is refused."""
    path = tmp_path / "odd.png"
    path.write_bytes(content)
    for wanted, resize in (((2, 2), False), ((3, 2, 2), False), ((2, 2), True)):
        with contextlib.suppress(RequestError):
            assert input_numbers(str(path), wanted, resize=resize).shape == wanted
            assert content != png(2, 2, 8, 3, rows=zlib.compress(bytes(6)))


@pytest.mark.parametrize(("suffix", "size"), [(".csv", 2), (".png", 128)])
def test_files_of_numbers_are_bounded(suffix: str, size: int, tmp_path: Path) -> None:
    """78 MB of newlines are refused by their size, with the bound and what to do instead; the bound itself is read."""
    path = tmp_path / f"large{suffix}"
    path.touch()
    os.truncate(path, size * MIB + 1)
    said = refused(lambda: input_numbers(str(path), (5, 5)))
    assert f"more than {size}; " in said
    os.truncate(path, size * MIB)
    with pytest.raises(RequestError) as error:
        input_numbers(str(path), (5, 5))
    assert "MiB" not in str(error.value)


def test_a_toml_file_is_bounded(tmp_path: Path) -> None:
    """A theme or recipe of more than a quarter of a MiB is refused, and numbers pointed to their own files."""
    path = tmp_path / "large.toml"
    path.write_bytes(b"\n" * (MIB // 4 + 1))
    assert "has 0.3 MiB, more than 0.25; put long lists of numbers" in refused(lambda: load_theme(str(path)))


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".toml"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_not_waited_for(suffix: str, tmp_path: Path) -> None:
    """A pipe that nobody writes to, a device without an end and a folder are refused at once."""
    path = tmp_path / f"pipe{suffix}"
    os.mkfifo(path)
    device = tmp_path / f"device{suffix}"
    device.symlink_to("/dev/zero")
    for name in (path, device):
        with pytest.raises(RequestError, match="a pipe or a device"):
            load_theme(str(name)) if suffix == ".toml" else input_numbers(str(name), (5, 5))


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read is bounded, not what a file's entry says."""
    path = tmp_path / "log.csv"
    path.write_bytes(b"1\n" * 600)
    before = tmp_path / "before.csv"
    before.write_bytes(b"1\n")
    monkeypatch.setattr(os, "stat", lambda name, stat=os.stat: stat(before if str(name) == str(path) else name))
    with pytest.raises(RequestError, match="MiB, more than"):
        user_files.read_text("values", str(path), 1000, kind="CSV", smaller="cut it")


@pytest.mark.parametrize("key", ["a." * 20 + "a", '"a b" . ' * 20 + "a", "'a'." * 20 + "a", "a." * 120_000 + "a"])
def test_keys_of_many_parts_are_refused(key: str, tmp_path: Path) -> None:
    """They would take memory as the square of their parts; numbers and words with points in them are none."""
    path = tmp_path / "deep.toml"
    for text in (f"{key} = 1\n", f"[{key}]\n", f"[[{key}]]\n"):
        path.write_text(text, encoding="utf-8")
        assert "a key of more than 20 parts" in refused(lambda: load_theme(str(path)))
    path.write_text('base = "dark"\nname = "a.b. c... d"\nx = [' + "1.5, " * 99 + "0.5]\n", encoding="utf-8")
    assert "x: there is no such entry" in refused(lambda: load_theme(str(path)))
