"""More that was right and is changed: command lines of every operation and option, files of networks and of fonts.

As `hostile_inputs`, which runs them: each reader with what it reads when all is well, and what changes that.
"""

import io
import os
import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from matplotlib import get_data_path

from convanim import network
from convanim.cli import main
from convanim.explain.network_table import table_lines
from convanim.export.save import destination, save
from convanim.figures.recipes.recipes import load_recipe
from helpers.changed_inputs import Content
from helpers.hostile_inputs import READERS, Reader, bound_memory, fault_of
from helpers.right_inputs import NETWORKS

# What lies beside a command line for it to read.
RECIPE = 'title = "R"\n[layer]\nop = "conv"\ninput_size = 4\nkernel_size = 3\n[view]\nbackward = "input"\n'
THEME = 'base = "dark"\n[roles]\ninput = { fill = "#ffffff" }\n'
LANGUAGE = 'base = "de"\n[phrases]\ninput = "Bild"\n'
ROWS = "1;2;3\n4;5;6,5\n7;8;9\n"

LINES = [
    "conv|-i|5|-k|3|-s|2|-p|1|--backward|both|--values|random:7|--gradient-values|ones|--no-glide|-o|a.gif",
    "conv|-i|2@5|-k|3|--groups|2|--backward|weight|--values|random:7|--caption|-o|a.png",
    "conv|-i|4|-k|3|--backward|input|--json",
    "conv-transpose|-i|3|-k|3|-s|2|--backward|input|--values|random|--slow|1|-o|a.png",
    "conv-transpose|-i|6|-k|3|-s|2|-p|1|--output-size|12|--transposed-as|gather|-o|a.svg|--max-frames|4",
    "max-pool|-i|3|-k|2|-s|1|--backward|input|--values|mine.csv|--gradient-values|mine.npy|-o|a.png|--steps|0:1",
    "avg-pool|-i|4|-k|3|-p|1|--divisor-override|4|--backward|input|--gradient-values|arange|-o|a.gif|--max-frames|3",
    "pad|-i|4x5|-p|1:-1x-1:2|--mode|constant|--value|3|--values|arange|-o|a.gif|--max-frames|4",
    "pad|-i|4|-p|2|--mode|reflect|-o|a.svg|--max-frames|4",
    "lp-pool|-i|4|-n|2|-k|2|-s|2|--ceil-mode|--values|random:7|--slow|1|-o|a.gif",
    "fold|-i|4@9|--output-size|4|-k|2|-d|1|-p|0|-s|1|--cell-size|30|-o|a.png",
    "fold|-i|4@3x3|-n|4x4|-k|2x2|--json|--taps",
    "unfold|-i|3x4|-k|2|-p|1|--values|arange|-o|a.png",
    "max-unpool|-i|2|-k|2|-s|2|-p|0|-n|5|--values|random:7|-o|a.svg|--max-frames|3",
    "upsample|-i|4|--scale-factor|2|--mode|bicubic|--cubic-coeff-a|-0.5|--exclude-outside|-o|a.png",
    "upsample|-i|3|--size|5|--mode|nearest|--nearest-mode|ceil|--values|arange|-o|a.gif|--max-frames|3",
    "upsample|-i|3|--size|5|--mode|bilinear|--coordinate-transformation-mode|asymmetric|-o|a.png",
    "pixel-shuffle|-i|4@2|-r|2|--order|position|-o|a.gif|--max-frames|3",
    "pixel-unshuffle|-i|4|-r|2|--values|arange|-o|a.png",
    "adaptive-max-pool|-i|2@5|--output-size|3x2|--values|arange|-o|a.png",
    "adaptive-avg-pool|-i|5|--output-size|3|--values|random:1|-o|a.png",
    "conv|-i|4|-k|3|--view|matrix|--values|random:2|-o|a.png",
    "conv|-i|2@4|-k|3|--out-channels|2|--view|im2col|--order|position|-o|a.png",
    "conv|-i|4x4x4|-k|3|-p|1|--view|flat|-o|a.png",
    "conv|-i|9|-k|3|--sheet|2x2|--width|8.5cm|--text-size|6pt|--dpi|150|--theme|own.toml|--lang|words.toml|-o|a.pdf",
    "conv|-i|4|-k|3|--font|own.ttf, DejaVu Serif|--text-size|12px|--transparent|--scale|2|-o|a.png|-o|a.svg",
    "conv|--values|mine.csv|--kernel-values|gabor:45,box|--out-channels|2|-i|3|-k|3|--heat-map|-o|a.png",
    "chain|conv 1 3|relu|conv 1 2|relu|-i|3@3x3|--values|random:5|--perceptron|--width|800|-o|a.png",
    "chain|max-pool 2|relu|max-unpool 2|-i|4|--values|random:7|-o|a.png|--bounce",
    "chain|conv 3 4 p1|pixel-shuffle 2|-i|3|--max-sheets|2|--input-label|x|--output-label|y|-o|a.png",
    "compare|pad 1 reflect, conv 3|conv 3 p1|-i|5|--caption|--slow|1|-o|a.png",
    "draw|Resize(mode='linear', sizes=[1, 1, 5, 5])|-i|3|-o|a.png",
    "draw|F.conv2d(x, w, stride=2)|-i|3@5x5|-k|3|--out-channels|4|--framework|pytorch|-o|a.png",
    "draw|nn.Fold(output_size=(4, 6), kernel_size=2, stride=2)|-i|8@6|--json",
    "network|stem: conv 3x3 4 s2, residual(conv 3x3 4 p1)|-i|2@9x9|--cell|add1@2x2|-o|a.svg",
    "network|stem: conv 3x3 4 s2, residual(conv 3x3 4 p1)|-i|2@9x9|--cell|stem@0x1x1|--json",
    "network|net.txt|-i|3@16x16|--json",
    "network|net.txt|-i|3@16x16|-o|a.png|--view|flat|--still",
    "network|net.onnx|--cell|r@0x1x1|--effective|-o|a.png|--width|600",
    "network|net.onnx|-o|figures/|--format|png|-j|1|--force",
    "render|own-recipe.toml|--backward|weight|--values|random|-o|a.png",
    "render|one_by_one|own-recipe.toml|-o|{name}.png|-j|1|--width|300",
    "render|numerical_no_padding_no_strides|--slow|2|--frame|2|-o|a.png",
    "explain|chain|conv 3|conv 3 s2|-i|3@32x32",
    "explain|nn.MaxUnpool2d(2, stride=2)|-i|3|--lang|fr",
    "explain|conv|-i|6|-k|3|-s|2|-p|1|--backward|input",
    "explain|tf.pad(x, [[0, 0], [1, 1], [2, 2], [0, 0]], 'REFLECT')|-i|4",
    "differ|conv -k 3 -s 2 -p same|conv -k 3 -s 2 -p 1|-i|3|--lang|de|--values|mine.csv|-o|a.png",
    "differ|nn.ConvTranspose2d(1, 1, 3, stride=2)|jax|-i|4|--values|arange|--json",
    "deck|one_by_one|conv -i 3 -k 2|-o|talk.tex|--width|5cm|--title|T",
    "deck|conv -i 3 -k 2|own-recipe.toml|-o|talk.html|--reveal|--theme|own.toml",
    "deck|conv -i 3 -k 2|-o|talk.pptx|--per-step|--width|300",
    "embed|conv -i 3 -k 2|all/|--still|--width|200",
    "theme|dark",
    "language|ja",
    "templates|--names",
]
_ELSEWHERE = {"/", "~", "../x"}  # where no line writes


# Command lines.


def beside(folder: Path) -> None:
    """The files that the lines name, in a folder."""
    stream = io.BytesIO()
    np.save(stream, np.arange(4.0).reshape(2, 2))
    for name, content in {
        "mine.csv": ROWS.encode(),
        "mine.npy": stream.getvalue(),
        "own-recipe.toml": RECIPE.encode(),
        "own.toml": THEME.encode(),
        "words.toml": LANGUAGE.encode(),
        "own.ttf": _fonts()[0],
        "net.txt": NETWORKS[0].encode(),
        "net.onnx": (_onnx_files() or [b""])[0],
    }.items():
        assert isinstance(content, bytes)
        (folder / name).write_bytes(content)


def _run_line(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    words = [word.encode("utf-8", "replace").decode() for word in content.split("\0")]
    if _ELSEWHERE & {word.rstrip("/") or "/" for word in words}:
        return
    beside(folder)
    here = os.getcwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, words)
    finally:
        os.chdir(here)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2), f"status {result.exit_code}"
    lines = [line for line in result.stderr.splitlines() if not line.startswith("Note: ")]
    if result.exit_code:
        assert len(lines) == 1 or "Usage" in lines[0], lines[:3]
        assert "not enough memory" not in lines[0], "took more memory than it may"
        assert "a fault of convanim's" not in lines[0], lines[0]
    else:  # where data are printed, the paths of files stand here
        assert all(Path(folder, line).exists() or Path(line).exists() for line in lines), lines[:3]


def lines() -> list[Content]:
    """The command lines, their words apart by NUL; those of ONNX where its package is there."""
    return ["\0".join(line.split("|")) for line in LINES if _onnx_files() or "net.onnx" not in line]


# Files of networks.


def _run_network_file(content: Content, folder: Path) -> None:
    path = folder / "x.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    net = network(str(path), "3@16x16")
    table_lines(net)


def _run_effective(content: Content, folder: Path) -> None:
    """The receptive field of a file of ONNX by its weights, and its overview."""
    assert isinstance(content, bytes)
    (folder / "x.onnx").write_bytes(content)
    _run_line("\0".join(["network", "x.onnx", "--cell", "r@0x1x1", "--effective", "-o", "x.png"]), folder)
    _run_line("\0".join(["network", "x.onnx", "-o", "x.svg"]), folder)


def _onnx_files() -> list[Content]:
    """A small network with its weights, where the package is there that reads it."""
    if not _MADE:
        _MADE.extend(_onnx_made())
    return _MADE


_MADE: list[Content] = []


def _onnx_made() -> Iterator[Content]:
    try:
        import onnx
    except ImportError:
        return
    kinds, make, numpy_helper = onnx.TensorProto, onnx.helper, onnx.numpy_helper
    chance = np.random.default_rng(7)
    for last in (
        make.make_node("AveragePool", ["r"], ["y"], kernel_shape=[2, 2]),
        make.make_node("Resize", ["r", "", "scales"], ["y"], mode="nearest"),
        make.make_node("Pad", ["r", "pads"], ["y"], mode="reflect"),
    ):
        nodes = [
            make.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            make.make_node("Relu", ["c"], ["r"]),
            last,
        ]
        held = [
            numpy_helper.from_array(chance.normal(size=(3, 2, 3, 3)).astype("f4"), "w"),
            numpy_helper.from_array(np.array([1, 1, 2, 2], "f4"), "scales"),
            numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "pads"),
        ]
        held = [array for array in held if array.name == "w" or array.name in last.input]
        inputs = [make.make_tensor_value_info("x", kinds.FLOAT, (1, 2, 6, 6))]
        outputs = [make.make_tensor_value_info("y", kinds.FLOAT, None)]
        yield make.make_model(make.make_graph(nodes, "g", inputs, outputs, held)).SerializeToString()


# Fonts.


def _fonts() -> list[Content]:
    """Small fonts that come along with matplotlib."""
    folder = Path(get_data_path()) / "fonts" / "ttf"
    return [(folder / name).read_bytes() for name in ("DejaVuSansDisplay.ttf", "cmr10.ttf", "STIXSizOneSymReg.ttf")]


def _run_font(content: Content, folder: Path) -> None:
    assert isinstance(content, bytes)
    (folder / "x.ttf").write_bytes(content)
    line = "conv|-i|3|-k|2|--values|random:1|--width|1200|--still|--font|x.ttf|-o|x.png|-o|x.pdf|-o|x.svg"
    _run_line("\0".join(line.split("|")), folder)


def _font(chance: random.Random, content: Content) -> Content:
    """A font with an entry of its tables, or a table's numbers, changed; or with some bytes changed."""
    assert isinstance(content, bytes)
    data = bytearray(content)
    if len(data) < 12 or chance.random() < 0.2:
        return _bytes(chance, content)
    count = min(int.from_bytes(data[4:6], "big"), (len(data) - 12) // 16)
    if not count:
        return _bytes(chance, content)
    at = 12 + 16 * chance.randrange(count)
    tag, _, offset, length = struct.unpack(">4sIII", data[at : at + 16])
    how = chance.randrange(5)
    if how == 0:
        data[at : at + 4] = chance.choice((b"xxxx", b"glyf", b"CFF ", b"cmap", b"fvar", b"COLR", tag[::-1]))
    elif how == 1:
        data[at + 8 : at + 16] = struct.pack(
            ">II", chance.choice((offset, 0, len(data), 2**32 - 1)), chance.choice((0, 1, length // 2, 2**31))
        )
    elif how == 2:
        data[4:6] = chance.choice((0, 1, count - 1, count + 1, 65535)).to_bytes(2, "big")
    elif length:
        for _ in range(chance.choice((1, 1, 4, 40))):
            place = offset + chance.randrange(min(length, chance.choice((12, 60, length))))
            data[place : place + 2] = chance.choice((b"\0\0", b"\xff\xff", b"\x7f\xff", b"\x80\0", chance.randbytes(2)))
    return bytes(data)


def _bytes(chance: random.Random, content: Content) -> Content:
    """A file cut, doubled, with zeros, or with a byte changed."""
    assert isinstance(content, bytes)
    if not content:
        return b"\0"
    at, end = sorted((chance.randrange(len(content)), chance.randrange(len(content))))
    return chance.choice(
        (
            content[:at],
            content[:at] + content[end:],
            content[:end] + content[at:],
            content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :],
            content[:at] + bytes(min(end - at, 64)) + content[at + min(end - at, 64) :],
        )
    )


# Recipes of the newest keys.


RECIPES: list[Content] = [
    '[layer]\nop = "conv"\ninput_size = 5\nkernel_size = 3\n[values]\ninput = "random:3"\n'
    'gradient = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]\n[view]\nbackward = "both"\ncell_size = 20\nglide = false\n'
    "[timing]\nslow = 1\n",
    '[layer]\nop = "pad"\ninput_size = [4, 5]\npadding = "1:-1x2"\nmode = "reflect"\n[values]\ninput = "arange"\n',
    '[layer]\nop = "lp-pool"\ninput_size = 4\nnorm_type = 2\nkernel_size = 2\n[view]\nwidth = "8.5cm"\n'
    'text_size = "7pt"\ndpi = 200\nsheet = "1x2"\n',
    '[layer]\nop = "fold"\ninput_size = "4@9"\noutput_size = 4\nkernel_size = 2\n[view]\norder = "position"\n',
    '[layer]\nop = "max-unpool"\ninput_size = 2\nkernel_size = 2\noutput_size = 5\n[values]\ninput = "random"\n',
    '[layer]\nop = "upsample"\ninput_size = 3\nsize = 5\nmode = "bicubic"\nexclude_outside = true\n'
    'cubic_coeff_a = -0.5\ncoordinate_transformation_mode = "half_pixel"\n',
    '[layer]\ncode = "F.conv2d(x, w)"\ninput_size = "2@5"\nkernel_size = 3\nout_channels = 2\nframework = "pytorch"\n'
    '[view]\nname = "im2col"\nfont = "DejaVu Serif, DejaVu Sans"\nlang = "ja"\n',
    '[[layer]]\nop = "conv"\ninput_size = "2@4"\nkernel_size = 1\nout_channels = 2\nkernel = [[[[1]], [[2]]], [[[3]],'
    ' [[4]]]]\n[[layer]]\nop = "relu"\n[values]\ninput = "arange"\n[view]\nperceptron = true\nwidth = 800\n',
    '[network]\ninput_size = "2@9x9"\nlayers = ["stem: conv 3 4 s2", "residual(conv 3 4 p1)", "relu"]\n'
    '[view]\nname = "flat"\nstill = true\n',
    'title = "D"\ndifferences = true\n[[figure]]\ntitle = "a"\nlayer = { op = "conv", input_size = 5, kernel_size = 3,'
    ' padding = "same" }\n[[figure]]\ntitle = "b"\nlayer = { op = "conv", input_size = 5, kernel_size = 3,'
    " padding = 1 }\n",
]


def _run_recipe(content: Content, folder: Path) -> None:
    assert isinstance(content, str)
    path = folder / "x.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    save(load_recipe(str(path), max_frames=3).animation(), [destination(str(folder / "x.png"))])


NEWEST: dict[str, Reader] = {
    "newest line": Reader(_run_line, lines, READERS["line"].change),
    "newest recipe": Reader(_run_recipe, lambda: list(RECIPES), READERS["recipe"].change),
    "network file": Reader(_run_network_file, lambda: list(NETWORKS), READERS["network"].change),
    "font": Reader(_run_font, _fonts, _font),
    **({"effective": Reader(_run_effective, _onnx_files, _bytes)} if _onnx_files() else {}),
}
_SHARES = {"newest line": 5, "newest recipe": 2}  # the others are one


def newest_inputs(seed: int, count: int) -> Iterator[tuple[str, Content]]:
    """So many inputs, each with its reader's name, the same for the same seed."""
    chance = random.Random(seed)
    right = {name: reader.right() for name, reader in NEWEST.items()}
    turns = [name for name in NEWEST for _ in range(_SHARES.get(name, 1))]
    for number in range(count):
        name = turns[number % len(turns)]
        content = chance.choice(right[name])
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
            content = NEWEST[name].change(chance, content)
        yield name, content


if __name__ == "__main__":  # python hostile_newest.py SEED COUNT: the faults of so many inputs
    import tempfile

    bound_memory()
    for name, content in newest_inputs(int(sys.argv[1]), int(sys.argv[2])):
        with tempfile.TemporaryDirectory() as folder:
            fault = fault_of(NEWEST[name], content, Path(folder))
        if fault:
            print(f"{name}: {fault}\n    {content[:1000]!r}", flush=True)
