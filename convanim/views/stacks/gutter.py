"""Labels of maps that stand above each other: in a gutter to the left, all at one size."""

from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import Block, text_block, words_of, wrapped

LEGEND_WIDTH = 80  # pixels at the base width
GUTTER = 0.3  # of the width that labels may take at most
_NARROW = 5.5  # ems of lines of labels where maps need the room


def gutter_width(stack: Stack, *, is_narrow: bool = False) -> int:
    """Pixels to the left that labels take, and legends; 0 where there are none. Narrow, labels are broken."""
    legend = round(LEGEND_WIDTH * stack.unit) + stack.margin if stack.is_heat else 0
    if not stack.labels:
        return legend
    longest_word = _longest_word(stack)
    widest = max(stack.font.width(line, 1) for plan in stack.maps for line in plan.label)
    widest = max(longest_word, min(widest, _NARROW)) if is_narrow else widest
    least = longest_word * stack.least_em
    return max(legend, round(max(min(widest * stack.label_em, GUTTER * stack.width), least) + 2 + stack.margin))


def _longest_word(stack: Stack) -> float:
    """The width of the longest word of all labels, in ems."""
    words = (word for plan in stack.maps for line in plan.label for word in words_of(line, stack.words))
    return max(stack.font.width(word, 1) for word in words)


def gutter_labels(stack: Stack, room: float, *, is_narrow: bool = False) -> list[Block]:
    """The label of every map in `room` pixels, all at one size; none where labels are off."""
    if not stack.labels:
        return []
    if is_narrow:
        em = min(stack.label_em, room / _longest_word(stack))
    else:
        em = min(text_block(stack, line, room).em for plan in stack.maps for line in plan.label)
    return [
        Block(tuple(w for line in p.label for w in wrapped(line, room / em, stack)), em, stack.font) for p in stack.maps
    ]
