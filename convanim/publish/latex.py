"""Text for LaTeX: in ASCII, with commands that pdfLaTeX knows without any package."""

import unicodedata
from functools import lru_cache

_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\symbol{36}",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "\u00a0": "~",
    "\u00ad": r"\-",
    "‐": "-",
    "‑": "-",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "„": "''",
    "…": r"\ldots{}",
    "¡": "!`",
    "¿": "?`",
    "©": "(c)",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "ß": r"\ss{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
}
_MATHS = {
    "×": r"\times",
    "÷": r"\div",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "±": r"\pm",
    "−": "-",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "≡": r"\equiv",
    "∞": r"\infty",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "√": r"\surd",
    "∈": r"\in",
    "∗": r"\ast",
    "∘": r"\circ",
    "⊙": r"\odot",
    "⊕": r"\oplus",
    "⊗": r"\otimes",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "↔": r"\leftrightarrow",
    "⇒": r"\Rightarrow",
    "⇐": r"\Leftarrow",
    "°": r"^\circ",
    "¹": "^1",
    "²": "^2",
    "³": "^3",
    "¼": r"\frac14",
    "½": r"\frac12",
    "¾": r"\frac34",
    "µ": r"\mu",
    "¬": r"\neg",
    "•": r"\bullet",
    "§": r"\mathsection",
    "¶": r"\mathparagraph",
    "£": r"\mathsterling",
}
_GREEK = {
    "αβγδζηθικλμνξπρστυχψω": "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon chi psi omega",
    "εϵφϕςϑ": "varepsilon epsilon varphi phi varsigma vartheta",
    "ΓΔΘΛΞΠΣΥΦΨΩ": "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
}
_MATHS |= {
    letter: f"\\{name}"
    for letters, names in _GREEK.items()
    for letter, name in zip(letters, names.split(), strict=True)
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u ",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r ",
    "\u030b": "H ",
    "\u030c": "v ",
    "\u0327": "c ",
}
_JOINS = tuple("-'`,!?")  # two of these in a row may be another sign
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))  # marks that have no width


@lru_cache(maxsize=4096)
def latex(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` on one line for LaTeX, and the characters that it cannot show: those are spelled out, `[U+732B]`."""
    plain = unicodedata.normalize("NFC", " ".join(text.translate(_UNSEEN).split()))
    written = {c: _written(c) for c in plain}
    missing = tuple(c for c, how in written.items() if how is None)
    joined = ""
    for c in plain:
        how = written[c] or f"[U+{ord(c):04X}]"
        joined += "{}" + how if joined[-1:] in _JOINS and how[0] in _JOINS else how
    return joined, missing


def _written(character: str) -> str | None:
    """One character in LaTeX; None where there is no way."""
    if character in _SIGNS:
        return _SIGNS[character]
    if character in _MATHS:
        return f"\\ensuremath{{{_MATHS[character]}}}"
    if " " <= character <= "~":
        return character
    letter, *accents = list(unicodedata.normalize("NFD", character))
    if len(accents) == 1 and accents[0] in _ACCENTS and letter.isascii() and letter.isalpha():
        return f"\\{_ACCENTS[accents[0]]}{{{letter}}}"
    if unicodedata.category(character) == "Zs":
        return " "
    return None
