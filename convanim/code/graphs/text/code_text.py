"""Models in code: `nn.Sequential(…)`, Keras's `Sequential([…])`, `model.add(…)`; read, and never run."""

import ast
from collections.abc import Iterator

from convanim.code.graphs.gathered import Gathered
from convanim.code.graphs.leaves import leaf_of, leaf_parts
from convanim.code.text.literals import path_of
from convanim.code.text.parsing import parsed_module
from convanim.errors import RequestError, shown

_IN_ORDER = ("Sequential", "ModuleList", "OrderedDict", "make_pipeline")
_DEEPEST = 50  # models inside each other
_HOW = "write the layers out, as in nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())"


def add_code(found: Gathered, text: str, source: str, name: str = "") -> str:
    """Add the layers of some code, the first of which reads `source`; returns the name of the last.

    Raises RequestError for code that cannot be read without running it.
    """
    for label, node in _models(text):
        source = _added(found, node, source, [part for part in (name, label) if part], 0)
    return source


def _models(text: str) -> Iterator[tuple[str, ast.expr]]:
    """The layers and models that statements make, or add to a model."""
    for statement in parsed_module(text, text.strip()).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return) else None
        if isinstance(value, ast.Constant):
            continue
        if not isinstance(value, ast.Call):
            raise RequestError("network", shown(text), "code that would have to be run", _HOW)
        path = path_of(value.func)
        if path[-1:] == ["add"] and len(path) > 1 and len(value.args) == 1:
            yield "", value.args[0]
        elif path[-1:] == ["add_module"] and len(value.args) == 2 and isinstance(value.args[0], ast.Constant):
            yield str(value.args[0].value), value.args[1]
        elif path[-1:] not in (["compile"], ["build"], ["summary"], ["print"]):
            yield "", value


def _added(found: Gathered, node: ast.expr, source: str, labels: list[str], depth: int) -> str:
    if depth > _DEEPEST:
        raise RequestError("network", None, f"has more than {_DEEPEST} models inside each other", "give a part of it")
    path = path_of(node.func) if isinstance(node, ast.Call) else []
    if not isinstance(node, ast.Call) or not path:
        raise RequestError("network", shown(ast.unparse(node)), "not a layer that is written out", _HOW)
    if path[-1] in _IN_ORDER:
        for label, child in _children(node):
            source = _added(found, child, source, [*labels, label], depth + 1)
        return source
    if path[-1] in ("Input", "InputLayer"):
        return source
    leaf = leaf_of(node, path)
    for number, (base, what, has_bias) in enumerate(leaf_parts(leaf)):
        name = ".".join(labels) if number == 0 and not (labels and labels[-1] == "") else ""
        source = found.add(what, (source,), base, name, has_bias=has_bias)
    return source


def _children(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The layers of a model, with their names or numbers."""
    given: list[ast.expr] = list(node.args) or [keyword.value for keyword in node.keywords if keyword.arg == "layers"]
    if len(given) == 1 and isinstance(given[0], ast.List | ast.Tuple):
        given = list(given[0].elts)
    elif len(given) == 1 and isinstance(given[0], ast.Call) and path_of(given[0].func)[-1:] == ["OrderedDict"]:
        yield from _children(given[0])
        return
    elif len(given) == 1 and isinstance(given[0], ast.Dict):
        yield from ((_said(key), value) for key, value in zip(given[0].keys, given[0].values))
        return
    for number, child in enumerate(given):
        if isinstance(child, ast.Tuple) and len(child.elts) == 2:
            yield _said(child.elts[0]), child.elts[1]
        else:
            yield str(number), child


def _said(key: ast.expr | None) -> str:
    return str(key.value) if isinstance(key, ast.Constant) else ""


def first_input(text: str) -> str | None:
    """The input's shape as code says it, channels last: `Input(shape=(28, 28, 1))`, `input_shape=(28, 28, 1)`."""
    for node in ast.walk(parsed_module(text, text.strip())):
        if not isinstance(node, ast.Call):
            continue
        is_input = path_of(node.func)[-1:] in (["Input"], ["InputLayer"])
        given = [k.value for k in node.keywords if k.arg == "input_shape" or (is_input and k.arg == "shape")]
        given += node.args[:1] if is_input else []
        for value in given:
            try:
                *size, channels = ast.literal_eval(value)
                return f"{int(channels)}@{'x'.join(str(int(n)) for n in size)}" if size else None
            except (ValueError, TypeError):
                continue
    return None
