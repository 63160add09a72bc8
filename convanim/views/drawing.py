"""What a view is asked to draw, and the measures of its page."""

from dataclasses import dataclass

from convanim.layers.geometry import Geometry
from convanim.numbers.values import Values
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.scene import unit
from convanim.words.labels import INPUT, OUTPUT

READINGS = ("gather", "scatter")
_LEAST_TEXT = 9  # height of a digit in pixels at that width


class TooNarrowError(Exception):
    """The page is too narrow for what stands on it; the message says for what."""


class Page:
    """A page, the font that its text is measured in, and the sizes that follow from its width."""

    font: Metrics
    width: int  # in pixels
    whole_width: int  # of the picture that it is a part of; 0 where it is all of it
    most_cell: int  # pixels of a cell's side at most, so that all parts of a picture are on one scale; 0 for no bound

    @property
    def unit(self) -> float:
        """Pixels here for one pixel at the base width; parts of a picture are drawn no smaller than a whole one."""
        return max(unit(self.width), min(1.0, unit(self.whole_width or self.width)))

    def largest_cell(self, at_base_width: int) -> int:
        """Pixels of a cell's side at most, where a view has so many at the base width."""
        most = round(at_base_width * self.unit)
        return min(most, self.most_cell) if self.most_cell else most

    @property
    def least_em(self) -> float:
        """The smallest font size that may be used; a wider picture may keep it, and so hold more."""
        return (_LEAST_TEXT + 0.25) / self.font.cap_height * min(self.unit, 1)

    @property
    def label_em(self) -> float:
        """The font size of labels, captions and equations, where there is room."""
        return 15 * self.unit

    @property
    def margin(self) -> int:
        """Empty pixels around the picture."""
        return round(12 * self.unit)

    @property
    def room(self) -> int:
        """Pixels between the margins."""
        return self.width - 2 * self.margin


@dataclass(frozen=True)
class Drawing(Page):
    """A geometry, the numbers in it if any, and how it is to be shown."""

    geometry: Geometry
    values: Values | None
    width: int
    transposed_as: str = "gather"
    labels: bool = True
    caption: bool = False
    input_label: str = INPUT
    output_label: str = OUTPUT
    remark: str = ""  # stands behind the output's label
    is_heat: bool = False  # whether numbers are colours, too
    whole_width: int = 0
    most_cell: int = 0
    font: Metrics = BUNDLED

    @property
    def is_scatter(self) -> bool:
        """Whether each step is one input cell spread over the output."""
        return self.transposed_as == "scatter"
