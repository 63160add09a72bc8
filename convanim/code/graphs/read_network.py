"""A network from whatever says it: stages in a few words, code, a printed model, a file."""

import os
import re
from dataclasses import dataclass

from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.onnx.file import read_onnx
from convanim.code.graphs.text.code_text import first_input
from convanim.code.graphs.text.keras_summary import add_summary, is_summary
from convanim.code.graphs.text.language import add_stages
from convanim.code.graphs.text.printed import add_printed, is_printed
from convanim.errors import RequestError
from convanim.files.user_files import MIB, read_text
from convanim.layers.sizes import SizeLike
from convanim.networks.building import input_shape, network
from convanim.networks.network import INPUT, Network

_LONGEST = 200_000  # characters of a text
_DEEPEST = 100  # brackets inside each other
_TEXTS = (".txt", ".py", ".log")
_PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib")
_WEIGHTS = (".safetensors", ".h5", ".hdf5", ".keras", ".pb", ".tflite", ".npz")


@dataclass(frozen=True)
class ReadNetwork:
    """A network that was read, and what is to be said of how."""

    network: Network
    notes: tuple[str, ...] = ()


def read_network(text: str, input_size: SizeLike | None = None, *, dims: int | None = None) -> ReadNetwork:
    """The network that a text or a file says: stages, code, a printed model, or a file of one of these.

    `input_size` is such as `3@224x224`; it is needed where the text does not say it. Nothing is run, and pickled
    checkpoints are never opened. Raises RequestError; BrokenNetworkError, with what stands before it, for a layer that
    does not fit or is not known.
    """
    suffix = os.path.splitext(text)[1].lower() if "\n" not in text and "(" not in text else ""
    if suffix in _PICKLED:
        rule = "a pickled checkpoint can run code when it is opened, so it never is"
        raise RequestError("network", text, rule, "export the model to ONNX, or give print(model)'s text")
    if suffix in _WEIGHTS:
        rule = "is a format that is not read"
        raise RequestError("network", text, rule, "export the model to ONNX, or give its printed text")
    if suffix == ".onnx":
        return ReadNetwork(read_onnx(text, input_size))
    if suffix in _TEXTS and " " not in text.strip():
        text = read_text("network", text, MIB, kind="a text", smaller="give a part of it")
    _refuse_hostile(text)
    try:
        return _read(text, input_size, dims)
    except (RecursionError, MemoryError):
        raise RequestError("network", None, "is too deep to be read", "give a part of it") from None


def _read(text: str, input_size: SizeLike | None, dims: int | None) -> ReadNetwork:
    found = Gathered()
    if is_summary(text):
        said = add_summary(found, text, None if input_size is None else input_shape(input_size, dims=dims))
        input_size = said if input_size is None else input_size
    elif is_printed(text):
        add_printed(found, text, INPUT)
    else:
        add_stages(found, text, INPUT)
    is_code = "(" in text and not is_printed(text) and not is_summary(text)
    if input_size is None and is_code:
        input_size = _said(text)
    if input_size is None:
        raise RequestError("input_size", None, "missing", "the text does not say it: give {input_size}, as 3@224x224")
    if dims is None and re.search(r"1[dD]\b", text) and not re.search(r"2[dD]\b", text):
        dims = 1
    channels = None
    if isinstance(input_size, str) and "@" not in input_size:
        channels = _channels(text)
    return ReadNetwork(network(input_size, found.nodes, in_channels=channels, dims=dims), tuple(found.notes))


def _said(text: str) -> str | None:
    """The input's shape where code says it."""
    try:
        return first_input(text)
    except RequestError:
        return None


def _channels(text: str) -> int | None:
    """The input's channels where the first convolution says them."""
    said = re.search(r"Conv[12]d\(\s*(?:in_channels\s*=\s*)?(\d{1,9})\s*,", text)
    return int(said[1]) if said else None


def _refuse_hostile(text: str) -> None:
    """Raise RequestError for a text that no network needs: too long, or too deep."""
    if not text.strip():
        raise RequestError("network", None, "there is no text", "give stages such as 'conv 3x3 8, relu'")
    if len(text) > _LONGEST:
        rule = f"has {len(text):,} characters, more than {_LONGEST:,}"
        raise RequestError("network", None, rule, "give a part of it, or an .onnx file")
    depth = 0
    for character in "" if is_summary(text) else text:  # where names are cut, brackets stay open
        depth += (character in "([{") - (character in ")]}")
        if depth > _DEEPEST:
            rule = f"has more than {_DEEPEST} brackets inside each other"
            raise RequestError("network", None, rule, "give a part of it")
    if re.search(r"\d{19}", text):
        raise RequestError("network", None, "has a number of more than 18 digits", "give a smaller number")
