"""`convanim network`: the table, as text, JSON and CSV; what stands before a layer that does not fit."""

import csv
import io
import json
from pathlib import Path

from click.testing import CliRunner, Result

from convanim.cli import main

INCEPTION = (
    "parallel(conv 1x1 64, (conv 1x1 96, conv 3x3 128 p1), (conv 1x1 16, conv 5x5 32 p2), "
    "(max-pool 3 s1 p1, conv 1x1 32)), global-avg-pool, flatten, linear 10"
)


def run(*args: str) -> Result:
    """The command's outcome."""
    return CliRunner().invoke(main, ["network", *args])


def test_the_table_has_a_row_for_every_layer() -> None:
    """Name, operation, shape, parameters, multiplications, field, its stride and start, then totals."""
    result = run(INCEPTION, "-i", "192@28x28")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    titles = ["name", "operation", "output", "parameters", "MACs", "field", "stride", "start"]
    assert lines[0].split() == titles
    row = next(line for line in lines if line.startswith("conv5"))
    assert row.split() == ["conv5", "conv", "5×5", "p2", "32@28×28", "12,832", "10,035,200", "5×5", "1", "-2"]
    assert next(line for line in lines if line.startswith("concat")).split()[3:] == ["256@28×28", "5×5", "1", "-2"]
    assert lines[-1] == (
        "11 layers, 166,266 parameters (165,888 without biases), 128,051,712 multiply–accumulates, 640,266 activations"
    )


def test_json_tells_each_branch() -> None:
    """Strict JSON: integers, shapes, the field of all and of each."""
    table = json.loads(run(INCEPTION, "-i", "192@28x28", "--json").stdout)
    assert table["input_shape"] == [192, 28, 28]
    join = next(layer for layer in table["layers"] if layer["op"] == "concat")
    assert join["receptive_field"] == {"size": [5, 5], "stride": [1, 1], "start": [-2, -2]}
    assert [branch["size"] for branch in join["branches"].values()] == [[1, 1], [3, 3], [5, 5], [3, 3]]
    assert table["total"]["macs"] == 128_051_712


def test_csv_has_names_as_text() -> None:
    """A row for every layer; what a spreadsheet would take for a formula is text."""
    rows = list(csv.DictReader(io.StringIO(run("x-1: conv 3x3 8, relu", "-i", "3@9x9", "--csv").stdout)))
    assert [row["name"] for row in rows] == ["x-1", "relu1"]
    assert rows[0]["macs"] == str(27 * 8 * 49)
    code = "nn.Sequential(OrderedDict([('=1+1', nn.ReLU()), ('\\x1b[31m', nn.ReLU())]))"
    rows = list(csv.DictReader(io.StringIO(run(code, "-i", "3@9x9", "--csv").stdout)))
    assert [row["name"] for row in rows] == ["'=1+1", "\\x1b[31m"]


def test_what_comes_before_a_fault_is_shown() -> None:
    """The table goes as far as the layer that does not fit, which the one line on standard error names."""
    result = run("skip: conv 3x3 8, max-pool 2, residual(conv 3x3 8), linear 10", "-i", "3@9x9")
    assert result.exit_code == 2
    assert [line.split()[0] for line in result.stdout.splitlines()[:4]] == ["name", "input", "skip", "max-pool1"]
    assert result.stderr == (
        "Error: node add1: add: 1 against 3 rows; pad or crop one of them, or choose an input that divides evenly\n"
    )


def test_dropped_rows_are_named() -> None:
    """Why 134 and not 135: the pool before did not reach the last row."""
    result = run("skip(max-pool 2, conv-transpose 2 8 s2, conv 2 8)", "-i", "3@271x271")
    assert result.exit_code == 0
    code = "conv 1x1 8, residual(max-pool 2, conv-transpose 2 8 s2)"
    assert "270 against 271 rows; the max-pool before, max-pool1, dropped row 270;" in run(code, "-i", "3@271").stderr


def test_requests_that_cannot_be_met() -> None:
    """One line each."""
    assert "input-size" in run("conv 3x3 8").stderr
    assert run("conv 3x3 8", "-i", "3@9x9", "--json", "--csv").exit_code == 2
    assert "never is" in run("model.pth", "-i", "3@9x9").stderr


def test_a_file(tmp_path: Path) -> None:
    """A text in a file; a note says what was added to what it says."""
    path = tmp_path / "net.txt"
    path.write_text("Net(\n  (c): Conv2d(3, 4, kernel_size=(3, 3))\n  (fc): Linear(196, 5)\n)\n", encoding="utf-8")
    result = run(str(path), "-i", "3@9x9")
    assert result.exit_code == 0
    assert "flattened" in result.stderr
    assert run(str(path), "-i", "3@9x9", "--quiet").stderr == ""
