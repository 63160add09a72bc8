"""The gallery: every template as a GIF, a still and a page of its own, and an index that shows them by topic."""

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from shlex import quote

from convanim.export.save import folder_place
from convanim.figures.recipes.recipes import Recipe, load_recipe
from convanim.files.catalogue import template_groups
from convanim.files.file_set import FileSet
from convanim.files.templates import page
from convanim.publish.batch import render_all
from convanim.publish.markup import html_attribute, markdown, rst
from convanim.words.language import Words, english
from convanim.words.user_language import load_words

_SUFFIXES = ("gif", "png", "html")  # of each figure's files


def make_gallery(
    folder: str, *, executor: Executor | None = None, force: bool = False, lang: str | None = None
) -> Iterator[Path]:
    """Draw every template into `folder`, made if need be; yields each path once it stands, the index last.

    What is current already is left alone unless `force`; an `executor` does the drawing if there is one. `lang` is the
    language of figures and index.
    A figure's files change together, and the index last: whenever this is ended, each figure is whole.
    Raises RequestError when the folder cannot be or there is no such language, OSError when a file cannot be written.
    """
    words = english() if lang is None else load_words(lang)
    spoken = {} if lang is None else {"lang": lang}
    place = folder_place(folder)
    place.mkdir(exist_ok=True)
    groups = {title: [load_recipe(name, **spoken) for name in names] for title, names in template_groups().items()}
    patterns = [str(place / f"{{name}}.{suffix}") for suffix in _SUFFIXES]
    recipes = [recipe for group in groups.values() for recipe in group]
    for paths in render_all(recipes, patterns, executor=executor, force=force):
        yield from paths
    shown = [
        {"title": _topic(title, words), "figures": [_told(recipe) for recipe in group]}
        for title, group in groups.items()
    ]
    with FileSet() as index, index.file(place / "index.html") as stream:
        stream.write(page("gallery.html", words=words, groups=shown).encode())
    yield place / "index.html"


def topic_phrase(title: str) -> str:
    """The name of the phrase for a group of templates."""
    return "topic_" + re.sub("[^a-z]+", "_", title.lower())


def _topic(title: str, words: Words) -> str:
    """What a group is called; one that the catalogue does not know, by its own title."""
    name = topic_phrase(title)
    return words(name) if name in words.phrases else title


def _told(recipe: Recipe) -> dict[str, object]:
    """What the index says of a figure, and the lines to paste where its files are."""
    animation = recipe.animation()
    words, lang = animation.words, recipe.options.lang
    command = f"convanim render {recipe.name} -o {recipe.name}.gif" + (f" --lang {quote(lang)}" if lang else "")
    embedded = f"convanim embed {recipe.name} {recipe.name}/" + (f" --lang {quote(lang)}" if lang else "")
    name, width, height = recipe.name, animation.scene.width, animation.scene.height
    image = f'<img src="{name}.gif" width="{width}" height="{height}" alt="{html_attribute(animation.alt)}">'
    return {
        "name": name,
        "title": animation.title,
        "alt": animation.alt,
        "width": width,
        "height": height,
        "lines": {
            words("draw"): command,
            "Markdown": f"![{markdown(animation.alt)}]({name}.gif)",
            "HTML": image,
            "reStructuredText": f".. image:: {name}.gif\n   :alt: {rst(animation.alt)}",
            words("everything_else"): embedded,
        },
    }
