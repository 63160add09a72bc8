"""The equation of the current cell of a stack: of a layer with channels, or of a chain's last map."""

from convanim.layers.geometry import Geometry
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.values import Values
from convanim.views.cell_numbers import kernel_weights
from convanim.words.equations import Terms, max_terms, mean_terms, sum_terms
from convanim.words.language import Words
from convanim.words.layer_names import pointwise_name
from convanim.words.numerals import factor, is_exact


def layer_terms(geometry: Geometry, values: Values, output: Cell, words: Words) -> Terms:
    """The equation of an output cell: its products, or with a larger kernel what each channel adds."""
    made = values.output[output].item()
    real = [tap for tap in geometry.taps(output) if tap.input is not None]
    numbers = [values.input[tap.input].item() for tap in real]
    if values.kernel is None:
        divisor = geometry.divisor(output)
        return max_terms(numbers, made, words) if divisor is None else mean_terms(numbers, divisor, made, words)
    channels = geometry.channels
    if channels is None or channels.read == 1 or max(geometry.layer.kernel_size) == 1:
        pairs = [(x, values.kernel[tap.kernel].item()) for x, tap in zip(numbers, real)]
        return sum_terms(pairs, kernel_weights(values, words), made, words)
    sums = dict.fromkeys(channels.inputs_of([output[0]]), 0)
    for x, tap in zip(numbers, real):
        assert tap.input is not None
        sums[tap.input[0]] += x * values.kernel[tap.kernel].item()
    sign = "=" if all(map(is_exact, (*sums.values(), made))) else "≈"
    return "", tuple(factor(words.numeral(x)) for x in sums.values()), " + ", f" {sign} {words.numeral(made)}"


def last_terms(chain: Chain, values: FigureValues, output: Cell, words: Words) -> Terms:
    """The equation of a cell of a chain's last map."""
    stage, numbers = chain.stages[-1], values.maps
    if isinstance(stage, Pointwise):
        x, y = numbers[-2][output].item(), numbers[-1][output].item()
        sign = "=" if is_exact(x) and is_exact(y) else "≈"
        function = pointwise_name(stage, words).replace(" ", "-")
        return f"{function}(", (words.numeral(x),), "", f") {sign} {words.numeral(y)}"
    return layer_terms(Geometry(stage), values.stage(-1), output, words)
