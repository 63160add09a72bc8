"""Chains: stages in a few words, what does not fit together, and a kernel for each."""

import numpy as np
from helpers.campaigns import campaign, together
from helpers.refusals import refused
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.layer import MaxPool
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain, StageLike
from convanim.networks.pointwise import FUNCTIONS
from convanim.networks.stage_text import stage_table
from convanim.numbers.figure_values import figure_values


@together("size, stages, field, parts", [
        ("3@8x8", ["conv 3 8", "relu", "conv 9 4"], "stage 3", ["conv 9 4", "it gets 8@6×6", "at most 6"]),
        ("5x4", ["max-pool 2", "avg-pool 3"], "stage 2", ["it gets 2×2", "at most 2"]),
        ("2@9", ["conv 3 4 g3"], "stage 1", ["it gets 2@9×9", "groups 3: does not divide in_channels 2", "try 1 or 2"]),
        ("6", ["conv 3 4", "conv 1 6 g4"], "stage 2", ["it gets 4@4×4", "divide out_channels 6", "try 1 or 2"]),
        ("6", ["relu", "blur 3"], "stage 2", ["blur 3", "no such stage", "conv-transpose", "silu"]),
        ("6", ["relu 3"], "stage 1", ["takes no arguments", "write relu alone"]),
        ("6", ["conv 3", MaxPool(5, 2)], "stage 2", ["takes 5×5"]),
        ("6", ["conv"], "stage 1", ["kernel_size", "missing"]),
        ("6", ["conv 3 s2 s2"], "stage 1", ["stride is given twice"]),
        ("6", ["max-pool 2 4"], "stage 1", ["max-pool has no out_channels"]),
        ("6", ["conv 3 input-size=5"], "stage 1", ["conv has no input_size here"]),
        ("6", ["max-pool 2 ceil-mode=yes"], "stage 1", ["ceil_mode yes is not true or false"]),
        ("6", [{"op": "conv", "kernel_size": 3, "in_channels": 2}], "stage 1", ["in_channels", "leave it out"]),
        ("6", [{"op": "relu", "kernel_size": 3}], "stage 1", ["takes no kernel_size"]),
        ("6", [{"op": "tanh", "x": 3}], "stage 1", ["takes no x"]),
        ("6", [{"kernel_size": 3}], "stage 1", ["op is missing"]),
        ("6", [{"op": "conv", "kernel": 3}], "stage 1", ["kernel", "no such argument"]),
        ("6", [], "stages", ["at least one"]),
    ])  # fmt: skip
def test_stages_that_do_not_fit(size: str, stages: list[StageLike], field: str, parts: list[str]) -> None:
    """A chain that does not hold together names the stage, what it gets, what is wrong and a way out."""
    error = refused(lambda: Chain(size, stages))
    assert error.field == field
    for part in parts:
        assert part in str(error)


WORDS = st.one_of(
    st.text(max_size=6),
    st.sampled_from([*OPERATIONS, *FUNCTIONS, "ceil", "same", "psame", "3@3", "g2", "k=3", "dilation=2", "groups=x"]),
    st.from_regex(r"(p|s|d|g|op|kernel-size=|padding=|out-channels=|)[-0-9x:]{0,6}", fullmatch=True),
)


@campaign(400)
@given(op=st.sampled_from([*OPERATIONS, *FUNCTIONS, ""]), words=st.lists(WORDS, max_size=5), text=st.text(max_size=20))
def test_any_text_is_a_stage_or_refused(op: str, words: list[str], text: str) -> None:
    """Nothing but RequestError comes of any text, in a chain neither, and its message is one line."""
    for line in (text, " ".join([op, *words])):
        said = None
        try:
            assert stage_table(line)["op"] in (*OPERATIONS, *FUNCTIONS)
            assert Chain("2@7x8", [line]).has_channels
        except RequestError as error:
            said = error
        assert said is None or (said.fix and "\n" not in str(said))


@together("word", ["\x1b[31m", "\x00=1", "ceil-mode=\x08", "x" * 10_000, "y" * 10_000 + "=1"])
def test_what_is_said_of_a_word_can_be_read(word: str) -> None:
    """A word that is none is shown as values are: cut where it is long, without control characters."""
    error = refused(lambda: stage_table(f"max-pool 2 {word}"))
    assert str(error).isprintable()
    assert len(str(error)) < 400


def test_each_stage_has_its_own_kernel() -> None:
    """Kernels are given one a stage, None where there is none or the default will do; others are refused."""
    chain = Chain("2@3", ["conv 1 1", "relu", "conv 2 3"], dims=1)
    x, first, last = np.array([[1, 2, 3], [1, 1, 5]]), np.array([[[1], [-1]]]), np.ones((3, 1, 2), dtype=np.int64)
    values = figure_values(chain, Options(values=x, kernel_values=[first, None, last]))
    assert values is not None
    assert [map_.tolist() for map_ in values.maps[1:]] == [[[0, 1, -2]], [[0, 1, 0]], [[1, 1]] * 3]
    drawn = figure_values(chain, Options(kernel_values=[None, None, "box"]))
    assert drawn is not None
    assert (drawn.kernels[1], drawn.kernels[2].tolist()) == (None, [[[0.5, 0.5]]] * 3)  # type: ignore[union-attr]
    assert figure_values(chain, Options()) is None
    for kernels, message in [
        ([first, None], "2 are given for 3 stages"),
        ([first, last, last], "relu has no weights"),
        ([last, None, last], "stage 1: "),
        (["sobel-x", None, None], "stage 1: "),
    ]:
        error = refused(lambda kernels=kernels: figure_values(chain, Options(values=x, kernel_values=kernels)))
        assert error.field == "kernel_values"
        assert message in str(error)
