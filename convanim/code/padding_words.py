"""What `same` and other padding words mean in Keras, PyTorch, ONNX and JAX, each with who says so.

The numbers that all of them share are worked out in `layers/padding.py`, those of one of them in `framework_rules`.
"""

from dataclasses import dataclass

from convanim.code.framework_rules import keras_transposed
from convanim.layers.padding import CONV_WORDS, POOL_WORDS


@dataclass(frozen=True)
class WordRule:
    """What a padding word means, who says so, and where; the name of its phrase, where explanations show it."""

    word: str
    says: str
    source: str
    phrase: str = ""

    def __str__(self) -> str:
        return f"{self.word}: {self.says} ({self.source})"


SAME = WordRule(
    "same",
    "⌈input/stride⌉ output cells, the odd cell behind",
    "TensorFlow and Keras 'same', ONNX SAME_UPPER, JAX 'SAME'; at stride 1 also PyTorch 'same'",
    "word_same",
)
SAME_LOWER = WordRule(
    "same-lower",
    "⌈input/stride⌉ output cells, the odd cell in front",
    "ONNX SAME_LOWER, JAX 'SAME_LOWER'",
    "word_same_lower",
)
CAUSAL = WordRule("causal", "all padding in front", "Keras Conv1D(padding='causal'), Flax 'CAUSAL'", "word_causal")
HALF = WordRule(
    "half", "half the kernel's span on each side", "Dumoulin & Visin, arXiv:1603.07285, section 2.3", "word_half"
)
FULL = WordRule(
    "full", "the kernel's span less one on each side", "Dumoulin & Visin, arXiv:1603.07285, section 2.3", "word_full"
)
TRANSPOSED_SAME = WordRule(
    "same",
    "input·stride output cells, the odd cropped cell behind",
    "TensorFlow and Keras 'same', ONNX SAME_UPPER, JAX 'SAME' of transposed convolutions",
    "word_transposed_same",
)
TRANSPOSED_VALID = WordRule(
    "valid",
    "(input − 1)·stride + max(span, stride) output cells, none cropped",
    "TensorFlow and Keras 'valid', JAX 'VALID' of transposed convolutions",
    "word_transposed_valid",
)
TRANSPOSED_ADDED = WordRule(
    "same",
    "(input − 1)·stride + span % 2 + output_padding output cells, the odd cropped cell behind",
    "Keras Conv2DTranspose(padding='same', output_padding=…), output shape",
)
SPREAD_PADS = WordRule(
    "in numbers",
    "of the zero-stuffed input, so that span − 1 cells less these are cropped",
    "jax.lax.conv_transpose, padding; Flax ConvTranspose hands them on",
)
COPIED = WordRule(
    "CIRCULAR or REFLECT",
    "span − 1 copied cells at any stride, the odd cell behind",
    "flax/linen/linear.py, _Conv.__call__",
)
_RULES = {rule.word: rule for rule in (SAME, SAME_LOWER, CAUSAL, HALF, FULL)}


def rules_giving(
    op: str,
    input_size: tuple[int, ...],
    kernel_size: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    output_padding: tuple[int, ...] | None = None,
) -> list[WordRule]:
    """The padding words that mean just this padding at this size; none where nothing is padded or cropped."""
    axes = list(zip(input_size, kernel_size, stride, dilation))
    if output_padding is not None:
        found = tuple((*sides, extra) for sides, extra in zip(padding, output_padding))
        crossed = list(zip(kernel_size, stride, dilation))
        asked = (TRANSPOSED_SAME, TRANSPOSED_VALID) if any(map(any, found)) else ()
        return [rule for rule in asked if found == tuple(keras_transposed(*axis, rule.word) for axis in crossed)]
    if not any(map(any, padding)):
        return []
    words = CONV_WORDS if op == "conv" else POOL_WORDS
    named = {word: rule for word, rule in words.items() if word in _RULES}
    return [_RULES[word] for word, rule in named.items() if padding == tuple(rule(*axis) for axis in axes)]
