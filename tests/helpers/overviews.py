"""What stands in the scene of an overview: its blocks, and what is marked on them."""

from convanim.code.graphs.read_network import read_network
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison
from convanim.files.catalogue import template_groups
from convanim.networks.network import Network
from convanim.scene.scene import Blocks, Scene, Texts

NETWORKS = tuple(
    name for name in template_groups()["Whole networks"] if not isinstance(load_recipe(name).figure, Comparison)
)
ROLES = ("block", "block_side", "block_top")
MARKS = ("block_seen", "block_cell")


def network(text: str, size: str) -> Network:
    """A network in a few words."""
    return read_network(text, size).network


def blocks(scene: Scene) -> list[Blocks]:
    """All blocks but those of the key."""
    return [shape for shape in scene.shapes if isinstance(shape, Blocks) and shape.map != "key"]


def sides(scene: Scene) -> dict[str, tuple[int, int]]:
    """How deep and how high every block is, in pixels."""
    fronts = (shape for shape in blocks(scene) if shape.role == "block_side")
    return {shape.map: (int(shape.at(0)[0, 3]), int(shape.at(0)[0, 2])) for shape in fronts}


def faces(scene: Scene) -> dict[str, tuple[int, int]]:
    """How high and how wide every face is, in pixels."""
    found = (shape for shape in blocks(scene) if shape.role == "block")
    return {shape.map: (int(shape.at(0)[0, 2]), int(shape.at(0)[0, 3])) for shape in found}


def marks(scene: Scene, step: int) -> dict[str, tuple[int, int, int, int]]:
    """What is marked on each face at a step, as first and last rows and columns of pixels."""
    shown = (shape for shape in blocks(scene) if shape.role in MARKS)
    return {s.map.removeprefix("window "): tuple(s.at(step)[0].tolist()) for s in shown if len(s.at(step))}


def words(scene: Scene, role: str) -> list[str]:
    """All still words of a role."""
    found = [s.text for s in scene.shapes if isinstance(s, Texts) and s.role == role and isinstance(s.text, tuple)]
    return [text for texts in found for text in texts]
