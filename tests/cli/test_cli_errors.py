"""Wrong requests: status 2, one line with the option, its value and a way out, and nothing on the disk."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers.all_commands import COMMANDS
from helpers.campaigns import campaign, together
from helpers.command_lines import check, in_a_new_folder, run
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PIL import Image

from convanim.cli import main

__all__ = ["in_a_new_folder"]

BAD = [
    ("explain maxpool -i 4 -k 2", "no layer and no template", "maxpool", "try max-pool"),
    ("explain dilatoin -k 2", "no such template", "dilatoin", "try dilation"),
    ("conv -i 3 -k 2 --still q.png -o a.gif", "no option takes it", "word q.png", "write -o q.png if it is a file"),
    ("conv -i 3 -k 2 q.png", "no option takes it", "word q.png", "write -o q.png if it is a file"),
    ("conv -i 5 -k 3 --filters 8", "--filters", "", "try --out-channels"),
    ("max-pool -i 5 -k 3 --num_filters 8", "--num_filters", "", "lists them"),
    ("conv -i 5 -k 3 --fps 4", "--fps", "", "try --step-time"),
    ("draw nn.Conv2d(3,8,3) -i 3x32x32", "--input-size", "3x32x32", "channels stand before an @: 3@32x32"),
    ("draw layers.Conv2D(8,3) -i 32x64x3", "--input-size", "32x64x3", "channels stand before an @: 3@32x64"),
    ("templates all", "no option takes it", "word all", "leave it out"),
    # line, option, value as it is shown, a word of the way out
    ("conv -i 5 -k 3 --backward inptu", "--backward", "inptu", "try input"),
    ("conv -i 5 -k 3 --backward sideways", "--backward", "sideways", "try input, weight or both"),
    ("max-pool -i 4 -k 2 --backward weight", "--backward", "weight", "try input"),
    ("avg-pool -i 4 -k 2 --backward both", "--backward", "weight", "try input"),
    ("max-pool -i 4 -k 2 --backward input --view matrix", "--view", "matrix", "try flat or iso"),
    ("conv -i 5 -k 3 --gradient-values ones", "--gradient-values", "", "give --backward input or weight"),
    ("conv -i 5 -k 3 --json --gradient-values ones", "--gradient-values", "", "give --backward input or weight"),
    ("conv -i 5 -k 3 --backward input --gradient-values one", "--gradient-values", "one", "try ones"),
    ("conv -i 5 -k 3 -p 1 --padding-mode circular --backward input", "--backward", "input", "or padding_mode zeros"),
    ("conv-transpose -i 3 -k 3 --no-transpose-kernel --backward input", "--backward", "input", "transpose_kernel on"),
    ("conv -i 2@5x5x5 -k 3 --backward weight", "--input-size", "5x5x5", "explain and --json"),
    ("conv -i 5 -k 3 --backward weight --transposed-as scatter", "--transposed-as", "scatter", "whose cells gather"),
    ("conv-transpose -i 3 -k 3 --backward input --transposed-as scatter", "--transposed-as", "scatter", "cells gather"),
    ("draw nn.Upsample(scale_factor=2) -i 4 --backward input", "--backward", "input", "it is drawn of conv"),
    ("chain relu tanh -i 6 --backward input", "--backward", "input", "draw one layer"),
    ("render resnet_bottleneck --backward input", "--backward", "input", "draw its layers one by one"),
    ("explain max-pool -i 4 -k 2 --backward weight", "--backward", "weight", "try input"),
    ("conv -i 3000 -k 3 --backward weight --json", "--input-size", "3000x3000", "try a smaller input"),
    ("conv -i 4 -k 2 --backward weight --kernel-values box", "--kernel-values", "box", "draw it by the input"),
    ("draw nn.Conv2d(1,1,2) -i 4 --backward weight --kernel-values box", "--kernel-values", "box", "does not depend"),
    ("deck gradient_of_the_weights -o a.pptx --kernel-values box", "--kernel-values", "box", "leave it out"),
    ("embed gradient_of_the_weights a --kernel-values box", "--kernel-values", "box", "leave it out"),
    ("render gradient_of_the_weights --kernel-values box", "--kernel-values", "box", "leave it out"),
    ("conv -i 4 -k 2 --backward --values arange", "--values", "arange", "give --gradient-values"),
    ("conv-transpose -i 4 -k 2 --backward --values small.csv", "--values", "small.csv", "does not depend on the input"),
    ("avg-pool -i 4 -k 2 --backward --values random:7 --gradient-values ones", "--values", "random:7", "leave it out"),
    ("conv -i 9x6x6 -k 3 --max-sheets 4", "--max-sheets", "4", "leave it out"),
    ("explain relu -i 4 -k 2", "--kernel-size", "2", "it is of code that leaves it open"),
    ("network relu -i 4 --theme dark", "--theme", "dark", "add -o FILE"),
    ("network relu -i 4 --lang de", "--lang", "de", "add -o FILE"),
    ("network relu -i 4 --json --hold 1", "--hold", "", "leave one of them out"),
    ("network relu -i 4 --cell relu1 --width 400", "--width", "400", "add -o FILE"),
    ("network relu -i 4 --cell relu1 --json --lang de", "--lang", "de", "leave one of them out"),
    ("network relu -i 4 --cell relu1 -o a.png --bounce", "--bounce", "", "leave it out"),
    ("network relu -i 4 --cell relu1 -o a.png --format gif", "--format", "gif", "leave it out"),
    ("network relu -i 4 -o a.png --format gif", "--format", "gif", "give -o DIR/"),
    ("network relu -i 4 -o a.png --force", "--force", "", "give -o DIR/"),
    ("network relu -i 4 --jobs 2", "--jobs", "2", "give -o DIR/"),
    ("conv -i 5 -k 7", "--kernel-size", "7", "at most 5"),
    ("conv -i 5 -k 3 -d 4", "--kernel-size", "3", "at most 2"),
    ("conv -i 5 -k 0", "--kernel-size", "0", "try 1"),
    ("conv -i 0 -k 1", "--input-size", "0", "try 1"),
    ("conv -i -5 -k 1", "--input-size", "-5", "try 1"),
    ("conv -i five -k 3", "--input-size", "five", "5x7"),
    ("conv -i 5.5 -k 3", "--input-size", "5.5", "5x7"),
    ("conv -i 5x -k 3", "--input-size", "5x", "5x7"),
    ("conv -i 3@32x32 --in-channels 4 -k 3", "--input-size", "3@32x32", "say it once"),
    ("conv -i x@32x32 -k 3", "--input-size", "x@32x32", "3@32x32"),
    ("conv -i 3@32x32 -k 3@3", "--kernel-size", "3@3", "3x3"),
    ("conv -i 6@32x32 -k 3 --out-channels 9 --groups 4", "--groups", "4", "try 1 or 3"),
    ("conv -i 6@9 -k 3 --order up", "--order", "up", "filter or position"),
    ("conv -i 9 -k 3 --kernel-values gabor:north", "--kernel-values", "gabor:north", "gabor:45"),
    ("conv -i 5 -k 3 --width 10cm", "--width", "10cm", "say how many by --dpi, such as 150, or write .png"),
    ("conv -i 5 -k 3 --width 10cm -o x.html", "--width", "10cm", "give pixels such as 960"),
    ("conv -i 5 -k 3 --width 10cm -o x.pptx", "--width", "10cm", "give pixels such as 960"),
    ("conv -i 5 -k 3 --width 10m -o x.pdf", "--width", "10m", "units are cm, mm, in, pt or px"),
    ("conv -i 5 -k 3 --width 10inch -o x.pdf", "--width", "10inch", "there is no unit inch"),
    ("conv -i 5 -k 3 --width 1000cm -o x.pdf", "--width", "1000cm", "try 69.3cm or less"),
    ("conv -i 5 -k 3 --width 80cm -o x.pdf", "--width", "80cm", "or --dpi 260"),
    ("conv -i 5 -k 3 --width 0cm -o x.pdf", "--width", "0cm", "give such as 480"),
    ("conv -i 5 -k 3 --width 2mm -o x.pdf", "--width", "2mm", "try 6mm or more"),
    ("conv -i 5 -k 3 --width -3cm -o x.pdf", "--width", "-3cm", "give such as 480"),
    ("conv -i 5 -k 3 --width 8,5cm -o x.pdf", "--width", "8,5cm", "write a point: 8.5cm"),
    ("conv -i 5 -k 3 --width 8.5 -o x.pdf", "--width", "8.5", "it has no unit"),
    ("conv -i 5 -k 3 --width 480.5px -o x.pdf", "--width", "480.5px", "try 480"),
    ("conv -i 5 -k 3 --width 1e1cm -o x.pdf", "--width", "1e1cm", "give such as 480"),
    ("conv -i 5 -k 3 --width 8.5cm --scale 2 -o x.pdf", "--scale", "2", "a larger --dpi is more pixels"),
    ("conv -i 5 -k 3 --width 8.5cm --dpi 0 -o x.pdf", "--dpi", "0", "try 300"),
    ("conv -i 5 -k 3 --width 8.5cm --dpi 100000 -o x.pdf", "--dpi", "100000", "not from 72 to 2400"),
    ("conv -i 5 -k 3 --dpi 300", "--dpi", "300", "a width such as 8.5cm"),
    ("conv -i 5 -k 3 --text-size 8pt", "--text-size", "8pt", "give such as 14px, or a width such as 8.5cm"),
    ("conv -i 5 -k 3 --text-size 14", "--text-size", "14", "it has no unit"),
    ("conv -i 5 -k 3 --text-size 3px", "--text-size", "3px", "try 12px"),
    ("conv -i 5 -k 3 --text-size 900px", "--width", "480", "leaves no room for text of 900px"),
    ("conv -i 5 -k 3 --text-size 14px --width 8.5cm -o x.pdf", "--text-size", "14px", "such as 8pt"),
    ("conv -i 5 -k 3 --text-size 0pt --width 8.5cm -o x.pdf", "--text-size", "0pt", "give such as 8pt"),
    ("conv -i 5 -k 3 --text-size 3pt --width 8.5cm -o x.pdf", "--text-size", "3pt", "at least 4pt"),
    ("conv -i 5 -k 3 --text-size 4pt --width 8.5cm --dpi 72 -o x.pdf", "--text-size", "4pt", "a larger --dpi"),
    ("conv -i 5 -k 3 --text-size 90pt --width 8.5cm -o x.pdf", "--width", "8.5cm", "leaves no room for text of 90pt"),
    ("conv -i 12 -k 3 --values arange --width 480 --width 8.5cm -o x.pdf", "--width", "8.5cm", "try 11.1cm or more"),
    ("conv -i 5 -k 3 --width 60cm -o x.png", "--output", ".png", "try a smaller --dpi, such as 2"),
    ("deck one_by_one -o x.pptx --width 8cm", "--width", "8cm", "give pixels, such as 960"),
    ("deck one_by_one -o x.html --reveal --width 8cm", "--width", "8cm", "give pixels, such as 960"),
    ("deck one_by_one -o x.tex --width 20cm", "--width", "20cm", "a slide has room for 14.0x"),
    ("conv -i 12 -k 3 --values arange --width 480", "--width", "480", "try 530 or more, or a smaller input, or"),
    ("chain conv 3 conv 3 -i 9", "stage 1", "conv", "quote them together: 'conv 3'"),
    ("depthwise -i 4@6x6", "command", "depthwise", "render depthwise"),
    ("conv -i ５ -k 3", "--input-size", "５", "5x7"),
    ("conv -i 99999999999999999999 -k 3", "--input-size", "99999999999999999999", "give"),
    ("conv -k 3", "--input-size", "", "--input-size 5"),
    ("conv -i 5", "--kernel-size", "", "--kernel-size 3"),
    ("conv -i 5 -k 3x3 --dims 1", "--kernel-size", "3x3", "give one number"),
    ("conv -i 5 -k 3 --dims 4", "--dims", "4", "1, 2 or 3"),
    ("conv -i 5 -k 3 --dims two", "--dims", "two", "give"),
    ("conv -i 5 -k 3 -s 0", "--stride", "0", "try 1"),
    ("conv -i 5 -k 3 -d 0", "--dilation", "0", "try 1"),
    ("conv -i 5 -k 3 -p -1", "--padding", "-1", "try 0"),
    ("conv -i 5 -k 3 -p some", "--padding", "some", "same"),
    ("conv -i 5 -k 3 -p 1:2:3", "--padding", "1:2:3", "before:after"),
    ("conv-transpose -i 5 -k 3 -p causal", "--padding", "causal", "valid"),
    ("conv-transpose -i 2 -k 3 -p 3", "--padding", "3", "less padding"),
    ("conv-transpose -i 2 -k 3 --output-padding 1", "--output-padding", "1", "try 0"),
    ("max-pool -i 5 -k 3 -p 2", "--padding", "2", "try 1"),
    ("avg-pool -i 5 -k 3 -p full", "--padding", "full", "same"),
    ("avg-pool -i 5 -k 3 --divisor-override 0", "--divisor-override", "0", "try 1"),
    ("avg-pool -i 5 -k 3 --dims 1 --divisor-override 2", "--divisor-override", "2", "leave it out"),
    ("avg-pool -i 5 -k 3 -p same --count-include-pad", "--count-include-pad", "", "leave it out"),
    ("conv -i 5 -k 3 --values nonsense", "--values", "nonsense", "random:7"),
    ("conv -i 5 -k 3 --values random:x", "--values", "random:x", "random:7"),
    ("conv -i 5 -k 3 --values none.csv", "--values", "none.csv", "check"),
    ("conv -i 5 -k 3 --values small.csv", "--values", "small.csv", "--input-size 2x2"),
    ("conv -i 5 -k 3 --values text.csv", "--values", "text.csv", "numbers"),
    ("conv -i 5 -k 3 --values text.png", "--values", "text.png", "give a .png"),
    ("conv -i 5 -k 3 --values text.npy", "--values", "text.npy", "numpy.save"),
    ("conv -i 5 -k 3 --kernel-values nonsense", "--kernel-values", "nonsense", "sobel-x"),
    ("conv -i 5 -k 2 --kernel-values sobel-x", "--kernel-values", "sobel-x", "3×3"),
    ("conv -i 5 -k 3 --resize", "--resize", "", ".png"),
    ("conv -i 5 -k 3 --view top", "--view", "top", "iso"),
    ("conv-transpose -i 2 -k 3 --transposed-as both", "--transposed-as", "both", "scatter"),
    ("conv -i 5 -k 3 --theme blue", "--theme", "blue", "classic"),
    ("conv -i 5 -k 3 --theme none.toml", "--theme", "none.toml", "check"),
    ("conv -i 5 -k 3 --theme text.toml", "--theme", "text.toml", "mend"),
    ("conv -i 5 -k 3 --width 63", "--width", "63", "try 480"),
    ("conv -i 5 -k 3 --width 99999", "--width", "99999", "try 480"),
    ("conv -i 5 -k 3 --width wide", "--width", "wide", "give"),
    ("conv -i 300 -k 3 --values arange --no-heat-map", "--width", "480", "smaller input"),
    ("conv -i 300 -k 3 --width 64", "--width", "64", "or more"),
    ("conv -i 5 -k 3 --step-time 0", "--step-time", "0", "try 0.5"),
    ("conv -i 5 -k 3 --step-time nan", "--step-time", "nan", "try 0.5"),
    ("conv -i 5 -k 3 --step-time fast", "--step-time", "fast", "0.5"),
    ("conv -i 5 -k 3 --hold -1", "--hold", "-1", "try 0.5"),
    ("conv -i 5 -k 3 --hold 656", "--hold", "656", "try"),
    ("conv -i 5 -k 3 --loop -1", "--loop", "-1", "try 0"),
    ("conv -i 5 -k 3 --loop 65536", "--loop", "65536", "try 0"),
    ("conv -i 5 -k 3 --loop 1.5", "--loop", "1.5", "give"),
    ("conv -i 5 -k 3 --steps 3", "--steps", "3", "0:10"),
    ("conv -i 5 -k 3 --steps 3:3", "--steps", "3:3", "0:9"),
    ("conv -i 5 -k 3 --steps 5:2", "--steps", "5:2", "0:9"),
    ("conv -i 5 -k 3 --steps 4:10", "--steps", "4:10", "0:9"),
    ("conv -i 5 -k 3 --steps=-10:", "--steps", "-10:", "0:9"),
    ("conv -i 5 -k 3 --steps 0:9:2", "--steps", "0:9:2", "0:10"),
    ("conv -i 5 -k 3 --max-frames 1", "--max-frames", "1", "try 500"),
    ("conv -i 5 -k 3 --max-cells 0", "--max-cells", "0", "try"),
    ("conv -i 4000 -k 3", "--input-size", "4000", "--max-cells"),
    ("conv -i 5 -k 3 -o figure.bmp", "--output", "figure.bmp", ".gif"),
    ("conv -i 5 -k 3 -o figure", "--output", "figure", "DIR/"),
    ("conv -i 5 -k 3 -o nowhere/figure.gif", "--output", "nowhere/figure.gif", "make it first"),
    ("conv -i 5 -k 3 -o nowhere/frames/", "--output", "nowhere/frames/", "make it first"),
    ("conv -i 5 -k 3 -o older.gif/", "--output", "older.gif/", "another"),
    ("conv -i 5 -k 3 -o good.gif -o figure.bmp", "--output", "figure.bmp", ".gif"),
    ("conv -i 5 -k 3 -o -", "--output", "-", "--format gif"),
    ("conv -i 5 -k 3 -o - --format bmp", "--format", "bmp", "gif"),
    ("conv -i 5 -k 3 -o - -o - --format gif", "--output", "-", "once"),
    ("conv -i 5 -k 3 --format gif", "--format", "gif", "leave it out"),
    ("conv -i 5 -k 3 --json -o a.gif", "--json", "", "leave"),
    ("render no_paddin_strides", "recipe", "no_paddin_strides", "no_padding_strides"),
    ("render none.toml", "recipe", "none.toml", "check"),
    ("render text.toml", "recipe", "text.toml", "mend"),
    ("render no_padding_strides --transposed-as scatter", "--transposed-as", "scatter", "leave it out"),
    ("render numerical_max_pooling --kernel-values box", "--kernel-values", "", "leave it out"),
    ("explain nothing", "recipe", "nothing", "templates"),
    ("gallery older.gif", "folder", "older.gif", "another"),
    ("gallery nowhere/out", "folder", "nowhere/out", "make it first"),
    ("explain conv -i 999999999x5 -k 3", "--input-size", "999999999x5", "smaller"),
]
UNKNOWN = [
    ("conv -i 5 -k 3 --colour red", "--colour"),
    ("avg-pool -i 5 -k 3 -d 2", "-d"),
    ("max-pool -i 5 -k 3 --kernel-values box", "--kernel-values"),
    ("conv -i 5 -k 3 --transposed-as scatter", "--transposed-as"),
    ("conv -i 5 -k 3 more", "more"),
    ("conv -i 5 -k", "-k"),
    ("convolve -i 5", "convolve"),
    ("render", "NAME|FILE"),
    ("gallery", "DIR"),
]


@pytest.fixture(autouse=True)
def some_files(in_a_new_folder: None) -> dict[str, bytes]:
    """Files that are there before each request, and their bytes."""
    Path("small.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    for name in ("text.csv", "text.png", "text.npy", "text.toml"):
        Path(name).write_text("nothing but words", encoding="utf-8")
    Image.new("L", (2, 2)).save("older.gif")
    return contents()


def contents() -> dict[str, bytes]:
    """All files below the current folder."""
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in Path().rglob("*")}


@pytest.mark.usefixtures("some_files")
@together("line, option, value, way_out", BAD)
def test_a_wrong_request_is_refused_in_one_line(line: str, option: str, value: str, way_out: str) -> None:
    """The line names the option and the value and says what would work; nothing is written, older files stay."""
    before = contents()
    said = check(run(*line.split()))
    assert option in said
    assert value in said
    assert way_out in said
    assert contents() == before


@pytest.mark.parametrize(("line", "word"), UNKNOWN, ids=[line for line, _ in UNKNOWN])
def test_what_there_is_not_is_refused_by_name(line: str, word: str, some_files: dict[str, bytes]) -> None:
    """Unknown options, arguments and commands, and missing ones, are named in one line."""
    assert word in check(run(*line.split()))
    assert contents() == some_files


def test_empty_values_are_refused_by_name(some_files: dict[str, bytes]) -> None:
    """An empty string is shown as one."""
    for option in ("--input-size", "--kernel-size", "--padding", "--values", "--theme", "--output", "--steps"):
        said = check(run("conv", "-i", "5", "-k", "3", option, ""))
        assert said.startswith(f"Error: {option} ''")
    assert contents() == some_files


def test_long_and_odd_values_are_shown_on_one_short_line() -> None:
    """Line ends, controls and great length in a value do not reach the message."""
    for value in ("5\n6", "\x1b[31m", "9" * 5000, "\udcff", "a\tb" * 50):
        assert len(check(run("conv", "-i", value, "-k", "3"))) < 250


def test_help_is_shown_where_no_command_is_given() -> None:
    """`convanim` alone shows the commands, on standard error, and is no success."""
    for line, title in (([], "Layers:"), (["explain"], "Commands:")):
        result = run(*line)
        assert (result.exit_code, result.stdout) == (2, "")
        assert title in result.stderr


OPTIONS = sorted({name for command in COMMANDS.values() for param in command.params for name in param.opts})
FUZZED = st.sampled_from([name for name in OPTIONS if name[0] == "-" and name not in ("-o", "--output", "--help")])
# Text as a shell can pass it: anything but NUL; now and then something that looks right.
SIZES = ["0", "1", "2", "3", "-1", "5x7", "1:0", "1:0x2:2", "same", "full", "causal", "480", "99999999999999999"]
NAMES = ["arange", "random:3", "sobel-x", "box", "iso", "flat", "scatter", "dark", "gif"]
TIMES = ["0.5", "inf", "nan", "1e9", ":3", "-2:"]
PLAUSIBLE = st.sampled_from(SIZES + NAMES + TIMES)
TEXT = st.text(st.characters(exclude_characters="\0"), max_size=8)
VALUE = st.one_of(PLAUSIBLE, PLAUSIBLE, TEXT)


@given(
    command=st.sampled_from(["conv", "conv-transpose", "max-pool", "avg-pool", "render one_by_one"]),
    words=st.lists(st.tuples(FUZZED, VALUE), max_size=4),
)
@campaign(400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_ends_in_a_traceback(command: str, words: list[tuple[str, str]]) -> None:
    """Whatever options say, the status is 0, 1 or 2; when it is not 0, one line says why."""
    sizes = [] if command.startswith("render") else ["-i", "4", "-k", "2"]
    given = [word for pair in words for word in pair]
    # The last of a repeated option counts; no map gets larger than is quickly listed.
    small = [] if "--max-cells" in given else ["--max-cells", "2000"]
    result = CliRunner().invoke(main, [*command.split(), *sizes, *given, "--json", *small])
    assert result.exception is None or isinstance(result.exception, SystemExit), (result.exception, given)
    assert result.exit_code in (0, 1, 2)
    if result.exit_code:
        assert len(result.stderr.splitlines()) == 1


@given(option=FUZZED, value=VALUE, more=st.lists(st.tuples(FUZZED, VALUE), max_size=2))
@campaign(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_figure_ends_in_a_traceback(option: str, value: str, more: list[tuple[str, str]]) -> None:
    """The same when a small still is really drawn."""
    given = [option, value, *(word for pair in more for word in pair)]
    drawn = ["--width", "96"] if "--width" not in given else []
    line = ["conv", "-i", "4", "-k", "2", *drawn, *given, "--max-cells", "2000", "--quiet", "-o", "a.png"]
    result = CliRunner().invoke(main, line)
    assert result.exception is None or isinstance(result.exception, SystemExit), (result.exception, given)
    assert result.exit_code in (0, 1, 2)
