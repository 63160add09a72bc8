"""The size of a picture, from the options that say it."""

import re
from math import inf

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.scene.lengths import Length, length_of
from convanim.scene.picture_size import DPIS, SUCH_TEXT, SUCH_WIDTHS, WIDTHS, PictureSize

_TEXT = Length(8, "pt")  # on paper, where none is given; as figures in papers have it
_DPI = 300
_WIDTH = 480  # where none is given
_PROPOSED = re.compile(r"try ([0-9.]+)\w* or more")
_LEAST_CELL = 4  # pixels of a cell's side
_LEAST_PIXELS = 6  # of a font size; smaller letters are a blur,
_LEAST_POINTS = 4  # or on paper too small to be read, and lines thinner than a press prints


def picture_size(options: Options) -> PictureSize:
    """The size that options ask for; raises RequestError where they do not go together, or nothing can be so large."""
    if options.cell_size is not None and options.cell_size < _LEAST_CELL:
        raise RequestError(
            "cell_size", options.cell_size, f"fewer than {_LEAST_CELL} pixels are no cell to be seen", "try 32"
        )
    width = length_of("width", _WIDTH if options.width is None else options.width, SUCH_WIDTHS)
    text = None if options.text_size is None else length_of("text_size", options.text_size, SUCH_TEXT)
    if not width.is_on_paper:
        return _on_screen(width, text, options)
    dpi = _DPI if options.dpi is None else options.dpi
    if dpi not in DPIS:
        raise RequestError("dpi", dpi, f"not from {DPIS[0]} to {DPIS[-1]}", f"try {_DPI}")
    if options.scale != 1:
        rule = f"a width of {width} says already how large the picture is"
        raise RequestError("scale", options.scale, rule, "leave it out; a larger {dpi} is more pixels")
    size = PictureSize(width, text or _TEXT, dpi, options.dpi is not None)
    if size.pixels not in WIDTHS:
        _refuse_pixels(size)
    if text is not None and not text.is_on_paper:
        raise RequestError(
            "text_size", options.text_size, f"a width of {width} is of paper", "give points, such as 8pt"
        )
    _refuse_illegible(size)
    return size


def proposed_width(error: RequestError) -> float:
    """The width that an error proposes, in the unit that was asked for; infinite where there is none."""
    found = _PROPOSED.search(error.fix)
    return float(found[1]) if found else inf


def _on_screen(width: Length, text: Length | None, options: Options) -> PictureSize:
    if width.number not in WIDTHS:
        rule = f"not a whole number of pixels from {WIDTHS[0]} to {WIDTHS[-1]}"
        raise RequestError("width", options.width, rule, "try 480, or on paper 8.5cm")
    if options.dpi is not None:
        rule = f"it is of a width on paper, and this one is {width.number:g} pixels"
        raise RequestError("dpi", options.dpi, rule, "leave it out, or give a width such as 8.5cm")
    if text is not None and text.is_on_paper:
        rule = f"it is of paper, and the width is {width.number:g} pixels"
        raise RequestError("text_size", options.text_size, rule, "give such as 14px, or a width such as 8.5cm")
    size = PictureSize(width, text)
    _refuse_illegible(size)
    return size


def _refuse_pixels(size: PictureSize) -> None:
    """Raise RequestError for a width on paper that is too few or too many pixels."""
    width, dpi = size.width, size.dpi
    if size.pixels < WIDTHS[0]:
        enough = Length(width.number * WIDTHS[0] / (width.inches * dpi), width.unit).rounded_up()
        rule = f"at {dpi} dpi it is {size.pixels} pixels, and a picture has at least {WIDTHS[0]}"
        raise RequestError("width", str(width), rule, f"try {enough} or more")
    most = Length(width.number * WIDTHS[-1] / (width.inches * dpi), width.unit).rounded_down()
    rule = f"at {dpi} dpi it is {size.pixels:,} pixels, and a picture has at most {WIDTHS[-1]:,}"
    coarser = int(WIDTHS[-1] / width.inches)
    or_dpi = f", or {{dpi}} {coarser // 10 * 10 if coarser > DPIS[0] + 10 else coarser}" if coarser in DPIS else ""
    raise RequestError("width", str(width), rule, f"try {most} or less{or_dpi}")


def _refuse_illegible(size: PictureSize) -> None:
    """Raise RequestError for text that nobody can read."""
    if size.text is None or size.em is None:
        return
    if size.is_on_paper and size.text.inches * 72 < _LEAST_POINTS - 1e-9:
        rule = f"too small to be read: at least {_LEAST_POINTS}pt"
        raise RequestError("text_size", str(size.text), rule, "try 6pt, and a wider picture where it finds no room")
    if size.em < _LEAST_PIXELS - 0.1:
        rule = f"of {size.em:.1f} pixels, and smaller than {_LEAST_PIXELS} cannot be read"
        fix = "try a larger {dpi}" if size.is_on_paper else f"try {2 * _LEAST_PIXELS}px"
        raise RequestError("text_size", str(size.text), rule, fix)
