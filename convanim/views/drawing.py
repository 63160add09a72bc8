"""What a view is asked to draw, and the measures of its page."""

from dataclasses import dataclass

from convanim.layers.geometry import Geometry
from convanim.numbers.values import Values
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import unit
from convanim.words.labels import INPUT, OUTPUT

READINGS = ("gather", "scatter")
_LEAST_TEXT = 9  # height of a digit in pixels at that width
_LABEL_EM = 15  # font sizes in pixels at the base width
_LARGEST_NUMBER_EM = 20
_SUBSCRIPT = 0.75  # of a given size; as in text


class TooNarrowError(Exception):
    """The page is too narrow for what stands on it; the message says for what."""


class Page:
    """A page, the font that its text is measured in, and the sizes that follow from its width and its text's."""

    font: Metrics
    size: PictureSize  # of the whole picture
    parts: int  # of equal width that it has, of which this is one

    @property
    def width(self) -> int:
        """The page's width in pixels."""
        return self.size.pixels // self.parts

    @property
    def cell_unit(self) -> float:
        """Pixels here for one pixel at the base width; parts of a picture are drawn no smaller than a whole one."""
        return max(unit(self.width), min(1.0, unit(self.size.pixels)))

    @property
    def unit(self) -> float:
        """The same for all that goes with the text: lines, gaps, margins. A text's size that is given decides."""
        return self.cell_unit if self.size.em is None else self.size.em / _LABEL_EM

    @property
    def least_em(self) -> float:
        """The smallest font size that may be used; a wider picture may keep it, and so hold more."""
        return self.size.em or (_LEAST_TEXT + 0.25) / self.font.cap_height * min(self.unit, 1)

    @property
    def least_subscript_em(self) -> float:
        """The smallest font size of subscripts, which belong to a number of a size that is given."""
        return _SUBSCRIPT * self.size.em if self.size.em else self.least_em

    @property
    def label_em(self) -> float:
        """The font size of labels, captions and equations, where there is room."""
        return self.size.em or _LABEL_EM * self.unit

    @property
    def number_em(self) -> float:
        """The largest font size of numbers in cells."""
        return self.size.em or _LARGEST_NUMBER_EM * self.unit

    def least(self, pixels: int) -> int:
        """The fewest pixels here for something that takes so many on a screen, at least."""
        return round(pixels * self.size.grain)

    def spelled_least(self, pixels: int) -> str:
        """The same in words."""
        return self.spelled(pixels * self.size.grain)

    def spelled(self, pixels: float) -> str:
        """A length on the page in words: on paper in points."""
        if self.size.is_on_paper:
            return f"{pixels * 72 / self.size.per_inch:.1f}".removesuffix(".0") + "pt"
        return f"{pixels:g} pixel{'s' * (pixels > 1)}"

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
    size: PictureSize
    transposed_as: str = "gather"
    labels: bool = True
    caption: bool = False
    input_label: str = INPUT
    output_label: str = OUTPUT
    remark: str = ""  # stands behind the output's label
    is_heat: bool = False  # whether numbers are colours, too
    parts: int = 1
    font: Metrics = BUNDLED

    @property
    def is_scatter(self) -> bool:
        """Whether each step is one input cell spread over the output."""
        return self.transposed_as == "scatter"
