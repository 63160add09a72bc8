"""Costs as figures and explanations say them: `1,000 weights · 40.0 M MACs`, `1/9.7 of the weights`."""

from convanim.networks.cost import Cost


def spelled_cost(cost: Cost) -> str:
    """A cost in a caption: `1,000 weights · 40.0 M MACs`."""
    return f"{_counted(cost.weights, 'weight')} · {short(cost.macs)} {'MAC' if cost.macs == 1 else 'MACs'}"


def spelled_ratio(first: Cost, other: Cost, *, has_activations: bool = False) -> str:
    """How much dearer or cheaper the other is: `1/9.7 of the weights · 1/9.7 of the MACs`."""
    parts = [(first.weights, other.weights, "weights"), (first.macs, other.macs, "MACs")]
    if has_activations:
        parts.append((first.activations, other.activations, "activations"))
    said = [_ratio(a, b, what) for a, b, what in parts if a and b]
    return " · ".join(said)


def _ratio(first: int, other: int, what: str) -> str:
    if first == other:
        return f"as many {what}"
    times = max(first, other) / min(first, other)
    text = f"{times:,.0f}" if times >= 100 or times == int(times) else f"{times:.3g}"
    if text == "1":
        return f"about as many {what}"
    return f"{text} times the {what}" if other > first else f"1/{text} of the {what}"


def short(number: int) -> str:
    """A count in few characters: `900`, `12.5 k`, `40.0 M`."""
    if number < 10_000:
        return f"{number:,}"
    for limit, sign in ((1e6, "k"), (1e9, "M"), (1e12, "G"), (1e15, "T")):
        scaled = number / (limit / 1000)
        if number < limit and round(scaled, 1) < 1000:
            return f"{scaled:.1f} {sign}"
    return f"{number / 1e15:,.1f} P"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
