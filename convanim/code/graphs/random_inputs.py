"""The inputs over which effective receptive fields are means."""

import numpy as np

from convanim.errors import RequestError
from convanim.layers.sizes import Sizes, spelled, spelled_shape
from convanim.numbers.maps import Numbers

RANDOM_INPUTS = 8
_MOST = 1_000


def inputs_of(shape: Sizes, images: object = None) -> Numbers:
    """The inputs `(N, *shape)`: `images`, or one without N; left out, random ones, always the same.

    Raises RequestError.
    """
    if images is None:
        return np.random.default_rng(0).standard_normal((RANDOM_INPUTS, *shape))
    plain = images.detach().cpu().numpy() if hasattr(images, "detach") else images
    try:
        found = np.asarray(plain, dtype=np.float64)
    except (TypeError, ValueError):
        raise RequestError(
            "images", None, "they are no numbers", "give an array (N, channels, height, width)"
        ) from None
    found = found[None] if found.shape == shape else found
    if found.shape[1:] != shape or not 1 <= len(found) <= _MOST or not np.isfinite(found).all():
        read = spelled_shape(shape, has_channels=True)
        rule = f"they are {spelled(found.shape) or 'one number'}, and the network reads {read}, finite numbers"
        raise RequestError("images", None, rule, f"give an array {spelled((RANDOM_INPUTS, *shape))}")
    return found
