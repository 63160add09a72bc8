"""WebP: its words, and how large it is."""

import io
from xml.etree import ElementTree

from helpers.streams import Pipe
from PIL import Image

from convanim import Conv, Options
from convanim.export.films.webp import write_webp
from convanim.export.gif.gif import write_gif
from convanim.figures.animation import compose

WORDS = '<b> & "quotes" 猫 \ud800\x07'


def test_words_come_through() -> None:
    """Title and alternative text are in the file as XMP, whatever they hold."""
    stream = Pipe()
    write_webp(compose(Conv(4, 3), Options(width=150, title=WORDS, alt=WORDS * 2)), stream, lambda: None)
    with Image.open(io.BytesIO(stream.getvalue())) as picture:
        packet = ElementTree.fromstring(picture.info["xmp"])
    words = [element.text for element in packet.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")]
    told = '<b> & "quotes" 猫 ?'
    assert words == [told, told * 2]


def test_a_film_is_about_as_small_as_a_gif() -> None:
    """All its colours and its transparency take at most half as much again as a GIF's palette."""
    animation = compose(Conv(5, 3, padding=1), Options(glide=False))
    film, gif = io.BytesIO(), io.BytesIO()
    write_webp(animation, film, lambda: None)
    write_gif(animation, gif, lambda: None)
    assert len(film.getvalue()) < 1.5 * len(gif.getvalue())
