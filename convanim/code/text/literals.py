"""The values of arguments: numbers, words, lists of them and their arithmetic, computed here and bounded; no more."""

import ast
import builtins
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from convanim.code.text.parsing import LONGEST, Literal, Name, is_sequence, wrong
from convanim.layers.sizes import LARGEST

_NONE: Mapping[str, Literal] = MappingProxyType({})
_DEEPEST = 40  # operations inside each other
_LARGEST_POWER = 64
_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}
# Arrays that are made on the spot, whose numbers nobody asks for: their shapes stand in one list, or as numbers.
_MAKERS = ("ones", "zeros", "empty", "rand", "randn", "normal", "uniform", "random_normal", "truncated_normal", "Input")
# Names that no argument of a layer calls, at whatever place: what they would do is never done, and is refused.
_CALLERS = ("os", "sys", "subprocess", "shutil", "socket", "importlib", "builtins", "pickle", "ctypes", "pathlib")
_REFUSED = (
    ast.NamedExpr,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.JoinedStr,
    ast.Starred,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def literal(text: str, node: ast.expr, name: str, known: Mapping[str, Literal] = _NONE) -> Literal:
    """The value of the argument `name`: a literal, what some arithmetic of literals comes to, or else a `Name`.

    `known` are names that earlier lines gave a literal. Raises RequestError, which names `text`, for what calls
    something, and for what is too large.
    """
    return _value(text, node, name, known, 0)


def path_of(node: ast.expr) -> list[str]:
    """The parts of a dotted name; none where it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def is_array(node: ast.expr) -> bool:
    """Whether an expression is a new array, such as `torch.randn(1, 3, 7, 9)`."""
    path = path_of(node.func) if isinstance(node, ast.Call) else []
    return path[-1:] != [] and path[-1] in _MAKERS


def _value(text: str, node: ast.expr, name: str, known: Mapping[str, Literal], depth: int) -> Literal:
    if depth > _DEEPEST:
        raise _no_literal(text, name)
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | int | float | str)):
        return _bounded(text, node.value, name)
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_value(text, entry, name, known, depth + 1) for entry in node.elts)
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if path := path_of(node):
        return Name(".".join(path))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _value(text, node.operand, name, known, depth + 1)
        if _is_number(number):
            return _bounded(text, -number if isinstance(node.op, ast.USub) else number, name)  # type: ignore[operator]
    if isinstance(node, ast.BinOp):
        sides = [_value(text, side, name, known, depth + 1) for side in (node.left, node.right)]
        if not any(isinstance(side, Name) or _holds_name(side) for side in sides):
            return _bounded(text, _computed(text, node.op, sides[0], sides[1], name), name)
    if isinstance(node, ast.Call):
        return _called(text, node, name, known, depth)
    return _name(text, node, name)


def _called(text: str, node: ast.Call, name: str, known: Mapping[str, Literal], depth: int) -> Literal:
    """What a call stands for: `int(7 / 2)` and the shapes of new arrays are known, of others only how they look."""
    path = path_of(node.func)
    if path == ["int"] and len(node.args) == 1 and not node.keywords:
        number = _value(text, node.args[0], name, known, depth + 1)
        if _is_number(number) and abs(number) < LARGEST:  # type: ignore[arg-type]
            return int(number)  # type: ignore[arg-type]
    found = _name(text, node, name)
    if not path or path[-1] not in _MAKERS:
        return found
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    shapes = [given["shape"]] if "shape" in given else node.args[:1]
    first = _value(text, shapes[0], name, known, depth + 1) if shapes else None
    if not is_sequence(first):
        first = tuple(_value(text, entry, name, known, depth + 1) for entry in node.args)
    if path[-1] == "Input" and isinstance(first, tuple):
        first = (1, *first)
    shape = tuple(0 if size is None else size for size in first) if isinstance(first, tuple) else ()
    if all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in shape):
        return Name(found.text, shape)  # type: ignore[arg-type]
    return found


def _name(text: str, node: ast.expr, name: str) -> Name:
    """An expression as it looks; raises RequestError for one that calls what no layer needs."""
    for part in ast.walk(node):
        called = path_of(part.func) if isinstance(part, ast.Call) else []
        is_own = isinstance(part, ast.Name | ast.Attribute) and "__" in (
            part.id if isinstance(part, ast.Name) else part.attr
        )
        is_builtin = len(called) == 1 and hasattr(builtins, called[0]) and called != ["int"]
        if isinstance(part, _REFUSED) or is_own or is_builtin or called[:1] in [[caller] for caller in _CALLERS]:
            raise _no_literal(text, name)
        if isinstance(part, ast.Constant) and not isinstance(part.value, bool | int | float | str | None):
            raise _no_literal(text, name)
    try:
        return Name(" ".join(ast.unparse(node).split())[:LONGEST])
    except RecursionError:
        raise _no_literal(text, name) from None


def _computed(text: str, op: ast.operator, left: Literal, right: Literal, name: str) -> Literal:
    """What an operation comes to; raises RequestError where it is none of numbers, or its result is too large."""
    if isinstance(op, ast.Pow) and isinstance(left, int) and isinstance(right, int):
        if 0 <= right <= _LARGEST_POWER and abs(left) < LARGEST:
            return int(left**right)
        raise wrong(text, f"{name} has more than 18 digits", "give a smaller number")
    if isinstance(op, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
        return _short(text, left + right, name)
    if isinstance(op, ast.Mult) and (isinstance(left, tuple) or isinstance(right, tuple)):
        several, times = (left, right) if isinstance(left, tuple) else (right, left)
        if not isinstance(several, tuple) or not isinstance(times, int):
            raise _no_literal(text, name)
        if len(several) * times > LONGEST:
            raise wrong(text, f"{name} has more than {LONGEST:,} numbers", "give one per axis")
        return several * times
    if type(op) not in _NUMBERS or not (_is_number(left) and _is_number(right)):
        raise _no_literal(text, name)
    try:
        made: Literal = _NUMBERS[type(op)](left, right)
    except ZeroDivisionError:
        raise wrong(text, f"{name} divides by 0", "write out its numbers") from None
    except OverflowError:
        raise wrong(text, f"{name} has more than 18 digits", "give a smaller number") from None
    return made


def _short(text: str, value: tuple[Literal, ...], name: str) -> Literal:
    if len(value) > LONGEST:
        raise wrong(text, f"{name} has more than {LONGEST:,} numbers", "give one per axis")
    return value


def _is_number(value: Literal) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _holds_name(value: Literal) -> bool:
    return isinstance(value, tuple) and any(isinstance(entry, Name) or _holds_name(entry) for entry in value)


def _bounded(text: str, value: Literal, name: str) -> Literal:
    if isinstance(value, int) and abs(value) >= LARGEST:
        raise wrong(text, f"{name} has more than 18 digits", "give a smaller number")
    return value


def _no_literal(text: str, name: str) -> Exception:
    return wrong(text, f"{name} is not a literal", "write out its numbers; nothing is evaluated")
