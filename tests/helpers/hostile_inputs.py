"""Inputs that were right and are not any more: parts deleted, emptied, repeated, swapped, cut, of another type.

Every reader of what users give is here, with what it reads when all is well. A run of one input ends in a figure or in
a refusal of one line, within bounds of time and memory; whatever else happens is a fault.
"""

import contextlib
import io
import os
import random
import re
import resource
import signal
import struct
import sys
import tomllib
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from PIL import Image

from convanim import Chain, Conv, animate, from_code
from convanim.cli import main
from convanim.errors import RequestError
from convanim.figures.from_text import part_of
from convanim.figures.recipes import load_recipe
from convanim.files.templates import templates_folder

LONGEST = 10  # seconds of one input, of the processor: a machine may have more to do
MOST_MEMORY = 3 << 29  # bytes that one input may take: 1.5 GB
Content = str | bytes

MILD = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "1.5",
    "3x3",
    "0.5",
    "same",
    "relu",
    "conv 3",
    "true",
    "arange",
    "random:3",
    "flat",
]
HOSTILE = [
    *MILD,
    *MILD,
    *("", " ", "0", "-1", "1", "2", "3x", "x3", "1.5", "nan", "inf", "-0.0", "1e999", "9" * 18, "9" * 30, "9" * 5000),
    *(
        "true",
        "None",
        "[]",
        "{}",
        "[[]]",
        "[480]",
        "'",
        '"',
        "\\",
        "\0",
        "\x1b[2J",
        "\u2028",
        "\u202e",
        "\ud800",
        "٣",
        "×",
    ),
    *(
        "a" * 3000,
        "<script>",
        "../x",
        "/",
        "~",
        "%s",
        "{name}",
        "$(touch ran)",
        ";",
        ",",
        ",,",
        ":",
        "1:2:3",
        "@",
        "3@",
    ),
    *(
        "3@32x32",
        "1000000x1000000",
        "99999",
        "same",
        "relu",
        "conv",
        "random:",
        "random:7:8",
        "x.csv",
        "x.png",
        "x.toml",
    ),
    *("--", "-", "-i", "-o", "--json", "(", ")", "lambda: 0", "nn", "auto", "classic"),
]
TYPES: list[Any] = [
    *("", "480", "none", "#12345", "x" * 3000, "a\nb\x1b", "x.csv", True, False, 0, 1, -1, 7, 10**6, 10**30, 0.5, -0.0),
    *(
        float("nan"),
        float("inf"),
        [],
        [480],
        [[]],
        [[1, 2], [3]],
        ["a", 1],
        [True],
        {},
        {"a": 1},
        [{}],
        [{"op": "conv"}],
    ),
]


@dataclass(frozen=True)
class Reader:
    """What reads an input's file or text, what it reads when all is well, and what changes that."""

    run: Callable[[Content, Path], None]
    right: Callable[[], list[Content]]
    change: Callable[[random.Random, Content], Content]


class TooSlowError(BaseException):
    """An input that took longer than it may."""


def fault_of(reader: Reader, content: Content, folder: Path) -> str:
    """What went wrong with an input; "" when all was well."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for clock, its in ((signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)):
        signal.signal(its, _alarmed)
        signal.setitimer(clock, LONGEST if clock == signal.ITIMER_PROF else 10 * LONGEST)
    try:
        with _quiet() as said, warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            reader.run(content, folder)
    except RequestError as error:
        line = str(error)
        if len(line.splitlines()) != 1 or len(line) > 2000:
            return f"a refusal of {len(line)} characters on {len(line.splitlines())} lines: {line[:200]!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:200]}, {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    if said.getvalue():
        return f"said {said.getvalue()[:200]!r}"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return f"took {grown >> 20} MiB" if grown > MOST_MEMORY else ""


def bound_memory() -> None:
    """Let this process have so much more memory than it has; a worker calls it when it begins."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def inputs(seed: int, count: int) -> Iterator[tuple[str, Content]]:
    """So many inputs, each with its reader's name, the same for the same seed."""
    chance = random.Random(seed)
    right = {name: reader.right() for name, reader in READERS.items()}
    for number in range(count):
        name = list(READERS)[number % len(READERS)]
        content = chance.choice(right[name])
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
            content = READERS[name].change(chance, content)
        yield name, content


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """What is said on standard error while an input is read."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        yield said


def _alarmed(number: int, frame: object) -> None:
    raise TooSlowError(f"over {LONGEST} s")


def _place(error: BaseException) -> str:
    """The innermost line of ours that an exception went through."""
    found, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if f"{os.sep}convanim{os.sep}" in name and "tests" not in name:
            found = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


# What is changed.


def _words(chance: random.Random, content: Content) -> Content:
    """A text with one of its words, lines or characters changed."""
    assert isinstance(content, str)
    cut = chance.choice((r"(\s+|[,;:=()\[\]{}\"'])", r"(\n)", r"(?s)(.)", r"(\d+)"))
    parts = [part for part in re.split(cut, content) if part]
    return "".join(_changed(chance, parts, HOSTILE))


def _changed(chance: random.Random, parts: list[Any], others: list[Any]) -> list[Any]:
    """A list with an entry or some deleted, repeated, swapped or replaced."""
    parts = list(parts) or [""]
    at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    how = chance.choice(["delete", "cut", "repeat", "swap", "short", "insert", "insert", "other", "other", "other"])
    if how == "delete":
        del parts[at]
    elif how == "cut":
        del parts[at:]
    elif how == "repeat":
        parts[at:at] = parts[at : at + chance.choice((1, 1, 2, 50))] * chance.choice((1, 2, 40))
    elif how == "swap":
        parts[at], parts[other] = parts[other], parts[at]
    elif how == "short":
        del parts[at : at + abs(other - at) % 4]
    elif how == "insert":
        parts.insert(at, chance.choice(others))
    else:
        parts[at] = chance.choice(others)
    return parts


def _toml(chance: random.Random, content: Content) -> Content:
    """A TOML file with one of its entries deleted, of another type, emptied or repeated; or with its text changed."""
    assert isinstance(content, str)
    try:
        table = tomllib.loads(content)
    except (ValueError, RecursionError):
        return _words(chance, content)
    if chance.random() < 0.3 or not table:
        return _words(chance, content)
    places = list(_places(table))
    holder, key = chance.choice(places)
    how = chance.randrange(6)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder[key], dict | list | str):
        holder[key] = type(holder[key])()
    elif how == 2 and isinstance(holder[key], list):
        holder[key] = holder[key] * chance.choice((2, 3, 60))
    elif how == 3:
        other, its = chance.choice(places)
        holder[key] = other[its] if other is not holder and not isinstance(other[its], dict | list) else "relu"
    elif how == 4 and isinstance(holder, dict):
        holder[chance.choice(["x", *KEYS])] = holder.pop(key)
    else:
        holder[key] = chance.choice(TYPES)
    return "".join(f"{_key(name)} = {_spelled(value)}\n" for name, value in table.items())


KEYS = (
    "op",
    "input_size",
    "kernel_size",
    "padding",
    "width",
    "values",
    "fill",
    "alpha",
    "layer",
    "figure",
    "base",
    "code",
)


def _places(table: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree of tables and lists: its holder and its key there."""
    for key in list(table) if isinstance(table, dict) else range(len(table)):
        yield table, key
        if isinstance(table[key], dict | list):
            yield from _places(table[key])


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _spelled(name)


def _spelled(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_spelled(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_spelled, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\u{ord(c):04x}" for c in value) + '"'
    return str(value)


def _bytes(chance: random.Random, content: Content) -> Content:
    """A file with some of its bytes changed."""
    assert isinstance(content, bytes)
    if not content:
        return b"\0"
    at, end = sorted((chance.randrange(len(content)), chance.randrange(len(content))))
    return chance.choice(
        (
            content[:at],
            content[:at] + content[end:],
            content[:end] + content[at:],
            content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :],
            content[:at] + chance.randbytes(chance.choice((1, 4, 100))) + content[at:],
            content[:at] + bytes(end - at) + content[end:],
        )
    )


def _png(chance: random.Random, content: Content) -> Content:
    """A PNG with its chunks changed, or what is in one of them, its check sum right; or with some bytes changed."""
    assert isinstance(content, bytes)
    chunks = list(_chunks(content))
    if chance.random() < 0.2 or not chunks:
        return _bytes(chance, content)
    if chance.random() < 0.5:
        chunks = _changed(chance, chunks, [(kind, chance.randbytes(chance.choice((0, 1, 5, 13)))) for kind in _KINDS])
    else:
        at = chance.randrange(len(chunks))
        kind, data = chunks[at]
        if kind == b"IHDR" and len(data) == 13 and chance.random() < 0.7:
            fields = list(struct.unpack(">IIBBBBB", data))
            fields[chance.randrange(7)] = chance.choice((0, 1, 2, 3, 4, 6, 8, 16, 200))
            if chance.random() < 0.3:
                fields[chance.randrange(2)] = chance.choice((7_000, 13_300, 2**31 - 1))
            data = struct.pack(">IIBBBBB", *fields)
        else:
            changed = _bytes(chance, data)
            assert isinstance(changed, bytes)
            data = changed
        chunks[at] = (kind, data)
    body = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return content[:8] + b"".join(body)


_KINDS = [b"PLTE", b"tRNS", b"IDAT", b"iCCP", b"acTL", b"fcTL", b"fdAT", b"zTXt", b"iTXt", b"eXIf", b"pHYs", b"gAMA"]


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        if at + 12 + length > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _npy(chance: random.Random, content: Content) -> Content:
    """An array's file with the text of its header changed, or some bytes."""
    assert isinstance(content, bytes)
    if chance.random() < 0.3 or len(content) < 12:
        return _bytes(chance, content)
    length = int.from_bytes(content[8:10], "little")
    header = content[10 : 10 + length].decode("latin-1").rstrip()
    text = str(_words(chance, header)).encode("latin-1", "replace")[:60_000]
    text = text.ljust(len(text) + 63 - (len(text) + 10) % 64) + b"\n"
    return content[:8] + len(text).to_bytes(2, "little") + text + content[10 + length :]


def _csv(chance: random.Random, content: Content) -> Content:
    return _bytes(chance, content) if chance.random() < 0.3 else _csv_words(chance, content)


def _csv_words(chance: random.Random, content: Content) -> Content:
    assert isinstance(content, bytes)
    return str(_words(chance, content.decode("latin-1"))).encode("utf-8", "surrogatepass")


def _line(chance: random.Random, content: Content) -> Content:
    """A command line, its words apart by NUL, with a word deleted, repeated, swapped, replaced, or changed itself."""
    assert isinstance(content, str)
    words = content.split("\0")
    if chance.random() < 0.3:
        at = chance.randrange(len(words))
        words[at] = str(_words(chance, words[at])).replace("\0", "")
        return "\0".join(words)
    return "\0".join(_changed(chance, words, [word for word in HOSTILE if word != "\0"]))


# What reads it.


def _file(content: Content, folder: Path, suffix: str) -> str:
    path = folder / f"x{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return str(path)


def _run_recipe(content: Content, folder: Path) -> None:
    load_recipe(_file(content, folder, ".toml"), max_frames=5).animation()


def _run_theme(content: Content, folder: Path) -> None:
    animate(Conv(4, 2), theme=_file(content, folder, ".toml"), width=120).save(folder / "x.png")


def _run_language(content: Content, folder: Path) -> None:
    animate(Conv(4, 2), lang=_file(content, folder, ".toml"), width=1200, caption=True).save(folder / "x.html")


def _run_numbers(suffix: str) -> Callable[[Content, Path], None]:
    def run(content: Content, folder: Path) -> None:
        path = _file(content, folder, suffix)
        with contextlib.suppress(RequestError):
            animate(Conv(6, (2, 2)), kernel_values=path)
        with contextlib.suppress(RequestError):
            animate(Conv("3@2x2", 1, out_channels=2), values=path, resize=True)
        animate(part_of(f"conv -k 1 --values '{path}'", "figure").figure, values=path)

    return run


def _run_code(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    from_code(content, "9x11")


def _run_stages(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    chain = Chain("3@9x9", [stage.strip() for stage in content.split(",")])
    if len(chain.stages) < 8:
        animate(chain, max_frames=3)


def _run_text(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    part = part_of(content, "figure", input_size="9", folder=folder)
    animate(part.figure, max_cells=100_000)


def _run_line(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    words = [word.encode("utf-8", "replace").decode() for word in content.split("\0")]
    if words[:1] in (["gallery"], ["deck"], ["embed"]):
        return  # these write many files
    here = os.getcwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, words)
    finally:
        os.chdir(here)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2), f"status {result.exit_code}"
    if result.exit_code:
        lines = [line for line in result.stderr.splitlines() if not line.startswith("Note: ")]
        assert len(lines) == 1 or "Usage" in lines[0], lines[:3]
        assert "not enough memory" not in lines[0], "took more memory than it may"


# What it reads when all is well.


def _templates() -> list[Content]:
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "figures").glob("*.toml"))]
    return [text for text in every if ".png" not in text]  # without the file beside it, it is no right one


def _themes() -> list[Content]:
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "themes").glob("*.toml"))]
    return [*every, 'base = "dark"\n[roles]\ninput = { fill = "#fff" }\n[background]\ntransparent = true\n']


def _languages() -> list[Content]:
    every = [path.read_text(encoding="utf-8") for path in sorted((templates_folder() / "words").glob("*.toml"))]
    own = 'base = "de"\ntag = "de-AT"\n[numbers]\nthousands = " "\nsingular = [0]\n[phrases]\ninput = "x"\n'
    return [*every, own, f'{own}cells = {{ one = "eine", other = "{{count}}" }}\n']


def _csvs() -> list[Content]:
    return [
        b"1,2,3\n4,5,6\n7,8,9\n",
        b"a;b\n1,5;2\n3;4,25\n",
        b"\xef\xbb\xbf1.5,-2e1\r\n3,4\r\n",
        b"1\n2\n3\n",
        b'"1","2"\n',
    ]


def _npys() -> list[Content]:
    found: list[Content] = []
    for array in (
        np.arange(9).reshape(3, 3),
        np.ones((2, 2), "f4"),
        np.asfortranarray(np.ones((2, 3))),
        np.ones(4, bool),
    ):
        stream = io.BytesIO()
        np.save(stream, array)
        found.append(stream.getvalue())
    return found


def _pngs() -> list[Content]:
    found: list[Content] = []
    for mode in ("L", "1", "P", "RGB", "RGBA", "LA"):
        stream = io.BytesIO()
        how: dict[str, Any] = {"transparency": 0} if mode in ("P", "L") else {}
        Image.new(mode, (6, 6)).save(stream, format="PNG", **how)
        found.append(stream.getvalue())
    return found


CODE = [
    "nn.Conv2d(3, 8, kernel_size=(3, 5), padding='same')",
    "self.up = nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1, output_padding=1, bias=False),",
    "(conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)",
    "keras.layers.Conv2D(8, 3, strides=(2, 2), padding='same', dilation_rate=1, activation='relu')",
    "keras.layers.MaxPooling2D(pool_size=2)",
    "Conv kernel_shape: 3, 3 strides: 2, 2 pads: 1, 1, 1, 1",
    "{'op_type': 'MaxPool', 'kernel_shape': [3, 3], 'auto_pad': 'SAME_UPPER', 'ceil_mode': 1}",
    "nn.Conv(features=8, kernel_size=(3, 3), strides=2, padding=((1, 0), (0, 1)))",
    "nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False, divisor_override=3)",
]
STAGES = ["conv 3x3 8 s2 p1, relu, max-pool 2 s2 ceil", "conv 3 d2 g1 padding=same, conv-transpose 3 s2 op1, tanh"]
TEXTS = [
    *(code for code in CODE if not code.startswith("(")),
    *STAGES,
    "conv -i 5 -k 3 -s 2 -p 1:0x1 --values random:7 --kernel-values box --heat-map",
    "chain 'conv 3 2' relu -i 2@9 --values arange --view flat",
    "avg-pool -i 4 -k 3 -s 2 -p 1 --no-count-include-pad --input-label 'x y'",
    "dilation",
    "one_by_one_channels",
]
LINES = [
    ["conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1", "-o", "a.gif"],
    [
        "conv",
        "-i",
        "3@5x7",
        "-k",
        "3x2",
        "--out-channels",
        "2",
        "--values",
        "random:7",
        "--max-frames",
        "4",
        "-o",
        "a.svg",
    ],
    ["conv-transpose", "-i", "2", "-k", "3", "-s", "2", "--transposed-as", "scatter", "--caption", "-o", "a.png"],
    ["max-pool", "-i", "5", "-k", "2", "--ceil-mode", "--values", "arange", "--theme", "dark", "-o", "a.html"],
    ["avg-pool", "-i", "4", "-k", "3", "--json", "--dims", "1"],
    ["chain", "conv 3 2", "relu", "-i", "6", "--width", "300", "--step-time", "0.1", "--hold", "2", "-o", "a.apng"],
    ["compare", "conv 3 2", "conv 1 1, conv 3 2", "-i", "6", "--frame", "1", "-o", "a.png", "--width", "600"],
    ["draw", "nn.Conv2d(3, 8, 3, padding=1)", "-i", "5x5", "--sheet", "2x2", "-o", "a.png", "--scale", "2"],
    ["render", "dilation", "--steps", "0:3", "--bounce", "--loop", "2", "--title", "T", "--alt", "A", "-o", "b.gif"],
    ["explain", "conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1"],
    ["explain", "depthwise", "--against", "grouped"],
    ["differ", "nn.Conv2d(3, 8, 3, padding=1)", "Conv2D(8, 3, padding='same')", "-i", "5x5", "--values", "random"],
    ["templates"],
]

READERS: dict[str, Reader] = {
    "recipe": Reader(_run_recipe, _templates, _toml),
    "theme": Reader(_run_theme, _themes, _toml),
    "language": Reader(_run_language, _languages, _toml),
    "csv": Reader(_run_numbers(".csv"), _csvs, _csv),
    "npy": Reader(_run_numbers(".npy"), _npys, _npy),
    "png": Reader(_run_numbers(".png"), _pngs, _png),
    "code": Reader(_run_code, lambda: list(CODE), _words),
    "stages": Reader(_run_stages, lambda: list(STAGES), _words),
    "text": Reader(_run_text, lambda: list(TEXTS), _words),
    "line": Reader(_run_line, lambda: ["\0".join(words) for words in LINES], _line),
}


if __name__ == "__main__":  # python hostile_inputs.py SEED COUNT: the faults of so many inputs
    import tempfile

    bound_memory()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in inputs(int(sys.argv[1]), int(sys.argv[2])):
            fault = fault_of(READERS[name], content, Path(folder))
            if fault:
                print(f"{name}: {fault}\n    {content[:1000]!r}", flush=True)
