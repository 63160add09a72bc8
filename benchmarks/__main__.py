"""Measures speed, memory and size against yardsticks in the same run, and prints the table of docs/speed.md.

    python -m benchmarks [--runs 5]

Times are medians with their units, ratios ours over the yardstick's. Nothing here is asserted: machines differ, and so
do their neighbours.
"""

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.published import PUBLISHED
from benchmarks.yardsticks import with_bare_agg, with_func_animation
from convanim import Conv, Options
from convanim.export.gif.gif import write_gif
from convanim.export.svg.svg import write_svg
from convanim.figures.animation import Animation, compose
from convanim.figures.film import glides
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.render.frames import frames

IMPORTS = "import numpy, click, PIL.Image, matplotlib.backends.backend_agg"
LIGHT = "import click, numpy"
PAPER = [name for name in template_names() if name in PUBLISHED or name.startswith("numerical_")]


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print("| what | ours | yardstick | ratio | goal |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        _steps(Path(folder), runs)
        _memory(Path(folder))
        _processes(Path(folder), runs)
        _bytes(Path(folder))
        _gliding(runs)


def _row(what: str, ours: str, yardstick: str, ratio: str, goal: str) -> None:
    print(f"| {what} | {ours} | {yardstick} | {ratio} | {goal} |", flush=True)


def _time(taken: Sequence[float]) -> str:
    """The median of some times, in a unit that suits it."""
    middle = statistics.median(taken)
    return (
        f"{middle:.2f} s" if middle >= 1 else f"{middle * 1e3:.0f} ms" if middle >= 0.01 else f"{middle * 1e3:.2f} ms"
    )


def _size(number: float) -> str:
    return f"{number / 1000:,.0f} kB"


def _figure(size: int, kernel: int, padding: int) -> Animation:
    options = Options(width=395, labels=False, max_frames=5000, glide=False)
    return compose(Conv(size, kernel, padding=padding), options)


def _timed_in_turn(works: Sequence[Callable[[], object]], runs: int) -> list[list[float]]:
    """The times of each piece of work, taken in turn, so that a busy neighbour slows all of them alike."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(runs + 1):
        for work, taken in zip(works, times):
            start = time.perf_counter()
            work()
            if number:  # the first round warms up
                taken.append(time.perf_counter() - start)
    return times


def _ratio(ours: list[float], theirs: list[float]) -> str:
    """Ours over theirs: the medians', and in brackets what any two runs would give at most and at least."""
    middle = statistics.median(ours) / statistics.median(theirs)
    low, high = min(ours) / max(theirs), max(ours) / min(theirs)
    if middle < 0.5:
        return f"1/{1 / middle:.0f} (1/{1 / low:.0f} to 1/{1 / high:.0f})"
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _steps(folder: Path, runs: int) -> None:
    """One step, drawn and encoded, against both yardsticks; and a large map against a small one."""
    small, middle, large = _figure(5, 3, 1), _figure(18, 3, 1), _figure(66, 3, 0)
    for name, figure, goal, rounds in (
        ("5x5 -> 5x5", small, "1/15", runs),
        ("18x18 -> 18x18", middle, "1/40", max(1, runs // 2)),
    ):
        steps = len(figure.timing.steps)
        again = max(1, 250 // steps)  # a short animation several times, as the yardsticks take long
        works = [
            partial(_write, figure, again),
            partial(with_func_animation, figure, folder / "y.gif"),
            partial(with_bare_agg, figure, folder / "y.gif"),
        ]
        ours, *theirs = _timed_in_turn(works, rounds)
        ours = [taken / again / steps for taken in ours]
        yardsticks = ("FuncAnimation + PillowWriter", goal), ("bare Agg", "")
        for (yardstick, aim), taken in zip(yardsticks, theirs):
            taken = [of_all / steps for of_all in taken]
            what = f"one step of a GIF, {name} cells, 395 px wide"
            _row(what, _time(ours), f"{yardstick}: {_time(taken)}", _ratio(ours, taken), aim)
    of_middle, of_large = _timed_in_turn([partial(_write, middle), partial(_write, large)], runs)
    per_step = [[t / len(f.timing.steps) for t in taken] for f, taken in ((large, of_large), (middle, of_middle))]
    _row("one step, 64x64 output", _time(per_step[0]), f"18x18 output: {_time(per_step[1])}", _ratio(*per_step), "1.2")


def _write(figure: Animation, times: int = 1) -> None:
    for _ in range(times):
        write_gif(figure, io.BytesIO(), lambda: None)


def _memory(folder: Path) -> None:
    """The peak of a whole process, for 4,096 frames and for 9."""
    peaks = []
    for steps in ("0:4096", "0:9"):
        code = (
            "from convanim.cli import main\n"
            f"main(['conv', '-i', '66', '-k', '3', '--steps', '{steps}', '--max-frames', '5000', '--width', '395',"
            f" '-q', '-o', {str(folder / 'm.gif')!r}], standalone_mode=False)\n"
            "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
        )
        out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        peaks.append(int(out.split()[-1]))
    many, few = (f"{peak >> 10} MB" for peak in peaks)
    _row("peak memory, 4,096 frames", many, f"9 frames: {few}", f"{peaks[0] / peaks[1]:.2f}", "1.3")


def _processes(folder: Path, runs: int) -> None:
    """Whole processes, against nothing but their imports."""

    def process(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True, cwd=folder)

    layer = ("-m", "convanim", "conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1", "--no-glide")
    commands = [("-c", IMPORTS), ("-c", LIGHT), layer, (*layer, "--json"), (*layer[:3], "--help")]
    bare, light, gif, json, help = _timed_in_turn([process(*command) for command in commands], 2 * runs)
    for what, ours, theirs, imports in (
        ("a 9-frame GIF", gif, bare, "numpy, click, Pillow, Agg"),
        ("`--json`", json, light, "click, numpy"),
        ("`--help`", help, light, "click, numpy"),
    ):
        _row(
            f"whole process, {what}", _time(ours), f"importing {imports}: {_time(theirs)}", _ratio(ours, theirs), "1.5"
        )
    figures = ("-m", "convanim", "render", *PAPER, "--no-glide", "-o", "{name}.gif", "-o", "frames/")

    def all_figures() -> None:
        shutil.rmtree(folder / "frames", ignore_errors=True)
        for path in folder.glob("*.gif"):
            path.unlink()
        process(*figures)()

    paper, bare = _timed_in_turn([all_figures, process("-c", IMPORTS)], runs)
    imports = f"importing numpy, click, Pillow, Agg: {_time(bare)}"
    _row("the paper's 19 figures, GIF and PNG frames, all cores", _time(paper), imports, _ratio(paper, bare), "4")


def _bytes(folder: Path) -> None:
    """The published figures at their widths, and how true our GIFs are to what was drawn."""
    sizes = {}
    for name, (width, _) in PUBLISHED.items():
        path = folder / f"{name}.gif"
        with open(path, "wb") as stream:
            write_gif(load_recipe(name, width=width, labels=False, glide=False).animation(), stream, lambda: None)
        sizes[name] = path.stat().st_size
    ours, published = sum(sizes.values()), sum(size for _, size in PUBLISHED.values())
    what = "the 15 published figures as GIF"
    _row(what, _size(ours), f"as published: {_size(published)}", f"{ours / published:.3f}", "0.5")
    worst_ratio, name = max((sizes[name] / size, name) for name, (_, size) in PUBLISHED.items())
    theirs = f"as published: {_size(PUBLISHED[name][1])}"
    _row(f"the worst of them, {name}", _size(sizes[name]), theirs, f"{worst_ratio:.2f}", "0.7")
    _svg_bytes()
    worst, mean = _fidelity(folder)
    what = "a GIF's pixels, of 255: the worst one's error, the worst figure's mean error"
    _row(what, f"{worst}, {mean:.2f}", "the frames as drawn: 0", "", "16, 0.5")
    if shutil.which("gifsicle"):
        packed = 0
        for name in PUBLISHED:
            command = ["gifsicle", "-O3", "--lossy=0", str(folder / f"{name}.gif"), "-o", str(folder / "packed.gif")]
            subprocess.run(command, check=True, capture_output=True)
            packed += (folder / "packed.gif").stat().st_size
        saved = f"{1 - packed / ours:.1%}"
        _row("what gifsicle -O3 would still save", _size(ours - packed), f"our GIFs: {_size(ours)}", saved, "3 %")


def _svg_bytes() -> None:
    """The published figures as SVG, at their widths and with their labels."""
    sizes = {}
    for name, (width, _) in PUBLISHED.items():
        stream = io.BytesIO()
        write_svg(load_recipe(name, width=width, glide=False).animation(), stream, lambda: None)
        sizes[name] = stream.tell()
    ours, published = sum(sizes.values()), sum(size for _, size in PUBLISHED.values())
    what = "the same as SVG"
    _row(what, _size(ours), f"GIF as published: {_size(published)}", f"1/{published / ours:.1f}", "1/15")
    least, name = min((size / sizes[name], name) for name, (_, size) in PUBLISHED.items())
    theirs = f"GIF as published: {_size(PUBLISHED[name][1])}"
    _row(f"the worst of them, {name}", _size(sizes[name]), theirs, f"1/{least:.1f}", "1/8")


def _gliding(runs: int) -> None:
    """What it costs in GIFs that outlines glide: all else is measured without."""
    names = [name for name in template_names() if any(glides(load_recipe(name).animation()))]
    plain, gliding = ([load_recipe(name, glide=glide).animation() for name in names] for glide in (False, True))
    sizes = [[len(_gif(figure)) for figure in figures] for figures in (plain, gliding)]
    most, name = max((more / size, name) for size, more, name in zip(*sizes, names))
    count = sum(more > size for size, more in zip(*sizes))
    what = f"{len(names)} templates as GIF that may glide; {count} have room for it"
    _row(what, _size(sum(sizes[1])), f"without: {_size(sum(sizes[0]))}", f"{sum(sizes[1]) / sum(sizes[0]):.2f}", "")
    _row(f"the one that grows most, {name}", "", "without", f"{most:.2f}", "1.5")
    times = _timed_in_turn([partial(_write_all, gliding), partial(_write_all, plain)], max(1, runs // 2))
    _row("the time to write them", _time(times[0]), f"without: {_time(times[1])}", _ratio(*times), "")


def _gif(figure: Animation) -> bytes:
    stream = io.BytesIO()
    write_gif(figure, stream, lambda: None)
    return stream.getvalue()


def _write_all(figures: Sequence[Animation]) -> None:
    for figure in figures:
        _write(figure)


def _fidelity(folder: Path) -> tuple[int, float]:
    worst, worst_mean = 0, 0.0
    for name, (width, _) in PUBLISHED.items():
        animation = load_recipe(name, width=width, labels=False).animation()
        total, count = 0, 0
        with Image.open(folder / f"{name}.gif") as gif:
            for number, frame in enumerate(frames(animation)):
                gif.seek(number)
                off = np.abs(np.asarray(gif.convert("RGB"), dtype=np.int16) - frame.pixels[..., :3])
                worst = max(worst, int(off.max()))
                total += int(off.sum())
                count += off.size
        worst_mean = max(worst_mean, total / count)
    return worst, worst_mean


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = os.getcwd()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    main()
