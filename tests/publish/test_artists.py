"""One step in a user's own matplotlib axes, and all of them as an animation of matplotlib's."""

import io
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from helpers.agg import plain_figure
from helpers.campaigns import campaign, listed, together
from helpers.pixels import composed, lattice_of
from helpers.strategies import layers
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import convanim
from convanim import Conv, Options, RequestError, animate
from convanim.figures.animation import Animation
from convanim.files.catalogue import template_names
from convanim.layers.layer import Layer
from convanim.layers.operations import OPERATIONS
from convanim.publish.artists import draw, to_matplotlib
from convanim.style.marks import Strokes

TOLERANCE = 8  # how far a pixel may be off, of 255: Agg rounds the ends of lines that it strokes itself


def page_of_axes(width: int, height: int) -> Axes:
    """Axes that fill a figure of some pixels."""
    figure = Figure(figsize=(width / 128, height / 128), dpi=128)
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def seen(ax: Axes) -> NDArray[np.int64]:
    """The pixels of the figure that axes are in."""
    canvas: Any = ax.figure.canvas
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).astype(np.int64)


def rendered(animation: Animation, step: int) -> NDArray[np.int64]:
    """The pixels of a step as Agg draws its marks, to which `test_agg.py` holds the renderer."""
    return plain_figure(animation, step).astype(np.int64)


def off(animation: Animation, step: int, settings: Any = None) -> int:
    """By how much a step in axes of the picture's size differs from its marks, at the worst pixel."""
    wanted = rendered(animation, step)
    with matplotlib.rc_context(settings):
        ax = page_of_axes(animation.scene.width, animation.scene.height)
        draw(animation, ax, step)
        return int(np.abs(seen(ax) - wanted).max())


@listed("name", template_names(), start=3, one_in=7)
def test_axes_show_the_marks(name: str) -> None:
    """In axes of the picture's size every pixel of every template is that of its marks, but for rounding."""
    animation = animate(name).animation
    assert off(animation, animation.scene.steps // 2) <= TOLERANCE


@campaign(15)
@given(layer=st.sampled_from(sorted(OPERATIONS)).flatmap(layers))
def test_any_layer_is_drawn_alike(layer: Layer) -> None:
    """So it is for any layer, without numbers or with."""
    for options in (Options(), Options(values="random:3")):
        animation = composed(layer, options)
        assert off(animation, 0) <= TOLERANCE


def test_pictures_grow_with_their_axes() -> None:
    """In axes three times as large lines, dashes and letters grow along: shrunk again, the picture is the small one."""
    animation = animate(Conv(4, 3, padding=1), values="arange", caption=True).animation
    width, height = animation.scene.width, animation.scene.height
    ax = page_of_axes(3 * width, 3 * height)
    draw(animation, ax)
    shrunk = seen(ax).reshape(height, 3, width, 3, 4).mean(axis=(1, 3))
    difference = np.abs(shrunk - rendered(animation, animation.timing.steps[-1]))
    assert difference.max() <= 40  # of edges that lie over each other
    assert difference.mean() <= 0.2


def test_axes_become_the_picture() -> None:
    """Data coordinates are pixels, y down, as many to the right as down; axis lines go, whatever was set before."""
    animation = animate(Conv(5, 3), view="flat").animation
    figure = Figure(figsize=(8, 3))
    ax = figure.add_subplot(1, 2, 2, xscale="log")
    artists = draw(animation, ax, 0)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, animation.scene.width), (animation.scene.height, 0))
    assert (ax.get_xscale(), ax.get_aspect(), ax.axison) == ("linear", 1.0, False)
    assert list(ax.get_children())[: len(artists)] == artists
    assert {artist.get_zorder() for artist in artists} == {1}  # a plot on top stays on top
    FigureCanvasAgg(figure)
    pixels = seen(ax)
    centres = lattice_of(animation.scene, "input").centres(np.array([[4, 0], [4, 4]]))
    x, y = ax.transData.transform(centres).T
    for colour in pixels[pixels.shape[0] - y.astype(int), x.astype(int), :3].tolist():
        assert tuple(colour) == animation.theme.styles["input"].fill


def test_the_still_is_what_is_drawn_unless_a_step_is_given() -> None:
    """Without a step the still's is drawn, `frame` included; steps count from 0 or back from -1."""
    figure = animate(Conv(3, 2), width=96, frame=1)

    def shows(step: int | None) -> NDArray[np.int64]:
        ax = page_of_axes(96, figure.animation.scene.height)
        figure.draw(ax, step)
        return seen(ax)

    assert (shows(None) == shows(1)).all()
    assert (shows(-1) == shows(3)).all()
    assert (shows(0) != shows(1)).any()


@together("step", [4, -5, 1.0, True, "1"])
def test_a_step_that_is_not_there_is_refused(step: Any) -> None:
    """The refusal says how many there are, and nothing is drawn."""
    ax = page_of_axes(96, 96)
    before = ax.get_children()
    with pytest.raises(RequestError, match=r"^step .*there are 4 steps; count from 0 to 3"):
        animate(Conv(3, 2), width=96).draw(ax, step)
    assert ax.get_children() == before


def test_only_plain_axes_will_do() -> None:
    """Polar axes, or what are no axes at all, are refused in one line."""
    figure = animate(Conv(3, 2), width=96)
    with pytest.raises(RequestError, match=r"^ax polar: not plain axes"):
        figure.draw(Figure().add_subplot(projection="polar"))
    with pytest.raises(RequestError, match=r"^ax Figure: not plain axes"):
        figure.draw(Figure())  # type: ignore[arg-type]


def test_a_transparent_figure_leaves_what_is_behind_it() -> None:
    """Without a background nothing is drawn between the shapes."""
    animation = animate(Conv(3, 2), width=96, transparent=True, labels=False).animation
    ax = page_of_axes(96, animation.scene.height)
    ax.figure.set_facecolor("#ff8800")
    draw(animation, ax)
    assert seen(ax)[0, 0].tolist() == [255, 136, 0, 255]


def test_settings_of_the_user_change_nothing() -> None:
    """Sketched, aliased or thick lines in the user's settings do not reach the figure."""
    animation = animate(Conv(3, 2), width=200).animation
    settings: Any = {"path.sketch": (5, 100, 2), "patch.linewidth": 9, "patch.antialiased": False}
    assert off(animation, 2, settings) <= TOLERANCE


def test_files_of_vectors_hold_vectors() -> None:
    """In PDF and SVG a figure of a user's stays without pixels, and its cells keep their colours."""
    figure = Figure(figsize=(4, 4))
    animate(Conv(3, 2), values="arange").draw(figure.add_subplot())
    pdf, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(pdf, format="pdf")
    figure.savefig(svg, format="svg")
    assert b"/Subtype /Image" not in pdf.getvalue()
    content = b"".join(
        zlib.decompress(part) for part in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", pdf.getvalue(), re.DOTALL)
    )
    assert b"0.149" in content  # the red of #268bd2
    assert b"<image" not in svg.getvalue()
    assert b"#268bd2" in svg.getvalue()


def test_dashes_stay_within_their_lines() -> None:
    """A dashed line's areas cover its dashes and no more; plain lines reach half their width past their ends."""
    from convanim.publish.artists import _ribbons

    ends = np.array([[(0.0, 0.0), (10.0, 0.0)], [(5.0, 2.0), (5.0, 12.0)]])
    dashed = _ribbons(Strokes(ends, (0, 0, 0), 2, (1.0, (2.0, 3.0))))
    assert dashed[:3, :, 0].min(axis=1).tolist() == [0, 4, 9]
    assert dashed[:3, :, 0].max(axis=1).tolist() == [1, 6, 10]
    assert np.abs(dashed[:3, :, 1]).tolist() == [[1.0] * 4] * 3
    assert dashed[3:, :, 1].min(axis=1).tolist() == [2, 6, 11]
    plain = _ribbons(Strokes(ends, (0, 0, 0), 2))
    assert (plain[0].min(axis=0).tolist(), plain[0].max(axis=0).tolist()) == ([-1, -1], [11, 1])
    assert len(_ribbons(Strokes(ends[:0], (0, 0, 0), 2, (1.0, (2.0, 3.0))))) == 0


def test_an_animation_of_matplotlibs_shows_every_frame(tmp_path: Path) -> None:
    """Saved by Pillow's writer it has the pictures of all steps, for their times, at the picture's size."""
    figure = animate(Conv(3, 2), width=97, step_time=0.2, hold=0.6)
    film = figure.to_matplotlib()
    film.save(tmp_path / "a.gif", PillowWriter(fps=5))
    (ax,) = film._fig.axes  # type: ignore[attr-defined]
    assert len(ax.patches) < len(figure.draw(page_of_axes(97, 97)))  # those of earlier frames are gone
    pictures, times = [], []
    with Image.open(tmp_path / "a.gif") as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pictures.append(np.asarray(image.convert("RGB"), dtype=int))
            times.append(image.info["duration"])
    assert times == [200, 200, 200, 200, 600]
    for picture, frame in zip(pictures, (rendered(figure.animation, step) for step in range(4))):
        assert np.abs(picture - frame[..., :3]).mean() < 1


def steps_of(film: FuncAnimation) -> list[Any]:
    """The steps that the frames of an animation show."""
    return list(film.new_frame_seq())


def test_an_animation_follows_the_timing() -> None:
    """Its interval is the step's time; it plays once or over and over, forth and back; a still is one frame."""
    once = to_matplotlib(animate(Conv(3, 2), width=96, loop=1, bounce=True, step_time=0.3, hold=0.3).animation)
    assert once._interval == 300  # type: ignore[attr-defined]
    assert not once._repeat  # type: ignore[attr-defined]
    assert steps_of(once) == [0, 1, 2, 3, 4, 2, 1, 0]  # 4 is the rest
    assert "<img" in once.to_jshtml()
    ever = animate(Conv(3, 2), width=96, steps="1:3", hold=0).to_matplotlib()
    assert ever._repeat  # type: ignore[attr-defined]
    assert steps_of(ever) == [1, 1, 2]  # the first rests
    assert "<img" in ever.to_jshtml()


def test_pyplot_is_left_alone() -> None:
    """Neither axes nor animations of matplotlib's need pyplot or change a setting."""
    code = (
        "import matplotlib, sys\n"
        "from matplotlib.figure import Figure\n"
        "def settings(): return {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if 'backend' not in k}\n"
        "before = settings()\n"
        "from convanim import Conv, animate\n"
        "figure = animate(Conv(3, 2), width=96)\n"
        "figure.draw(Figure().add_subplot()); figure.to_matplotlib().to_jshtml()\n"
        "assert settings() == before; print('matplotlib.pyplot' in sys.modules)"
    )
    folder = Path(convanim.__file__).parent.parent
    assert subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).strip() == "False"
