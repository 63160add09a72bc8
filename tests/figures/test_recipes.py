"""Recipes: the templates are whole and have the documented sizes; a wrong recipe is refused with file and key."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import listed, together
from helpers.command_lines import gif_of
from PIL import Image

from convanim.cli import main
from convanim.errors import RequestError
from convanim.figures.recipes.recipes import Recipe, load_recipe
from convanim.files.catalogue import template_names
from convanim.layers.layer import ConvTranspose, Layer, dilation_of, output_size
from convanim.numbers.figure_values import layer_values
from convanim.render.frames import Renderer

# The figures of "A guide to convolution arithmetic for deep learning": name, input, output, kernel, stride, padding,
# dilation; sizes of the animated operation itself.
GUIDE = [
    ("no_padding_no_strides", 4, 2, 3, 1, 0, 1),
    ("arbitrary_padding_no_strides", 5, 6, 4, 1, 2, 1),
    ("same_padding_no_strides", 5, 5, 3, 1, 1, 1),
    ("full_padding_no_strides", 5, 7, 3, 1, 2, 1),
    ("no_padding_strides", 5, 2, 3, 2, 0, 1),
    ("padding_strides", 5, 3, 3, 2, 1, 1),
    ("padding_strides_odd", 6, 3, 3, 2, 1, 1),
    ("dilation", 7, 3, 3, 1, 0, 2),
    ("no_padding_no_strides_transposed", 2, 4, 3, 1, 0, 1),
    ("arbitrary_padding_no_strides_transposed", 6, 5, 4, 1, 2, 1),
    ("same_padding_no_strides_transposed", 5, 5, 3, 1, 1, 1),
    ("full_padding_no_strides_transposed", 7, 5, 3, 1, 2, 1),
    ("no_padding_strides_transposed", 2, 5, 3, 2, 0, 1),
    ("padding_strides_transposed", 3, 5, 3, 2, 1, 1),
    ("padding_strides_odd_transposed", 3, 6, 3, 2, 1, 1),
    ("numerical_no_padding_no_strides", 5, 3, 3, 1, 0, 1),
    ("numerical_padding_strides", 5, 3, 3, 2, 1, 1),
    ("numerical_average_pooling", 5, 3, 3, 1, 0, 1),
    ("numerical_max_pooling", 5, 3, 3, 1, 0, 1),
]
LAYER = '[layer]\nop = "conv"\ninput_size = 3\nkernel_size = 2\n'


def recipe(folder: Path, text: str, **overrides: object) -> Recipe:
    """A recipe of this text, from a file."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(str(path), **overrides)


def layer_of(made: Recipe) -> Layer:
    """The layer of a recipe that is of one alone."""
    assert isinstance(made.figure, Layer)
    return made.figure


def double(number: int) -> tuple[int, int]:
    """The same number for both axes."""
    return (number, number)


@listed("name", template_names())
def test_every_template_is_whole(name: str) -> None:
    """A template has a title and an alternative text that says more than the title, and draws its first frame."""
    template = load_recipe(name)
    assert template.name == name
    assert template.title
    assert len(template.alt) > 40
    assert template.alt.endswith(".")
    animation = template.animation()
    assert (animation.name, animation.alt) == (name, template.alt)
    # What a template leaves out it leaves out on purpose; nothing of it may be too small or missing.
    purposes = ("a larger max-frames shows more", "a larger max-sheets shows more", "a figure of one layer shows them")
    assert all(note.endswith(purposes) for note in animation.notes)
    frame = Renderer(animation.scene, animation.theme).frame(animation.timing.steps[0])
    assert frame.pixels.shape == (animation.scene.height, animation.scene.width, 4)
    assert len(np.unique(frame.pixels.view(np.uint32))) > 3


@together("name, n, output, kernel, stride, padding, dilation", GUIDE)
def test_the_guides_figures_have_its_sizes(
    name: str, n: int, output: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    """Each figure of the guide has its layer's sizes, and a step for each output cell."""
    template = load_recipe(name)
    layer: Layer = layer_of(template)
    assert (layer.input_size, output_size(layer)) == (double(n), double(output))
    assert (layer.kernel_size, layer.stride, dilation_of(layer)) == tuple(map(double, (kernel, stride, dilation)))  # type: ignore[union-attr]
    assert layer.padding == double_pairs(padding)  # type: ignore[union-attr]
    assert isinstance(layer, ConvTranspose) == name.endswith("_transposed")
    if isinstance(layer, ConvTranspose):
        assert layer.output_padding == double(int("odd" in name))
    assert len(template.animation().timing.steps) == output * output


def double_pairs(padding: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The same padding on all four sides."""
    return (double(padding), double(padding))


def test_the_guides_numbers_are_its_own() -> None:
    """The numerical figures compute what the guide prints."""
    for name, expected in {
        "numerical_no_padding_no_strides": [[12, 12, 17], [10, 17, 19], [9, 6, 14]],
        "numerical_padding_strides": [[6, 17, 3], [8, 17, 13], [6, 4, 4]],
        "numerical_max_pooling": [[3, 3, 3], [3, 3, 3], [3, 2, 3]],
    }.items():
        template = load_recipe(name)
        values = layer_values(layer_of(template), template.options)
        assert values is not None
        assert values.output.tolist() == expected


def test_every_entry_of_a_recipe_is_heard(tmp_path: Path) -> None:
    """Each key of [values], [view] and [timing] sets its option."""
    made = recipe(
        tmp_path,
        'title = "T"\nalt = "A."\n[layer]\nop = "conv-transpose"\ninput_size = [2, 3]\nkernel_size = "3x2"\n'
        'stride = 2\npadding = [[1, 0], [0, 0]]\noutput_padding = [1, 0]\n[values]\ninput = "arange"\nkernel = "box"\n'
        '[view]\nname = "flat"\ntransposed_as = "scatter"\ntheme = "dark"\ntransparent = true\nwidth = 300\n'
        'labels = false\ncaption = true\ninput_label = "x"\noutput_label = "y"\n'
        '[timing]\nstep_time = 0.1\nhold = 2\nloop = 3\nsteps = "1:5"\nmax_frames = 3\n',
    )
    assert (made.title, made.alt, made.name) == ("T", "A.", "mine")
    assert (layer_of(made).input_size, layer_of(made).padding) == ((2, 3), ((1, 0), (0, 0)))  # type: ignore[union-attr]
    options = made.options
    assert (options.values, options.kernel_values, options.view, options.transposed_as) == (
        "arange",
        "box",
        "flat",
        "scatter",
    )
    assert (options.theme, options.transparent, options.width) == ("dark", True, 300)
    assert (options.labels, options.caption, options.input_label, options.output_label) == (False, True, "x", "y")
    animation = made.animation()
    assert (set(animation.timing.times), animation.timing.hold, animation.timing.loop) == ({10}, 200, 3)
    assert list(animation.timing.steps) in ([1, 2, 4], [1, 3, 4])
    assert animation.theme.transparent


def test_files_are_found_beside_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number files and themes named in a recipe are in its own folder, wherever it is drawn from."""
    folder, elsewhere = tmp_path / "figures", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "x.csv").write_text("1,2,3\n4,5,6\n7,8,9\n", encoding="utf-8")
    np.save(folder / "w.npy", np.array([[1, 0], [0, 1]]))
    Image.new("L", (3, 3), 7).save(folder / "p.png")
    classic = Path(__file__).parent.parent.parent / "templates" / "themes" / "classic.toml"
    (folder / "own.toml").write_text(classic.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    made = recipe(folder, LAYER + '[values]\ninput = "x.csv"\nkernel = "w.npy"\n[view]\ntheme = "own.toml"\n')
    values = layer_values(layer_of(made), made.options)
    assert values is not None
    assert values.output.tolist() == [[6, 8], [12, 14]]
    assert made.animation().theme.background == (255, 255, 255)
    picture = recipe(folder, LAYER + '[values]\ninput = "p.png"\n')
    assert layer_values(layer_of(picture), picture.options) is not None


def test_rows_of_numbers_stand_for_a_file(tmp_path: Path) -> None:
    """[values] takes rows of numbers, whole ones or decimals, and one row for one axis."""
    made = recipe(
        tmp_path, LAYER + "[values]\ninput = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]\nkernel = [[1, 0], [0.5, 1]]\n"
    )
    values = layer_values(layer_of(made), made.options)
    assert values is not None
    assert values.output.tolist() == [[8, 10.5], [15.5, 18]]
    line = recipe(tmp_path, LAYER + "dims = 1\n[values]\ninput = [1, 2, 3]\nkernel = [1, -1]\n")
    values = layer_values(layer_of(line), line.options)
    assert values is not None
    assert values.output.tolist() == [-1, -1]


def test_overrides_replace_a_recipes_options(tmp_path: Path) -> None:
    """What is given beside the recipe counts instead of its own; the rest stays."""
    made = recipe(tmp_path, LAYER + "[view]\nwidth = 100\n[timing]\nloop = 2\n", width=200, theme="dark")
    assert (made.options.width, made.options.theme, made.options.loop) == (200, "dark", 2)


def test_options_replace_those_of_a_recipe(tmp_path: Path) -> None:
    """`render` takes the options of a figure; they replace the recipe's own, and what is not given stays."""
    text = LAYER + "[timing]\nstep_time = 0.2\nloop = 1\n[view]\nwidth = 96\nglide = false\n"
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    own = gif_of("render", str(path))
    assert (own.size[0], own.loop, own.delays[0]) == (96, None, 20)
    other = gif_of("render", str(path), "--loop", "0", "--width", "120")
    assert (other.size[0], other.loop, other.delays[0]) == (120, 0, 20)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors that put a mark in front of UTF-8 do no harm."""
    assert layer_of(recipe(tmp_path, "\ufeff" + LAYER)).input_size == (3, 3)


BAD = [
    ('[layer]\nop = "conv"\nkernel_size = 2\n', "input_size"),
    ('[layer]\nop = "conv"\ninput_size = 2\n', "kernel_size"),
    ("[layer]\ninput_size = 3\nkernel_size = 2\n", "layer.op"),
    ('[layer]\nop = "convolve"\ninput_size = 3\nkernel_size = 2\n', "layer.op"),
    ("title = 'nothing else'\n", "layer.op"),
    ("layer = 5\n", "layer"),
    (LAYER + "size = 3\n", "layer.size"),
    (LAYER + "ceil_mode = true\n", "layer.ceil_mode"),
    (LAYER + "stride = true\n", "stride"),
    (LAYER + "stride = 1.5\n", "stride"),
    (LAYER + "padding = [[1, 2, 3], [1, 2, 3]]\n", "padding"),
    (LAYER + "dims = [2]\n", "dims"),
    (LAYER + "dims = 2.0\n", "dims"),
    (LAYER.replace("kernel_size = 2", "kernel_size = 9"), "kernel_size 9x9"),
    (LAYER + "[views]\n", "views"),
    ("colour = 1\n" + LAYER, "colour"),
    ("title = 1\n" + LAYER, "title"),
    ("alt = ['a']\n" + LAYER, "alt"),
    ("view = 3\n" + LAYER, "view"),
    (LAYER + "[view]\ncolour = 1\n", "view.colour"),
    (LAYER + "[view]\nwidth = '480'\n", "view.width"),
    (LAYER + "[view]\nwidth = true\n", "view.width"),
    (LAYER + "[view]\nlabels = 1\n", "view.labels"),
    (LAYER + "[view]\ntheme = 1\n", "view.theme"),
    (LAYER + "[timing]\nloop = 'once'\n", "timing.loop"),
    (LAYER + "[timing]\nsteps = 3\n", "timing.steps"),
    (LAYER + "[values]\ninput = 3\n", "values.input"),
    (LAYER + "[values]\noutput = 'arange'\n", "values.output"),
    (LAYER + "[values]\ninput = [[1, 2], [3]]\n", "values"),
    (LAYER + "[values]\ninput = [[1, 2], [3, 4]]\n", "values"),
    (LAYER + "[values]\ninput = [['a']]\n", "values"),
    (LAYER + "[values]\ninput = [[nan, 1, 1], [1, 1, 1], [1, 1, 1]]\n", "values"),
    (LAYER + "[values]\ninput = 'none.csv'\n", "values"),
    (LAYER + '[values]\ninput = "a\\u0000.csv"\n', "values"),
    (LAYER + "[values]\nkernel = 'sobel-x'\n", "kernel"),
    (LAYER + "[view]\nwidth = 5\n", "width"),
    (LAYER + "[view]\nname = 'top'\n", "view"),
    (LAYER + "[view]\ntheme = 'blue'\n", "theme"),
    (LAYER + '[view]\ntheme = "a\\u0000.toml"\n', "theme"),
    (LAYER + "[view]\ntransposed_as = 'scatter'\n", "transposed"),
    (LAYER + "[timing]\nloop = 1.5\n", "loop"),
    (LAYER + "[timing]\nsteps = '5:2'\n", "steps"),
    (LAYER + "[timing]\nhold = inf\n", "hold"),
    ("[layer", "TOML"),
    ("x = " + "[" * 5000 + "]" * 5000, "TOML"),
    ("x = " + "1" * 5000, "TOML"),
]


@together("text, key", BAD)
def test_a_wrong_recipe_is_refused_with_its_file_and_key(
    text: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line names the file and the entry; nothing is written."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["render", "mine.toml"])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert key in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
    assert "mine.toml" in result.stderr


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and bytes that are no text are told apart."""
    with pytest.raises(RequestError, match="no such file"):
        load_recipe(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RequestError, match="cannot be read"):
        load_recipe(str(tmp_path / "folder.toml"))
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"\n')
    with pytest.raises(RequestError, match="not TOML"):
        load_recipe(str(tmp_path / "latin.toml"))


def test_a_name_that_is_nearly_a_templates_is_helped() -> None:
    """The nearest names are suggested."""
    with pytest.raises(RequestError, match="no_padding_strides"):
        load_recipe("no_padding_stride")


def test_a_file_without_its_suffix_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal names the file that was meant."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edges.toml").touch()
    with pytest.raises(RequestError, match=r"no such template; there is a file of that name: try edges\.toml"):
        load_recipe("edges")
