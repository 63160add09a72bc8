"""The channels of a layer whose code says them, has names for them, or leaves them out."""

from typing import Any

from convanim.code.signatures import Given, Input, shown_literal
from convanim.errors import RequestError


def channels_in_code(
    given: Given,
    source: Input,
    inputs: str = "",
    outputs: str = "",
    groups: str = "",
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """in_channels, out_channels and groups, from the arguments that are called so, and what is to be said of them.

    What is left out, or has a name instead of a number, is of the input, else one; or none at all, where nothing is
    said but that there is one. Raises RequestError where the input's size says others.
    """
    reads = _number(given, inputs, "weight_in")
    makes = _number(given, outputs, "weight_out")
    if makes is not None and "asked_out" in given:
        raise RequestError("out_channels", given.get("asked_out"), "the code says it", "leave it out")
    makes = _number(given, "asked_out", "") if makes is None else makes
    several = given.whole(groups) if groups else 1
    if "weight_in" in given and not inputs:
        reads, makes, several = _of_weight(given, several)
    if reads is not None and source.channels not in (None, reads):
        rule = f"the code says {inputs or 'channels'} {reads}"
        raise RequestError("input_size", source.written, rule, "give the size alone, or the same channels")
    known = reads if reads is not None else source.channels
    is_depthwise = groups in given.names and given.names[groups] == given.names.get(inputs)
    if groups in given.names and not is_depthwise:
        rule = "not a literal"
        raise RequestError(groups, given.names[groups], rule, "write out its numbers; nothing is evaluated")
    if is_depthwise:
        several = known or 1
    notes = _named(given)
    if known is None and makes in (None, 1) and several == 1:
        return {}, notes
    if known is None:
        known = several
        said = f"the code does not say how many channels come in, so there {_are(known)}"
        notes += (f"{said}; an input size such as 3@7x9 says it",)
    if makes is None:
        makes = known if is_depthwise and given.names.get(outputs) == given.names[groups] else several
        what = "1 filter" if makes == 1 else f"{makes} filters"
        said = f"the code does not say how many filters there are, so there {'is' if makes == 1 else 'are'} {what}"
        notes += (f"{said}; out_channels (--out-channels) says it",)
    return {"in_channels": known, "out_channels": makes, "groups": several}, notes


def _number(given: Given, name: str, of_weight: str) -> int | None:
    for found in (name, of_weight):
        if found and found in given:
            return given.whole(found)
    return None


def _of_weight(given: Given, groups: int) -> tuple[int, int, int]:
    """Channels in and out, and groups, of a weight's shape, which has in/groups, or of a transposed one out/groups."""
    reads, makes = given.whole("weight_in"), given.whole("weight_out")
    if given.form.op == "conv-transpose":
        return reads, makes * groups, groups
    return reads * groups, makes, groups


def _named(given: Given) -> tuple[str, ...]:
    """One note for all numbers of channels that are names."""
    if not given.names:
        return ()
    said = " and ".join(f"{name} {shown_literal(text)[1:-1]}" for name, text in given.names.items())
    return (f"{said}: no number, so it counts as left out",)


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"
