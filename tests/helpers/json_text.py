"""JSON as the command line prints it."""

import json
from typing import Any

from click.testing import CliRunner, Result
from hypothesis import assume
from hypothesis import strategies as st

from convanim.cli import main
from convanim.errors import RequestError
from convanim.networks.chain import Chain


def run(line: str) -> Result:
    """What a command line answers."""
    return CliRunner().invoke(main, line.split())


def strict(text: str) -> Any:
    """JSON by the letter: no NaN, no Infinity, no key twice."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


def printed(line: str) -> Any:
    """The JSON that a command line prints."""
    result = run(line + " --json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return strict(result.stdout)


DRAW = st.DrawFn


@st.composite
def stages(draw: DRAW) -> dict[str, Any]:
    """The table of one stage, small; it may not fit."""
    op = draw(st.sampled_from(["conv", "conv", "conv-transpose", "max-pool", "avg-pool", "relu"]))
    if op == "relu":
        return {"op": op}
    table = {"op": op, "kernel_size": draw(st.integers(1, 3)), "stride": draw(st.integers(1, 3))}
    table["padding"] = draw(st.integers(0, 1))
    if op != "avg-pool":
        table["dilation"] = draw(st.integers(1, 2))
    return table


@st.composite
def chains(draw: DRAW) -> Chain:
    """Chains of up to four stages in one and two dimensions, with channels or without."""
    dims = draw(st.sampled_from([1, 2]))
    size = tuple(draw(st.integers(2, 7)) for _ in range(dims))
    tables = [draw(stages()) for _ in range(draw(st.integers(1, 4)))]
    has_channels = draw(st.booleans())
    for table in tables:
        if has_channels and table["op"].startswith("conv"):
            table["groups"] = draw(st.sampled_from([1, 2]))
            table["out_channels"] = 2
    try:
        return Chain(size, tables, in_channels=2 if has_channels else None)
    except RequestError:
        assume(False)
        raise
