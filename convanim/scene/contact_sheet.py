"""A contact sheet: some frames of a figure side by side on one page, for papers."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from convanim.errors import RequestError
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.scene import Scene, Shape, Texts
from convanim.scene.transforms import merged, named, retimed

_GRID = re.compile(r"\s*([0-9]{1,3})\s*[x×X]\s*([0-9]{1,3})\s*")
_MOST = 100  # pictures
_LEADING = 1.6


def grid_of(text: str) -> tuple[int, int]:
    """The rows and columns that "3x3" says; raises RequestError when it says none, or too few or too many pictures."""
    match = _GRID.fullmatch(text)
    rows, columns = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 2 <= rows * columns <= _MOST:
        raise RequestError("sheet", text, f"not rows x columns of 2 to {_MOST} pictures", "give such as 3x3")
    return rows, columns


def contact_sheet(
    scene: Scene,
    steps: Sequence[int],
    grid: str,
    *,
    width: int | None = None,
    em: float = 0.0,
    font: Metrics = BUNDLED,
) -> Scene:
    """The scene of a page of one step: frames that show `steps`, evenly spread, in rows as `grid` ("3x3") says.

    Each is as large as the scene, first and last are among them, and there are no more than there are frames.
    A `width` of the page is kept where the pictures leave some pixels of it. Numbers stand under the pictures at a font
    size of `em` pixels, if any. Raises RequestError as `grid_of` does.
    """
    rows, columns = grid_of(grid)
    count = min(rows * columns, len(steps))
    columns = min(columns, count)
    frames = [round(i * (len(steps) - 1) / max(count - 1, 1)) for i in range(count)]
    below = round(_LEADING * em)
    margin = 0 if width is None else (width - columns * scene.width) // 2
    height = scene.height + below
    pictures: list[Scene] = []
    numbers: list[Shape] = []
    for place, frame in enumerate(frames):
        row, column = divmod(place, columns)
        x, y = margin + column * scene.width, row * height
        pictures.append(named(retimed(scene, [steps[frame]], 1), f"frame {frame + 1}").shifted(x, y))
        if em:
            point = np.array([(x + scene.width / 2, y + scene.height)])
            numbers.append(Texts("caption", point, (f"{frame + 1} / {len(steps)}",), em, font=font))
    page = merged(pictures, width or columns * scene.width, -(-count // columns) * height)
    return replace(page, shapes=(*page.shapes, *numbers))
