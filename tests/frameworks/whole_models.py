"""Whole models to be compared with, untrained: torchvision's, and a U-Net as its paper draws it."""

import contextlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
nn = torch.nn
Module: Any = nn.Module


def _torchvision() -> Any:
    """The module; models need none of its compiled part, which may be one for another PyTorch than there is."""
    lack = [name for name in ("nms", "qnms") if not hasattr(torch.ops.torchvision, name)]
    if lack:
        with contextlib.suppress(Exception):  # what is there already is as good
            import_module("torchvision")
        lack = [name for name in lack if not hasattr(torch.ops.torchvision, name)]
    for name in lack:
        _LIBRARY.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return pytest.importorskip("torchvision", reason="needs the module torchvision: pip install torchvision")


_LIBRARY = torch.library.Library("torchvision", "FRAGMENT")  # what is defined in it is kept as long as it is
models = _torchvision().models


class UNet(Module):  # type: ignore[misc]
    """Ronneberger, Fischer and Brox, figure 1: no padding, what is skipped around is cut out of the middle."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        sizes = [width * 2**level for level in range(5)]
        self.down = nn.ModuleList([_twice(1 if level == 0 else sizes[level - 1], sizes[level]) for level in range(5)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(2 * size, size, 2, 2) for size in sizes[:4]])
        self.again = nn.ModuleList([_twice(2 * size, size) for size in sizes[:4]])
        self.pool = nn.MaxPool2d(2)
        self.out = nn.Conv2d(width, 2, 1)

    def forward(self, x: Any) -> Any:
        """Two maps of scores, smaller than the input."""
        kept = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else self.pool(x))
            kept.append(x)
        for level in range(3, -1, -1):
            x = self.up[level](x)
            skip = kept[level]
            cut = (skip.shape[2] - x.shape[2]) // 2
            skip = skip[:, :, cut : cut + x.shape[2], cut : cut + x.shape[3]]
            x = self.again[level](torch.cat([skip, x], 1))
        return self.out(x)


def _twice(read: int, made: int) -> Any:
    relu = nn.ReLU(inplace=True)
    return nn.Sequential(nn.Conv2d(read, made, 3), relu, nn.Conv2d(made, made, 3), relu)


# Each with its input, and one that is small enough for gradients.
MODELS: dict[str, tuple[Callable[[], Any], tuple[int, int, int], tuple[int, int, int]]] = {
    "resnet18": (lambda: models.resnet18(weights=None), (3, 224, 224), (3, 96, 80)),
    "resnet50": (lambda: models.resnet50(weights=None), (3, 224, 224), (3, 96, 80)),
    "vgg16": (lambda: models.vgg16(weights=None, init_weights=False), (3, 224, 224), (3, 64, 96)),
    "googlenet": (
        lambda: models.googlenet(weights=None, aux_logits=False, init_weights=False),
        (3, 224, 224),
        (3, 96, 80),
    ),
    "mobilenet_v2": (lambda: models.mobilenet_v2(weights=None), (3, 224, 224), (3, 96, 80)),
    "efficientnet_b0": (lambda: models.efficientnet_b0(weights=None), (3, 224, 224), (3, 96, 80)),
    "densenet121": (lambda: models.densenet121(weights=None), (3, 224, 224), (3, 96, 80)),
    "unet": (UNet, (1, 572, 572), (1, 188, 204)),
}


def model_of(name: str) -> Any:
    """An untrained model in evaluation, its numbers none that an exporter leaves out, as it does zeros."""
    torch.manual_seed(7)
    model = MODELS[name][0]().eval()
    with torch.no_grad():
        for module in model.modules():
            for number in (getattr(module, "bias", None), getattr(module, "running_mean", None)):
                if number is not None:
                    number.uniform_(0.1, 0.2)
    return model
