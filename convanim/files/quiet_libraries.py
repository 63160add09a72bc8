"""What libraries that read fonts and draw say of themselves: nothing, in the program, which says all that is wrong.

matplotlib tells of a home that cannot be written to, fontTools of every name in a font that it passes over. Whoever
imports convanim hears them as ever.
"""

_NAMES = ("matplotlib", "fontTools")
_is_wanted = False


def keep_quiet() -> None:
    """From now on they say nothing on standard error; logging is not imported before they are."""
    global _is_wanted
    _is_wanted = True


def before_they_load() -> None:
    """To be called before one of them is imported."""
    if _is_wanted:
        import logging

        for name in _NAMES:
            logger = logging.getLogger(name)
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
