"""What a view is asked to draw, and the measures of its page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from convanim.layers.geometry import Geometry
from convanim.numbers.scales import Scale
from convanim.numbers.values import Values
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import unit
from convanim.views.grids import filled
from convanim.words.language import Words, english

READINGS = ("gather", "scatter")
_LEAST_TEXT = 9  # height of a digit in pixels at that width
_LABEL_EM = 15  # font sizes in pixels at the base width
_LARGEST_NUMBER_EM = 20


class TooNarrowError(Exception):
    """The page is too narrow for what stands on it; the message says for what."""


def cell_unit(size: PictureSize) -> float:
    """Pixels for one at the base width in a part of a picture, drawn no smaller than a whole one."""
    return max(unit(size.own_pixels), min(1.0, unit(size.pixels)))


class Page:
    """A page, its language and font, and the sizes that follow from its width and its text's."""

    font: Metrics
    words: Words
    size: PictureSize  # of the picture of which this is a part

    labels: bool  # whether there are any
    remark: str = ""  # on the steps that are shown, below the maps
    decimals: int  # of all numbers that are not whole
    least_decimals: int  # of the output's numbers, as figures beside it have them; 0 for as many as need be
    most_cell: int  # pixels of a cell's side at most, so that all parts of a picture are on one scale; 0 for no bound

    @cached_property
    def width(self) -> int:
        """The page's width in pixels."""
        return self.size.own_pixels

    @cached_property
    def cell_unit(self) -> float:
        """Pixels here for one pixel at the base width; parts of a picture are drawn no smaller than a whole one."""
        return cell_unit(self.size)

    @cached_property
    def unit(self) -> float:
        """The same for all that goes with the text: lines, gaps, margins. A text's size that is given decides."""
        return self.cell_unit if self.size.em is None else self.size.em / _LABEL_EM

    @property
    def filled(self) -> Mapping[str, str]:
        """What the cells are that pad maps, by their names in keys, as `grids.filled` has it."""
        return {}

    def largest_cell(self, at_base_width: int) -> int:
        """Pixels of a cell's side at most, where a view has so many at the base width."""
        most = round(at_base_width * self.cell_unit)
        return min(most, self.most_cell) if self.most_cell else most

    @cached_property
    def least_em(self) -> float:
        """The smallest font size that may be used; a wider picture may keep it, and so hold more."""
        return self.size.em or (_LEAST_TEXT + 0.25) / self.font.cap_height * min(self.unit, 1)

    @cached_property
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
    caption: tuple[str, ...] = ()
    input_label: str | None = None  # left out: the language's word
    output_label: str | None = None
    remark: str = ""
    is_heat: bool = False  # whether numbers are colours, too
    scale: Scale | None = None  # of the output's numbers as colours; wider where sums on their way are
    most_cell: int = 0
    is_slow: bool = False  # whether steps are shown part by part, too
    decimals: int = 2
    least_decimals: int = 0
    beside: tuple[Geometry, ...] = ()  # of figures of the same picture whose maps stand as this one's do
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)

    @property
    def filled(self) -> Mapping[str, str]:
        """What the cells around the input are, and products with them."""
        return dict.fromkeys(("padding", "product"), filled(self.geometry))

    @property
    def is_scatter(self) -> bool:
        """Whether each step is one input cell spread over the output."""
        return self.transposed_as == "scatter"
