"""The wheel and the sdist hold all that is needed, and the installed tool draws outside the checkout."""

import email
import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from PIL import Image

CHECKOUT = Path(__file__).parent.parent
TEMPLATES = sorted(
    path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "templates").rglob("*") if path.is_file()
)

pytestmark = pytest.mark.skipif(importlib.util.find_spec("build") is None, reason="needs the module `build`")


def clean() -> dict[str, str]:
    """The environment without this checkout on Python's path."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    isolation = [] if importlib.util.find_spec("hatchling") is None else ["--no-isolation"]
    command = [sys.executable, "-m", "build", *isolation, "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(command, check=True, capture_output=True, env=clean())
    return folder


def test_the_wheel_holds_the_templates(built: Path) -> None:
    """Figures, themes and pages are inside the package, with every module, its type marker and the licence."""
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"convanim/{name}" for name in TEMPLATES} <= names
    modules = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "convanim").rglob("*.py")}
    assert modules <= names
    assert "convanim/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert all(name.startswith("convanim") for name in names)


def test_the_sdist_holds_what_is_needed_to_test_it(built: Path) -> None:
    """Package, templates, tests, pages and licence are in the sdist, and nothing of the working tree's clutter."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
    assert set(TEMPLATES) <= names
    assert {"pyproject.toml", "hatch_build.py", "README.md", "CITATION.cff", "LICENSE", "docs/layers.md"} <= names
    assert {"tests/test_packaging.py", "convanim/cli/__init__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".gif"))]


def test_the_readme_can_be_read_where_a_package_index_shows_it(built: Path) -> None:
    """Its pictures and links are addresses in the repository, for files that are there; one place says the address."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    repository = project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = email.message_from_bytes(archive.read(name))
    text = metadata.get_payload(decode=True)
    assert isinstance(text, bytes)
    shown = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    relative = re.compile(r'(\]\(|src=")((?!https?:|#)[^)"]+)')
    links = [target for _, target in relative.findall(shown)]
    assert links
    assert not relative.search(text.decode())
    for target in links:
        where = "raw" if target.endswith(".gif") else "blob"
        assert f"{repository}/{where}/HEAD/{target}" in text.decode()
    assert f"Repository, {repository}" in metadata.get_all("Project-URL", [])
    pages = [CHECKOUT / "hatch_build.py", CHECKOUT / "CITATION.cff", *CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*")]
    assert not [page.name for page in pages if repository in page.read_text(encoding="utf-8")]
    assert (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8").count(repository) == 1


def test_the_installed_tool_draws_outside_the_checkout(built: Path, tmp_path: Path) -> None:
    """The wheel, in a fresh environment: the command finds its templates, themes and pages."""
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, env=clean())
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    (wheel,) = built.glob("*.whl")
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, env=clean())
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.check_output(ask, text=True, env=clean()).strip())
    # The dependencies are those of this environment; behind the wheel's own folder, so that the wheel comes first.
    folders = [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    (site / "dependencies.pth").write_text("\n".join(folders) + "\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def tool(*arguments: str) -> str:
        command = [str(scripts / "convanim"), *arguments]
        return subprocess.check_output(command, cwd=elsewhere, text=True, encoding="utf-8", env=clean())

    where = [str(python), "-c", "import convanim; print(convanim.__file__)"]
    assert str(site) in subprocess.check_output(where, cwd=elsewhere, text=True, env=clean())
    assert tool("--version").startswith("convanim ")
    assert "no_padding_strides" in tool("templates", "--names").splitlines()
    tool("render", "no_padding_strides", "--theme", "dark", "--width", "160", "-o", "a.gif")
    with Image.open(elsewhere / "a.gif") as picture:
        picture.seek(3)
        assert picture.size[0] == 160
