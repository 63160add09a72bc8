"""All the words that a figure says: in its picture, under it, for those who do not see it, and in its explanation."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from convanim.explain.figure_text import explained
from convanim.export.html.html import page_of
from convanim.figures.animation import Animation
from convanim.figures.subject import Subject
from convanim.scene.scene import Texts, shown
from convanim.words.language import PLACEHOLDER, Phrase, english
from helpers.html_pages import read_page

_FRAMES = 2
_NOT_SAID = ("script", "style", "html")  # elements whose text is none; a title of <html> there is not
_ATTRIBUTES = ("aria-label", "aria-roledescription", "title", "alt")
# Letters that no phrase has, and fonts do: Latin ones in a text of a pseudo-language are not from its file.
_STRANGE = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "абвгдежзийклмнопрстуфхцчшщАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩ"
)


def picture_texts(animation: Animation) -> Iterator[str]:
    """What stands in the picture at the first, the middle and the last step."""
    steps = animation.timing.steps
    for shape in animation.scene.shapes:
        if not isinstance(shape, Texts):
            continue
        if not callable(shape.text):
            yield " ".join(shape.text)
            continue
        for step in sorted({steps[0], steps[len(steps) // 2], steps[-1]}):
            yield " ".join(shape.text(step, int(element)) for element in shown(shape.when, len(shape), step))


def told(animation: Animation) -> Iterator[str]:
    """What is said of it beside the picture."""
    yield from (animation.title, animation.alt, *animation.caption)
    yield from (animation.scene.equation(step) for step in animation.timing.steps[:4])


def explanation(figure: Subject, animation: Animation) -> str:
    """What `explain` prints, but for lines of frameworks' code."""
    lines = explained(figure, animation.words).splitlines()
    return "\n".join(line for line in lines if not re.match("  (PyTorch|Keras|ONNX|JAX)", line))


def page_texts(html: str) -> Iterator[str]:
    """What a page shows or has read out by itself; what its scripts say is in `script_phrases`."""
    for element in read_page(html).elements:
        if element.tag not in _NOT_SAID:
            yield element.text
        yield from (element.attributes[name] for name in _ATTRIBUTES if name in element.attributes)


def said(figure: Subject, animation: Animation) -> str:
    """Everything that a figure says, a line each."""
    texts = [*picture_texts(animation), *told(animation), explanation(figure, animation)]
    return "\n".join([*texts, *page_texts(page_of(_begun(animation)))])


def _begun(animation: Animation) -> Animation:
    """Its first frames alone: a page of more of them has no other words."""
    timing = animation.timing
    few = replace(timing, steps=timing.steps[:_FRAMES], times=timing.times[:_FRAMES], turn=None, slow=0)
    return replace(animation, timing=few, still=0)


def strange(phrase: str) -> str:
    """A phrase in letters of another script, its places left as they are."""
    pieces = re.split(r"(\{[a-z]+\})", phrase)
    return "".join(piece if PLACEHOLDER.fullmatch(piece) else piece.translate(_STRANGE) for piece in pieces)


def pseudo_language(path: Path) -> str:
    """A language that has every phrase of the reference in another script, in a file; its name."""

    def toml(phrase: Phrase) -> str:
        if isinstance(phrase, str):
            return repr_toml(strange(phrase))
        return "{ " + ", ".join(f"{form} = {repr_toml(strange(text))}" for form, text in phrase.items()) + " }"

    phrases = "\n".join(f"{name} = {toml(phrase)}" for name, phrase in english().phrases.items())
    numbers = "decimal = ','\nthousands = '’'\nbetween = '; '\nsingular = [1]"
    path.write_text(f"tag = 'xx'\n[numbers]\n{numbers}\n[phrases]\n{phrases}\n", encoding="utf-8")
    return str(path)


def repr_toml(text: str) -> str:
    """A text as TOML has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
