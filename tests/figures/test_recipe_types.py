"""Every key of a recipe with values of every type that TOML has: those of another type are refused by name."""

from pathlib import Path
from typing import Any

import pytest
from helpers.campaigns import listed

from convanim.errors import RequestError
from convanim.figures.options import TYPES, Options, option_names, recipe_keys
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.operations import OPERATIONS

# As TOML spells them, with the types that Python reads.
VALUES: dict[str, Any] = {
    '"480"': str,
    '""': str,
    "true": bool,
    "7": int,
    "-1": int,
    "0.5": float,
    "nan": float,
    "[480]": list,
    "[]": list,
    "[[]]": list,
    '["a", 1]': list,
    "{}": dict,
    "{ a = 1 }": dict,
    "[{ a = 1 }]": list,
    "2020-01-01": None,
    "12:00:00": None,
    "99999999999999999999999": int,
}
LAYER = '[layer]\nop = "conv"\ninput_size = 3\nkernel_size = 2\n'
FIGURES = '[[figure]]\n[figure.layer]\nop = "conv"\ninput_size = 3\nkernel_size = 2\n' * 2
OPTIONS = [(f"{table}.{key}", option) for table, keys in recipe_keys().items() for key, option in keys.items()]
ARGUMENTS = sorted({"op", "code", "framework", "dims"} | {n for o in OPERATIONS.values() for n in o.field_names})


def made(folder: Path, text: str) -> RequestError | None:
    """The figure of a recipe, or the refusal that it met: one line with the file in front."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    found = None
    try:
        load_recipe(str(path)).animation()
    except RequestError as error:
        found = error
    assert found is None or (len(str(found).splitlines()) == 1 and str(path) in (found.where, found.value))
    return found


def wrong(option: str, found: Any) -> bool:
    """Whether a type is not that of an option."""
    wanted = TYPES[option]
    if wanted is object:
        return found not in (str, list)
    if wanted == int | str:
        return found not in (int, str)
    return found is not wanted and not (wanted is float and found is int)


def with_option(place: str, value: str) -> str:
    """The line of a table that sets an option."""
    table, _, key = place.partition(".")
    return f"[{table}]\n{key} = {value}\n"


@listed("place, option", OPTIONS)
def test_an_option_of_another_type_is_refused(place: str, option: str, tmp_path: Path) -> None:
    """In a recipe of one figure, of several, and in one of these: the line names the table and the key."""
    for value, found in VALUES.items():
        alone = made(tmp_path, LAYER + with_option(place, value))
        page = made(tmp_path, FIGURES + with_option(place, value))
        inside = made(tmp_path, f"{FIGURES}[figure.{with_option(place, value)[1:]}")
        if wrong(option, found):
            for error in (alone, page, inside):
                assert error is not None, value
                assert any(word in str(error) for word in (place, option, "timing")), str(error)


@listed("argument", ARGUMENTS, one_in=24)
def test_an_argument_of_any_type_is_taken_or_refused(argument: str, tmp_path: Path) -> None:
    """In a layer, in a stage of a chain and in a figure: a picture, or a line that says which argument is wrong."""
    for op in OPERATIONS:
        table = {"op": f'"{op}"', "input_size": "4", "kernel_size": "2"}
        for value in VALUES:
            lines = "".join(f"{key} = {given}\n" for key, given in {**table, argument: value}.items())
            for text in (f"[layer]\n{lines}", f"[[layer]]\n{lines}", "[[figure]]\n[figure.layer]\n" + lines):
                made(tmp_path, text if text[:3] != "[[f" else text + FIGURES)


@pytest.mark.parametrize("key", ["title", "alt", "layer", "figure", "values", "view", "timing", "figure.title"])
def test_an_entry_of_any_type_is_taken_or_refused(key: str, tmp_path: Path) -> None:
    """Tables that are none, lists without entries, and titles that are no text are refused; nothing ends otherwise."""
    for value, found in VALUES.items():
        for rest in (LAYER, FIGURES, LAYER.replace("[layer]", "[[layer]]"), ""):
            in_a_figure = f"{FIGURES}[[figure]]\ntitle = {value}\n"
            error = made(tmp_path, in_a_figure if key == "figure.title" else f"{key} = {value}\n{rest}")
            if found is not (str if key in ("title", "alt", "figure.title") else dict):
                assert error is not None


@pytest.mark.parametrize("text", ["layer = []\n", "[[layer]]\n", "figure = []\n", "[[figure]]\n[[figure]]\n"])
def test_empty_lists_and_tables_are_refused(text: str, tmp_path: Path) -> None:
    """A chain without a stage and figures without a layer say what is missing."""
    error = made(tmp_path, text)
    assert error is not None
    assert any(word in error.rule for word in ("missing", "at least one", "no operation", "one alone", "no stage"))


def test_options_have_the_types_that_they_say() -> None:
    """What is left out is None or of the option's own type; a number may be whole, a truth value is no number."""
    options = Options()
    for name in option_names():
        default = getattr(options, name)
        assert default is None or isinstance(default, TYPES[name])
        if TYPES[name] is object:
            continue
        value: Any
        for value in ("8pt", True, 3, 0.5, [3], {}, b"x", object()):
            fits = (isinstance(value, TYPES[name]) and type(value) is not bool) or TYPES[name] is type(value) is bool
            fits = fits or (type(value) is int and TYPES[name] is float)
            if fits:
                assert getattr(Options(**{name: value}), name) is value
                continue
            with pytest.raises(RequestError) as refused:
                Options(**{name: value})
            assert refused.value.field == name
    assert Options(hold=3).hold == 3
    with pytest.raises(
        RequestError, match="width 480: neither a whole number of pixels nor a length; give one such as 480,"
    ):
        Options(width=[480])  # type: ignore[arg-type]
    assert Options(width=None) == Options()


def test_stages_and_figures_are_bounded(tmp_path: Path) -> None:
    """Three thousand stages and a hundred figures are refused with the bound, long before they are laid out."""
    stages = '[[layer]]\nop = "conv"\ninput_size = 5\nkernel_size = 1\n' + '[[layer]]\nop = "relu"\n' * 2999
    error = made(tmp_path, stages)
    assert error is not None
    assert error.rule == "3,000 are more than 1,000"
    error = made(tmp_path, FIGURES * 50)
    assert error is not None
    assert error.rule == "100 side by side are more than 32"
