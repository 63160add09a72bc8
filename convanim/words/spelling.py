"""How the numbers of one map are written: in a language, and all with as many decimals."""

from dataclasses import dataclass

from convanim.words.language import Words
from convanim.words.numerals import is_exact


@dataclass(frozen=True)
class Spelling:
    """Numbers with at most so many decimals or, where they are fixed, with exactly so many: `1.7`, `1.0`."""

    words: Words
    decimals: int = 2
    is_fixed: bool = False

    def __call__(self, number: float) -> str:
        """The number as text."""
        return self.words.numeral(number, self.decimals, is_fixed=self.is_fixed)

    def is_exact(self, number: float) -> bool:
        """Whether the text shows the number without rounding it."""
        return is_exact(number, self.decimals)
