"""The structure: rooms as the data flows, each importing only from those above it; no module in a circle of imports."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import convanim

PACKAGE = Path(convanim.__file__).parent
# As the data flows, each with the libraries that only it and others that name them may import. A room imports only
# what stands above it; the package's face comes last.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "files": {"jinja2"},
    "layers": set(),
    "networks": set(),
    "numbers": {"PIL"},
    "code": set(),
    "words": set(),
    "scene": set(),
    "views": set(),
    "style": set(),
    "figures": set(),
    "render": {"matplotlib", "PIL"},
    "export": {"PIL", "pptx", "av"},
    "explain": set(),
    "publish": set(),
    "cli": {"click"},
}
FACE = {"api", "__init__", "__main__"}
# Those that are imported in some files of a room alone.
FILES = {
    "matplotlib": {
        "scene/font.py",
        "files/font_families.py",
        "files/font_files.py",
        "export/pdf_fonts.py",
        "export/pdf.py",
        "export/pdf_pages.py",
        "publish/artists.py",
        "api.py",
    },  # api names its types
    "fontTools": {"files/font_families.py", "files/font_files.py", "export/pdf_fonts.py"},
    "docutils": {"publish/sphinx.py"},
    "sphinx": {"publish/sphinx.py"},
}
RANK = {room: rank for rank, room in enumerate(ROOMS)} | dict.fromkeys(FACE, len(ROOMS))
LIBRARIES = {library for libraries in ROOMS.values() for library in libraries} | set(FILES)
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in MODULES]


def dotted(path: Path) -> str:
    """The name that a file is imported by."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


BY_NAME = {dotted(path): path for path in MODULES}


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether it does so only where it is needed (or for types alone)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from ((name, node not in top) for name in (inner if inner <= set(BY_NAME) else {str(node.module)}))


def room(path: Path) -> str:
    """The room that a file is in, or its own name in the root."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_file_stands_in_a_room() -> None:
    """The list names every folder and file of the root, and nothing that is not there; rooms are sixteen at most."""
    assert {room(path) for path in MODULES} == set(ROOMS) | FACE
    assert len(ROOMS) <= 16


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_room_imports_only_from_above(path: Path) -> None:
    """No import goes to a later room, not even a late one or one for types."""
    for module, _ in imported(path):
        if module in BY_NAME and room(BY_NAME[module]) != room(path):
            assert RANK[room(BY_NAME[module])] < RANK[room(path)] or RANK[room(path)] == len(ROOMS), module


def test_no_module_is_in_a_circle() -> None:
    """Modules can be put in an order in which each imports only earlier ones, late imports and types included."""
    graph = {name: {module for module, _ in imported(path)} & set(BY_NAME) for name, path in BY_NAME.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py" and p.parent != PACKAGE])
def test_a_rooms_face_says_what_it_is_for(path: Path) -> None:
    """The `__init__` of a room holds one line of words: importing a module imports no other. `cli` hands on `main`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1 or path.parent.name == "cli"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_libraries_stay_where_they_belong(path: Path) -> None:
    """Each is imported in its rooms or files and nowhere else, late where it is slow; pyplot by none."""
    name = path.relative_to(PACKAGE).as_posix()
    for module, late in imported(path):
        library = module.split(".")[0]
        if library in LIBRARIES:
            assert library in ROOMS.get(room(path), set()) or name in FILES.get(library, set()), module
        if library == "matplotlib":
            assert "pyplot" not in module
            assert late or name != "api.py"
        if library == "PIL":
            assert late or room(path) != "numbers"
    assert "pyplot" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_no_other_library_is_needed(path: Path) -> None:
    """What is imported is Python's own, a declared dependency, or ours."""
    allowed = {*sys.stdlib_module_names, *LIBRARIES, "convanim", "numpy"}
    assert {module.split(".")[0] for module, _ in imported(path)} <= allowed


def test_the_command_line_imports_at_first_only_what_help_needs() -> None:
    """At the top of its modules `cli` imports no module that needs numpy."""
    light = {"errors", "files.catalogue", "files.interruption", "files.package", "layers.operations"}
    light |= {"figures.from_text", "figures.options"}
    for path in (PACKAGE / "cli").glob("*.py"):
        tops = {module for module, late in imported(path) if not late and module in BY_NAME}
        assert {module.removeprefix("convanim.") for module in tops if room(BY_NAME[module]) != "cli"} <= light
