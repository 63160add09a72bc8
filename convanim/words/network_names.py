"""What the operations and blocks of a network are called, in few words."""

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding
from convanim.layers.sizes import spelled, spelled_shape, spelled_short
from convanim.networks.between import Operation, is_global_pool
from convanim.networks.blocks import Block
from convanim.networks.pointwise import Pointwise
from convanim.words.language import Words
from convanim.words.layer_names import brief

_UNSAID = ("batch-norm", "dropout", "identity")  # of a block that does something else


def operation_in_brief(operation: Operation, words: Words) -> str:
    """An operation in the fewest words: `conv 3×3 padding 1`, `relu`, `global avg pool`, `concat`."""
    is_global = is_global_pool(operation)
    if isinstance(operation, Layer | Pointwise) and not is_global:
        return brief(operation, words)
    name = operation.op.replace("adaptive", "global") if is_global else operation.op
    name = name.replace("-", "_")
    return words(name) if name in words.phrases else operation.op


def block_lines(block: Block, words: Words) -> tuple[str, ...]:
    """What makes a block's map, on lines of their own: the operation, its stride, the functions after it.

    What shapes say besides, such as padding, is left out.
    """
    if not block.nodes:
        return (words("input"),)
    first, *others = block.nodes
    after = [operation_in_brief(node.operation, words) for node in others if node.op not in _UNSAID]
    return (*_made_by(first.operation, words), *([words("list").join(after)] if after else ()))


def _made_by(operation: Operation, words: Words) -> list[str]:
    if not isinstance(operation, Layer):
        return [operation_in_brief(operation, words)]
    name = words(operation.op.replace("-", "_"))
    if not isinstance(operation, Sliding):
        return [operation_in_brief(operation, words)]
    default = operation.kernel_size if isinstance(operation, MaxPool | AvgPool) else (1,) * len(operation.input_size)
    if isinstance(operation, Conv | ConvTranspose) and operation.groups == operation.in_channels != 1:
        name = words("depthwise", name=name)
    said = [f"{name} {spelled(operation.kernel_size)}"]
    return said if operation.stride == default else [*said, words("stride", size=spelled_short(operation.stride))]


def block_in_brief(block: Block, words: Words) -> str:
    """A block and its shape on one line: `conv 3×3 stride 2 relu to 64@28×28`."""
    return words("alt_stage", name=" ".join(block_lines(block, words)), shape=block_shape(block))


def block_shape(block: Block) -> str:
    """The shape of a block's map: `64@28×28`, of a vector `1000`."""
    return spelled_shape(block.shape, has_channels=len(block.shape) > 1)
