"""The gallery: every template as a GIF and a still, and a page that shows them."""

from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from convanim.export.save import folder_place
from convanim.figures.recipes import Recipe, load_recipe
from convanim.files.catalogue import template_names
from convanim.files.file_set import FileSet
from convanim.files.templates import page
from convanim.publish.batch import render_all
from convanim.words.language import english
from convanim.words.language_files import load_words


def make_gallery(
    folder: str, *, executor: Executor | None = None, force: bool = False, lang: str | None = None
) -> Iterator[Path]:
    """Draw every template into `folder`, made if need be; yields each path once it stands, the page last.

    What is current already is left alone unless `force`; an `executor` does the drawing if there is one. `lang` is the
    language of figures and page.
    A figure's two files change together, and the page last: whenever this is ended, each figure is whole.
    Raises RequestError when the folder cannot be or there is no such language, OSError when a file cannot be written.
    """
    words = english() if lang is None else load_words(lang)
    place = folder_place(folder)
    place.mkdir(exist_ok=True)
    recipes = [load_recipe(name, **({} if lang is None else {"lang": lang})) for name in template_names()]
    files = [str(place / "{name}.gif"), str(place / "{name}.png")]
    for paths in render_all(recipes, files, executor=executor, force=force):
        yield from paths
    with FileSet() as index, index.file(place / "index.html") as stream:
        stream.write(page("gallery.html", words=words, figures=[_told(recipe) for recipe in recipes]).encode())
    yield place / "index.html"


def _told(recipe: Recipe) -> dict[str, str | int]:
    animation = recipe.animation()
    return {
        "name": recipe.name,
        "title": animation.title,
        "alt": animation.alt,
        "width": animation.scene.width,
        "height": animation.scene.height,
    }
