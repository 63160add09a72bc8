"""What a module of this folder says of its operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from convanim.code.signatures import Reader, Signature
from convanim.layers.layer import Layer


@dataclass(frozen=True)
class Forms:
    """How frameworks write an operation.

    `forms` are by who has them: a framework's name, or `functional` for `torch.nn.functional`. `write` takes a layer
    and a framework's name and raises NotExpressibleError where it has none such.
    """

    forms: Mapping[str, tuple[Signature, ...]]
    read: Reader
    write: Callable[[Layer, str], str]


# Arguments of every Keras layer, which no picture shows.
KERAS_SILENT = ("data_format", "name", "dtype", "trainable", "autocast", "input_shape", "batch_size")
