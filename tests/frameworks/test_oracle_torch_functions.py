"""PyTorch's functions and output sizes, read as text, against PyTorch on the same numbers."""

import random
from typing import Any

import numpy as np
import pytest
from random_texts import ROUNDS, compared, ours

from convanim.code.frameworks import Asked, read_code
from convanim.errors import RequestError
from convanim.layers.layer import Layer


def test_functions_of_pytorch() -> None:
    """`F.conv2d`, `F.conv_transpose2d` and pools, positional arguments in their order."""
    torch = pytest.importorskip("torch")
    f = torch.nn.functional

    def draw(chance: random.Random) -> tuple[str, Asked]:
        k, s, p = chance.randint(1, 4), chance.randint(1, 3), chance.randint(0, 2)
        kind = chance.choice(("conv", "up", "max", "avg"))
        if kind == "conv":
            d = chance.randint(1, 2)
            return f"y = F.conv2d(x, w, None, {s}, {p}, {d})", Asked(k, 3)
        if kind == "up":
            extra, d = chance.randint(0, 1), chance.randint(1, 2)
            return f"F.conv_transpose2d(x, w, None, {s}, {p}, {extra}, 1, {d})", Asked(k, 3)
        ceil = chance.choice((True, False))
        if kind == "max":
            return f"F.max_pool2d(x, {k}, {s}, {p}, {chance.randint(1, 2)}, {ceil})", Asked()
        return f"F.avg_pool2d(x, {k}, {s}, {p}, {ceil}, {chance.choice((True, False))})", Asked()

    def theirs(text: str, numbers: Any, kernel: Any, layer: Layer) -> Any:
        known = {"F": f, "x": torch.tensor(numbers[None]), "w": None if kernel is None else torch.tensor(kernel)}
        return eval(text.removeprefix("y = "), known)[0].numpy()

    assert compared(draw, theirs, 1) > ROUNDS // 2


def test_an_output_size_is_pytorchs() -> None:
    """`ConvTranspose2d(…)(x, output_size=…)` has the output_padding that PyTorch works out, or is refused."""
    torch = pytest.importorskip("torch")
    refused = agreed = 0
    for number in range(ROUNDS):
        chance = random.Random(number)
        k, s, p, n = chance.randint(1, 4), chance.randint(1, 3), chance.randint(0, 1), chance.randint(2, 5)
        wanted = (n - 1) * s - 2 * p + k + chance.randint(-1, 3)
        text = f"nn.ConvTranspose2d(2, 3, {k}, stride={s}, padding={p})"
        module = eval(text, {"nn": torch.nn}).double()
        numbers = np.random.default_rng(number).standard_normal((2, n, n))
        try:
            expected = module(torch.tensor(numbers[None]), output_size=(wanted, wanted))[0] - module.bias[:, None, None]
        except (ValueError, RuntimeError):
            with pytest.raises(RequestError):
                read_code(f"{text}(h, output_size=({wanted}, {wanted}))", n)
            refused += 1
            continue
        layer = read_code(f"{text}(h, output_size=({wanted}, {wanted}))", n).layer
        made = ours(layer, numbers, module.weight.detach().numpy())
        np.testing.assert_allclose(made, expected.detach().numpy(), atol=1e-9)
        agreed += 1
    assert min(refused, agreed) > 5
