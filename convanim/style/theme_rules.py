"""What our themes keep: text that can be read, and roles beside each other that every eye tells apart."""

from collections.abc import Iterable
from itertools import combinations, product

from convanim.errors import shown
from convanim.style.contrast import VISIONS, Colour, closest, contrast, distance
from convanim.style.theme import Theme

LEAST_CONTRAST = 4.5  # WCAG 2, level AA
LEAST_CONTRAST_OF_MARKS = 3  # WCAG 2, of what is no text
LEAST_DISTANCE = 10

_INPUTS = ("input", "unread", "padding", "zero", "overhang")
WINDOWS = ("window", "window_padding", "window_zero", "window_overhang")
_OUTPUTS = ("output_pending", "output_partial", "output", "current")
# Beside each other in some figure; in a scatter figure cropped padding and unread cells lie beside the output.
TOUCHING = [
    *combinations(_INPUTS, 2),
    *product(("slab",), _INPUTS),  # of three axes, slices that a step does not read
    *product(_INPUTS, WINDOWS),
    *combinations(WINDOWS, 2),
    *combinations(_OUTPUTS, 2),
    *product(("padding", "unread"), _OUTPUTS),
    ("winner", "window"),
]
_TINTED = ("input", "output_pending", "output")  # what is around a window or a current cell in a filter's hue
_NAMED = 3  # roles that a note names


def fill(theme: Theme, role: str) -> Colour:
    """What is seen inside a role's cells."""
    return theme.styles[role].fill or theme.background


def low_contrasts(theme: Theme) -> dict[str, float]:
    """The roles whose text can hardly be read on what is behind it, each with its contrast."""
    return {
        role: contrast(style.text, fill(theme, role))
        for role, style in theme.styles.items()
        if style.text is not None and contrast(style.text, fill(theme, role)) < LEAST_CONTRAST
    }


def alike(theme: Theme) -> dict[tuple[str, str], str]:
    """Roles beside each other that differ neither in colour nor in their lines, and the vision for which that is so."""
    found = {}
    for one, other in TOUCHING:
        # A stroke goes across unread cells.
        if theme.styles[one].dash != theme.styles[other].dash or "unread" in (one, other):
            continue
        fills = fill(theme, one), fill(theme, other)
        apart, vision = closest(*fills)
        if apart < LEAST_DISTANCE:
            found[one, other] = "usual" if distance(*fills, VISIONS["usual"]) < LEAST_DISTANCE else vision
    return found


def unseen_marks(theme: Theme) -> dict[Colour, float]:
    """What marks of cells that differ may stand on and hardly be seen, each with the better contrast of their lines."""
    lines = [theme.styles[role].stroke or theme.background for role in ("differing", "differing_edge")]
    under = [fill(theme, role) for role in _OUTPUTS] + [
        *theme.series,
        *theme.level_colours("heat"),
        *theme.level_colours("count"),
    ]
    seen = {colour: max(contrast(line, colour) for line in lines) for colour in under}
    return {colour: ratio for colour, ratio in seen.items() if ratio < LEAST_CONTRAST_OF_MARKS}


def unseen_points(theme: Theme) -> dict[str, float]:
    """What a dot for a point of the input may lie on and hardly be seen, each with the better contrast of its lines."""
    dot, edge = (theme.styles[role].stroke or theme.background for role in ("point", "point_edge"))
    under = {role: fill(theme, role) for role in ("input", "unread", "window")}
    under["accent"] = theme.styles["accent"].stroke or theme.background
    seen = {role: max(contrast(dot, colour), contrast(edge, colour)) for role, colour in under.items()}
    seen["point_edge"] = contrast(dot, edge)
    return {role: ratio for role, ratio in seen.items() if ratio < LEAST_CONTRAST_OF_MARKS}


def lost_frames(theme: Theme) -> dict[Colour, float]:
    """What the frames of windows may stand on in maps in colours and hardly be seen, each with its better contrast."""
    lines = [theme.styles[role].stroke or theme.background for role in ("frame", "frame_edge")]
    under = [colour for scale in ("heat", "count", "light") for colour in theme.level_colours(scale)]
    seen = {colour: max(contrast(line, colour) for line in lines) for colour in under}
    return {colour: ratio for colour, ratio in seen.items() if ratio < LEAST_CONTRAST_OF_MARKS}


def lost_marks(theme: Theme) -> dict[str, float]:
    """Faces of blocks on which marks can hardly be seen, each with their contrast; and so for lines on the page."""
    seen = {"arrow": contrast(theme.styles["arrow"].stroke or theme.background, theme.background)}
    for series in (None, *range(len(theme.series))):
        face = theme.style("block", series).fill or theme.background
        for role in ("block_seen", "block_cell"):
            seen[f"{role} {series}"] = contrast(fill(theme, role), face)
    return {what: ratio for what, ratio in seen.items() if ratio < LEAST_CONTRAST_OF_MARKS}


def lost_outlines(theme: Theme) -> dict[str, float]:
    """What lies around windows and current cells and hides their outline, each with its contrast to that."""
    line = theme.styles["accent"].stroke or theme.background
    seen = {role: contrast(line, fill(theme, role)) for role in (*_INPUTS, *_OUTPUTS[:-1])}
    tints = {(role, s): theme.style(role, s).fill for role in _TINTED for s in range(len(theme.series))}
    seen |= {f"{role} {s}": contrast(line, tint or theme.background) for (role, s), tint in tints.items()}
    return {role: ratio for role, ratio in seen.items() if ratio < LEAST_CONTRAST_OF_MARKS}


def theme_notes(source: str | None, theme: Theme) -> tuple[str, ...]:
    """What is to be said of a theme of the user's own, whose file `source` is, where ours keep more than it does."""
    if source is None or not source.lower().endswith(".toml"):
        return ()
    low, same = low_contrasts(theme), alike(theme)
    notes = []
    if low:
        said = _some(f"{role} ({ratio:.1f}:1)" for role, ratio in low.items())
        notes.append(f"theme {shown(source)}: text is hard to read on {said}; our themes keep {LEAST_CONTRAST}:1")
    if same:
        pairs = (f"{one} and {other}" + ("" if by == "usual" else f" ({by})") for (one, other), by in same.items())
        notes.append(f"theme {shown(source)}: hard to tell apart are {_some(pairs)}")
    return tuple(notes)


def _some(words: Iterable[str]) -> str:
    """The first few words, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(every[:_NAMED]) + more
