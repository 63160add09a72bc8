"""Many figures at once: on any executor, whole files only, current ones left alone."""

import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from convanim.cli import main
from convanim.errors import RequestError
from convanim.figures.recipes.recipes import Recipe, load_recipe
from convanim.publish.batch import render_all

NAMES = ("no_padding_no_strides", "no_padding_strides", "numerical_max_pooling")


def recipes(**options: Any) -> list[Recipe]:
    """Three small templates."""
    return [load_recipe(name, **options) for name in NAMES]


def times(folder: Path) -> dict[str, int]:
    """When each file in a folder was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def made_here(folder: Path, **options: Any) -> dict[str, bytes]:
    """The bytes of the three figures, drawn in this process."""
    folder.mkdir()
    list(render_all(recipes(**options), [str(folder / "{name}.gif")]))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_executors_make_the_same_files(tmp_path: Path) -> None:
    """Threads and processes write the bytes that one process writes."""
    alone = made_here(tmp_path / "alone")
    pools: list[Executor] = [ThreadPoolExecutor(2), ProcessPoolExecutor(2)]
    for number, pool in enumerate(pools):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pool:
            paths = list(render_all(recipes(), [str(folder / "{name}.gif")], executor=pool))
        assert paths == [[folder / f"{name}.gif"] for name in NAMES]
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == alone


def test_a_dask_cluster_makes_the_same_files(tmp_path: Path) -> None:
    """The executor of a Dask cluster needs no code of ours."""
    distributed = pytest.importorskip("distributed")
    alone = made_here(tmp_path / "alone")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        list(render_all(recipes(), [str(tmp_path / "{name}.gif")], executor=client.get_executor()))
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.gif")} == alone


@pytest.mark.usefixtures("no_betweens")
def test_what_is_current_is_left_alone(tmp_path: Path) -> None:
    """A second run writes nothing, another option or `force` writes all, a lost file comes back alone."""
    to = [str(tmp_path / "{name}.gif"), str(tmp_path / "{name}.png"), str(tmp_path) + "/"]
    list(render_all(recipes(), to))
    first = times(tmp_path)
    assert len(first) == 2 * len(NAMES) + 4 + 4 + 9
    list(render_all(recipes(), to))
    assert times(tmp_path) == first
    (tmp_path / "no_padding_strides_002.png").unlink()
    (tmp_path / "numerical_max_pooling.gif").write_bytes(b"GIF89a, half of it")
    list(render_all(recipes(), to))
    again = times(tmp_path)
    touched = {name for name in first if again[name] != first[name]}
    assert touched == {"numerical_max_pooling.gif", *(f"no_padding_strides_{n:03}.png" for n in range(4))}
    list(render_all(recipes(width=200), to))
    assert all(times(tmp_path)[name] != again[name] for name in again)
    assert Image.open(tmp_path / "no_padding_strides.gif").width == 200
    before = times(tmp_path)
    list(render_all(recipes(width=200), to, force=True))
    assert all(times(tmp_path)[name] != before[name] for name in before)


def test_numbers_decide_what_is_current(tmp_path: Path) -> None:
    """A file of numbers that changed makes its figure anew."""
    (tmp_path / "n.csv").write_text("1,2\n3,4\n")
    (tmp_path / "r.toml").write_text('[layer]\nop="conv"\ninput_size=2\nkernel_size=1\n[values]\ninput="n.csv"\n')
    to = [str(tmp_path / "{name}.gif")]
    list(render_all([load_recipe(str(tmp_path / "r.toml"))], to))
    first = (tmp_path / "r.gif").read_bytes()
    (tmp_path / "n.csv").write_text("1,2\n3,5\n")
    list(render_all([load_recipe(str(tmp_path / "r.toml"))], to))
    assert (tmp_path / "r.gif").read_bytes() != first


def test_two_figures_never_share_a_file(tmp_path: Path) -> None:
    """A path without {name} is refused before anything is drawn, but for a folder of frames."""
    with pytest.raises(RequestError, match=r"\{name\}"):
        list(render_all(recipes(), [str(tmp_path / "one.gif")]))
    assert not list(tmp_path.iterdir())
    list(render_all(recipes(), [str(tmp_path / "frames") + "/"]))
    assert len(list((tmp_path / "frames").iterdir())) == 17


class Interrupted(Executor):
    """An executor that is interrupted at its second figure."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the first at once, fail the second, leave the others waiting."""
        future: Future[Any] = Future()
        self.futures.append(future)
        if len(self.futures) == 1:
            future.set_result(fn(*args, **kwargs))
        elif len(self.futures) == 2:
            future.set_exception(KeyboardInterrupt())
        return future


@pytest.mark.usefixtures("no_betweens")
def test_an_interrupted_run_leaves_whole_files_and_is_taken_up(tmp_path: Path) -> None:
    """What stood stays as it is, what waited is cancelled, and the next run draws the rest."""
    to = [str(tmp_path / "{name}.gif")]
    executor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        list(render_all(recipes(), to, executor=executor))
    assert executor.futures[2].cancelled()
    first = times(tmp_path)
    assert set(first) == {"no_padding_no_strides.gif"}
    list(render_all(recipes(), to))
    assert times(tmp_path)["no_padding_no_strides.gif"] == first["no_padding_no_strides.gif"]
    assert len(times(tmp_path)) == 3


def test_a_workers_refusal_comes_through(tmp_path: Path) -> None:
    """An error that a worker process finds is the same error here."""
    bad = load_recipe("no_padding_strides", width=3)
    with ProcessPoolExecutor(1) as pool, pytest.raises(RequestError) as caught:
        list(render_all([bad], [str(tmp_path / "{name}.gif")], executor=pool))
    assert caught.value.field == "width"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_render_draws_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    """`render A B -j N` prints every path, in order, and skips current files unless --force."""
    monkeypatch.chdir(tmp_path)
    command = ["render", *NAMES[:2], "-j", jobs, "-o", "{name}.gif", "-o", "frames/"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [f"{NAMES[0]}.gif", "frames/", f"{NAMES[1]}.gif", "frames/"]
    first = times(tmp_path)
    assert CliRunner().invoke(main, command).exit_code == 0
    assert {k: v for k, v in times(tmp_path).items() if k != "frames"} == {
        k: v for k, v in first.items() if k != "frames"
    }
    assert CliRunner().invoke(main, [*command, "--force"]).exit_code == 0
    assert times(tmp_path)[f"{NAMES[0]}.gif"] != first[f"{NAMES[0]}.gif"]
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (["-o", "one.gif"], "{name}"),
        (["--json"], "--json"),
        (["-o", "-", "--format", "gif"], "standard output"),
        (["-j", "0"], "--jobs"),
        (["--frame", "1"], "--frame 1: nothing that is written is a still"),
        (["-o", "{name}.bmp"], ".gif"),
    ],
)
def test_requests_that_several_figures_cannot_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: list[str], says: str
) -> None:
    """They are refused in one line, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["render", *NAMES[:2], *extra])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr
    assert not os.listdir()


def test_a_single_figure_takes_no_wrong_number_of_processes() -> None:
    """Though it needs none."""
    result = CliRunner().invoke(main, ["render", NAMES[0], "--jobs", "-3", "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--jobs -3: must be at least 1" in result.stderr


def test_names_and_one_path_will_do(tmp_path: Path) -> None:
    """Templates may be named, and a single path needs no list; an unknown name is refused as ever."""
    assert list(render_all(["dilation"], str(tmp_path / "{name}.png"))) == [[tmp_path / "dilation.png"]]
    with pytest.raises(RequestError, match="no such template"):
        list(render_all(["dilatation"], str(tmp_path / "{name}.png")))
