"""The operations of this folder, and what they add to the frameworks."""

from dataclasses import replace

from convanim.code.operations import adaptive, norms, padding, rearranging, unpooling, upsampling
from convanim.code.operations.forms import Forms
from convanim.code.signatures import Dialect, Framework, Given, Input, Reader, Signature
from convanim.layers.layer import Layer, Sliding
from convanim.networks.chain import Chain

FORMS: dict[str, Forms] = {
    "adaptive-max-pool": adaptive.MAX,
    "adaptive-avg-pool": adaptive.AVG,
    "lp-pool": norms.LP_POOL,
    "max-unpool": unpooling.UNPOOL,
    "upsample": upsampling.UPSAMPLE,
    "pad": padding.PAD,
    "pixel-shuffle": rearranging.SHUFFLE,
    "pixel-unshuffle": rearranging.UNSHUFFLE,
    "unfold": rearranging.UNFOLD,
    "fold": rearranging.FOLD,
}


def with_operations(framework: Framework) -> Framework:
    """A framework that has the operations of this folder besides its own."""
    return replace(framework, forms={**framework.forms, **_forms_of(framework.name)}, read=_reading(framework.read))


def function_dialects() -> tuple[Dialect, ...]:
    """Modules of functions that have operations of this folder alone."""
    return tuple(
        Dialect(framework, title, prefixes, _forms_of(name), _reading(_unknown), channels_last=True)
        for name, framework, title, prefixes in (
            ("jax.image", "jax", "JAX", ("jax.image", "image")),
            ("jnp", "jax", "JAX", ("jnp", "jax.numpy", "np", "numpy")),
            ("keras.ops", "keras", "Keras", ("keras.ops", "ops")),
            ("tf", "keras", "TensorFlow", ("tf", "tensorflow")),
            ("tf.image", "keras", "TensorFlow", ("tf.image", "tensorflow.image")),
        )
    )


def _unknown(given: Given, source: Input) -> tuple[Layer | Chain, tuple[str, ...]]:
    raise AssertionError(given.form.name)


def with_functions(dialect: Dialect, name: str) -> Dialect:
    """A dialect such as `tf.nn`, by its name in this folder, with the operations here; PyTorch's is `functional`."""
    return replace(dialect, forms={**dialect.forms, **_forms_of(name)}, read=_reading(dialect.read))


def write(layer: Layer, framework: Framework) -> str:
    """The layer as code of a framework; raises NotExpressibleError where it has none."""
    if isinstance(layer, Sliding):
        return framework.write(layer)
    return FORMS[layer.op].write(layer, framework.name)


def _forms_of(name: str) -> dict[str, Signature]:
    return {form.name: form for own in FORMS.values() for form in own.forms.get(name, ())}


def _reading(read: Reader) -> Reader:
    def reading(given: Given, source: Input) -> tuple[Layer | Chain, tuple[str, ...]]:
        own = FORMS.get(given.form.op)
        return read(given, source) if own is None else own.read(given, source)

    return reading
