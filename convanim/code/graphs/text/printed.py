"""A model as PyTorch prints it: modules inside each other. It does not tell in what order they are called.

Children are read in the order printed, which is the order that they run in for a Sequential. How torchvision's residual
blocks and inception modules are joined is known.
"""

import ast
import re
from dataclasses import dataclass, field
from math import prod

from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.leaves import leaf_of, leaf_parts
from convanim.code.text.literals import path_of
from convanim.errors import RequestError, shown
from convanim.layers.sizes import Sizes
from convanim.networks.between import Flatten, Operation, shape_made
from convanim.networks.building import MOST_NODES, OperationLike
from convanim.networks.made import adaptive, made_of

_LINE = re.compile(r"\s*(?:\(([^()]{1,80})\): )?(?:(\d{1,4}) x )?([A-Za-z_][\w.]{0,80})\((.*)\s*\Z")
_LABEL = re.compile(r"^\s*\([^()\s]{1,80}\): ", re.MULTILINE)
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})")
_RESIDUAL = ("BasicBlock", "Bottleneck")
_IN_ORDER = ("Sequential",)
_DEEPEST = 50


@dataclass
class _Module:
    label: str
    kind: str
    arguments: str | None = None  # None for one with modules in it
    children: list["_Module"] = field(default_factory=list)


def is_printed(text: str) -> bool:
    """Whether a text is a model as PyTorch prints it: several lines, labelled ones among them."""
    return "\n" in text.strip() and _LABEL.search(text) is not None


def add_printed(found: Gathered, text: str, source: str) -> str:
    """Add the modules of a printed model, the first of which reads `source`; returns the name of the last.

    Raises RequestError for what is no printed model.
    """
    return _added(found, _parsed(text), source, [])


def _parsed(text: str) -> _Module:
    """The model's tree."""
    root = _Module("", "Sequential")
    open_modules = [root]
    count = 0
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        if line.strip() == ")":
            if len(open_modules) == 1:
                raise RequestError("network", shown(line), "a bracket closes that none opened", "paste it whole")
            open_modules.pop()
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            rule = "not a line of a printed model"
            raise RequestError("network", shown(line), rule, "paste what print(model) prints, whole")
        label, times, kind, rest = match[1] or "", match[2], match[3], match[4].strip()
        opens = rest == ""
        count += int(times or 1)
        if count > MOST_NODES:
            raise _too_many()
        names = _labels(label, int(times or 1))
        for name in names:
            module = _Module(name, kind, None if opens else rest.removesuffix(")"))
            open_modules[-1].children.append(module)
        if opens:
            copies = open_modules[-1].children[-len(names) :]
            for copy in copies[:-1]:
                copy.children = copies[-1].children
            open_modules.append(copies[-1])
            if len(open_modules) > _DEEPEST:
                rule = f"has more than {_DEEPEST} modules inside each other"
                raise RequestError("network", None, rule, "give a part of it")
    if len(open_modules) > 1:
        raise RequestError("network", None, "a bracket is open at the end", "paste what print(model) prints, whole")
    return root


def _too_many() -> RequestError:
    return RequestError("network", None, f"has more than {MOST_NODES:,} modules", "give a part of it")


def _labels(label: str, times: int) -> list[str]:
    """The labels of a line, which may stand for several modules alike: `(0-2): 3 x Block(`."""
    numbers = _RANGE.fullmatch(label)
    if times == 1 or numbers is None:
        return [label]
    return [str(number) for number in range(int(numbers[1]), int(numbers[1]) + times)]


def _added(found: Gathered, module: _Module, source: str, labels: list[str]) -> str:
    here = [*labels, module.label] if module.label else labels
    found.visited += 1
    if found.visited > 2 * MOST_NODES:
        raise _too_many()
    if module.arguments is not None:
        return _leaf(found, module, source, ".".join(here))
    if module.kind == "Inception":
        ends = tuple(_added(found, child, source, here) for child in module.children)
        found.notes["Inception: read as torchvision's, its branches behind one another"] = None
        return found.add("concat", ends, "concat", ".".join([*here, "concat"]))
    if module.kind == "InceptionAux":
        return source  # a second head, for training alone
    aside = [child for child in module.children if child.label == "downsample"]
    if module.kind in _RESIDUAL:
        found.notes[f"{module.kind}: read as torchvision's, added to what it reads"] = None
        return _residual(found, [c for c in module.children if c not in aside], aside, source, here)
    if module.kind not in _IN_ORDER and labels:
        found.notes[f"{module.kind}: read in the order printed, which need not be how its parts are joined"] = None
    if not labels and module.label == "" and len(module.children) == 1 and module.children[0].label == "":
        return _added(found, module.children[0], source, [])
    for child in module.children:
        source = _added(found, child, source, here)
    return source


def _residual(found: Gathered, main: list[_Module], aside: list[_Module], source: str, labels: list[str]) -> str:
    """A block whose last map is added to what it reads, with a relu after each norm; the last one comes after."""
    relus = [child for child in main if child.kind.startswith("ReLU")]
    rest = [child for child in main if child not in relus]
    end = source
    for number, child in enumerate(rest):
        end = _added(found, child, end, labels)
        if child.kind.startswith("BatchNorm") and number < len(rest) - 1:
            end = found.add("relu", (end,), "relu")
    for child in aside:
        source = _added(found, child, source, labels)
    total = found.add("add", (end, source), "add", ".".join([*labels, "add"]))
    return found.add("relu", (total,), "relu")


def _leaf(found: Gathered, module: _Module, source: str, name: str) -> str:
    text = f"{module.kind}({module.arguments})"
    try:
        call = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        call = None
    if not isinstance(call, ast.Call):
        raise RequestError("network", shown(text), "not a layer that can be read", "paste it as it is printed")
    leaf = leaf_of(call, path_of(call.func))
    for number, (base, what, has_bias) in enumerate(leaf_parts(leaf)):
        if leaf.kind in ("Linear", "LazyLinear"):
            what = _flattening(what, leaf.get("in_features", 0))
            found.notes["before a Linear a map is flattened (or pooled to one cell), which is not printed"] = None
        source = found.add(what, (source,), base, name if number == 0 else "", has_bias=has_bias)
    return source


def _flattening(what: OperationLike, features: object) -> OperationLike:
    """A linear layer that flattens first where it gets a map; one that takes a number a channel pools before that."""

    def made(shapes: tuple[Sizes, ...]) -> tuple[Operation, ...]:
        if len(shapes[0]) == 1:
            return tuple(made_of(what, shapes))
        shape, pools = shapes[0], []
        if features == shape[0] and prod(shape[1:]) > 1:
            pools = [adaptive("adaptive-avg-pool", shape, (1,) * (len(shape) - 1))]
            shape = shape_made(pools[0])
        flat = Flatten(shape)
        return (*pools, flat, *made_of(what, ((prod(flat.shape),),)))

    return made
