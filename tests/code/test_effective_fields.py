"""Effective receptive fields of live models, against PyTorch's gradients of the model as it is."""

from typing import Any

import numpy as np
import pytest

from convanim import RequestError, receptive_field
from convanim.code.graphs.random_inputs import RANDOM_INPUTS

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
nn, F = torch.nn, torch.nn.functional
Module: Any = nn.Module
SHAPE = (3, 20, 16)


class Skipping(Module):  # type: ignore[misc]
    """A norm, what is written into in place, branches, a buffer, and a dropout that must not count."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4)
        self.a, self.b = nn.Conv2d(4, 4, 3, 1, 1), nn.Conv2d(4, 4, 1)
        self.relu, self.drop = nn.ReLU(inplace=True), nn.Dropout(0.9)
        self.register_buffer("scale", torch.tensor([0.5]), persistent=False)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        x = self.relu(self.norm(self.stem(x)))
        y = self.drop(self.norm(self.a(F.max_pool2d(x, 3, 1, 1))))
        y += self.b(x) * self.scale
        return torch.sigmoid(y).mean((2, 3))


class Looking(Skipping):
    """What cannot be exported: it looks at the numbers."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        x = self.relu(self.norm(self.stem(x)))
        return self.relu(self.a(x)) if float(x.sum()) < 1e9 else self.b(x)


def expected(model: Any, path: str, cell: tuple[int, ...], images: Any) -> Any:
    """The mean magnitude of the gradient of what a layer makes, by a hook on the model itself."""
    found: list[Any] = []
    handle = model.get_submodule(path).register_forward_hook(lambda m, r, made: found.append(made.clone()))
    x = torch.tensor(images, dtype=torch.float32, requires_grad=True)
    model.eval()(x)
    handle.remove()
    made = found[0]
    at = made[(slice(None), *cell)] if len(cell) == 3 else made[(slice(None), slice(None), *cell)].sum(1)
    return torch.autograd.grad(at.sum(), x)[0].abs().mean(0).numpy()


@pytest.mark.parametrize("kind", [Skipping, Looking])
@pytest.mark.parametrize(("path", "cell"), [("stem", (2, 3, 4)), ("a", (5, 6)), ("a", (1, 0, 7))])
def test_the_gradient_is_the_models(kind: Any, path: str, cell: tuple[int, ...]) -> None:
    """Of layers before something is written into what they made, by graph and by hooks; the model is left as it was."""
    torch.manual_seed(2)
    model = kind().train()
    images = np.random.default_rng(1).standard_normal((3, *SHAPE))
    field = receptive_field(model, SHAPE, node=path, cell=cell, effective=True, images=images)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert field.images == 3
    assert field.effective is not None
    assert np.allclose(field.effective, expected(model, path, cell, images), rtol=1e-4, atol=1e-9)
    assert field.effective.any()
    assert not field.effective[:, ~field.exact].any()


def test_a_vector_sees_all_and_runs_are_alike() -> None:
    """Left out, inputs are the same at every run; `images` may be one, and a tensor."""
    torch.manual_seed(2)
    model = Skipping()
    fields = [receptive_field(model, SHAPE, node="mean", cell=(1,), effective=True) for _ in range(2)]
    assert fields[0].images == RANDOM_INPUTS
    assert np.array_equal(np.asarray(fields[0].effective), np.asarray(fields[1].effective))
    assert fields[0].exact.all()
    one = receptive_field(model, SHAPE, effective=True, images=torch.ones(SHAPE, requires_grad=True))
    assert one.images == 1
    assert one.node == "sigmoid"


def test_what_has_no_gradient_is_refused() -> None:
    """Inputs of another shape, or none; a part of an operator, and a layer that there is not."""
    model = Skipping()
    for images in (np.zeros((2, 3, 5, 5)), np.zeros((0, *SHAPE)), np.full(SHAPE, np.nan), "picture", [[1], [2, 3]]):
        with pytest.raises(RequestError, match="images"):
            receptive_field(model, SHAPE, effective=True, images=images)
    with pytest.raises(RequestError, match="part of an operator"):
        receptive_field(model, SHAPE, node="mean.1", effective=True)
    with pytest.raises(RequestError, match="no such node"):
        receptive_field(model, SHAPE, node="stems", effective=True)


@pytest.mark.parametrize("recompute", [False, True, None])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "nearest-exact"])
def test_an_interpolation_is_by_its_factor(mode: str, recompute: bool | None) -> None:
    """Not by what its sizes make of it, unless it says so; the cells with a tap are those with a gradient."""

    class Grown(Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return F.interpolate(x, scale_factor=(1.3, 1.7), mode=mode, recompute_scale_factor=recompute)

    model = nn.Sequential(Grown(), nn.Conv2d(1, 1, 1))
    nn.init.ones_(model[1].weight)
    for cell in ((0, 5, 3), (0, 3, 7), (0, 5, 7)):
        field = receptive_field(model, "1@5x5", cell=cell, effective=True)
        assert (field.exact == (np.asarray(field.effective)[0] > 0)).all()
