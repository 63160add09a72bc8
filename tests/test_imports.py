"""The structure: rooms as the data flows, each importing only from those above it; no module in a circle of imports."""

import ast
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from helpers.campaigns import together

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
FACE = ("api", "__init__", "__main__")
# The rooms inside a room, in order: what stands in one imports none of a later one. Files beside them are what they
# share, or what asks them all.
INNER = {
    "layers": ("kinds",),
    "code": ("text", "operations", "dialects", "graphs"),
    "code/graphs": ("text", "onnx", "live"),
    "views": ("single_maps", "stacks", "products", "perceptrons", "networks"),
    "views/stacks": ("sheets", "slabs", "volumes"),
    "figures": ("layouts", "comparisons", "recipes"),
    "export": ("png", "gif", "films", "svg", "html", "documents"),
    "publish": ("decks",),
    "cli": ("options", "output", "commands"),
}
MOST = 21  # files beside each other; more are too many to see at once
# Those that are imported in some files of a room alone.
FILES = {
    "matplotlib": {
        "scene/font.py",
        "files/font_families.py",
        "files/font_files.py",
        "export/documents/pdf_fonts.py",
        "export/documents/pdf.py",
        "export/documents/pdf_pages.py",
        "publish/artists.py",
        "api.py",
    },  # api names its types
    "fontTools": {"files/font_families.py", "files/font_files.py", "export/documents/pdf_fonts.py"},
    "onnx": {"code/graphs/onnx/file.py", "code/graphs/onnx/gradients.py"},
    "docutils": {"publish/sphinx.py"},
    "sphinx": {"publish/sphinx.py"},
}
RANK = {room: rank for rank, room in enumerate(ROOMS)} | dict.fromkeys(FACE, len(ROOMS))
LIBRARIES = {library for libraries in ROOMS.values() for library in libraries} | set(FILES)
MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """The name that a file is imported by."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


BY_NAME = {dotted(path): path for path in MODULES}


@cache
def imported(path: Path) -> list[tuple[str, bool]]:
    """The modules that a file imports, and whether it does so only where it is needed (or for types alone)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(tree.body)
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += ((alias.name, node not in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found += ((name, node not in top) for name in (inner if inner <= set(BY_NAME) else {str(node.module)}))
    return found


def room(path: Path) -> str:
    """The room that a file is in, or its own name in the root."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def within(path: Path, folder: str) -> str:
    """The room or file of a folder that a file is, or is in; nothing outside of it."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    depth = len(folder.split("/"))
    return parts[depth] if "/".join(parts[:depth]) == folder else ""


# All files of a room; the face's are rooms of their own.
every_room = pytest.mark.parametrize(
    "paths", [[path for path in MODULES if room(path) == each] for each in (*ROOMS, *FACE)], ids=(*ROOMS, *FACE)
)


def test_every_file_stands_in_a_room() -> None:
    """The list names every folder and file of the root, and nothing that is not there; rooms are sixteen at most."""
    assert {room(path) for path in MODULES} == {*ROOMS, *FACE}
    assert len(ROOMS) <= 16


@every_room
def test_a_room_imports_only_from_above(paths: list[Path]) -> None:
    """No import goes to a later room, not even a late one or one for types."""
    for path in paths:
        for module, _ in imported(path):
            if module in BY_NAME and room(BY_NAME[module]) != room(path):
                is_above = RANK[room(BY_NAME[module])] < RANK[room(path)] or RANK[room(path)] == len(ROOMS)
                assert is_above, f"{path.name} imports {module}"


def test_no_module_is_in_a_circle() -> None:
    """Modules can be put in an order in which each imports only earlier ones, late imports and types included."""
    graph = {name: {module for module, _ in imported(path)} & set(BY_NAME) for name, path in BY_NAME.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_every_room_inside_a_room_is_named() -> None:
    """The list has every folder that stands in another, and nothing that is not there."""
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in MODULES}
    assert {f"{folder}/{each}" for folder, inner in INNER.items() for each in inner} == {f for f in folders if "/" in f}


@together("folder", INNER)
def test_rooms_inside_a_room_import_only_earlier_ones(folder: str) -> None:
    """Their order is the one of the list, and they and the files beside them, each as one, are in no circle."""
    order = INNER[folder]
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        if place := within(path, folder):
            reached = {within(BY_NAME[module], folder) for module, _ in imported(path) if module in BY_NAME}
            graph.setdefault(place, set()).update(reached - {place, ""})
    for rank, place in enumerate(order):
        assert graph[place] & {*order} <= {*order[:rank]}, f"{folder}/{place} imports a later room"
    assert set(TopologicalSorter(graph).static_order()) == {*graph}


def test_a_room_can_be_seen_as_a_whole() -> None:
    """No folder has more files beside each other than can be taken in."""
    counts = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in MODULES if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MOST} == {}


@together("path", [p for p in MODULES if p.name == "__init__.py" and p.parent != PACKAGE])
def test_a_rooms_face_says_what_it_is_for(path: Path) -> None:
    """The `__init__` of a room holds one line of words: importing a module imports no other. `cli` hands on `main`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1 or path.parent.name == "cli"


@every_room
def test_libraries_stay_where_they_belong(paths: list[Path]) -> None:
    """Each is imported in its rooms or files and nowhere else, late where it is slow; pyplot by none."""
    for path in paths:
        name = path.relative_to(PACKAGE).as_posix()
        for module, late in imported(path):
            library = module.split(".")[0]
            if library in LIBRARIES:
                is_at_home = library in ROOMS.get(room(path), set()) or name in FILES.get(library, set())
                assert is_at_home, f"{name} imports {module}"
            if library == "matplotlib":
                assert "pyplot" not in module, name
                assert late or name != "api.py"
            if library == "PIL":
                assert late or room(path) != "numbers", name
        assert "pyplot" not in path.read_text(encoding="utf-8"), name


@every_room
def test_no_other_library_is_needed(paths: list[Path]) -> None:
    """What is imported is Python's own, a declared dependency, or ours."""
    allowed = {*sys.stdlib_module_names, *LIBRARIES, "convanim", "numpy"}
    for path in paths:
        assert {module.split(".")[0] for module, _ in imported(path)} <= allowed, path.name


def test_the_command_line_imports_at_first_only_what_help_needs() -> None:
    """At the top of its modules `cli` imports no module that needs numpy."""
    light = {
        "errors",
        "files.catalogue",
        "files.interruption",
        "files.package",
        "layers.operation",
        "layers.operations",
    }
    light |= {"figures.recipes.from_text", "figures.options", "layers.backward"}
    for path in (PACKAGE / "cli").rglob("*.py"):
        tops = {module for module, late in imported(path) if not late and module in BY_NAME}
        assert {module.removeprefix("convanim.") for module in tops if room(BY_NAME[module]) != "cli"} <= light


def test_a_figure_of_one_layer_imports_what_it_is_drawn_with() -> None:
    """Readers of code, views of networks, stacks and products, and what else others need are not imported for it."""
    reached, left = set[str](), {"figures.recipes", "figures.animation", "views.single_maps.iso", "export.gif"}
    while left:
        name = left.pop()
        reached.add(name)
        tops = {module for module, late in imported(BY_NAME[f"convanim.{name}"]) if not late and module in BY_NAME}
        left |= {module.removeprefix("convanim.") for module in tops} - reached
    others = [f"views.{room}." for room in ("networks", "perceptrons", "products", "stacks.volumes", "stacks.slabs")]
    others += ["code.", "views.stacks.iso", "views.stacks.flat", "views.single_maps.flat", "export.svg"]
    others += ["figures.comparisons.", "figures.layouts.field_layout", "numbers.as_", "views.single_maps.scatter"]
    others += [f"networks.{each}" for each in ("between", "blocks", "dependence", "differences", "arrangements")]
    others += ["views.stacks.sheets", "words.cell_fields", "words.differences", "words.network_names"]
    assert [name for name in reached if name.startswith(tuple(others))] == []
