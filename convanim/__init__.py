"""Animations of convolution, transposed convolution and pooling layers, exact to the cell.

>>> from convanim import Conv, animate
>>> figure = animate(Conv(input_size=5, kernel_size=3, stride=2, padding=1))
>>> figure.animation.scene.steps
9
"""

from importlib import import_module
from typing import TYPE_CHECKING

from convanim.errors import RequestError
from convanim.files.package import VERSION
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    Upsample,
)

if TYPE_CHECKING:
    from convanim.api import Figure, animate
    from convanim.code.frameworks import from_code, to_code
    from convanim.code.graphs.any_field import receptive_field
    from convanim.code.graphs.any_network import network
    from convanim.code.live_layers import from_module
    from convanim.explain.differing import Differing, differ
    from convanim.figures.options import Options
    from convanim.figures.recipes.recipes import load_recipe
    from convanim.figures.subject import Comparison, Part
    from convanim.layers.geometry import Geometry
    from convanim.networks.chain import Chain
    from convanim.networks.network import Network
    from convanim.publish.batch import render_all

__version__ = VERSION
__all__ = [
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "AvgPool",
    "Chain",
    "Comparison",
    "Conv",
    "ConvTranspose",
    "Differing",
    "Figure",
    "Fold",
    "Geometry",
    "LPPool",
    "MaxPool",
    "MaxUnpool",
    "Network",
    "Options",
    "Pad",
    "Part",
    "PixelShuffle",
    "PixelUnshuffle",
    "RequestError",
    "Unfold",
    "Upsample",
    "animate",
    "differ",
    "from_code",
    "from_module",
    "load_recipe",
    "network",
    "receptive_field",
    "render_all",
    "to_code",
]

# These import numpy, so they are looked up when first used: `convanim --help` needs none of it.
_LATER = {
    "Chain": "convanim.networks.chain",
    "Comparison": "convanim.figures.subject",
    "Differing": "convanim.explain.differing",
    "Figure": "convanim.api",
    "Geometry": "convanim.layers.geometry",
    "Network": "convanim.networks.network",
    "Options": "convanim.figures.options",
    "Part": "convanim.figures.subject",
    "animate": "convanim.api",
    "differ": "convanim.explain.differing",
    "from_code": "convanim.code.frameworks",
    "from_module": "convanim.code.live_layers",
    "load_recipe": "convanim.figures.recipes.recipes",
    "network": "convanim.code.graphs.any_network",
    "receptive_field": "convanim.code.graphs.any_field",
    "render_all": "convanim.publish.batch",
    "to_code": "convanim.code.frameworks",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'convanim' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
