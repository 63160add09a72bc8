"""Programs that open what convanim writes; each test is skipped with a reason where its program is not installed."""

import atexit
import io
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.pixels import Picture
from numpy.typing import NDArray
from PIL import Image

from convanim.figures.animation import Animation
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Cells, Ints, shown

# What keeps a browser without a network from asking for one at every start.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needs(program: str, package: str = "") -> str:
    """The path of a program; skips the test where it is not installed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: apt-get install {package or program}")
    return path


def needs_style(name: str, package: str) -> None:
    """Skips the test where LaTeX has no style of that name."""
    found = subprocess.run([needs("kpsewhich", package), f"{name}.sty"], capture_output=True, text=True)
    if not found.stdout.strip():
        pytest.skip(f"needs {name}.sty: apt-get install {package}")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a program says; fails with all of it where the program fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cell_centres(animation: Animation, step: int) -> Ints:
    """Pixels (N, 2), as x and y, off the middle of every cell that is shown at a step, where no number stands.

    Where maps have no grid, those are pixels off the middle of their blocks.
    """
    off = np.array([0.22, 0.3])
    found = [
        shape.lattice.points(shape.cells[shown(shape.when, len(shape), step)] + off)
        for shape in animation.scene.shapes
        if isinstance(shape, Cells)
    ]
    for shape in animation.scene.shapes:
        if isinstance(shape, Blocks):
            blocks = shape.at(step)
            found.append(shape.lattice.points(blocks[:, :2] + off * (blocks[:, 2:] - blocks[:, :2])))
    return np.unique(np.floor(np.concatenate(found)).astype(np.int64), axis=0)


def drawn(animation: Animation, step: int, theme: Any = None) -> Picture:
    """The renderer's picture of a step, in the animation's theme or another."""
    return Renderer(animation.scene, theme or animation.theme).frame(step).pixels.copy()


def differing(picture: Picture, other: Picture, points: Ints, tolerance: int = 3) -> NDArray[np.bool_]:
    """At which of some pixels two pictures differ by more than a tolerance in a channel."""
    x, y = points.T
    off = np.abs(picture[y, x, :3].astype(int) - other[y, x, :3])
    return np.asarray(off.max(axis=1) > tolerance)


def screenshot(page: Any) -> Image.Image:
    """What a page, or an element of it, shows; asked again where Chromium had nothing to give yet."""
    error = pytest.importorskip("playwright.sync_api").Error
    for left in reversed(range(5)):
        try:
            return Image.open(io.BytesIO(page.screenshot()))
        except error as what:
            if "Unable to capture screenshot" not in str(what) or not left:
                raise
            time.sleep(0.2)
    raise AssertionError


@cache
def browser(*flags: str) -> Any:
    """Debian's headless Chromium, driven by Playwright; started once for each set of flags."""
    return _driver().chromium.launch(executable_path=needs("chromium"), args=[*CHROMIUM, *flags])


@cache
def _driver() -> Any:
    needs("chromium")
    driver = pytest.importorskip("playwright.sync_api").sync_playwright().start()
    atexit.register(driver.stop)
    return driver
