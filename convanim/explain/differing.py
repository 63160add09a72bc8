"""`differ`: two layers held against each other, as text, as data, and as a figure."""

from typing import Any

from convanim.explain.difference_json import difference_table
from convanim.explain.difference_text import difference_lines
from convanim.explain.findings import Findings
from convanim.figures.options import Options, options_of
from convanim.figures.recipes.layer_pairs import Form, Side, layer_pair
from convanim.layers.sizes import SizeLike
from convanim.numbers.figure_values import refuse_too_many_cells


class Differing(Findings):
    """What layer B does otherwise than A, and what equals A in B's framework.

    `str` of it is the explanation, `json()` the same as data, and `comparison` a figure for `animate`.
    """

    def json(self) -> dict[str, Any]:
        """All of it as JSON has it, version 1."""
        return difference_table(self)

    def __str__(self) -> str:
        return "\n".join(difference_lines(self))


def differ(a: Form, b: Form, input_size: SizeLike | None = None, **options: Any) -> Differing:
    """What layer B does otherwise than layer A, each code, a command line, a layer or a framework's live one.

    `options` are those of figures: `values` and `kernel_values` put the same numbers into both, `lang` is the language
    of the explanation and the figure. `input_size` may be
    left out where one of them says it. Raises RequestError for two that cannot be compared.
    """
    return differing(*layer_pair(a, b, input_size), options_of(options))


def differing(a: Side, b: Side, options: Options) -> Differing:
    """Two sides held against each other; what is wrong with them is known at once. Raises RequestError."""
    found = Differing(a, b, options)
    _ = found.words, found.difference
    if options.kernel_values is not None or options.values is not None:
        for side in (a, b):
            refuse_too_many_cells(side.layer, options)
        _ = found.values
    return found
