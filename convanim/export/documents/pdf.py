"""PDF: a page for each frame, in order; of a bouncing animation for those that go forward."""

import io
from typing import Any, BinaryIO

import matplotlib

from convanim.export.documents.pdf_fonts import PdfFileWithFonts
from convanim.export.documents.pdf_pages import SETTINGS, Pages
from convanim.export.stamp import stamp
from convanim.export.writer import Progress
from convanim.figures.animation import Animation


def write_pdf(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as a PDF, page by page; where its width is not one on paper, 96 pixels are an inch."""
    timing = animation.timing
    metadata = {
        "Title": _encodable(animation.title),
        "Subject": _encodable(animation.alt),
        "Creator": "convanim",
        "CreationDate": None,  # the same figure is the same bytes
    }
    with matplotlib.rc_context(SETTINGS):
        file: Any = PdfFileWithFonts(_Counted(stream), metadata)
        file.write(b"% " + stamp(animation) + b"\n")
        pages = Pages(file, animation.scene, animation.theme, animation.size.per_inch)
        for step in timing.steps[: timing.forward]:
            pages.add(step)
            progress()
        file.finalize()
        file.close()


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()


class _Counted(io.RawIOBase):
    """A stream that knows its place without asking the one it writes to, which may be a pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = 0

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        self._stream.write(data)
        self._place += len(data)
        return len(data)
