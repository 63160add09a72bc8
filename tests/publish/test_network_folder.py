"""A network in a folder: files named after layers, whatever these are called, and a page that leads to them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers.html_pages import read_page
from PIL import Image

from convanim import Options
from convanim.cli import main
from convanim.networks.building import Asked, network
from convanim.publish.network_folder import layer_figures, make_network_folder

pytestmark = pytest.mark.usefixtures("few_frames")

TEXT = "stem: conv 3x3 4 s2, residual(conv 3x3 4 p1, relu), head: global-avg-pool, flatten, linear 3"
HOSTILE = ["../../evil", "<script>alert(1)</script>", "a/b", "A-b", "aux", "overview", "index", "x" * 300, "é\0"]


def hostile() -> list[Asked]:
    """A chain of layers with names that no file should have."""
    before = ["input", *HOSTILE]
    return [Asked(name, "conv 1x1 2", (source,)) for name, source in zip(HOSTILE, before)]


def drawn(folder: Path, *more: str) -> list[str]:
    """What the command prints when it draws the network of `TEXT`."""
    done = CliRunner().invoke(main, ["network", TEXT, "-i", "2@9x9", "-o", f"{folder}/", "-j", "1", *more])
    assert done.exit_code == 0, done.stderr
    return done.stdout.split()


def test_a_folder_has_the_overview_every_layer_and_a_page(tmp_path: Path) -> None:
    """Layers that read windows have a figure each, named after them; so has what equals one, such as a global pool."""
    folder = tmp_path / "net"
    printed = drawn(folder, "--max-frames", "2", "--format", "png")
    names = ["overview.svg", "overview.png", "stem.png", "conv1.png", "head.png", "linear1.png", "index.html"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert sorted(printed) == sorted(str(folder / name) for name in names)
    with Image.open(folder / "stem.png") as picture:
        assert picture.width >= 480


def test_the_page_leads_from_every_block_to_its_figure(tmp_path: Path) -> None:
    """Each link lies over its block of the overview, is there again in the list, and names a file that is there."""
    drawn(tmp_path / "net", "--max-frames", "2", "--format", "svg")
    elements = read_page((tmp_path / "net" / "index.html").read_text("utf-8")).elements
    links = [element.attributes for element in elements if element.tag == "a"]
    over = [link for link in links if "style" in link]
    assert [link["href"] for link in over] == ["stem.svg", "conv1.svg", "head.svg", "linear1.svg"]
    assert {link["href"] for link in links} == {link["href"] for link in over}
    assert all((tmp_path / "net" / link["href"]).is_file() for link in links)
    sides = [dict(part.split(":") for part in link["style"].split(";")) for link in over]
    assert all(0 <= float(side[name][:-1]) <= 100 for side in sides for name in ("left", "top", "width", "height"))


def test_what_is_current_is_left_alone(tmp_path: Path) -> None:
    """A second run writes nothing but the page; with another look it draws all anew."""
    folder = tmp_path / "net"
    drawn(folder, "--max-frames", "2", "--format", "png")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    drawn(folder, "--max-frames", "2", "--format", "png")
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"index.html"}
    drawn(folder, "--max-frames", "2", "--format", "png", "--theme", "dark")
    assert all(path.stat().st_mtime_ns != after[path.name] for path in folder.iterdir())


def test_names_of_layers_are_no_paths_and_no_markup(tmp_path: Path) -> None:
    """Whatever layers are called, files stay in the folder under plain names, no two alike, and pages show text."""
    figure = network("2@5x5", hostile())
    names = [each.name for each in layer_figures(figure)]
    assert len({name.lower() for name in names} | {"overview", "index", "aux"}) == len(names) + 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) for name in names)
    list(make_network_folder(figure, str(tmp_path / "net"), Options(max_frames=2), suffix=".png"))
    assert [path.name for path in tmp_path.iterdir()] == ["net"]
    page = (tmp_path / "net" / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_looks_of_cells_and_sheets_are_those_of_the_layers(tmp_path: Path) -> None:
    """An overview has none of them, and stays what it is; each of them is seen in a layer."""
    plain = {path.name: path.read_bytes() for path in written(tmp_path / "plain")}
    for more in (["--order", "position"], ["--max-sheets", "2"], ["--cell-size", "9"], ["--sheet", "1x2"]):
        found = {path.name: path.read_bytes() for path in written(tmp_path / more[0], *more)}
        assert found["stem.png"] != plain["stem.png"], more
        assert found["overview.svg"] == plain["overview.svg"]


def written(folder: Path, *more: str) -> list[Path]:
    """The files of the network of `TEXT` in a folder."""
    drawn(folder, "--max-frames", "2", "--format", "png", *more)
    return list(folder.iterdir())


def test_layers_that_are_alike_are_one_figure(tmp_path: Path) -> None:
    """Files of equal layers are equal, byte for byte."""
    figure = network("2@5x5", [Asked("a", "conv 1x1 2", ("input",)), Asked("b", "conv 1x1 2", ("a",))])
    list(make_network_folder(figure, str(tmp_path / "net"), Options(max_frames=2), suffix=".png"))
    assert (tmp_path / "net" / "a.png").read_bytes() == (tmp_path / "net" / "b.png").read_bytes()


def test_an_overview_goes_to_files(tmp_path: Path) -> None:
    """-o FILE draws it as wide as it needs, or as it is told; nothing but paths is printed."""
    for more, width in (([], 800), (["--width", "1000"], 1000)):
        done = CliRunner().invoke(main, ["network", TEXT, "-i", "2@9x9", "-o", str(tmp_path / "a.png"), *more])
        assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'a.png'}\n")
        with Image.open(tmp_path / "a.png") as picture:
            assert abs(picture.width - width) <= (0 if more else 320)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "x.gif", "--json"], "json: it prints the table"),
        (["--format", "gif"], "there is nothing to draw; give -o DIR/"),
        (["-o", "x/", "--format", "bmp"], "no such format"),
        (["-o", "x.bmp"], "its suffix names no format"),
        (["-o", "x.png", "--order", "position"], "order position: an overview of a network has blocks"),
        (["-o", "x.png", "--max-sheets", "3"], "max-sheets 3: an overview of a network has blocks"),
        (["-o", "x.png", "--cell-size", "20"], "cell-size 20: an overview of a network has blocks"),
        (["-o", "x/", "--frame", "1"], "frame 1: it is of one figure"),
        (["-o", "x/", "--steps", "0:2"], "it is of one figure"),
        (["-o", "x.png", "--width", "64", "--text-size", "30px"], "leaves no room"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, and nothing written."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["network", TEXT, "-i", "2@9x9", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert not list(tmp_path.iterdir())
