"""How far padding reaches on each side, in words."""

from convanim.layers.sizes import AXIS_NAMES, Sides, spelled_sides
from convanim.words.language import Words
from convanim.words.numerals import MINUS


def padding_words(sides: Sides, words: Words) -> str:
    """The padding of a layer: `padding 1`, `padding 1×2`, `padding 0 before and 1 after`."""
    return words("padding", size=sides_words(sides, words))


def sides_words(sides: Sides, words: Words) -> str:
    """`1`, `1×2`; `0 before and 1 after` where sides differ; where axes do, too, each with its name."""
    if all(before == after for before, after in sides):
        return spelled_sides(sides).replace("-", MINUS)
    if len(set(sides)) == 1:
        return _both(*sides[0], words)
    told = (_both(*pair, words) for pair in sides)
    names = AXIS_NAMES[len(sides)]
    return words("list").join(words("along", size=size, axis=words(name)) for size, name in zip(told, names))


def _both(before: int, after: int, words: Words) -> str:
    """The two sides of an axis; one number where they are alike."""
    one, other = (str(side).replace("-", MINUS) for side in (before, after))
    if before == after:
        return one
    return words("both", one=words("side_before", size=one), other=words("side_after", size=other))
