"""What users import: the names, `animate`, `render`, and what they refuse."""

import doctest
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import some, together
from PIL import Image

import convanim
from convanim import AvgPool, Conv, ConvTranspose, Geometry, MaxPool, Options, RequestError, animate
from convanim.files.catalogue import template_names


def test_every_public_name_is_there() -> None:
    """`__all__` is sorted and holds what can be had; other names are refused as Python does."""
    assert convanim.__all__ == sorted(convanim.__all__)
    for name in convanim.__all__:
        assert getattr(convanim, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = convanim.nothing
    assert sorted(dir(convanim)) == sorted([*convanim.__all__, "__version__"])


def test_the_packages_example_holds() -> None:
    """The example in the package's own text runs."""
    assert doctest.testmod(convanim).attempted >= 3
    assert doctest.testmod(convanim).failed == 0


def test_importing_is_light() -> None:
    """`import convanim` needs neither numpy nor a drawing library."""
    code = "import convanim, sys; print([m for m in ('numpy', 'matplotlib', 'PIL', 'click') if m in sys.modules])"
    folder = Path(convanim.__file__).parent.parent
    assert subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).strip() == "[]"


def test_names_stay_what_they_are_after_drawing() -> None:
    """`convanim.render` is the function before and after a figure is drawn."""
    code = (
        "import convanim; convanim.animate(convanim.Conv(3, 2), width=96).frames().__next__()\n"
        "print(all(callable(getattr(convanim, name)) for name in convanim.__all__))"
    )
    folder = Path(convanim.__file__).parent.parent
    assert subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).strip() == "True"


def test_pyplot_is_left_alone() -> None:
    """Drawing imports no pyplot and leaves matplotlib's settings as they were."""
    code = (
        "import matplotlib, sys\n"
        "def settings(): return {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if 'backend' not in k}\n"
        "before = settings()\n"
        "from convanim import Conv, animate; next(animate(Conv(3, 2), width=96).frames())\n"
        "assert settings() == before; print('matplotlib.pyplot' in sys.modules)"
    )
    folder = Path(convanim.__file__).parent.parent
    assert subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).strip() == "False"


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize(
    "layer", [Conv(3, 2), ConvTranspose(2, 2), MaxPool(4, 2), AvgPool(4, 2, ceil_mode=True), Conv(5, 2, dims=1)]
)
def test_every_layer_is_drawn_and_saved(layer: Any, tmp_path: Path) -> None:
    """`animate(layer).save(…)` writes every path that it is given, text or Path, and gives the figure back."""
    figure = animate(layer, width=120, values="arange", labels=False)
    assert figure.save(str(tmp_path / "a.gif"), tmp_path / "a.png", f"{tmp_path / 'frames'}/") is figure
    steps = Geometry(layer).steps
    assert len(list((tmp_path / "frames").iterdir())) == steps
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.size[0] == 120


def test_saving_nowhere_is_refused() -> None:
    """`save()` without a path is a slip, and says so."""
    with pytest.raises(RequestError, match=r"nowhere to write to; give a path such as figure\.gif"):
        animate(Conv(3, 2)).save()


def test_frames_are_arrays_of_their_own() -> None:
    """`frames()` gives one array a step, each the caller's to keep."""
    frames = list(animate(Conv(3, 2), width=96).frames())
    assert len(frames) == 4
    assert {frame.dtype for frame in frames} == {np.dtype(np.uint8)}
    assert all(frame.shape[1:] == (96, 4) for frame in frames)
    assert not any(np.shares_memory(frames[0], frame) for frame in frames[1:])
    assert (frames[0] != frames[1]).any()
    assert (frames[0][..., 3] == 255).all()


def test_arrays_are_numbers_too() -> None:
    """`values` and `kernel_values` take arrays and nested lists."""
    numbers = np.arange(9).reshape(3, 3)
    one = animate(Conv(3, 2), values=numbers, kernel_values=[[1, 0], [0, 1]])
    assert one.animation.scene.equation(0) == "0·1 + 1·0 + 3·0 + 4·1 = 4"
    again = animate(Conv(3, 2), values=numbers.tolist(), kernel_values=np.eye(2, dtype=int))
    assert all((a == b).all() for a, b in zip(one.frames(), again.frames()))


def test_a_template_is_rendered_with_options() -> None:
    """`animate` takes a template's name or a recipe's path, and options that replace its own."""
    figure = animate("one_by_one", width=96, theme="dark", steps=":2")
    assert (figure.animation.name, figure.animation.scene.width, figure.animation.theme.name) == (
        "one_by_one",
        96,
        "dark",
    )
    assert len(list(figure.frames())) == 2
    assert all(animate(name).animation.alt for name in some(template_names()))


def test_a_recipe_may_be_a_path(tmp_path: Path) -> None:
    """A Path to a recipe is a recipe."""
    path = tmp_path / "mine.toml"
    path.write_text('[layer]\nop = "conv"\ninput_size = 3\nkernel_size = 2\n', encoding="utf-8")
    assert animate(path).animation.name == "mine"


def test_notes_say_what_a_figure_leaves_out() -> None:
    """Sampled steps and missing characters are told."""
    assert animate(Conv(3, 2)).notes == ()
    assert "2 of 4 steps" in animate(Conv(3, 2), max_frames=2).notes[0]
    assert "猫" in animate(Conv(3, 2), output_label="猫").notes[0]
    assert animate(Conv(3, 2), step_time=500).notes == ("a step lasts 500 s: step-time is in seconds",)
    assert animate(Conv(3, 2), step_time=500, still=True, hold=0).notes == animate(Conv(3, 2), step_time=59).notes == ()


def test_a_frameworks_own_layer_is_pointed_to_where_it_is_read() -> None:
    """`animate` and `to_code` take convanim's layers, and say what makes one of a module."""
    with pytest.raises(RequestError, match="from_module"):
        animate(object())  # type: ignore[arg-type]
    with pytest.raises(RequestError, match=r"object: not a layer of convanim's; give one such as .* from_module"):
        convanim.to_code(object(), "keras")  # type: ignore[arg-type]


def refusal(**options: Any) -> RequestError | None:
    """The refusal that options meet, if they do."""
    try:
        animate(Conv(3, 2), **options)
    except RequestError as error:
        return error
    return None


@together("name", [field.name for field in fields(Options)])
def test_every_option_of_the_wrong_kind_is_refused(name: str) -> None:
    """An option's value of a wrong kind is a RequestError that names the option, never another exception."""
    for wrong in (object(), -7, [], "no such thing", b"bytes", 1.5):
        said = refusal(**{name: wrong})
        assert said is None or (name in str(said) and len(str(said).splitlines()) == 1)


def test_what_does_not_fit_is_refused_in_pythons_words() -> None:
    """Messages spell arguments as Python does; unknown options list the known ones; nothing is half written."""
    with pytest.raises(RequestError, match=r"^kernel_size 4x4: spans 4 cells of the height"):
        Conv(3, 4)
    with pytest.raises(RequestError, match=r"^colour: there is no such option; options are values, kernel_values"):
        animate(Conv(3, 2), colour="red")
    with pytest.raises(RequestError, match="there is no such option"):
        animate("one_by_one", colour="red")
    assert issubclass(RequestError, ValueError)


def test_a_wrong_path_is_refused_before_any_is_written(tmp_path: Path) -> None:
    """All paths are checked first."""
    with pytest.raises(RequestError, match="its suffix names no format"):
        animate(Conv(3, 2), width=96).save(tmp_path / "a.gif", tmp_path / "a.bmp")
    assert list(tmp_path.iterdir()) == []
