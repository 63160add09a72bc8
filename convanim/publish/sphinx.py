"""A Sphinx extension: `.. convanim:: conv -i 5 -k 3` is a figure in a document.

When a document is read, the figure is laid out, so that what is wrong with it is told at its line; its file is written
when the builder is known, into a folder beside the doctrees, and only if it is not there already.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from convanim.code.frameworks import Asked
from convanim.errors import RequestError
from convanim.export.formats import FORMATS
from convanim.figures.animation import Animation
from convanim.figures.options import TYPES, option_names
from convanim.figures.recipes.command_line import is_text, number
from convanim.figures.recipes.from_text import recipe_of, refuse_stray_asked, refuse_stray_size
from convanim.figures.recipes.recipes import Recipe
from convanim.figures.recipes.tables import beside
from convanim.figures.subject import Comparison
from convanim.files.file_set import FileSet
from convanim.files.package import VERSION
from convanim.scene.transforms import scaled
from convanim.style.theme import AUTO
from convanim.words.language import REFERENCE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LOG = logging.getLogger(__name__)
_MIME = {".svg": "image/svg+xml", ".pdf": "application/pdf", ".png": "image/png"}
_YES_OR_NO = {"": True, "yes": True, "true": True, "no": False, "false": False}
_DENSITY = 2  # pixels of a PNG for one of the picture


class figure_in_document(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801 - as docutils names its nodes
    """Stands for the image of a figure until the builder, and so the format, is known."""


def setup(app: "Sphinx") -> dict[str, Any]:
    """Register the directive; figures become images once a document is resolved for a builder."""
    app.add_directive("convanim", ConvanimDirective)
    app.add_config_value("convanim_theme", AUTO, "env", str)  # where pages are always light, it must not follow readers
    app.add_config_value("convanim_lang", REFERENCE, "env", str)  # a language's name, or a file beside conf.py
    app.add_node(figure_in_document)
    app.connect("doctree-resolved", put_images)
    return {
        "version": VERSION,
        "env_version": zlib.crc32(VERSION.encode()),  # another version reads all documents anew
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _switch(text: str | None) -> bool:
    word = (text or "").strip().lower()
    if word not in _YES_OR_NO:
        raise ValueError("give yes or no, or nothing for yes")
    return _YES_OR_NO[word]


def _number(text: str | None) -> int | float | str:
    return number(str(directives.unchanged_required(text)).strip())


def _alignment(text: str | None) -> str:
    return str(directives.choice(text, ("left", "center", "right")))


def _kind(look: str) -> Any:
    if TYPES[look] is bool:
        return _switch
    return directives.unchanged_required if is_text(look) else _number


# What a directive says of its picture; how large that is says `width`.
_LOOKS = tuple(name for name in option_names() if name != "scale")


_OPEN = ("kernel_size", "out_channels", "output_size")  # what code may leave open


class ConvanimDirective(SphinxDirective):
    """A template's name, a recipe's file, layers as on the command line, stages, or a framework's code.

    What is in it is the caption, and behind its first paragraph the legend, as in a `figure`.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {
        **{look.replace("_", "-"): _kind(look) for look in _LOOKS},
        "input-size": directives.unchanged_required,
        "dims": _number,
        "kernel-size": directives.unchanged_required,
        "out-channels": _number,
        "output-size": directives.unchanged_required,
        "width": directives.length_or_percentage_or_unitless,
        "caption": directives.unchanged,
        "align": _alignment,
        "class": directives.class_option,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """The figure, or an error of docutils at its line."""
        try:
            recipe = self._recipe()
            animation = recipe.animation()
        except RequestError as error:
            said = str(error) if error.where else error.message(self._spelled)
            return [self.state.document.reporter.error(said, line=self.lineno)]
        for note in animation.notes:
            _LOG.info("%s", note, location=self.get_location())
        for path in _files_of(recipe):
            self.env.note_dependency(path)
        image = figure_in_document("", recipe=recipe, digest=animation.digest, alt=animation.alt)
        image["wide"] = animation.size.asked_width
        image["classes"] += self.options.get("class", [])
        if (width := self.options.get("width")) and _pixels(width) is None:
            image["width"] = width
        self.set_source_info(image)
        return self._placed(image)

    def _recipe(self) -> Recipe:
        """What the directive asks for; raises RequestError."""
        text = " ".join(self.arguments[0].split())
        opened = {name: self.options.get(name.replace("_", "-")) for name in _OPEN}
        refuse_stray_asked([text], opened)
        folder = Path(self.env.relfn2path("x")[1]).parent
        given = self._looks(folder)
        say = partial(_LOG.info, "%s", location=self.get_location())
        sizes = {"input_size": self.options.get("input-size"), "dims": self.options.get("dims")}
        refuse_stray_size([text], **sizes)
        if text.lower().endswith(".toml"):
            relative, path = self.env.relfn2path(text)
            self.env.note_dependency(relative)
            try:
                recipe = replace(recipe_of(path, "figure", given=given), source=text)
            except RequestError as error:
                raise _said_of(text, path, error) from None
        else:
            recipe = recipe_of(
                text, "figure", **sizes, given=given, own=_LOOKS, folder=folder, say=say, asked=Asked(**opened)
            )
        if recipe.options.theme is None:
            recipe = replace(recipe, options=replace(recipe.options, theme=self.config.convanim_theme))
        if recipe.options.lang is None:
            recipe = replace(recipe, options=replace(recipe.options, lang=_language(self.config, self.env.srcdir)))
        return recipe

    def _looks(self, folder: Path) -> dict[str, Any]:
        """The options of the picture that are given; files in them are looked for beside the document."""
        given = {look: self.options[option] for look in _LOOKS if (option := look.replace("_", "-")) in self.options}
        if "width" in given:
            pixels = _pixels(given["width"])
            is_own = pixels is not None or "text_size" in given or "dpi" in given
            given["width"] = given["width"] if is_own and pixels is None else pixels
        if "caption" in given:
            given["caption"] = _YES_OR_NO.get(given["caption"].strip().lower())
        looks = {look: value for look, value in given.items() if value is not None}
        return {look: beside(folder, look, value) if isinstance(value, str) else value for look, value in looks.items()}

    def _spelled(self, field: str) -> str:
        """How a directive spells a field."""
        option = field.replace("_", "-")
        return f":{option}:" if option in self.option_spec else field

    def _placed(self, image: nodes.Element) -> list[nodes.Node]:
        """The image itself, or in a figure where there is a caption."""
        said = self.options.get("caption", "")
        caption = "" if said.strip().lower() in _YES_OR_NO else said
        align = self.options.get("align")
        if not caption and not self.content:
            if align:
                image["align"] = align
            self.add_name(image)
            return [image]
        figure = nodes.figure("", image)
        if align:
            figure["align"] = align
        self.set_source_info(figure)
        self.add_name(figure)
        below = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, below)
        parts, messages = list(below.children), []
        if caption:
            inline, messages = self.state.inline_text(caption, self.lineno)
            figure += nodes.caption(caption, "", *inline)
        elif parts and isinstance(parts[0], nodes.paragraph):
            first = parts.pop(0)
            figure += nodes.caption(first.rawsource, "", *first.children)
        if parts:
            figure += nodes.legend("", *parts)
        return [figure, *messages]


def _language(config: Any, folder: str | os.PathLike[str]) -> str:
    """The language that documents are in, a file of which is beside their settings."""
    lang = str(config.convanim_lang)
    return os.path.join(folder, lang) if lang.lower().endswith(".toml") else lang


def put_images(app: "Sphinx", document: nodes.document, docname: str) -> None:
    """Put images in place of figures, of the format that the builder shows best; files that are missing are written.

    HTML gets an SVG, LaTeX a still as PDF, others a still as PNG, and those without pictures the alternative text.
    """
    suffix = _suffix(app.builder.name, app.builder.supported_image_types)
    for node in list(document.findall(figure_in_document)):
        image = nodes.image("", alt=node["alt"], **{key: node[key] for key in ("width", "align") if key in node})
        path = Path(app.doctreedir) / "convanim" / f"{_stem(node)}{suffix}"
        image["uri"] = str(path)
        image["candidates"] = {_MIME.get(suffix, "*"): str(path)}
        if suffix:
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                _write(node["recipe"].animation(), path)
            app.env.images.add_file(docname, str(path))
        if suffix == ".png":
            image.setdefault("width", f"{node['wide']}px" if isinstance(node["wide"], int) else node["wide"])
        node.replace_self(image)


def _suffix(builder: str, types: Sequence[str]) -> str:
    """The format for a builder; "" where it shows no pictures. Readers of books show SVG, but few move it."""
    for suffix in (".pdf", ".svg", ".png"):
        if _MIME[suffix] in types and not (suffix == ".svg" and builder == "epub"):
            return suffix
    return ""


def _stem(node: nodes.Element) -> str:
    """A file's name, which changes with what is drawn and with the version that draws it."""
    digest = hashlib.sha256(f"{node['digest']} {VERSION}".encode()).hexdigest()
    name = re.sub("[^A-Za-z0-9_-]+", "-", node["recipe"].name)  # nothing that a builder would have to quote
    return f"{name}-{digest[:16]}"


def _write(animation: Animation, path: Path) -> None:
    if path.suffix != ".svg":
        animation = replace(animation, timing=animation.timing.stilled(animation.still), still=0)
    if path.suffix == ".png" and not animation.size.is_on_paper:
        animation = replace(animation, scene=scaled(animation.scene, _DENSITY))
    with FileSet() as files, files.file(path) as stream:
        FORMATS[path.suffix].write(animation, stream, lambda: None, None)


def _pixels(width: str) -> int | None:
    """A width in pixels, which is the picture's own; None for one in other units, which is that of its place.

    Where the size of text or the pixels to an inch are given, that is the picture's own, too.
    """
    digits = width.strip().lower().removesuffix("px").strip()
    return int(digits) if digits.isdecimal() and digits.isascii() else None


def _files_of(recipe: Recipe) -> Iterator[str]:
    """The files that a figure's numbers and colours come from."""
    figure = recipe.figure
    parts = [part.options for part in figure.parts] if isinstance(figure, Comparison) else []
    for options in (recipe.options, *parts):
        kernels = options.kernel_values if isinstance(options.kernel_values, list) else [options.kernel_values]
        for source in (options.values, *kernels, options.gradient_values, options.theme, options.lang):
            if isinstance(source, str | os.PathLike) and Path(source).is_file():
                yield os.path.abspath(source)


def _said_of(text: str, path: str, error: RequestError) -> RequestError:
    """An error of a recipe that names it as the document does."""
    value = text if error.value == path else error.value
    return RequestError(error.field, value, error.rule, error.fix, text if error.where == path else error.where)
