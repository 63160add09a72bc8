"""What the README and the pages of `docs/` show: blocks of code, files, commands of the tool, pictures."""

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command of the tool as a page has it: its words, and the file that its output is sent to."""

    words: tuple[str, ...]
    to: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The files and folders that it names to write to; `{name}` stands for the name of each figure."""
        named = [name for option, name in pairwise(self.words) if option == "-o" and name != "-"]
        folder = self.words[-1:] if self.words[0] in ("embed", "gallery") else ()
        return (*named, *folder, *([self.to] if self.to else []))


@dataclass(frozen=True)
class Page:
    """A page's place in the checkout, and its text."""

    name: str
    text: str

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCED.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """The fenced blocks of a language, in order."""
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE)

    def files(self) -> dict[str, str]:
        """The files that it shows, each by the name in the comment above it."""
        return dict(re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE))

    def shown(self) -> list[Command]:
        """Every command of the tool in a shell block, in order."""
        lines = [line for block in self.blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
        return [command for line in lines for command in _commands(line)]

    def said(self) -> list[Command]:
        """Every command of the tool between backticks, in a table or a sentence; those with a PLACEHOLDER are none."""
        return [command for code in re.findall(r"`(convanim [^`A-Z]+)`", self.prose) for command in _commands(code)]

    def pictures(self) -> list[tuple[str, str]]:
        """The source and the alternative text of every picture."""
        return re.findall(r'<img src="([^"]+)"[^>]*? alt="([^"]*)"', self.text)

    def figures(self) -> list[tuple[str, Command]]:
        """Every picture by its name in the gallery, with the first command below it."""
        parts = [Page(self.name, f"<img {part}") for part in self.text.split("<img ")[1:]]
        return [(Path(part.pictures()[0][0]).stem, part.shown()[0]) for part in parts]

    def anchors(self) -> set[str]:
        """Its headings as links name them."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(line: str) -> list[Command]:
    """The commands of the tool in a line of a shell, comments and other programs left out."""
    found = []
    for part in line.split(" && "):
        words = shlex.split(part, comments=True)
        if words and Path(words[0]).name == "convanim":
            asked, to = (words[1:-2], words[-1]) if words[-2:-1] == [">"] else (words[1:], "")
            found.append(Command(tuple(asked), to))
    return found


def _page(path: Path) -> Page:
    return Page(path.relative_to(CHECKOUT).as_posix(), path.read_text(encoding="utf-8"))


README = _page(CHECKOUT / "README.md")
PAGES = [README, *map(_page, sorted((CHECKOUT / "docs").glob("*.md")))]
