"""A dialect's call told in the arguments of a framework that is read already."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from convanim.code.signatures import Given, Input, Signature
from convanim.code.text.parsing import Literal
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain

Made: TypeAlias = tuple[Layer | Chain, tuple[str, ...]]


def read_as(
    reader: Callable[[Given, Input], Made],
    form: Signature,
    given: Given,
    source: Input,
    renamed: Mapping[str, str],
    **more: Literal,
) -> Made:
    """The layer of a call whose arguments `renamed` are called otherwise in `form`; `more` are told besides."""
    values = {renamed.get(name, name): value for name, value in given.values.items()}
    names = {renamed.get(name, name): text for name, text in given.names.items()}
    return reader(replace(given, form=form, values={**values, **more}, names=names), source)
