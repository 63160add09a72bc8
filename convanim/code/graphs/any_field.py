"""What a cell of a network sees of the input, for users of Python: of whatever says the network."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convanim.code.graphs.any_network import Nodes, network, spelled_input
from convanim.code.graphs.live.keras_model import is_keras_model
from convanim.code.graphs.live.torch_model import capture, is_torch_model
from convanim.errors import RequestError
from convanim.layers.sizes import Cell, SizeLike
from convanim.networks.cell_field import CellField, cell_field
from convanim.networks.chain import Chain

if TYPE_CHECKING:
    from os import PathLike


def receptive_field(
    figure: "str | PathLike[str] | Chain | Nodes | object",
    input_size: SizeLike | Sequence[int] | None = None,
    *,
    node: str | None = None,
    cell: Cell | None = None,
    effective: bool = False,
    images: object = None,
) -> CellField:
    """The receptive field of one cell: exact and bounded and, with `effective`, weighed by a live model's weights.

    `figure` and `input_size` are those of `convanim.network`. `cell` is `(channel, row, column)`, counted from 0;
    without a channel it is all channels at its place, left out it is the middle of `node`, which is the last map that
    has more than one cell in a channel, unless it is named as the table names it.
    `effective` is the magnitude of the cell's gradient in a `torch.nn.Module` or a Keras model, both in evaluation, or
    in an .onnx file: a mean over `images` `(N, channels, height, width)`, else over 8 inputs of normally distributed
    numbers, always the same.
    Raises RequestError; for `effective` also where there are no weights.
    """
    if images is not None and not effective:
        raise RequestError("images", None, "they count for effective alone", "leave them out, or give effective=True")
    if not effective:
        return cell_field(network(figure, input_size), node, cell)
    path = figure.__fspath__() if hasattr(figure, "__fspath__") else figure
    if isinstance(path, str) and path.lower().endswith(".onnx"):
        return _of_file(path, input_size, node, cell, images)
    if is_keras_model(figure):  # asked first: over PyTorch it is a module, too
        return _of_keras(figure, input_size, node, cell, images)
    if not is_torch_model(figure):
        fix = "give a torch.nn.Module, a Keras model or an .onnx file, or leave it out"
        raise RequestError("effective", None, "it needs a model with its weights", fix)
    from convanim.code.graphs.live.torch_gradients import torch_gradient

    captured = capture(figure, input_size)
    found = cell_field(captured.network, node, cell)
    gradient, count = torch_gradient(figure, captured, found.node, found.cell, images)
    return replace(found, effective=gradient, images=count)


def _of_keras(
    model: object, input_size: SizeLike | Sequence[int] | None, node: str | None, cell: Cell | None, images: object
) -> CellField:
    """The effective field of a cell of a Keras model."""
    from convanim.code.graphs.live.keras_gradients import keras_gradient
    from convanim.code.graphs.live.keras_model import layered

    read = layered(model, spelled_input(input_size))
    found = cell_field(read.network, node, cell)
    gradient, count = keras_gradient(model, read, found.node, found.cell, images)
    return replace(found, effective=gradient, images=count)


def _of_file(
    path: str, input_size: SizeLike | Sequence[int] | None, node: str | None, cell: Cell | None, images: object
) -> CellField:
    """The effective field of a cell of what an .onnx file has."""
    from convanim.code.graphs.onnx.file import read_filed
    from convanim.code.graphs.onnx.gradients import onnx_gradient

    filed = read_filed(path, spelled_input(input_size))
    found = cell_field(filed.network, node, cell)
    gradient, count = onnx_gradient(path, filed, found.node, found.cell, images)
    return replace(found, effective=gradient, images=count)
