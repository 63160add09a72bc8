"""Languages: each says everything, nothing is said that is not in them, and English is what it was."""

import io
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from helpers.campaigns import listed, together
from helpers.spoken import page_texts, picture_texts, pseudo_language, said, told

from convanim import AvgPool, Chain, Conv, ConvTranspose, MaxPool, Options
from convanim.explain.figure_text import explained
from convanim.export.formats import FORMATS
from convanim.export.html.html import page_of
from convanim.export.slide_steps import step_words
from convanim.figures.alt_text import alt_text
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Subject
from convanim.files.catalogue import language_file, language_names, template_groups, template_names
from convanim.files.templates import page, templates_folder
from convanim.layers.backward import Backward
from convanim.publish.decks.reveal import reveal_page
from convanim.publish.gallery import topic_phrase
from convanim.scene.scene import Cells
from convanim.words.language import Phrase, english, placeholders
from convanim.words.user_language import load_words

OTHERS = [name for name in language_names() if name != "en"]
LATIN = re.compile(r"[A-Za-z]+")
# What is the same in languages that are not written in Latin letters, or in all of them: names, units, code.
NAMES = {"ReLU", "Leaky", "GELU", "SiLU", "tanh", "max", "k", "M", "G", "T", "P", "e", "ceil", "mode", "convanim"}
NAMES |= {*"oikwxycrj", "im", "col", "stride"}  # cells and numbers, in formulas; im2col; an argument
CITED = re.compile(r" \((?:torch|Dumoulin|TensorFlow|ONNX|Keras|count_include_pad|转|転|전).*", re.S)
# Figures that no template has: what they say is said nowhere else.
FIGURES: dict[str, tuple[Subject, dict[str, Any]]] = {
    "chain": (Chain("3@16x16", ["conv 3x3 20 p1", "leaky-relu", "max-pool 2", "conv 3x3 8 s2", "conv 1x1 4 g4"]), {}),
    "pointwise": (Chain(4, ["tanh", "sigmoid", "gelu", "silu"]), {"values": "random:3"}),
    "labels off": (Chain("2@8x8", ["conv 3x3 4", "relu"]), {"values": "random:3", "view": "iso", "labels": False}),
    "circular": (Conv(5, 3, padding=1, padding_mode="circular"), {"values": "random:3", "caption": True}),
    "large": (Conv(400, 5, 3), {"caption": True, "max_frames": 50}),
    "causal": (Chain(9, ["conv 3 p2:0", "conv 3 d2 p4:0"], dims=1), {"caption": True}),
    "grouped": (Conv("4@5x5", 3, out_channels=4, groups=2), {"caption": True, "values": "random:3"}),
    "sheet": (Conv(5, 3), {"sheet": "2x2", "caption": True}),
    "backward": (Backward(Conv("2@7x6", 3, 2, padding=1), "input"), {"caption": True, "values": "random:3"}),
    "backward by the weights": (Backward(Conv("2@5x5", 3, out_channels=2), "weight"), {"caption": True}),
    "transposed backward": (Backward(ConvTranspose(3, 3, 2), "weight"), {"caption": True, "values": "random:3"}),
    "transposed backward by the input": (Backward(ConvTranspose(3, 3, 2), "input"), {"caption": True}),
    "winners": (Backward(MaxPool("2@4x4", 2), "input"), {"caption": True, "values": "random:3"}),
    "shares": (Backward(AvgPool(4, 3, 2, padding=1), "input"), {"caption": True, "values": "random:3"}),
    "whole windows": (Backward(AvgPool(4, 2), "input"), {"caption": True}),
    "padding alone": (Backward(MaxPool(1, 2, padding=1, dilation=2, dims=1), "input"), {"values": "random:3"}),
}


def speaking(name: str, lang: str | None) -> tuple[Animation, str]:
    """A template, or one of `FIGURES`, in a language; and everything that it says."""
    options: dict[str, Any] = {} if lang is None else {"lang": lang}
    if lang in ("zh", "ja", "ko"):  # what the font lacks is spelled out, which takes its room
        options["width"] = 3000
    if name in FIGURES:
        figure, looks = FIGURES[name]
        animation = compose(figure, Options(**{**looks, **options}))
    else:
        recipe = load_recipe(name, **options)
        figure, animation = recipe.spoken().figure, recipe.animation()
    return animation, said(figure, animation)


def forms(phrase: Phrase) -> Iterator[str]:
    """The texts of a phrase."""
    yield from [phrase] if isinstance(phrase, str) else phrase.values()


@pytest.mark.parametrize("name", language_names())
def test_a_language_says_everything(name: str, tmp_path: Path) -> None:
    """Each has all phrases of the reference, with the same places, and is right as a user's file would have to be."""
    copy = tmp_path / "copy.toml"
    copy.write_bytes(language_file(name).read_bytes())
    words, reference = load_words(str(copy)), english()
    assert words == load_words(name)
    assert list(words.phrases) == list(reference.phrases), "another order than that of the reference"
    assert all(placeholders(words.phrases[key]) == placeholders(phrase) for key, phrase in reference.phrases.items())
    assert words.tag.partition("-")[0] == name
    assert re.match(r"# [A-Z][a-z]+", language_file(name).read_text("utf-8"))


@together("name", OTHERS)
def test_phrases_are_translated(name: str) -> None:
    """Only names, signs and words that two languages share are as they are in English."""
    words, reference = load_words(name), english()
    same = {key for key, phrase in words.phrases.items() if phrase == reference.phrases[key]}
    signs = {"list", "sentences", "titled", "alt_titled", "alt_part", "span", "against", "padding_copied", "alt_window"}
    signs |= {"slice", "along"}  # d=0, as in formulas; 1 (height)
    others = {"side_layer", "activations_count", "figure_number", "title_conv", "zeros_count", "zeros", "six"}
    units = {"kilo", "mega", "giga", "tera", "peta"}
    names = {"softmax", "dropout", "key_winner"}
    shared = {"max", "tanh", "macs", "macs_count", "as_code", "activations", "dilation", "pause", "filter", "map"}
    assert same <= signs | units | shared | others | names, same


@listed("name", [*FIGURES, *template_names()], one_in=11)
def test_all_that_is_said_is_in_the_catalogue(name: str, tmp_path: Path) -> None:
    """In a language of other letters no Latin one is left but in numbers and words that frameworks have."""
    lang = pseudo_language(tmp_path / "strange.toml")
    animation, texts = speaking(name, lang)
    quoted = re.sub(r"'(?:same|same-lower|half|full|causal|valid)'", "", texts)
    left = set(LATIN.findall(re.sub(r"\de[−\d]", "", quoted))) - {*"oikwxy"}  # cells and numbers, in formulas
    if name.endswith("as_matrix") or name == "im2col":  # what equations have, everywhere
        left -= {*"abcdefghi", *"CxyWXY"}
    assert not left, f"{sorted(left)} in {name}"
    assert re.search("[а-щ]", animation.title + animation.alt)


@listed("name", [*FIGURES, *template_names()])
def test_english_is_what_it_was(name: str) -> None:
    """What figures said before there was a choice, byte for byte: titles, texts, equations, explanations, labels."""
    before = json.loads((Path(__file__).parent / "english_texts.json").read_text("utf-8"))[name]
    if name in FIGURES:
        figure, looks = FIGURES[name]
        options = Options(**looks)
        animation = compose(figure, options)
    else:
        recipe = load_recipe(name)
        figure, options, animation = recipe.figure, recipe.options, recipe.animation()
    title, _, *beside = told(animation)
    alt = alt_text(figure, english(), options.transposed_as)
    labels = [text for text in picture_texts(animation) if LATIN.search(text)]
    lines = [title, alt, *beside, *explained(figure, english()).splitlines(), *labels]
    assert list(dict.fromkeys(line for line in lines if line)) == before


@listed("name, lang", list(product([*FIGURES, *template_names()][::4], OTHERS)), one_in=19)
def test_no_english_word_is_left(name: str, lang: str) -> None:
    """What is said in another language has no word that English has and that language has not, but for names."""
    words = load_words(lang)
    animation, texts = speaking(name, lang)
    texts = "\n".join(CITED.sub("", line).replace("output_padding", "") for line in texts.splitlines())
    own = {word for phrase in words.phrases.values() for text in forms(phrase) for word in LATIN.findall(text)}
    theirs = {word for phrase in english().phrases.values() for text in forms(phrase) for word in LATIN.findall(text)}
    assert not set(LATIN.findall(texts)) & (theirs - own - {"same", "half", "full", "causal", "valid", "lower", "e"})
    if lang in ("zh", "ja", "ko"):
        is_matrix = any(isinstance(shape, Cells) and shape.map == "matrix" for shape in animation.scene.shapes)
        letters = set(ascii_letters if is_matrix else "dmn")  # of weights, or of formulas
        assert set(LATIN.findall(texts)) <= NAMES | letters | {"same", "half", "full", "causal", "valid", "lower"}
    assert animation.words == words


def test_scripts_say_only_what_they_are_given() -> None:
    """In the scripts of the interactive page no text is written that has a word in it and is no name of code."""
    for script in (templates_folder() / "pages" / "figure").glob("*.js"):
        code = re.sub(r"^\s*//.*$|\s// .*$", "", script.read_text("utf-8"), flags=re.M)
        for text in re.findall(r'"([^"\n]*)"', code) + re.findall(r"`([^`]*)`", code):
            plain = re.sub(r"\$\{[^}]*\}", "", text)
            is_phrase = re.search(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ ?$|^(?:of|from|and|by|no) ", plain)
            assert not is_phrase or plain in CODE, f"{text} in {script.name}"


# What the scripts of the page say to the browser.
CODE = {
    *("hint under", "hint over", "use strict", "Enter", "Escape", "Home", "End"),
    *("PageUp", "PageDown", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
}


def test_pages_that_hold_figures_speak_their_language(tmp_path: Path) -> None:
    """A reveal.js page and the gallery's have no word of their own in English; both say which language they are in."""
    words = load_words(pseudo_language(tmp_path / "strange.toml"))
    animation = compose(Conv(3, 2), Options(lang=str(tmp_path / "strange.toml")))
    deck = reveal_page([animation], lambda: None)
    shown = {"name": "0", "title": "0", "alt": "0", "width": 9, "height": 9, "lines": {}}
    gallery = page("gallery.html", words=words, groups=[{"title": words("topics"), "figures": [shown]}])
    for html in (deck, gallery, page_of(animation)):
        assert '<html lang="xx">' in html
        # What stands in the library's own text, and the key P, are not the page's words.
        assert not [text for text in page_texts(html) if LATIN.search(text) and text not in ("P", "GIF")]
    steps = [step_words(animation, frame) for frame in range(4)]
    assert json.dumps(steps[0], ensure_ascii=False) in deck
    assert not LATIN.search(steps[0])
    for own in ("play", "pause"):
        assert json.dumps(words(own), ensure_ascii=False) in deck
    for own in ("play_all", "pause_all", "gallery", "step_through", "lines_to_paste", "copy", "copied", "still"):
        assert words(own) in gallery


@pytest.mark.parametrize(("lang", "said"), [("en", []), ("ja", ["ja"]), ("zh", ["zh-Hans"])])
def test_an_svg_says_which_language_it_is_in(lang: str, said: list[str]) -> None:
    """So that fonts and screen readers choose rightly; English, as all were before, goes without saying."""
    stream = io.BytesIO()
    FORMATS[".svg"].write(compose(Conv(3, 2), Options(lang=lang, width=900)), stream, lambda: None, None)
    assert re.findall(' xml:lang="([^"]*)"', stream.getvalue().decode().partition(">")[0]) == said


def test_topics_of_the_gallery_are_phrases() -> None:
    """What groups of templates are called in lists is what the gallery calls them in English."""
    assert [english()(topic_phrase(title)) for title in template_groups()] == list(template_groups())


def test_numbers_are_written_as_a_language_writes_them() -> None:
    """Decimal signs and thousands, and behind a decimal comma semicolons between numbers."""
    average = load_recipe("numerical_average_pooling", lang="de").animation()
    assert average.scene.equation(0).endswith("/9 ≈ 1,7")
    assert load_recipe("numerical_max_pooling", lang="de").animation().scene.equation(0).startswith("max(3; 3; 2; 0; ")
    assert load_recipe("numerical_max_pooling", lang="ja").animation().scene.equation(0).startswith("max(3, 3, 2, 0, ")
    reduced = load_recipe("inception_reduction", lang="de").animation()
    assert "153.600 Gewichte · 120,4 M MACs" in "".join(picture_texts(reduced))
    assert "153\u202f600 poids" in "".join(picture_texts(load_recipe("inception_reduction", lang="fr").animation()))
    assert load_words("de").counted("weights_count", 1) == "1 Gewicht"
    assert load_words("fr").counted("filters_count", 0) == "0 filtre"
    assert load_words("ja").counted("cells", 1) == "1 個のセル"


def test_templates_leave_their_english_words_out(tmp_path: Path) -> None:
    """In another language titles, texts, labels and captions of templates are the catalogue's; those of users stay."""
    plain = load_recipe("checkerboard", lang="de")
    animation = plain.animation()
    assert animation.title.startswith("Transponierte Faltung, Kern 3×3")
    assert "Ausgabe 9×9" in list(picture_texts(animation))
    assert load_recipe("checkerboard", lang="de", title="Mein Titel").animation().title == "Mein Titel"
    own = load_recipe("checkerboard", lang="de", output_label="times", caption=False)
    assert "times 9×9" in list(picture_texts(own.animation()))
    assert not [text for text in picture_texts(own.animation()) if "Gewichte" in text]
    recipe = tmp_path / "own.toml"
    recipe.write_text(
        'title = "A title"\nalt = "A text"\n[layer]\nop = "conv"\ninput_size = 5\nkernel_size = 3\n'
        '[view]\nlang = "mine.toml"\noutput_label = "seen"\n'
    )
    (tmp_path / "mine.toml").write_text('base = "fr"\n[phrases]\ninput = "image"\n')
    animation = load_recipe(str(recipe)).animation()
    assert (animation.title, animation.alt) == ("A title", "A text")
    assert {"image 5×5", "seen 3×3"} <= set(picture_texts(animation))
    assert animation.caption[0] == "convolution, noyau 3×3"


def test_english_with_changes_keeps_the_templates_words(tmp_path: Path) -> None:
    """A language that is English but for some phrases has the templates' own titles."""
    (tmp_path / "plain.toml").write_text('base = "en"\n[phrases]\ninput = "image"\n')
    animation = load_recipe("dilation", lang=str(tmp_path / "plain.toml")).animation()
    assert animation.title == "Dilation"
    assert "image 7×7" in list(picture_texts(animation))
