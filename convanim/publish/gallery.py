"""The gallery: every template as a GIF, a still and a page of its own, and an index that shows them by topic."""

from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from convanim.export.save import folder_place
from convanim.figures.recipes import Recipe, load_recipe
from convanim.files.catalogue import template_groups
from convanim.files.file_set import FileSet
from convanim.files.templates import page
from convanim.publish.batch import render_all
from convanim.publish.markup import html_attribute, markdown, rst

_SUFFIXES = ("gif", "png", "html")  # of each figure's files


def make_gallery(folder: str, *, executor: Executor | None = None, force: bool = False) -> Iterator[Path]:
    """Draw every template into `folder`, made if need be; yields each path once it stands, the index last.

    What is current already is left alone unless `force`; an `executor` does the drawing if there is one.
    A figure's files change together, and the index last: whenever this is ended, each figure is whole.
    Raises RequestError when the folder cannot be, OSError when a file cannot be written.
    """
    place = folder_place(folder)
    place.mkdir(exist_ok=True)
    groups = {title: [load_recipe(name) for name in names] for title, names in template_groups().items()}
    patterns = [str(place / f"{{name}}.{suffix}") for suffix in _SUFFIXES]
    recipes = [recipe for group in groups.values() for recipe in group]
    for paths in render_all(recipes, patterns, executor=executor, force=force):
        yield from paths
    shown = [{"title": title, "figures": [_words(recipe) for recipe in group]} for title, group in groups.items()]
    with FileSet() as index, index.file(place / "index.html") as stream:
        stream.write(page("gallery.html", groups=shown).encode())
    yield place / "index.html"


def _words(recipe: Recipe) -> dict[str, object]:
    """What the index says of a figure, and the lines to paste where its files are."""
    animation = recipe.animation()
    name, width, height = recipe.name, animation.scene.width, animation.scene.height
    image = f'<img src="{name}.gif" width="{width}" height="{height}" alt="{html_attribute(animation.alt)}">'
    return {
        "name": name,
        "title": animation.title,
        "alt": animation.alt,
        "width": width,
        "height": height,
        "lines": {
            "Draw": f"convanim render {name} -o {name}.gif",
            "Markdown": f"![{markdown(animation.alt)}]({name}.gif)",
            "HTML": image,
            "reStructuredText": f".. image:: {name}.gif\n   :alt: {rst(animation.alt)}",
            "Everything else": f"convanim embed {name} {name}/",
        },
    }
