"""How an input is changed: parts deleted, emptied, repeated, swapped, cut, of another type."""

import random
import re
import struct
import tomllib
import zlib
from collections.abc import Iterator
from typing import Any

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


def change_words(chance: random.Random, content: Content) -> Content:
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


def change_toml(chance: random.Random, content: Content) -> Content:
    """A TOML file with one of its entries deleted, of another type, emptied or repeated; or with its text changed."""
    assert isinstance(content, str)
    try:
        table = tomllib.loads(content)
    except (ValueError, RecursionError):
        return change_words(chance, content)
    if chance.random() < 0.3 or not table:
        return change_words(chance, content)
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


def change_bytes(chance: random.Random, content: Content) -> Content:
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


def change_png(chance: random.Random, content: Content) -> Content:
    """A PNG with its chunks changed, or what is in one of them, its check sum right; or with some bytes changed."""
    assert isinstance(content, bytes)
    chunks = list(_chunks(content))
    if chance.random() < 0.2 or not chunks:
        return change_bytes(chance, content)
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
            changed = change_bytes(chance, data)
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


def change_npy(chance: random.Random, content: Content) -> Content:
    """An array's file with the text of its header changed, or some bytes."""
    assert isinstance(content, bytes)
    if chance.random() < 0.3 or len(content) < 12:
        return change_bytes(chance, content)
    length = int.from_bytes(content[8:10], "little")
    header = content[10 : 10 + length].decode("latin-1").rstrip()
    text = str(change_words(chance, header)).encode("latin-1", "replace")[:60_000]
    text = text.ljust(len(text) + 63 - (len(text) + 10) % 64) + b"\n"
    return content[:8] + len(text).to_bytes(2, "little") + text + content[10 + length :]


def change_csv(chance: random.Random, content: Content) -> Content:
    """Rows of numbers with a byte or a number changed."""
    return change_bytes(chance, content) if chance.random() < 0.3 else _csv_words(chance, content)


def _csv_words(chance: random.Random, content: Content) -> Content:
    assert isinstance(content, bytes)
    return str(change_words(chance, content.decode("latin-1"))).encode("utf-8", "surrogatepass")


def change_line(chance: random.Random, content: Content) -> Content:
    """A command line, its words apart by NUL, with a word deleted, repeated, swapped, replaced, or changed itself."""
    assert isinstance(content, str)
    words = content.split("\0")
    if chance.random() < 0.3:
        at = chance.randrange(len(words))
        words[at] = str(change_words(chance, words[at])).replace("\0", "")
        return "\0".join(words)
    return "\0".join(_changed(chance, words, [word for word in HOSTILE if word != "\0"]))
