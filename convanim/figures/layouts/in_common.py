"""What the parts of a picture have in common."""

from dataclasses import dataclass

from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.numbers.scales import Scale


@dataclass(frozen=True)
class InCommon:
    """What figures beside each other have alike; a figure alone has nothing of it.

    A cell is `most_cell` pixels wide at most; 0 is no bound. `figures` are all of the picture: stacks too deep for
    sheets are drawn at one scale, and so are overviews of all `networks`, whose blocks have `share` of their largest
    size at most. Without `scales` the maps have their own. Numbers of the output have `least_decimals`.
    """

    most_cell: int = 0
    figures: tuple[Layer | Chain, ...] = ()
    scales: tuple[Scale, ...] | None = None
    least_decimals: int = 0
    networks: tuple[Network, ...] = ()
    share: float = 1.0


ALONE = InCommon()
