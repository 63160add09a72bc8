"""The command line's options do what their help says; what is written is decoded and looked at."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import listed
from helpers.command_lines import SMALL, described, done, gif, gif_of, in_a_new_folder, run
from numpy.typing import NDArray
from PIL import Image

from convanim.layers.operations import OPERATIONS

__all__ = ["in_a_new_folder"]


def pixels(path: str | Path) -> NDArray[np.uint8]:
    """A PNG's pixels."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGBA" if picture.has_transparency_data else "RGB"))


def still(*arguments: str) -> NDArray[np.uint8]:
    """The still that a command line draws."""
    done(*arguments, "-o", "still.png")
    return pixels("still.png")


def differ(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether two pictures are not the same to the eye."""
    return one.shape != other.shape or int(np.abs(one.astype(int) - other).max()) > 4


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            "conv -i 5x7 -k 3x2 -s 2x1 -p 1:0x2 -d 1x2",
            {
                "input_size": [5, 7],
                "kernel_size": [3, 2],
                "stride": [2, 1],
                "padding": [[1, 0], [2, 2]],
                "dilation": [1, 2],
            },
        ),
        ("conv -i 5×7 -k 3X2", {"input_size": [5, 7], "kernel_size": [3, 2]}),
        (
            "conv --input-size 6 --kernel-size 3 --stride 2 --padding 1 --dilation 2",
            {"stride": [2, 2], "padding": [[1, 1], [1, 1]], "dilation": [2, 2]},
        ),
        ("conv -i 6 -k 3 --dims 1", {"input_size": [6], "kernel_size": [3]}),
        ("conv -i 6 -k 3 -s 2 -p same", {"padding": [[0, 1], [0, 1]]}),
        ("conv -i 6 -k 3 -s 2 -p same-lower", {"padding": [[1, 0], [1, 0]]}),
        ("conv -i 6 -k 3 -p full", {"padding": [[2, 2], [2, 2]]}),
        ("conv -i 6 -k 4 -p half", {"padding": [[2, 2], [2, 2]]}),
        ("conv -i 6 -k 3 -p causal --dims 1", {"padding": [[2, 0]]}),
        ("conv-transpose -i 2 -k 3 -s 2 --output-padding 1", {"output_padding": [1, 1], "stride": [2, 2]}),
        ("conv-transpose -i 2 -k 3 -s 2 -p same", {"output_padding": [0, 0], "padding": [[0, 1], [0, 1]]}),
        ("max-pool -i 5 -k 2", {"stride": [2, 2], "ceil_mode": False}),
        ("max-pool -i 5 -k 2 -s 1 --ceil-mode -d 2", {"stride": [1, 1], "ceil_mode": True, "dilation": [2, 2]}),
        ("avg-pool -i 4 -k 3 -s 2 -p 1", {"count_include_pad": True, "divisor_override": None}),
        (
            "avg-pool -i 4 -k 3 -s 2 -p 1 --no-count-include-pad --divisor-override 5",
            {"count_include_pad": False, "divisor_override": 5},
        ),
    ],
)
def test_a_layer_has_the_sizes_that_its_options_say(line: str, fields: dict[str, object]) -> None:
    """Sizes are one number or one per axis, padding sides or a word; the layer holds them all, normalised."""
    layer = described(*line.split())["layer"]
    assert layer["op"] == line.split()[0]
    assert {name: layer[name] for name in fields} == fields


@pytest.mark.usefixtures("few_frames")
def test_help_names_every_option_and_an_example() -> None:
    """Each operation's help lists the options of all its fields, and an example that works."""
    for name, operation in OPERATIONS.items():
        text = done(name, "--help").stdout
        for field in operation.field_names:
            assert "--" + field.replace("_", "-") in text
        assert operation.example in " ".join(text.split())
        assert Path(done(*operation.example.split()[1:], "--width", "160").stdout.strip()).stat().st_size > 0


def test_the_version_is_the_packages_own() -> None:
    """`--version` prints the package's version, installed or not."""
    from convanim import __version__

    assert done("--version").stdout.strip() == f"convanim {__version__}"


def test_a_mistyped_command_is_told_those_that_are_near() -> None:
    """Though commands are made only when they are asked for."""
    line = subprocess.run([sys.executable, "-m", "convanim", "galery"], capture_output=True, text=True)
    assert (line.returncode, line.stdout) == (2, "")
    assert line.stderr == "Error: command galery: no such command; try gallery\n"


def test_names_of_templates_are_listed_one_a_line() -> None:
    """`templates --names` prints bare names, in order, each of which `render` takes."""
    names = done("templates", "--names").stdout.splitlines()
    assert names == sorted(names)
    assert "no_padding_strides" in names
    for name in names:
        assert described("render", name)["version"] == 2


@pytest.mark.usefixtures("no_betweens")
@listed("width", ["64", "161", "480", "960"])
def test_the_width_is_exact(width: str) -> None:
    """A picture is exactly as wide as `--width` says, moving or still."""
    done("conv", "-i", "3", "-k", "2", "--width", width, "-o", "a.gif", "-o", "a.png")
    assert gif(Path("a.gif").read_bytes()).size[0] == int(width)
    assert pixels("a.png").shape[1] == int(width)


def test_times_are_whole_centiseconds_and_the_end_rests() -> None:
    """`--step-time` is each frame's time and `--hold` that of the end; by default 0.5 s, first 1 s, and 2.5 s.

    In-betweens take their time from the step that they leave.
    """
    bare = (*SMALL, "--no-glide")
    assert gif_of(*bare).delays == [100, 50, 50, 50, 250]
    assert gif_of(*bare, "--step-time", "0.257", "--hold", "0.1").delays == [26, 26, 26, 26, 10]
    assert gif_of(*SMALL, "--step-time", "0.02", "--hold", "0").delays == [2, 2, 2, 2]
    line = ("max-pool", "-i", "4", "-k", "2", "--values", "random:1")
    plain, gliding = gif_of(*line, "--no-glide").delays, gif_of(*line).delays
    assert plain == [240, 120, 120, 120, 250]
    count = (len(gliding) - len(plain)) // 3  # in-betweens of each step but the last
    assert count > 0
    between = [15 // count] * count
    assert gliding == [225, *between, 105, *between, 105, *between, 120, 250]


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize(("plays", "block"), [("0", 0), ("1", None), ("2", 1), ("3", 2), ("65535", 65534)])
def test_the_loop_block_counts_repeats(plays: str, block: int | None) -> None:
    """`--loop 0` repeats for ever, 1 leaves the block out, and N is N − 1 repeats."""
    assert gif_of(*SMALL, "--loop", plays).loop == block


@pytest.mark.parametrize(
    ("steps", "shown"), [("0:2", [0, 1]), (":3", [0, 1, 2]), ("-2:", [2, 3]), ("1:-1", [1, 2]), (":", [0, 1, 2, 3])]
)
def test_steps_are_a_slice(steps: str, shown: list[int]) -> None:
    """`--steps A:B` shows those steps alone, each looking as it does in the whole figure."""
    done(*SMALL, "-o", "whole/")
    done(*SMALL, "--steps", steps, "-o", "part/")
    assert (
        len(list(Path("part").iterdir()))
        == len(shown)
        == len(gif_of(*SMALL, "--steps", steps, "--hold", "0", "--no-glide").delays)
    )
    for number, step in enumerate(shown):
        assert not differ(pixels(f"part/conv_{number:03}.png"), pixels(f"whole/conv_{step:03}.png"))


def test_past_max_frames_steps_are_sampled_and_it_is_said() -> None:
    """Past `--max-frames` the first and the last step stay, a note counts them, and so does the label."""
    long = ("conv", "-i", "6", "-k", "2", "--width", "160")
    result = done(*long, "--max-frames", "4", "--no-glide", "-o", "a.gif", "-o", "some/")
    assert len(gif(Path("a.gif").read_bytes()).delays) - 1 == len(list(Path("some").iterdir())) == 4
    assert "4 of 25 steps" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    bare = (*long, "--no-labels")
    done(*bare, "-o", "all/")
    assert done(*bare, "--max-frames", "4", "-o", "few/", "--quiet").stderr == ""
    for number, step in enumerate((0, 8, 16, 24)):
        assert not differ(pixels(f"few/conv_{number:03}.png"), pixels(f"all/conv_{step:03}.png"))
    assert differ(still(*long), still(*long, "--max-frames", "4"))
    assert done(*long, "--max-frames", "25", "-o", "a.gif").stderr == ""


def test_more_than_max_cells_is_refused_before_any_work() -> None:
    """`--max-cells` bounds the cells of all maps: 9 + 4 for a 3×3 input and a 2×2 output."""
    done(*SMALL, "--max-cells", "13", "--json")
    refused = run(*SMALL, "--max-cells", "12", "--json")
    assert refused.exit_code == 2
    assert "--max-cells" in refused.stderr
    assert run("conv", "-i", "999999999x999999999", "-k", "3", "--json").exit_code == 2


def test_labels_are_on_and_captions_off() -> None:
    """`--no-labels` takes the names away, `--caption` adds lines below; defaults are on and off."""
    plain = still(*SMALL)
    assert not differ(plain, still(*SMALL, "--labels", "--no-caption"))
    assert differ(plain, still(*SMALL, "--no-labels"))
    assert still(*SMALL, "--caption").shape[0] > plain.shape[0]


def test_label_words_can_be_replaced() -> None:
    """`--input-label` and `--output-label` change the picture, each in its own place."""
    plain = still(*SMALL)
    other = still(*SMALL, "--input-label", "image"), still(*SMALL, "--output-label", "features")
    assert differ(plain, other[0])
    assert differ(plain, other[1])
    assert differ(*other)


def test_the_view_is_flat_where_there_are_numbers() -> None:
    """Without `--view` a figure is iso, and flat once there are numbers."""
    assert not differ(still(*SMALL), still(*SMALL, "--view", "iso"))
    assert differ(still(*SMALL), still(*SMALL, "--view", "flat"))
    numbers = ("conv", "-i", "3", "-k", "2", "--values", "arange")
    assert not differ(still(*numbers), still(*numbers, "--view", "flat"))


def test_themes_and_transparency_change_the_ground() -> None:
    """The corner of a picture has the theme's background, or none with `--transparent`."""
    assert still(*SMALL)[0, 0].tolist() == [255, 255, 255]
    assert still(*SMALL, "--theme", "dark")[0, 0].tolist() == [13, 27, 32]
    see_through = still(*SMALL, "--transparent")
    assert see_through[0, 0, 3] == 0
    assert (see_through[..., 3] == 255).any()
    done(*SMALL, "--transparent", "-o", "clear.gif")
    with Image.open("clear.gif") as picture:
        for number in range(4):
            picture.seek(number)
            assert np.asarray(picture.convert("RGBA"))[0, 0, 3] == 0
    assert gif(Path("clear.gif").read_bytes()).disposals == {2}


def test_a_gif_shows_what_its_frames_show() -> None:
    """Each frame of a GIF is the frame of the folder, but for the palette's small steps."""
    for extra in ((), ("--theme", "dark", "--values", "random:3", "--view", "flat", "--width", "200")):
        done(*SMALL, *extra, "--no-glide", "-o", "a.gif", "-o", "frames/")
        with Image.open("a.gif") as picture:
            for number in range(4):
                picture.seek(number)
                shown = np.asarray(picture.convert("RGB")).astype(int)
                assert np.abs(shown - pixels(f"frames/conv_{number:03}.png")).max() <= 16


def test_a_still_is_the_last_frame() -> None:
    """`.png` is the last frame that is shown."""
    done(*SMALL, "--steps", ":3", "-o", "last.png", "-o", "frames/")
    assert Path("last.png").read_bytes() == Path("frames/conv_002.png").read_bytes()


def test_numbers_come_from_seeds_names_and_files() -> None:
    """`--values` and `--kernel-values` take seeds, arange, a kernel's name and files, whose size they bring along."""
    assert described("conv", "-i", "2", "-k", "1", "--values", "arange")["values"]["input"] == [[0, 1], [2, 3]]
    seeded = [described("conv", "-i", "4", "-k", "3", "--values", f"random:{n}")["values"] for n in (1, 1, 2)]
    assert seeded[0] == seeded[1] != seeded[2]
    named = described("conv", "-i", "3", "-k", "3", "--kernel-values", "sobel-x")
    assert named["values"]["kernel"] == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    Path("x.csv").write_text("1,2.5\n3,4\n", encoding="utf-8")
    np.save("w.npy", np.array([[2]]))
    files = described("conv", "--values", "x.csv", "--kernel-values", "w.npy")
    assert files["values"] == {"input": [[1, 2.5], [3, 4]], "kernel": [[2]], "output": [[2, 5], [6, 8]]}
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).save("p.png")
    assert described("max-pool", "-k", "2", "--values", "p.png")["output_size"] == [2, 2]
    assert described("max-pool", "-i", "2", "-k", "2", "--values", "p.png", "--resize")["layer"]["input_size"] == [2, 2]


def test_scatter_has_a_frame_for_each_input_cell() -> None:
    """`--transposed-as scatter` stamps input cells, 4 here; `gather` computes output cells, 16 here."""
    line = ("conv-transpose", "-i", "2", "-k", "3", "--width", "160", "--no-glide")
    assert len(gif_of(*line, "--transposed-as", "scatter").delays) == 4 + 1
    assert len(gif_of(*line).delays) == len(gif_of(*line, "--transposed-as", "gather").delays) == 16 + 1
