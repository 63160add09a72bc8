"""Nodes of a network as they are found, each with a name of its own."""

from convanim.errors import RequestError
from convanim.networks.building import MOST_NODES, Asked, OperationLike


class Gathered:
    """The nodes found so far. Notes are what is to be said of them."""

    def __init__(self) -> None:
        self.nodes: list[Asked] = []
        self.notes: dict[str, None] = {}
        self.visited = 0  # parts of a model gone through, whether or not they are nodes
        self._names: set[str] = {"input"}
        self._counts: dict[str, int] = {}

    def add(
        self,
        what: OperationLike,
        inputs: tuple[str, ...],
        base: str = "",
        name: str = "",
        *,
        has_bias: bool = True,
        shares: str = "",
    ) -> str:
        """One node more, named `name`, or `base` and a number; returns its name. Raises RequestError for too many."""
        if len(self.nodes) >= MOST_NODES:
            raise RequestError("network", None, f"it has more than {MOST_NODES:,} nodes", "give a part of it")
        own = self._free(name) if name else self._numbered(base or "node")
        self.nodes.append(Asked(own, what, inputs, has_bias, shares))
        return own

    def _free(self, name: str) -> str:
        """A name, with a number behind it where it is taken."""
        own = name
        while own in self._names:
            self._counts[name] = self._counts.get(name, 1) + 1
            own = f"{name}_{self._counts[name]}"
        self._names.add(own)
        return own

    def _numbered(self, base: str) -> str:
        while True:
            self._counts[base] = self._counts.get(base, 0) + 1
            own = f"{base}{self._counts[base]}"
            if own not in self._names:
                self._names.add(own)
                return own
