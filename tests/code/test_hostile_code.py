"""Text that is no layer: refused in one line and in no time, and nothing of it is ever run."""

import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign, together
from hypothesis import example, given
from hypothesis import strategies as st

from convanim.cli import main
from convanim.code.frameworks import from_code, is_code
from convanim.errors import RequestError

BRACKETS = "([{"
HOSTILE = {
    "a call": "nn.Conv2d(3, 8, __import__('os').system('touch {ran}'))",
    "a call instead": "__import__('os').system('touch {ran}')",
    "a call on it": "nn.Conv2d(3, 8, 3)(open('{ran}', 'w'))",
    "a keyword's call": "nn.Conv2d(3, 8, kernel_size=open('{ran}', 'w').write('x'))",
    "a silent one's call": "nn.Conv2d(3, 8, 3, dtype=open('{ran}', 'w'))",
    "an f-string": "nn.Conv2d(3, 8, f\"{{open('{ran}', 'w')}}\")",
    "a lambda": "(lambda: open('{ran}', 'w'))()",
    "a comprehension": "nn.Conv2d(3, 8, [open('{ran}', 'w') for _ in [1]])",
    "a walrus": "nn.Conv2d(3, 8, (k := open('{ran}', 'w')))",
    "a subscript": "nn.Conv2d(3, 8, [3][0])",
    "a power": "nn.Conv2d(3, 8, 9**9**9**9)",
    "a product": "nn.Conv2d(3, 8, (3,) * 10**9)",
    "a star": "nn.Conv2d(*[3, 8, 3])",
    "two stars": "nn.Conv2d(**{{'in_channels': 3}})",
    "two statements": "nn.Conv2d(3, 8, 3); import os",
    "assignments": "a = b = nn.Conv2d(3, 8, 3)",
    "an assigned call": "a = open('{ran}', 'w')",
    "an assigned subscript": "a[0] = nn.Conv2d(3, 8, 3)",
    "an attribute": "nn.Conv2d(3, 8, 3).weight",
    "a dunder": "().__class__.__bases__",
    "brackets": "(" * 100_000,
    "brackets in a call": "nn.Conv2d(" + "[" * 900 + "]" * 900 + ")",
    "mixed brackets": "nn.Conv2d(3, 8, " + BRACKETS * 300,
    "closing brackets": "nn.Conv2d)" + ")" * 1000,
    "minus signs": "nn.Conv2d(3, 8, " + "-" * 1900 + "3)",
    "nots": "nn.Conv2d(3, 8, " + "not " * 450 + "3)",
    "dots": "nn" + ".a" * 900 + "(3)",
    "comparisons": "nn.Conv2d(3, 8, 1" + "<1" * 900 + ")",
    "ifs": "nn.Conv2d(3, 8, " + "1 if 1 else " * 150 + "1)",
    "lambdas": "nn.Conv2d(3, 8, " + "lambda:" * 250 + "3)",
    "long": "nn.Conv2d(3, 8, 3" + " " * 100_000 + ")",
    "a huge number": "nn.Conv2d(3, 8, " + "9" * 1500 + ")",
    "a huge hex number": "nn.Conv2d(3, 8, 0x" + "f" * 1500 + ")",
    "a huge spaced number": "nn.Conv2d(3, 8, " + "9_" * 700 + "9)",
    "a huge negative number": "nn.Conv2d(3, 8, -0x" + "f" * 40 + ")",
    "a huge float": "nn.Conv2d(3, 8, 1e999)",
    "a complex number": "nn.Conv2d(3, 8, 3j)",
    "bytes": "nn.Conv2d(3, 8, b'3')",
    "an ellipsis": "nn.Conv2d(3, 8, ...)",
    "a null byte": "nn.Conv2d(3, 8, 3)\0",
    "a Cyrillic letter": "nn.Соnv2d(3, 8, 3)",
    "a full-width letter": "nn.Ｃonv2d(3, 8, 3)",
    "a mathematical letter": "𝐧𝐧.Conv2d(3, 8, 3)",
    "a ligature": "nn.Conv2d(3, 8, 3, ﬁlters=3)",
    "Arabic digits": "nn.Conv2d(3, 8, ٣)",
    "a turned direction": "nn.Conv2d(3, 8, 3)\u202e",
    "a surrogate": "nn.Conv2d(3, 8, 3)\ud800",
    "an escape": "nn.Conv2d(3, 8, 3, padding='\x1b[2J')",
    "a name": "nn.Conv2d(3, 8, kernel)",
    "a name in a tuple": "nn.Conv2d(3, 8, (3, kernel))",
    "text": "nn.Conv2d(3, 8, '3')",
    "True": "nn.Conv2d(3, 8, True)",
    "nothing": "",
    "blanks": " \n ",
    "a number": "3",
    "a word": "relu",
    "a dict": "{{'op_type': 'Conv', 'kernel_shape': [3, open('{ran}', 'w')]}}",
    "a dict's key": "{{open('{ran}', 'w'): 3}}",
    "two of a kind": "{{'op_type': 'Conv', 'op_type': 'Conv'}}",
    "twice": "nn.Conv2d(3, 8, 3, stride=1, stride=2)",
    "an odd escape": "nn.Conv2d(3, 8, 3, padding='\\d')",
    "a call on its input's call": "nn.Conv2d(3, 8, 3)(x, output_size=open('{ran}', 'w'))",
    "an added call": "model.add(open('{ran}', 'w'))",
    "an added layer with a call": "model.add(Conv2D(8, 3, kernel_initializer=eval('1')))",
    "a channel's call": "nn.Conv2d(__import__('os').system('touch {ran}'), 8, 3)",
    "a module's call": "Conv2D(8, 3, kernel_initializer=os.system('touch {ran}'))",
    "a dunder in an initializer": "Conv2D(8, 3, kernel_initializer=x.__class__())",
    "a function's call": "F.conv2d(open('{ran}', 'w'), w, stride=2)",
    "a weight's call": "F.conv2d(x, exec('1'))",
    "a weight's huge shape": "F.conv2d(x, torch.ones(9**9**9, 3, 3, 3))",
    "a power of powers": "nn.Conv2d(3, 8, 2**64**2)",
    "a power that fits none": "nn.Conv2d(3, 8, 999**64)",
    "a negative power": "nn.Conv2d(3, 8, 2**-1)",
    "a repeated text": "nn.Conv2d(3, 8, 'a' * 10**9)",
    "a repeated tuple": "nn.Conv2d(3, 8, ((3,) * 2000) * 2000)",
    "a long sum": "nn.Conv2d(3, 8, 1" + "+1" * 900 + ")",
    "a division by nothing": "nn.Conv2d(3, 8, 3 % 0)",
    "a huge float's whole": "nn.Conv2d(3, 8, int(1e308 * 10))",
    "a shift": "nn.Conv2d(3, 8, 1 << 900)",
    "prompts": ">>> " * 400,
    "a prompt's call": ">>> open('{ran}', 'w')\n>>> nn.Conv2d(3, 8, open('{ran}', 'w'))",
    "several layers": "nn.Conv2d(3, 8, 3)\n" * 90,
    "nested layers": "nn.Conv2d(3, 8, 3)(" * 5 + "x" + ")" * 5,
    "a loop": "while True:\n    nn.Conv2d(3, 8, 3)",
    "a decorated class": "class A:\n    x = open('{ran}', 'w')\n",
    "a graph's call": "%9 = Conv[kernel_shape = open('{ran}', 'w')](%x)",
    "a graph without an end": "%9 = Conv[" + "kernel_shape = [3" * 3,
    "a graph of brackets": "%9 = Conv[" * 190,
    "a graph's power": "%9 = Conv[kernel_shape = [9**9**9, 3]](%x)",
    "a graph's stars": "%9 = Conv[**x](%x)",
    "a protobuf without an end": 'op_type: "Conv" attribute {{ ' * 60,
    "a protobuf of quotes": 'op_type: "' * 200,
    "a node of none": "helper.make_node(3, ['x'], ['y'])",
    "a node's call": "helper.make_node('Conv', open('{ran}', 'w'))",
    "labels": "(a): " * 390,
    "signs of Netron": "Conv W 〈" + "9×" * 900 + "〉",
    "an odd literal": "nn.Conv2d(3, 8, 3if 1else 2)",
}


@pytest.mark.filterwarnings("error")
@together("name", HOSTILE)
def test_hostile_text_is_refused(name: str, tmp_path: Path) -> None:
    """In one line of bounded length, fast, without a warning, and nothing was run."""
    ran = tmp_path / "ran"
    text = HOSTILE[name].replace("{ran}", str(ran)).replace("{{", "{").replace("}}", "}")
    start = time.process_time()
    with pytest.raises(RequestError) as fault:
        from_code(text, "7x9")
    assert time.process_time() - start < 0.5
    line = str(fault.value)
    assert fault.value.field == "code"
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert len(line) < 400
    assert not ran.exists()


@together("name", [name for name in HOSTILE if "\0" not in HOSTILE[name]])
def test_the_command_refuses_it_too(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit status 2, one line on standard error and no file."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["draw", HOSTILE[name], "-i", "7x9"])
    assert list(tmp_path.iterdir()) == []
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: code")
    assert len(result.stderr.splitlines()) == 1


def refused(code: Any) -> int:
    """In how many lines some code is refused; 0 for a layer."""
    try:
        from_code(code, 9)
    except RequestError as error:
        return len(str(error).splitlines())
    return 0


CODE_LIKE = st.text(alphabet="nCov2d.(),=[]{}'\"-+*0123456789 :_xes\n\0é", max_size=60)


@given(text=st.one_of(st.text(max_size=80), CODE_LIKE, CODE_LIKE.map(lambda inner: f"nn.Conv2d({inner})")))
@example("Conv")
@example("type: Conv kernel_shape")
@example("op_type")
@campaign(400)
def test_any_text_is_a_layer_or_refused(text: str) -> None:
    """No other error comes out, whatever is written."""
    is_code(text)
    assert refused(text) in (0, 1)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=5), st.binary()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)
_KEYS = st.sampled_from(["op_type", "kernel_shape", "strides", "pads", "dilations", "auto_pad", "group", "W", "x"])


@given(table=st.dictionaries(_KEYS, _VALUES, max_size=6), op=st.sampled_from(["Conv", "MaxPool", "ConvTranspose"]))
@campaign(300)
def test_any_table_is_a_layer_or_refused(table: dict[str, Any], op: str) -> None:
    """So it is with dicts."""
    assert refused({**table, "op_type": op, "kernel_shape": table.get("kernel_shape", [1, 1])}) in (0, 1)


@together("text", [None, 3, b"nn.Conv2d(3, 8, 3)", ["nn.Conv2d(3, 8, 3)"], object()])
def test_what_is_not_text(text: Any) -> None:
    """Anything but text or a dict is refused as such."""
    with pytest.raises(RequestError, match="not text"):
        from_code(text, 9)


def test_deep_dicts_and_lists_end() -> None:
    """A list that holds itself is refused."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(RequestError, match="kernel_shape"):
        from_code({"op_type": "Conv", "kernel_shape": endless}, 9)
