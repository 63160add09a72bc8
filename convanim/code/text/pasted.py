"""Code as people paste it: with prompts, labels, names that it is assigned to, calls on its input, lines around it."""

import ast
import re
import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from convanim.code.text.graph_text import is_graph_text
from convanim.code.text.literals import is_array, literal, path_of
from convanim.code.text.parsing import LONGEST, Call, Literal, Name, parsed_module, refuse_hostile, wrong
from convanim.errors import shown
from convanim.layers.operations import OPERATIONS
from convanim.networks.pointwise import FUNCTIONS

_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.(?!\w)|In \[\d+\]:|\.{3,}:)(?: |$)")
_LABEL = re.compile(r"\s*\([A-Za-z0-9_.]{1,60}\): ?")  # as a printed model labels its layers
_CALLED = re.compile(r"(?:\A|[\s.=(])[A-Za-z_][\w.]{0,100}\(")
_TARGET = re.compile(r"\A[A-Za-z_][\w.]{0,60}\s*=(?!=)")
_SEVERAL = ("Sequential", "ModuleList")
_METHODS = ("to", "cuda", "cpu", "eval", "train", "half", "float", "double", "apply")
# What may be called with a layer in it: models that take it, and what keeps its size.
_TAKERS = ("add", "append", "add_module", "insert", "register_module", "setattr", "spectral_norm", "weight_norm")
_ALONE = ("max_pool", "avg_pool")
_POINTWISE = ("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh")
_HOW = "write it as in nn.Conv2d(3, 8, 3)"
# What another layer in the same code is drawn without.
_PADS = re.compile(r"(?:Zero|Constant|Reflection|Replication|Circular)Pad[123]d|(?:ZeroPadding|Cropping)[123]D|[Pp]ad")


@dataclass(frozen=True)
class _Found:
    """A layer in the code: its call, those on its input around it, and names of what else is called."""

    node: ast.Call
    outer: tuple[ast.Call, ...] = ()
    beside: tuple[str, ...] = ()


def pasted_call(text: str, layers: Collection[str]) -> Call:
    """The one layer in some code, of all that have one of the names `layers`; nothing is evaluated.

    Raises RequestError, which names `text`, when there is none, or several, or an argument calls something.
    """
    refuse_hostile(text)
    trimmed = textwrap.dedent("\n".join(_lines(text))).strip().removesuffix(",").strip()
    known: dict[str, Literal] = {}
    found: list[_Found] = []
    others: list[ast.expr] = []
    for value in _values(text, parsed_module(text, trimmed).body, known, layers):
        inside = list(_layers(value, layers))
        found += inside
        others += [] if inside else [value]
    pads = [_called(each.node) for each in found if _PADS.fullmatch(_called(each.node))]
    if len(found) > 1 and len(pads) == len(found) - 1:
        found = [each for each in found if not _PADS.fullmatch(_called(each.node))]
    else:
        pads = []
    if len(found) > 1:
        raise _several(text)
    if not found and len(others) == 1 and isinstance(others[0], ast.Call) and path_of(others[0].func):
        found = [_Found(others[0])]
        others = []
    if not found:
        raise _no_layer(text, others)
    only = found[0]
    beside = (*only.beside, *pads, *(name for other in others if (name := _called(other))))
    return replace(_call(text, only, known), beside=beside)


def unassigned(text: str) -> str:
    """A text without the name that it is assigned to, and without a prompt."""
    lines = _lines(text)
    return _TARGET.sub("", "\n".join(lines).strip(), count=1).strip()


def looks_like_code(text: str, layers: Collection[str], operators: Collection[str]) -> bool:
    """Whether a text is meant as code: it calls something, has a prompt, or is an operator with attributes.

    Stages, command lines and names of files are none, whatever stands in brackets among their words.
    """
    head = text[: 4 * LONGEST].strip()
    if head.startswith("{") or is_graph_text(head) or _PROMPT.match(head):
        return True
    if "(" not in head:
        words = head.split()
        return len(words) > 1 and words[0].rstrip(":") in operators
    bare = unassigned(head)
    name = _LABEL.sub("", bare, count=1).partition("(")[0]
    words = name.split()
    if "\n" not in bare and len(words) > 1 and words[0] in (*OPERATIONS, *FUNCTIONS, "chain", "convanim"):
        return False
    if len(words) == 1 and words[0].split(".")[-1] in layers:
        return True
    return _CALLED.search(head) is not None


def _lines(text: str) -> list[str]:
    """The lines of code, without prompts and what was printed below them, or of a printed model its layers."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(map(_PROMPT.match, lines)):
        kept, depth = [], 0
        for line in lines:
            prompt = _PROMPT.match(line)
            if prompt or depth > 0:
                kept.append(line[prompt.end() :] if prompt else line)
                depth += sum((character in "([{") - (character in ")]}") for character in kept[-1])
        lines = kept
    labelled = [line for line in lines if _LABEL.match(line)]
    if not labelled:
        return lines
    bare = [_LABEL.sub("", line, count=1) for line in labelled]
    if len(labelled) == 1 and len([line for line in lines if line.strip()]) > 1 and lines[-1].strip() != ")":
        return [_LABEL.sub("", line, count=1) for line in lines]
    return [line for line in bare if not line.rstrip().endswith("(")]


def _values(text: str, body: list[ast.stmt], known: dict[str, Literal], layers: Collection[str]) -> Iterator[ast.expr]:
    """What statements hold that may be a layer; literals that they give names to are put into `known`."""
    for statement, following in zip(body, [*body[1:], None]):
        if following is not None and following.lineno == statement.end_lineno:
            raise wrong(text, "not code that can be read: there are two statements on a line", _HOW)
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass | ast.Global | ast.Nonlocal):
            continue
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.With):
            yield from _values(text, statement.body, known, layers)
            continue
        if isinstance(statement, ast.Assign):
            targets = statement.targets
            if len(targets) > 1 or not path_of(targets[0]):
                raise wrong(text, "an assignment", "give what stands behind the =")
            if isinstance(targets[0], ast.Name) and not isinstance(statement.value, ast.Call):
                known[targets[0].id] = literal(text, statement.value, targets[0].id, known)
                if isinstance(known[targets[0].id], Name):
                    del known[targets[0].id]
            if isinstance(targets[0], ast.Name) and is_array(statement.value) and len(body) > 1:
                known[targets[0].id] = literal(text, statement.value, targets[0].id, known)
                continue
            if len(body) > 1 and not any(isinstance(part, ast.Call) for part in ast.walk(statement.value)):
                continue
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and len(body) > 1:
            continue  # a docstring
        elif not isinstance(statement, ast.Expr | ast.AnnAssign | ast.AugAssign | ast.Return):
            raise wrong(text, "not code that can be read", _HOW)
        if statement.value is not None:
            yield statement.value


def _layers(node: ast.expr, layers: Collection[str]) -> Iterator[_Found]:
    """The layers in an expression."""
    if isinstance(node, ast.Tuple | ast.List):
        inside = [list(_layers(entry, layers)) for entry in node.elts]
        names = tuple(name for entry, has in zip(node.elts, inside) if not has and (name := _called(entry)))
        yield from (replace(found, beside=(*found.beside, *names)) for every in inside for found in every)
    if not isinstance(node, ast.Call):
        return
    path = path_of(node.func)
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if _is_layer(path, layers) or path[-1:] == ["make_node"]:
        yield _Found(node)
        for argument in arguments:
            yield from (found for part in ast.walk(argument) for found in _itself(part, layers))
    elif isinstance(node.func, ast.Call):
        called = list(_layers(node.func, layers))
        yield from (replace(found, outer=(*found.outer, node)) for found in called)
        for argument in arguments if called else ():
            yield from (found for part in ast.walk(argument) for found in _itself(part, layers))
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not path:
        yield from _layers(node.func.value, layers)
    elif path and path[-1] in (*_TAKERS, *_POINTWISE):
        beside = (path[-1],) if path[-1] in _POINTWISE else ()
        for argument in arguments:
            yield from (replace(found, beside=(*found.beside, *beside)) for found in _layers(argument, layers))


def _itself(node: ast.AST, layers: Collection[str]) -> Iterator[_Found]:
    """A call that is a layer, for a call whose input is another layer."""
    if isinstance(node, ast.Call) and _is_layer(path_of(node.func), layers):
        yield _Found(node)


def _is_layer(path: Collection[str], layers: Collection[str]) -> bool:
    """Whether a dotted name is that of a layer; small ones alone, and those of a module's own, are its attributes."""
    *before, name = path or [""]
    return name in layers and before[:1] != ["self"] and (bool(before) or name[0].isupper() or name in _ALONE)


def _call(text: str, found: _Found, known: dict[str, Literal]) -> Call:
    """A layer's call, its arguments as values."""
    path = path_of(found.node.func)
    if path[-1] in _SEVERAL:
        raise _several(text)
    positional, keywords = _arguments(text, found.node, known)
    if path[-1].startswith("Lazy") and "kernel_size" in keywords and len(positional) > 1 and positional[0] == 0:
        positional = positional[1:]  # as PyTorch prints it, with the channels that it does not know yet
    inputs: tuple[Literal, ...] = ()
    options: dict[str, Literal] = {}
    for call in found.outer:
        more, said = _arguments(text, call, known)
        inputs += more
        options |= said
    return Call(tuple(path[:-1]), path[-1], positional, keywords, inputs, options)


def _arguments(text: str, node: ast.Call, known: dict[str, Literal]) -> tuple[tuple[Literal, ...], dict[str, Literal]]:
    positional = tuple(
        literal(text, argument, f"argument {number}", known) for number, argument in enumerate(node.args, 1)
    )
    keywords: dict[str, Literal] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise wrong(text, "** is not a literal", "write the arguments out")
        if keyword.arg in keywords:
            raise wrong(text, f"{keyword.arg} is given twice", "give it once")
        keywords[keyword.arg] = literal(text, keyword.value, keyword.arg, known)
    return positional, keywords


def _called(node: ast.expr) -> str:
    """The name of what an expression calls, for notes; "" where it calls nothing."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        node = node.func
    path = path_of(node.func) if isinstance(node, ast.Call) else []
    return path[-1] if path and path != ["print"] else ""


def _several(text: str) -> Exception:
    return wrong(
        text,
        "several layers",
        "a chain draws them: convanim chain 'conv 3x3 8' relu -i 3@9x9; convanim network takes the code as it is",
    )


def _no_layer(text: str, values: list[ast.expr]) -> Exception:
    names = [name for name in map(_called, values) if name]
    if len(values) > 1 and names:
        return wrong(text, f"no layer that is known: {shown(', '.join(names))}", _HOW)
    if len(values) == 1 and isinstance(values[0], ast.Call):
        return wrong(text, "not a layer: what is called is no plain name", "write it as in nn.Conv2d(3, 8, 3)")
    return wrong(text, "not a layer", "write it as in nn.Conv2d(3, 8, kernel_size=3)")
