"""Labels of maps that stand above each other: in a gutter to the left, all at one size."""

from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import Block, text_block, words_of, wrapped

LEGEND_WIDTH = 80  # pixels at the base width
GUTTER = 0.3  # of the width that labels may take at most


def gutter_width(stack: Stack) -> int:
    """Pixels to the left that labels take, and legends; 0 where there are none."""
    legend = round(LEGEND_WIDTH * stack.unit) + stack.margin if stack.is_heat else 0
    if not stack.labels:
        return legend
    lines = [line for plan in stack.maps for line in plan.label]
    widest = max(stack.font.width(line, 1) for line in lines)
    longest_word = max(stack.font.width(word, 1) for line in lines for word in words_of(line, stack.words))
    least = longest_word * stack.least_em
    return max(legend, round(max(min(widest * stack.label_em, GUTTER * stack.width), least) + 2 + stack.margin))


def gutter_labels(stack: Stack, room: float) -> list[Block]:
    """The label of every map in `room` pixels, all at one size; none where labels are off."""
    if not stack.labels:
        return []
    em = min(text_block(stack, line, room).em for plan in stack.maps for line in plan.label)
    return [
        Block(tuple(w for line in p.label for w in wrapped(line, room / em, stack)), em, stack.font) for p in stack.maps
    ]
