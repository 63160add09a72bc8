"""PyTorch's layers against PyTorch, by their code: as `test_oracle_torch_code` does it, thousands of times."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from convanim.code.frameworks import from_code
from convanim.errors import RequestError

torch: Any = pytest.importorskip("torch")
by_code: Any = pytest.importorskip("test_oracle_torch_code")

COMPARED_EACH = {1: 560, 2: 560, 3: 140}  # of every layer, by dimensions, beside those that both refuse
REFUSED_EACH = 40
COMPARED_MODES = 100  # of every padding mode, and each Conv, with padding: 5280 in all
DRAWN_AT_MOST = 10  # times as many


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """These layers are too small for several threads, which would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", by_code.NAMES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_random_layers_are_those_of_pytorch(name: str) -> None:
    """PyTorch and we have the same sizes, taps and numbers, or both refuse."""
    rng = random.Random(f"torch {name}")
    tally: Counter[bool] = Counter()
    wanted = COMPARED_EACH[int(name[-2])]
    while tally[True] < wanted:
        tally[by_code.same_here_and_there(name, by_code.drawn(name, rng), rng)] += 1
        assert tally.total() < wanted * DRAWN_AT_MOST
    assert tally[False] >= REFUSED_EACH


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("name", ["Conv1d", "Conv2d"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_padding_modes_are_those_of_pytorch(name: str, mode: str) -> None:
    """In every mode the cells that padding copies are those of PyTorch, and it refuses what we refuse."""
    rng = random.Random(f"torch {name} {mode}")
    tally: Counter[bool] = Counter()
    while tally[True] < COMPARED_MODES:
        padding = rng.choice(["same", *range(1, 4), *([(1, 2), (3, 0)] if name == "Conv2d" else [])])
        said = by_code.drawn(name, rng) | {"padding": padding, "padding_mode": mode}
        if padding == "same":
            said.pop("stride", None)
        tally[by_code.same_here_and_there(name, said, rng)] += 1
        assert tally.total() < COMPARED_MODES * DRAWN_AT_MOST


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_negative_padding_that_copies_still_crops(mode: str) -> None:
    """PyTorch refuses negative padding with zeros, but crops with a mode that copies; we refuse it everywhere."""
    x = torch.zeros(1, 1, 5)
    assert torch.nn.Conv1d(1, 1, 1, padding=-1, padding_mode=mode)(x).shape[-1] == 3
    with pytest.raises(RuntimeError):
        torch.nn.Conv1d(1, 1, 1, padding=-1)(x)
    with pytest.raises(RequestError, match="negative"):
        from_code(f"nn.Conv1d(1, 1, 1, padding=-1, padding_mode={mode!r})", "1@5")
