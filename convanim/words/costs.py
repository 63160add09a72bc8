"""Costs as figures and explanations say them: `1,000 weights · 40.0 M MACs`, `1/9.7 of the weights`."""

from convanim.networks.cost import Cost
from convanim.words.language import Words


def spelled_cost(cost: Cost, words: Words) -> str:
    """A cost in a caption: `1,000 weights · 40.0 M MACs`."""
    macs = words.counted("macs_count", cost.macs, count=short(cost.macs, words))
    return f"{spelled_weights(cost, words)} · {macs}"


def spelled_weights(cost: Cost, words: Words) -> str:
    """How many weights there are, and how many of them in batch norms, which pictures of networks do not show."""
    weights = words.counted("weights_count", cost.weights)
    return words("weights_norms", weights=weights, norms=words.count(cost.norms)) if cost.norms else weights


def spelled_ratio(first: Cost, other: Cost, words: Words, *, has_activations: bool = False) -> str:
    """How much dearer or cheaper the other is: `1/9.7 of the weights · 1/9.7 of the MACs`."""
    parts = [(first.weights, other.weights, "weights"), (first.macs, other.macs, "macs")]
    if has_activations:
        parts.append((first.activations, other.activations, "activations"))
    said = [_ratio(a, b, words(what), words) for a, b, what in parts if a and b]
    return " · ".join(said)


def _ratio(first: int, other: int, things: str, words: Words) -> str:
    if first == other:
        return words("as_many", things=things)
    times = max(first, other) / min(first, other)
    is_whole = times >= 100 or times == int(times)
    text = words.count(round(times)) if is_whole else words.number(f"{times:.3g}")
    if text == "1":
        return words("about_as_many", things=things)
    return words("times_as_many" if other > first else "part_as_many", times=text, things=things)


def told_ratio(first: Cost, other: Cost, words: Words) -> str:
    """What the other costs, measured by the first: `9.7 times fewer weights and multiply–accumulates`.

    Empty where one of them costs nothing, or both the same.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for a, b, things in ((first.weights, other.weights, "weights"), (first.macs, other.macs, "multiplications")):
        if a and b:
            name = "as_many" if a == b else "more" if b > a else "fewer"
            said.setdefault((name, "" if a == b else _times(a, b, words)), []).append(words(things))
    if all(name == "as_many" for name, _ in said):
        return ""
    parts = [words(name, times=times, things=words("and").join(things)) for (name, times), things in said.items()]
    return words("list").join(parts)


def _times(a: int, b: int, words: Words) -> str:
    """How many times more the larger is, on two digits, or in whole: `9.7`, `28`."""
    times = max(a, b) / min(a, b)
    tenths = int(10 * times + 0.5)
    return words.number(f"{tenths / 10:g}") if tenths < 100 else words.count(int(times + 0.5))


def short(number: int, words: Words) -> str:
    """A count in few characters: `900`, `12.5 k`, `40.0 M`."""
    if number < 10_000:
        return words.count(number)
    for limit, sign in ((1e6, "kilo"), (1e9, "mega"), (1e12, "giga"), (1e15, "tera")):
        scaled = number / (limit / 1000)
        if number < limit and round(scaled, 1) < 1000:
            return words(sign, number=words.number(f"{scaled:.1f}"))
    whole, _, tenths = f"{number / 1e15:.1f}".partition(".")
    return words("peta", number=f"{words.count(int(whole))}{words.decimal}{tenths}")
