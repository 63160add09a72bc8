"""The gallery: a GIF, a still and a page of every template, and an index that shows them by topic."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import convanim.publish.gallery
from convanim.cli import main
from convanim.errors import RequestError
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_groups, template_names
from convanim.publish.gallery import make_gallery
from convanim.publish.markup import markdown

pytestmark = pytest.mark.usefixtures("few_frames")

TWO = ("one_by_one_max_pooling", "one_by_one_strides")


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gallery of two templates."""
    monkeypatch.setattr(convanim.publish.gallery, "template_groups", lambda: {"Two": TWO[:1], "more & more": TWO[1:]})


@pytest.mark.usefixtures("small")
def test_it_holds_every_template_and_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`gallery DIR` makes the folder, prints each path as it stands, the page last, and leaves other files alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["gallery", "out/"])
    assert (result.exit_code, result.stderr) == (0, "")
    expected = [f"out/{name}.{suffix}" for name in TWO for suffix in ("gif", "png", "html")] + ["out/index.html"]
    assert [line.replace("\\", "/") for line in result.stdout.splitlines()] == expected
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        [*(name[4:] for name in expected), "mine.txt"]
    )


@pytest.mark.usefixtures("small")
def test_the_page_shows_each_figure_with_its_words(tmp_path: Path) -> None:
    """Each figure has its size, an alternative text, a still for those who want no motion, and its command."""
    *_, index = make_gallery(str(tmp_path / "out"))
    text = index.read_text(encoding="utf-8")
    page = Page(text)
    pictures = page.all("img")
    assert [picture["src"] for picture in pictures] == [f"{name}.gif" for name in TWO]
    for name, picture, source in zip(TWO, pictures, page.all("source")):
        recipe = load_recipe(name)
        assert picture["alt"] == recipe.alt
        assert recipe.title in page.text
        assert f"convanim render {name} -o {name}.gif" in page.text
        assert f"![{markdown(recipe.alt or '')}]({name}.gif)" in page.text
        assert {"href": f"{name}.html"} in page.all("a")
        assert source == {"media": "(prefers-reduced-motion: reduce)", "srcset": f"{name}.png"}
        with (
            Image.open(tmp_path / "out" / f"{name}.gif") as moving,
            Image.open(tmp_path / "out" / f"{name}.png") as still,
        ):
            assert moving.size == still.size == (int(picture["width"] or 0), int(picture["height"] or 0))
    assert [section["aria-labelledby"] for section in page.all("section")] == ["topic-1", "topic-2"]
    assert "more & more" in page.text
    for attributes in (*page.all("a"), *pictures, *page.all("source")):
        for key in ("href", "src", "srcset"):
            target = str(attributes.get(key, "#"))
            assert f'id="{target[1:]}"' in text if target[1:] and target[0] == "#" else True
            assert target.startswith("#") or (tmp_path / "out" / target).is_file()


def test_motion_can_be_paused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has a language, a title and a button that pauses."""
    monkeypatch.setattr(convanim.publish.gallery, "template_groups", lambda: {"One": TWO[:1]})
    *_, index = make_gallery(str(tmp_path / "out"))
    page = Page(index.read_text(encoding="utf-8"))
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("title") == [{}]
    assert [button.get("id") for button in page.all("button")] == ["pause"]
    assert b"\r" not in index.read_bytes()


def test_words_are_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles and texts are text: quotes, brackets, ampersands and dollars arrive as they are."""
    words = "a \"b\" <script>alert(1)</script> & ${name} 'c'"
    recipe = load_recipe(TWO[0])
    changed = type(recipe)(recipe.name, recipe.figure, recipe.options, title=words, alt=words)
    monkeypatch.setattr(convanim.publish.gallery, "template_groups", lambda: {"One": TWO[:1]})
    monkeypatch.setattr(convanim.publish.gallery, "load_recipe", lambda name: changed)
    *_, index = make_gallery(str(tmp_path / "out"))
    text = index.read_text(encoding="utf-8")
    page = Page(text)
    assert page.all("img")[0]["alt"] == words
    assert words in page.text
    assert "<script>alert" not in text


def test_every_template_has_a_place_in_it() -> None:
    """Its topics are the groups of templates, in which each has its place: a new file is in it."""
    assert vars(convanim.publish.gallery)["template_groups"] is template_groups
    assert sorted(name for names in template_groups().values() for name in names) == list(template_names())


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A file of that name, or a folder in no folder, is refused before anything is drawn."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in ("file", "no/such"):
        with pytest.raises(RequestError) as refused:
            next(make_gallery(str(tmp_path / place)))
        assert refused.value.field == "folder"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
