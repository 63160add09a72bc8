"""PPTX by python-pptx: 16:9 slides with a figure each, its title, its caption and its alternative text.

The same deck is the same bytes: parts carry no dates.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from convanim.export.gif.gif import write_gif
from convanim.export.png.png import PngWriter
from convanim.export.slide_steps import enlarged, fitted, forward_only, step_words
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.render.frames import frames
from convanim.scene.font import BUNDLED, Metrics
from convanim.style.theme import Colour

_WIDTH, _HEIGHT = 40 / 3, 7.5  # inches, 16:9
_MARGIN = 0.6
_TITLE = (0.3, 0.95)  # top and height
_FIGURE = (1.3, 4.9)
_CAPTION = (6.25, 1.05)
_PIXELS_PER_INCH = 144  # a slide of 1920 by 1080
_TITLE_ONLY = "Title Only"  # the layout of python-pptx's own presentation
_LONG_TITLE = 45  # letters that fit on one line
_WIDE = 0x2E80  # from where on scripts of East Asia stand
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP file can say
_STORED = (".gif", ".png")
_NOT_IN_XML = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_slide(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as a slide of its own."""
    write_slides([animation], stream, progress)


def write_slides(
    animations: Sequence[Animation], stream: BinaryIO, progress: Progress, *, per_step: bool = False
) -> None:
    """Write a slide a figure that plays by itself, or a slide a step."""
    deck = _empty_deck(", ".join(dict.fromkeys(animation.title for animation in animations)))
    for animation in animations:
        large = enlarged(animation, _room(animation, _PIXELS_PER_INCH))
        if per_step:
            _add_steps(deck, forward_only(large), progress)
        else:
            _add_figure(deck, large, progress)
    packed = io.BytesIO()
    deck.save(packed)
    _without_dates(packed, stream)


def _empty_deck(title: str) -> Any:
    """A 16:9 presentation with a single layout and no slides."""
    deck = Presentation()
    stretch = Inches(_WIDTH) / deck.slide_width
    deck.slide_width, deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name != _TITLE_ONLY:
            deck.slide_layouts.remove(layout)
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in page.placeholders:
            shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = _in_xml(title)[:255], "", ""
    for dated in ("created", "modified"):
        for element in properties._element.findall(f"{{http://purl.org/dc/terms/}}{dated}"):
            properties._element.remove(element)
    package = deck.part.package
    for name, relation in list(package._rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:  # of another presentation
            package.drop_rel(name)
    return deck


def _add_figure(deck: Any, animation: Animation, progress: Progress) -> None:
    picture = io.BytesIO()
    if len(animation.timing.steps) == 1:
        PngWriter(animation).write(next(frames(animation)), picture)
        progress()
    else:
        write_gif(animation, picture, progress)
    slide = _add_slide(deck, animation, picture, animation.alt, animation.caption)
    slide.notes_slide.notes_text_frame.text = _in_xml(animation.alt)


def _add_steps(deck: Any, animation: Animation, progress: Progress) -> None:
    writer = PngWriter(animation)
    for number, frame in enumerate(frames(animation)):
        picture = io.BytesIO()
        writer.write(frame, picture)
        step = step_words(animation, number)
        slide = _add_slide(deck, animation, picture, f"{animation.alt} {step}.", (*animation.caption, step))
        if number == 0:
            slide.notes_slide.notes_text_frame.text = _in_xml(animation.alt)
        progress()


def _add_slide(deck: Any, animation: Animation, picture: BinaryIO, alt: str, caption: Sequence[str]) -> Any:
    """A slide with a title, a picture that fills its room, and a caption."""
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    theme = animation.theme
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = _rgb(theme.background)
    title = slide.shapes.title
    _place(title, _TITLE)
    words = _in_xml(animation.title)
    size = 30 if len(words) <= _LONG_TITLE else 22 if len(words) <= 2.5 * _LONG_TITLE else 15
    _write(title.text_frame, [words], size, theme.styles["label"].text, animation.font)
    scene = animation.scene
    room = _room(animation, 1.0)
    width, height = fitted(scene.width, scene.height, room)
    left, top = (_WIDTH - width) / 2, _FIGURE[0] + (room[1] - height) / 2
    picture.seek(0)
    shown = slide.shapes.add_picture(picture, Inches(left), Inches(top), Inches(width), Inches(height))
    shown.name = _in_xml(animation.name)
    shown._element.nvPicPr.cNvPr.set("descr", _in_xml(alt))
    if caption:
        box = slide.shapes.add_textbox(0, 0, 0, 0)
        box.name = "Caption"
        _place(box, _CAPTION)
        size = 14 if len(caption) <= 4 else 11
        _write(box.text_frame, list(map(_in_xml, caption)), size, theme.styles["caption"].text, animation.font)
    return slide


def _room(animation: Animation, per_inch: float) -> tuple[float, float]:
    """What a figure may take of a slide, in inches or so many pixels for each; where there is no caption, its place."""
    top, height = _FIGURE
    if not animation.caption:
        height = _CAPTION[0] + _CAPTION[1] / 2 - top
    return (_WIDTH - 2 * _MARGIN) * per_inch, height * per_inch


def _place(shape: Any, band: tuple[float, float]) -> None:
    shape.left, shape.width = Inches(_MARGIN), Inches(_WIDTH - 2 * _MARGIN)
    shape.top, shape.height = Inches(band[0]), Inches(band[1])


def _write(frame: Any, lines: Sequence[str], size: float, colour: Colour | None, font: Metrics) -> None:
    """Centred lines of text; programs take what the font lacks from another."""
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.text = "\n".join(lines)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.CENTER
        paragraph.font.size = Pt(size)
        _name_fonts(paragraph, font)
        if colour is not None:
            paragraph.font.color.rgb = _rgb(colour)


def _name_fonts(paragraph: Any, font: Metrics) -> None:
    """Name the font of a paragraph's text, and that of its Chinese, Japanese or Korean."""
    if font == BUNDLED:
        return
    paragraph.font.name = _in_xml(font.faces[0].family)
    for run in paragraph.runs:
        wide = next((character for character in run.text if ord(character) >= _WIDE), "")
        run.font.name = paragraph.font.name
        if wide:
            east = run._r.get_or_add_rPr().makeelement(qn("a:ea"), {"typeface": _in_xml(font.face_of(wide).family)})
            run._r.rPr.find(qn("a:latin")).addnext(east)


def _rgb(colour: Colour) -> Any:
    return RGBColor.from_string(bytes(colour).hex())  # type: ignore[no-untyped-call]


def _in_xml(text: str) -> str:
    """Text on one line, without what XML cannot hold."""
    return _NOT_IN_XML.sub("", " ".join(text.split()))


def _without_dates(packed: BinaryIO, stream: BinaryIO) -> None:
    """Copy a ZIP file, every entry dated alike; pictures are packed already."""
    with zipfile.ZipFile(packed) as made, zipfile.ZipFile(stream, "w") as copy:
        for entry in made.infolist():
            plain = zipfile.ZipInfo(entry.filename, _NO_DATE)
            plain.compress_type = zipfile.ZIP_STORED if entry.filename.endswith(_STORED) else zipfile.ZIP_DEFLATED
            copy.writestr(plain, made.read(entry))
