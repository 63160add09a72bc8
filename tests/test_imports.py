"""The structure: each module imports only from those above it, and drawing libraries only where they belong."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import convanim

PACKAGE = Path(convanim.__file__).parent
# As the data flows; a module, or a package with all its modules, imports only what stands before it. Those of one
# line may not import each other.
ORDER = [
    ("errors", "interruption"),
    ("sizes",),
    ("channels",),
    ("axes",),
    ("padding",),
    ("framework_rules",),
    ("arguments",),
    ("pools",),
    ("layers",),
    ("operations",),
    ("code",),
    ("pointwise",),
    ("stage_text",),
    ("chain",),
    ("cost",),
    ("packaged",),
    ("catalogue",),
    ("font",),
    ("geometry",),
    ("receptive",),
    ("kernels",),
    ("user_files",),
    ("number_files",),
    ("sources",),
    ("modules",),
    ("options",),
    ("figures",),
    ("values",),
    ("filling",),
    ("chain_values",),
    ("numerals",),
    ("formula",),
    ("captions",),
    ("described",),
    ("scene",),
    ("scene_tools",),
    ("contact_sheet",),
    ("views",),
    ("toml_files",),
    ("colours",),
    ("theme",),
    ("theme_rules",),
    ("drawn",),
    ("timing",),
    ("composing",),
    ("comparing",),
    ("animation",),
    ("render",),
    ("artists",),
    ("stepped",),
    ("export",),
    ("file_names",),
    ("latex",),
    ("markup",),
    ("decks",),
    ("embedding",),
    ("recipes",),
    ("command_line",),
    ("figure_text",),
    ("sphinx",),
    ("batch",),
    ("explain_chain",),
    ("explain", "geometry_json", "gallery"),
    ("chain_json",),
    ("figure_json",),
    ("notebook",),
    ("api",),
    ("cli",),
    ("__init__", "__main__"),
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in MODULES]


# Libraries that not every module may import, with the parts or files that may.
LIBRARIES = {
    "matplotlib": {"font", "render", "artists", "export/pdf.py", "export/pdf_pages.py", "api"},  # api names its types
    "PIL": {"render", "export", "number_files"},
    "jinja2": {"packaged"},
    "docutils": {"sphinx"},
    "sphinx": {"sphinx"},
    "pptx": {"export/pptx.py"},
    "av": {"export/video.py"},
}


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether it does so only where it is needed (or for types alone)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield str(node.module), node not in top
            # what is imported may be a module itself
            if node.module == "convanim":
                yield from ((f"convanim.{alias.name}", node not in top) for alias in node.names)


def part(path: Path) -> str:
    """Which entry of ORDER a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_module_has_its_place() -> None:
    """The order names each module and package, and nothing that is not there."""
    assert {part(path) for path in MODULES} == set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_imports_only_from_above(path: Path) -> None:
    """No import goes down or sideways, not even a late one."""
    own = part(path)
    for module, _ in imported(path):
        first, _, rest = module.partition(".")
        if first != "convanim" or not rest:
            continue
        other = rest.split(".")[0]
        if other in RANK and other != own:
            assert RANK[other] < RANK[own], f"{path.name} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_drawing_libraries_stay_where_they_belong(path: Path) -> None:
    """Each library is imported where LIBRARIES says and nowhere else, late where it is slow; pyplot by none."""
    for module, late in imported(path):
        library = module.split(".")[0]
        if library in LIBRARIES:
            places = (part(path), path.relative_to(PACKAGE).as_posix())
            assert set(places) & LIBRARIES[library], f"{path.name} imports {module}"
        if library == "matplotlib":
            assert "pyplot" not in module
            assert late or part(path) != "api"
        if library == "PIL":
            assert late or part(path) != "number_files"
    assert "pyplot" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_no_other_library_is_needed(path: Path) -> None:
    """What is imported is Python's own, a declared dependency, or ours."""
    allowed = {*sys.stdlib_module_names, *LIBRARIES, "convanim", "numpy", "click"}
    assert {module.split(".")[0] for module, _ in imported(path)} <= allowed


def test_the_command_line_imports_at_first_only_what_help_needs() -> None:
    """At the top of its modules `cli` imports no module that needs numpy."""
    light = {"errors", "interruption", "operations", "options", "catalogue", "figure_text", "cli", "__version__"}
    for path in (PACKAGE / "cli").glob("*.py"):
        tops = [module for module, late in imported(path) if not late and module.startswith("convanim.")]
        assert {module.split(".")[1] for module in tops} <= light


def test_click_is_for_the_command_line_alone() -> None:
    """No other module knows of click."""
    users = {part(path) for path in MODULES for module, _ in imported(path) if module.split(".")[0] == "click"}
    assert users == {"cli"}
