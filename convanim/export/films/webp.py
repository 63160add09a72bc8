"""WebP: moving pictures with true transparency, without loss, through Pillow's encoder."""

from collections.abc import Iterable
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from convanim.export.stamp import stamp
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.render.boxes import LARGEST, Box
from convanim.render.frames import Frame, frames
from convanim.render.pixels import straight_rgba

# Without loss, quality (of 100) and method (of 6) say how hard the encoder tries; no frame needs to be whole again.
_EFFORT = {"quality": 50, "method": 3, "kmin": 0, "kmax": 0}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"


def write_webp(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
    """Write an animation as a WebP, from its frames if they are `drawn`. No frame is kept, only what it packs into."""
    animation = film(animation)
    timing = animation.timing
    moving = _Film(animation, frames(animation) if drawn is None else drawn, progress)
    moving.save(
        stream,
        "WEBP",
        save_all=True,
        lossless=True,
        duration=[10 * timing.duration(number) for number in range(len(timing.steps))],
        loop=timing.loop,
        xmp=_metadata(animation),
        **_EFFORT,
    )


class _Film(Image.Image):
    """The frames of an animation as Pillow takes those of a file: one at a time, when it goes to them."""

    def __init__(self, animation: Animation, drawn: Iterable[Frame], progress: Progress) -> None:
        super().__init__()
        self._mode = "RGBA" if animation.theme.transparent else "RGB"
        self._size = (animation.scene.width, animation.scene.height)
        self.im = Image.new(self._mode, self._size).im
        self.n_frames = len(animation.timing.steps)
        self._frames = iter(drawn)
        self._next = 0
        self._progress = progress
        self.seek(0)

    def tell(self) -> int:
        """The first frame is where Pillow starts."""
        return 0

    def seek(self, frame: int) -> None:
        """Go to the next frame; those before are gone."""
        if frame != self._next:
            return
        drawn = next(self._frames)
        for band in Box(0, 0, self.width, self.height).bands(LARGEST):
            pixels = straight_rgba(drawn.packed[band.region])[..., : len(self._mode)]
            self.paste(Image.fromarray(np.ascontiguousarray(pixels)), (0, band.top))
        self._next += 1
        self._progress()


def _metadata(animation: Animation) -> bytes:
    """Title, alternative text and mark as XMP, in Dublin Core's words; the mark last, near the end of the file."""
    packet = ElementTree.Element("{adobe:ns:meta/}xmpmeta")
    about = ElementTree.SubElement(ElementTree.SubElement(packet, f"{{{_RDF}}}RDF"), f"{{{_RDF}}}Description")
    about.set(f"{{{_RDF}}}about", "")
    for name, text in (("title", animation.title), ("description", animation.alt)):
        choice = ElementTree.SubElement(ElementTree.SubElement(about, f"{{{_DC}}}{name}"), f"{{{_RDF}}}Alt")
        words = ElementTree.SubElement(choice, f"{{{_RDF}}}li", {"xml:lang": "x-default"})
        words.text = "".join(c for c in text.encode(errors="replace").decode() if c.isprintable() or c.isspace())
    ElementTree.SubElement(about, f"{{{_DC}}}identifier").text = stamp(animation).decode()
    return bytes(ElementTree.tostring(packet, encoding="utf-8"))
