"""How large a picture and its text are to be: in pixels, or on paper."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from convanim.scene.lengths import PIXELS, Length

WIDTHS = range(64, 8193)  # of a picture, in pixels
DPIS = range(72, 2401)  # pixels in an inch of paper
SUCH_WIDTHS, SUCH_TEXT = "480, in pixels, or 8.5cm", "8pt, or 14px with a width in pixels"
SCREEN = 96  # pixels in an inch of what has no size on paper; as CSS has them
_WIDER = 1.04  # one width on paper that is tried to the next


@dataclass(frozen=True)
class PictureSize:
    """The width of a whole picture, the font size of its text, and how many pixels there are to an inch of it.

    Without `text` the font size goes with the width. A picture may have several `parts` of equal width, with text of
    one size; what is drawn is one of them.
    """

    width: Length
    text: Length | None = None
    dpi: int = SCREEN
    has_dpi: bool = False  # whether it was asked for
    parts: int = 1

    @property
    def is_on_paper(self) -> bool:
        """Whether the picture has a size of its own, wherever it stands."""
        return self.width.is_on_paper

    @cached_property
    def pixels(self) -> int:
        """The width in pixels."""
        return round(self.width.inches * self.dpi)

    @cached_property
    def own_pixels(self) -> int:
        """The width of one part in pixels."""
        return self.pixels // self.parts

    def split(self, parts: int) -> "PictureSize":
        """One of so many parts of equal width of this one."""
        return replace(self, parts=self.parts * parts)

    @property
    def asked_width(self) -> int | str:
        """The width as options have it: of pixels the number alone."""
        return str(self.width) if self.is_on_paper else self.pixels

    @cached_property
    def per_inch(self) -> float:
        """Pixels in an inch: `dpi`, but for the rounding to whole pixels, so that the width is exact."""
        return self.pixels / self.width.inches

    @property
    def on_screen(self) -> float:
        """Pixels of a screen for one of the picture's, where it has the size that it has on paper."""
        return SCREEN / self.per_inch

    @cached_property
    def em(self) -> float | None:
        """The font size in pixels; None where it goes with the width."""
        if self.text is None:
            return None
        return self.text.inches * self.per_inch if self.is_on_paper else self.text.number

    @property
    def grain(self) -> float:
        """Pixels here for one of a screen: what is too small to be seen there is too small on paper."""
        return max(1.0, self.per_inch / SCREEN)

    def wider(self) -> "Iterator[PictureSize]":
        """Pictures that are wider, each somewhat more than the last, with text of the same size."""
        size = self
        while True:
            if self.is_on_paper:
                width = replace(size.width, number=size.width.number * _WIDER).rounded_up()
            else:
                width = Length(size.pixels * 11 // 100 * 10 + 10, PIXELS)
            size = replace(size, width=width)
            if size.pixels not in WIDTHS:
                return
            yield size
