"""Layers as code: what each framework's user would write for one."""

from convanim.code.canonical import canonical
from convanim.code.dialects.registry import FRAMEWORKS, framework_named
from convanim.code.operations.registry import write
from convanim.code.signatures import Framework, NotExpressibleError
from convanim.errors import RequestError
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain


def to_code(layer: Layer | Chain, framework: str) -> str:
    """The layer as code of pytorch, keras, onnx or jax; what `from_code` makes of it has the same canonical form.

    Layers without channels have one in and one out where a framework's code has to say it.
    Raises RequestError, which says why, where the framework has no such layer.
    """
    chosen = framework_named(framework)
    if isinstance(layer, Chain):
        fix = "give its stages, one after another"
        raise RequestError("layer", "chain", f"it is {len(layer.stages)} layers, each with code of its own", fix)
    if not isinstance(layer, Layer):
        fix = "give one such as Conv(5, 3); from_code and from_module make it of a framework's"
        raise RequestError("layer", type(layer).__name__, "not a layer of convanim's", fix)
    try:
        return _written(chosen, layer)
    except NotExpressibleError as reason:
        raise RequestError("framework", framework, str(reason), _instead(layer)) from None


def code_of(layer: Layer) -> dict[str, str]:
    """For every framework the layer's code, or why there is none: then it starts with `none: `."""
    codes, why = code_table(layer)
    return {name: code if code is not None else f"none: {why[name]}" for name, code in codes.items()}


def code_table(layer: Layer) -> tuple[dict[str, str | None], dict[str, str]]:
    """For every framework the layer's code, None where there is none; and for these the reason."""
    codes: dict[str, str | None] = {}
    why: dict[str, str] = {}
    for framework in FRAMEWORKS.values():
        codes[framework.name] = None
        try:
            codes[framework.name] = _written(framework, layer)
        except NotExpressibleError as reason:
            why[framework.name] = str(reason)
    return codes, why


def _written(framework: Framework, layer: Layer) -> str:
    """The layer as it stands, or else as it is without arguments that change nothing."""
    try:
        return write(layer, framework)
    except NotExpressibleError:
        if canonical(layer) == layer:
            raise
    return write(canonical(layer), framework)


def _instead(layer: Layer) -> str:
    codes, _ = code_table(layer)
    able = [name for name, code in codes.items() if code is not None]
    return f"{' and '.join(able)} can say it" if able else "give the layer's sizes as they are"
