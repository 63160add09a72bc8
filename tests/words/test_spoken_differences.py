"""Two layers held against each other in every language: nothing is left in English, and English is what it was."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from helpers.campaigns import listed
from helpers.spoken import picture_texts, pseudo_language

from convanim import AvgPool, Conv, ConvTranspose, MaxPool, animate, differ, load_recipe
from convanim.code.frameworks import FRAMEWORKS
from convanim.errors import RequestError
from convanim.explain.difference_json import difference_json
from convanim.explain.differing import Differing
from convanim.files.catalogue import language_names, template_groups
from convanim.words.language import english
from convanim.words.user_language import load_words

OTHERS = [name for name in language_names() if name != "en"]
LATIN = re.compile(r"[A-Za-z]+")
KERAS = 'keras.layers.Conv2D(8, 3, strides=2, padding="same")'
TORCH = "nn.Conv2d(3, 8, 3, stride=2, padding=1)"
DEPTHWISE = "keras.layers.DepthwiseConv2D(3, depth_multiplier=2, padding='same')"
NUMBERS = {"values": "random:3"}
# Pairs that together have everything said that can be: A, B, the input's size, options.
PAIRS: dict[str, tuple[Any, Any, str | None, dict[str, Any]]] = {
    "later": (TORCH, KERAS, "3@8x8", {}),
    "earlier": (KERAS, TORCH, "3@8x8", NUMBERS),
    "other kernels": ("conv -k 3", "conv -k 5", "9", NUMBERS),
    "other strides": ("conv -k 3 -s 2", "conv -k 3", "9", {}),
    "other first windows": ("conv -k 3 -s 2 -p 2", "conv -k 3", "9", {}),
    "other dilations": ("conv -k 3 -d 2", "conv -k 3", "9", {}),
    "copies": ("conv -k 3 -p 1", "conv -k 3 -p 1 --padding-mode reflect", "9", {}),
    "flipped": ("conv -k 3", "conv-transpose -k 3 -p 2", "9", {}),
    "flipped first": ("conv-transpose -k 3 -p 2", "conv -k 3", "9", {}),
    "other zeros": ("conv-transpose -k 3 -s 2", "conv-transpose -k 3 -s 3 -p 1", "4", {}),
    "output padding": ("conv-transpose -k 3 -s 2", "conv-transpose -k 3 -s 2 -p 1 --output-padding 1", "4", {}),
    "rounded up": ("max-pool -k 2", "max-pool -k 2 --ceil-mode", "5", {}),
    "rounded down": ("max-pool -k 2 --ceil-mode", "max-pool -k 2", "5", {}),
    "counted": ("avg-pool -k 3 -s 1 -p 1", "avg-pool -k 3 -s 1 -p 1 --no-count-include-pad", "4", NUMBERS),
    "divided": ("avg-pool -k 2", "avg-pool -k 2 --divisor-override 3", "6", {}),
    "behind": ("max-pool -k 2", "max-pool -k 2 -p 0:1", "5", {}),
    "groups": ("nn.Conv2d(4, 4, 3, groups=2)", "nn.Conv2d(4, 4, 3)", "9", {}),
    "filters": ("nn.Conv2d(4, 6, 3)", "nn.Conv2d(4, 4, 3)", "9", {}),
    "both ways": ("conv -k 3 -p 1:0x0:2", "conv -k 3 -p 0:1x2:0", "9", {}),
    "far": ("conv -k 3 --dims 1 -p 20:0", "conv -k 3 --dims 1 -p 0:20", "9", {}),
    "padding alone": (
        "max-pool -k 2 -s 1",
        MaxPool(2, 2, 2, ((1, 1), (1, 1)), 2),
        "2",
        {"values": [[1, 2], [3, 4]]},
    ),
    "large": ("nn.MaxPool2d(1000, 1)", 'MaxPool(kernel_shape=[1000, 1000], auto_pad="SAME_UPPER")', "4000", {}),
    "one cell": ("conv -k 3 -p 0:2 -s 9", "conv -k 3 -p 2:0 -s 9", "3", {}),
    "no such layer": ("nn.MaxPool2d(3, dilation=2)", "keras.layers.MaxPooling2D(3)", "9", {}),
    "equal": ("conv -k 3 -s 2 -p 0:1", "conv -k 3 -s 2", "7", NUMBERS),
    "equal pools": (
        "nn.MaxPool2d(3, 2, ceil_mode=True)",
        'keras.layers.MaxPooling2D(3, strides=2, padding="same")',
        "6",
        {},
    ),
    "layers": (
        Conv(5, 3, 1, 1, padding_mode="circular"),
        ConvTranspose(5, 3, 1, 1),
        None,
        {**NUMBERS, "kernel_values": "box"},
    ),
    "means": (AvgPool(5, 2), AvgPool(5, 2, ceil_mode=True, count_include_pad=False), None, NUMBERS),
    "depthwise": ("nn.Conv2d(2, 4, 3, groups=2)", DEPTHWISE, "5", {}),
}
GROUP = "Where two layers differ"


def found_in(name: str, lang: str | None) -> Differing:
    """What two layers of a pair do differently, in a language."""
    a, b, size, options = PAIRS[name]
    return differ(a, b, size, **options, **({} if lang is None else {"lang": lang}))


def codes(found: Differing) -> set[str]:
    """All that is code in the explanation, and what a framework lacks, which are the same in every language."""
    said = {each.text for each in (found.a, found.b)} | {FRAMEWORKS[name].title for name in FRAMEWORKS}
    said |= {found.weights, found.mended_weights, *map(str, found.orders or ()), found.why_not(english())}
    if found.mend is not None:
        said |= {found.mend.before, found.mend.layer, found.mend.after}
    return said - {"", "w"}


def words_left(found: Differing, text: str) -> set[str]:
    """What is written in Latin letters besides code, the names A and B, and the letters of equations."""
    for code in sorted(codes(found), key=len, reverse=True):
        text = text.replace(code, "")
    return set(LATIN.findall(re.sub(r"\b[wx](?=\[)|\b[AB]\b|\de[−\d]", "", text)))


@listed("name", PAIRS, start=1)
def test_english_is_what_it_was(name: str) -> None:
    """What `differ` said before there was a choice, byte for byte."""
    before = json.loads((Path(__file__).parent / "english_differences.json").read_text("utf-8"))
    assert str(found_in(name, None)).splitlines() == before[name]
    assert str(found_in(name, "en")).splitlines() == before[name]


@listed("name", PAIRS)
def test_all_that_is_said_is_in_the_catalogue(name: str, tmp_path: Path) -> None:
    """In a language of other letters no Latin one is left but in code, and in the names A and B."""
    found = found_in(name, pseudo_language(tmp_path / "strange.toml"))
    assert not words_left(found, str(found))


@listed("name, lang", list(product(PAIRS, OTHERS)), one_in=11)
def test_no_english_word_is_left(name: str, lang: str) -> None:
    """In another language there are that language's words alone."""
    found = found_in(name, lang)
    phrases = load_words(lang).phrases.values()
    texts = [text for phrase in phrases for text in ([phrase] if isinstance(phrase, str) else phrase.values())]
    own = {word for text in texts for word in LATIN.findall(text)}
    assert words_left(found, str(found)) <= own
    assert str(found) != str(found_in(name, None))


@listed("name", [name for name in PAIRS if name not in ("large", "earlier")])
def test_figures_speak_the_language_of_what_they_are_of(name: str, tmp_path: Path) -> None:
    """Titles over the parts, the line below, labels, and the alternative text; crosses are the same."""
    lang = pseudo_language(tmp_path / "strange.toml")
    found = found_in(name, lang)
    looks = {"width": 2000, "values": None, "kernel_values": None}
    animation = animate(found.comparison, lang=lang, **looks).animation
    texts = "\n".join([animation.title, animation.alt, *picture_texts(animation)])
    assert not words_left(found, texts)
    assert re.search("[а-щ]", animation.alt)
    plain = animate(found_in(name, None).comparison, **looks).animation
    marks = [sum(shape.role == "differing" for shape in each.scene.shapes) for each in (animation, plain)]
    assert marks[0] == marks[1]


@listed("name", template_groups()[GROUP])
def test_templates_keep_their_frames_in_other_languages(name: str) -> None:
    """Without their English words, and with their frames and the line that says how many differ."""
    animation = load_recipe(name, lang="de", width=1200).animation()
    assert "differing" in animation.scene.roles()
    assert any(re.search(r"Ausgabezelle|Zellen, die beide haben", text) for text in picture_texts(animation))
    assert "Abweichende Ausgabezellen sind eingerahmt: " in animation.alt


def test_json_is_the_same_in_every_language() -> None:
    """Keys and words of JSON are English, a layer's name too."""
    for name in ("layers", "no such layer", "earlier"):
        assert difference_json(found_in(name, "ja")) == difference_json(found_in(name, None))
    assert found_in("layers", "ja").json()["b"]["text"] == "conv transpose 3×3 padding 1"


def test_numbers_and_shifts_are_written_as_a_language_writes_them() -> None:
    """Decimal commas, thousands, forms for one and for many, small numbers in words."""
    german = str(found_in("counted", "de"))
    assert "(3 + 3 + 0 + 2)/9 ≈ 0,89" in german
    assert "um höchstens 1,11: bei (0, 0) hat A 0,89, B 2" in german
    assert "9.006.001 Zellen" in str(found_in("large", "de"))
    shifted = "die Fenster von B beginnen eine Zeile später und zwei Spalten früher: "
    assert shifted in str(found_in("both ways", "de"))
    assert "les fenêtres de B commencent 20 cellules plus loin" in str(found_in("far", "fr"))
    assert "las ventanas de B empiezan una fila después" in str(found_in("later", "es")).replace(" y una columna", "")
    assert "die einzige Ausgabezelle weicht ab" in str(found_in("one cell", "de"))
    assert "máx(1; 2; 3; 4) = 4" in str(found_in("padding alone", "es"))


def test_a_language_that_is_none_is_refused_at_once() -> None:
    """Before anything is said."""
    with pytest.raises(RequestError, match="no such language"):
        differ("conv -k 3", "conv -k 3 -p 1", 5, lang="kol")
