"""The themes: text that can be read, roles that can be told apart by every eye, and refusals that name the role."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from helpers.campaigns import together

from convanim import Conv, animate
from convanim.errors import RequestError, shown
from convanim.files.catalogue import theme_names
from convanim.files.templates import templates_folder
from convanim.style.contrast import VISIONS, closest, contrast, distance, readable
from convanim.style.theme import UNDER, Theme, load_theme
from convanim.style.theme_rules import (
    LEAST_DISTANCE,
    TOUCHING,
    WINDOWS,
    alike,
    fill,
    lost_marks,
    lost_outlines,
    low_contrasts,
    theme_notes,
    unseen_marks,
)

CLASSIC = (templates_folder() / "themes" / "classic.toml").read_text(encoding="utf-8")


def test_there_are_the_five_themes() -> None:
    """classic, colorblind, dark, light and print come along, each with a style for every role."""
    assert theme_names() == ("classic", "colorblind", "dark", "light", "print")
    for name in theme_names():
        theme = load_theme(name)
        assert theme.name == name
        assert set(theme.styles) == set(UNDER)
        assert not theme.transparent


@pytest.mark.parametrize("name", theme_names())
def test_text_can_be_read_on_what_is_behind_it(name: str) -> None:
    """Every role's text has a contrast of 4.5:1 on its fill, or on the background where it has none."""
    assert low_contrasts(load_theme(name)) == {}


@pytest.mark.parametrize("name", theme_names())
def test_roles_that_touch_are_told_apart_by_every_eye(name: str) -> None:
    """In usual vision and the three dichromacies touching roles differ in colour, or in lines; so under windows."""
    assert alike(load_theme(name)) == {}
    assert {("input", "window"), ("output", "current"), *combinations(WINDOWS[1:], 2)} <= set(TOUCHING)


@pytest.mark.parametrize("name", theme_names())
def test_marks_of_cells_that_differ_are_seen_on_every_cell(name: str) -> None:
    """One of a mark's two lines has 3:1 to whatever output cell it stands on, and 3:1 to the other line."""
    theme = load_theme(name)
    assert unseen_marks(theme) == {}
    strokes = [theme.styles[role].stroke for role in ("differing", "differing_edge")]
    assert None not in strokes
    assert contrast(*strokes) > 3  # type: ignore[arg-type]
    grey = {**theme.styles, **dict.fromkeys(("differing", "differing_edge"), theme.styles["output"])}
    assert unseen_marks(replace(theme, styles=grey))  # teal on teal is no mark


@pytest.mark.parametrize("name", theme_names())
def test_marks_of_cells_that_differ_are_no_outlines_of_windows(name: str) -> None:
    """Every eye tells the frame of a differing cell from the outline of the current one: by its colour or dashes."""
    styles = load_theme(name).styles
    mark, outline = styles["differing"], styles["accent"]
    assert mark.stroke is not None
    assert outline.stroke is not None
    assert mark.dash != outline.dash or closest(mark.stroke, outline.stroke)[0] > 2.5 * LEAST_DISTANCE


@pytest.mark.parametrize("name", theme_names())
def test_the_outline_of_the_window_stands_out(name: str) -> None:
    """The line around windows and current cells has 3:1 to all that may lie around them, in every filter's hue."""
    theme = load_theme(name)
    assert lost_outlines(theme) == {}
    style = replace(theme.styles["accent"], stroke=theme.styles["input"].fill)
    assert "input" in lost_outlines(replace(theme, styles={**theme.styles, "accent": style}))


@pytest.mark.parametrize("name", theme_names())
def test_marks_stand_out_on_the_faces_of_blocks(name: str) -> None:
    """What a cell depends on has 3:1 to the face that it is marked on, whatever made it; so do arrows to the page."""
    theme = load_theme(name)
    assert lost_marks(theme) == {}
    pale = {**theme.styles, "block_cell": theme.styles["block"]}
    assert lost_marks(replace(theme, styles=pale))


@pytest.mark.parametrize("name", theme_names())
def test_the_sign_of_a_weight_is_seen_without_colour(name: str) -> None:
    """Edges of negative weights are dashed, those of positive ones and those at rest are not."""
    styles = load_theme(name).styles
    assert [bool(styles[role].dash) for role in ("link", "link_plus", "link_minus")] == [False, False, True]


@pytest.mark.parametrize("name", theme_names())
def test_what_a_cell_depends_on_has_one_colour(name: str) -> None:
    """On maps of every hue; around it a pixel of the page's at most, which parts it from the edges of a block."""
    theme = load_theme(name)
    for role in ("block_cell", "block_seen"):
        assert theme.styles[role].stroke == theme.background
        assert theme.styles[role].width <= 1
        assert contrast(fill(theme, role), theme.background) > 3
        assert all(theme.style(role, series) == theme.styles[role] for series in range(len(theme.series)))


@pytest.mark.parametrize("name", theme_names())
def test_a_cell_and_what_it_depends_on_are_told_apart_without_colour(name: str) -> None:
    """In an overview's key, turned into greys, they are a sixth of all greys apart."""
    theme = load_theme(name)
    assert abs(grey(theme, "block_cell") - grey(theme, "block_seen")) > 255 / 6


@pytest.mark.parametrize("name", theme_names())
def test_rays_of_a_filter_have_its_hue_and_are_seen(name: str) -> None:
    """They have 3:1 to the page, and are wider than the plain ones, whose colour none of them has."""
    theme = load_theme(name)
    plain = theme.style("ray")
    for series in range(len(theme.series)):
        of_filter = theme.style("ray", series)
        assert of_filter.stroke not in (None, plain.stroke)
        assert of_filter.width > plain.width
        assert contrast(of_filter.stroke, theme.background) > 3


def test_colours_are_measured_as_their_sources_measure_them() -> None:
    """Contrast from 1 to 21, distances of CIE L*a*b*, and colours that only some eyes tell apart."""
    black, white = (0, 0, 0), (255, 255, 255)
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21)
    assert contrast((119, 119, 119), white) == pytest.approx(4.48, abs=0.005)  # the best known near miss of 4.5
    assert contrast(white, white) == 1
    assert distance(black, white, VISIONS["usual"]) == pytest.approx(100, abs=0.01)
    assert distance((255, 0, 0), (0, 255, 0), VISIONS["usual"]) == pytest.approx(170.6, abs=0.1)
    assert closest((0x9A, 0x6A, 0x00), (0x55, 0x80, 0x10))[1] in ("protanopia", "deuteranopia")
    assert [readable(c) for c in (black, white, (0x75, 0x75, 0x75), (0x76, 0x76, 0x76))] == [white, black, white, black]


@pytest.mark.parametrize("name", theme_names())
def test_cells_that_hold_no_input_differ_by_more_than_colour(name: str) -> None:
    """Padding, inserted zeros and the overhang are dashed, each in its own way; input cells are not."""
    styles = load_theme(name).styles
    dashes = [styles[role].dash for role in ("input", "padding", "zero", "overhang")]
    assert dashes[0] == ()
    assert len(set(dashes)) == 4


@pytest.mark.parametrize("name", theme_names())
def test_padding_that_is_read_is_padding_still(name: str) -> None:
    """Under a window padding, zeros and overhang keep their dashes; in greys read padding is no cell that is not read.

    Cells of a chain's maps around a window are a seventh of all greys from the padding in it.
    """
    theme = load_theme(name)
    for under, over in zip(("padding", "zero", "overhang"), WINDOWS[1:]):
        assert theme.styles[over].dash == theme.styles[under].dash
    for around in ("input", "hidden"):
        assert abs(grey(theme, "window_padding") - grey(theme, around)) > 255 / 7
        assert closest(fill(theme, "window_padding"), fill(theme, around))[0] > LEAST_DISTANCE


@pytest.mark.parametrize("name", theme_names())
def test_the_maximum_is_found_in_greys(name: str) -> None:
    """It is a seventh of all greys from cells in the window and around it, and framed by wider lines than they are.

    From padding that is read with it, which is dashed, it is a thirteenth.
    """
    theme = load_theme(name)
    apart = {
        role: abs(grey(theme, "winner") - grey(theme, role))
        for role in ("input", "window", "hidden", "window_hidden", "window_padding")
    }
    assert {role: d for role, d in apart.items() if d <= 255 / (13 if role == "window_padding" else 7)} == {}
    assert theme.styles["winner"].width > 2 * theme.styles["window"].width
    assert not theme.styles["winner"].dash


def grey(theme: Theme, role: str) -> float:
    """What is seen inside a role's cells, turned into a grey (0 to 255)."""
    return sum(share * part for share, part in zip((0.299, 0.587, 0.114), fill(theme, role)))


def test_classic_has_the_colours_of_the_paper() -> None:
    """Input #268bd2, output #2aa198, window #073642 at 40 % of what is under it, edges #002b36, padding dashed."""
    styles = load_theme("classic").styles
    assert styles["input"].fill == (0x26, 0x8B, 0xD2)
    assert styles["output"].fill == (0x2A, 0xA1, 0x98)
    assert styles["window"].fill == tuple(round(u + 0.4 * (w - u)) for u, w in zip((0x26, 0x8B, 0xD2), (7, 0x36, 0x42)))
    assert {styles[role].stroke for role in ("input", "output", "window")} == {(0, 0x2B, 0x36)}
    assert styles["padding"].dash
    assert styles["padding"].fill is None


def test_print_is_grey() -> None:
    """The print theme has no hue anywhere, on white."""
    theme = load_theme("print")
    assert theme.background == (255, 255, 255)
    for style in theme.styles.values():
        for colour in (style.fill, style.stroke, style.text):
            assert colour is None or len(set(colour)) == 1


def test_dark_has_a_dark_ground() -> None:
    """White text has more contrast on the dark theme's background than black has on a mid grey."""
    assert contrast(load_theme("dark").background, (255, 255, 255)) > 15


def test_light_is_pale_but_for_what_a_step_reads_and_makes() -> None:
    """On white, cells at rest are pale and what waits is white; outline and rays have one colour, which no cell has."""
    theme = load_theme("light")
    white = theme.background
    assert white == fill(theme, "output_pending") == (255, 255, 255)
    inputs, others = ("input", "slab", "unread", "zero", "overhang"), ("hidden", "output_partial", "output", "block")
    for role in (*inputs, *others, "kernel"):
        assert contrast(fill(theme, role), white) < 1.5, role
    for role in ("window", "window_hidden", "winner", "current"):
        assert contrast(fill(theme, role), white) > 2.5, role
    accent = theme.styles["accent"].stroke
    assert theme.styles["ray"].stroke == accent
    cells = {role for role in UNDER if theme.styles[role].stroke == accent or theme.styles[role].fill == accent}
    assert cells == {"accent", "ray"}


def test_a_theme_of_ones_own_comes_from_a_file(tmp_path: Path) -> None:
    """A .toml file is a theme: short colours, `none`, alpha over what is under a role, a transparent background."""
    path = tmp_path / "mine.toml"
    text = CLASSIC.replace('fill = "#ffffff"', 'fill = "#fff"\ntransparent = true', 1)
    text = text.replace('input = { fill = "#268bd2"', 'input = { fill = "#000"', 1)
    text = text.replace('name = "classic"\n', "").replace("alpha = 0.4", "alpha = 0.5")
    path.write_text(text.replace('fill = "#073642", alpha = 0.5', 'fill = "#ffffff", alpha = 0.5'), encoding="utf-8")
    theme = load_theme(str(path))
    assert (theme.name, theme.background, theme.transparent) == ("mine", (255, 255, 255), True)
    assert theme.styles["input"].fill == (0, 0, 0)
    assert theme.styles["window"].fill == (128, 128, 128)


def own(folder: Path, text: str) -> str:
    """A theme of the user's own; its path."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("base", theme_names())
def test_a_theme_names_only_what_it_changes(base: str, tmp_path: Path) -> None:
    """With a base the rest is the base's, down to the entries of a role; the name is the file's."""
    plain, same = load_theme(base), load_theme(own(tmp_path, f'base = "{base}"\n'))
    assert same.name == "mine"
    assert (same.styles, same.series, same.heat) == (plain.styles, plain.series, plain.heat)
    text = f'base = "{base}"\nname = "x"\nheat = ["#00f", "#fff", "#f00"]\n[roles]\nray = {{ width = 2 }}\n'
    theme = load_theme(own(tmp_path, text + "[background]\ntransparent = true\n"))
    assert (theme.name, theme.background, theme.transparent) == ("x", plain.background, True)
    assert theme.styles["ray"] == replace(plain.styles["ray"], width=2)
    assert {role for role in UNDER if theme.styles[role] != plain.styles[role]} == {"ray"}
    assert theme.heat == ((0, 0, 255), (255, 255, 255), (255, 0, 0))
    assert theme.series == plain.series


@pytest.mark.parametrize("name", theme_names())
def test_frames_of_copied_cells_are_seen_on_every_cell(name: str) -> None:
    """A whole line and its edge: one is 3:1 to whatever is framed, and both to each other, in greys too."""
    theme = load_theme(name)
    line, edge = theme.style("source"), theme.style("source_edge")
    assert line.dash == edge.dash == ()
    assert line.stroke is not None
    assert edge.stroke is not None
    assert contrast(line.stroke, edge.stroke) >= 3
    assert edge.width - line.width >= 2
    for role in ("input", "unread", "window", "hidden", "window_hidden", "winner", "kernel"):
        assert max(contrast(each, fill(theme, role)) for each in (line.stroke, edge.stroke)) >= 3, role


@together("role", UNDER)
def test_a_theme_without_any_one_role_is_whole_or_refused(role: str, tmp_path: Path) -> None:
    """Where another role can stand in it does, in whatever order they come; else the refusal names the role."""
    stand_in = {"hidden": "output", "kernel": "output_pending", "heat": "output_pending", "frame": "ray", "edge": "ray"}
    stand_in |= {
        "accent": "frame",
        "slab": "input",
        "channel": "ray",
        "window_hidden": "current",
        "product": "output_pending",
        "sum": "current",
        "faint": "caption",
        "source_edge": "frame_edge",
        "source": "frame",
        "block": "input",
        "block_side": "block",
        "block_top": "block",
        "block_seen": "window",
        "block_cell": "winner",
        "arrow": "ray",
        "bracket": "ray",
        "slab_edge": "ray",
        "point": "source",
        "point_edge": "accent",
        "ring": "point",
        "ring_edge": "point_edge",
        "differing_edge": "source",
        "differing": "frame",
        "count": "heat",
        "light": "heat",
        "colour": "heat",
        "frame_edge": "differing_edge",
        "link": "ray",
        "link_plus": "frame",
        "link_minus": "frame",
    }
    if role in ("count", "light", "colour"):  # classic leaves them out
        assert load_theme("classic").styles[role] == load_theme("classic").styles["heat"]
        return
    lines = [line for line in CLASSIC.splitlines() if not line.startswith(f"{role} = {{")]
    assert len(lines) == len(CLASSIC.splitlines()) - 1
    path = own(tmp_path, "\n".join(lines))
    if role in stand_in:
        theme = load_theme(path)
        assert theme.styles[role] == theme.styles[stand_in[role]]
        return
    with pytest.raises(RequestError, match=f'roles.{role}: the role is missing; give it, or say base = "classic"'):
        load_theme(path)


def test_every_role_that_may_be_left_out_can_be_left_out_at_once(tmp_path: Path) -> None:
    """A frame stands in for a source, and rays for a frame."""
    left_out = (
        "accent",
        "hidden",
        "window_hidden",
        "kernel",
        "heat",
        "frame",
        "source",
        "edge",
        "differing_edge",
        "differing",
    )
    theme = load_theme(own(tmp_path, "\n".join(x for x in CLASSIC.splitlines() if not x.startswith(left_out))))
    assert theme.styles["source"] == theme.styles["edge"] == theme.styles["ray"]


def test_a_colour_below_what_ours_keep_is_told(tmp_path: Path) -> None:
    """Text that can hardly be read and roles that look alike are named in notes, one for each kind; ours have none."""
    for name in theme_names():
        assert theme_notes(name, load_theme(name)) == ()
        path = own(tmp_path, f'base = "{name}"\n')
        assert theme_notes(path, load_theme(path)) == ()
    path = own(tmp_path, 'base = "classic"\n[roles]\ninput = { fill = "#04141a" }\ncaption = { text = "#999" }\n')
    assert animate(Conv(3, 2), theme=path).notes == (
        f"theme {shown(path)}: text is hard to read on input (1.1:1), caption (2.8:1); our themes keep 4.5:1",
        f"theme {shown(path)}: hard to tell apart are input and window",
    )
    path = own(tmp_path, 'base = "classic"\n[roles]\noutput = { fill = "#9a6a00" }\ncurrent = { fill = "#5a8010" }\n')
    assert "output and current" in animate(Conv(3, 2), theme=path).notes[-1]


BAD = [
    ('output = { fill = "#2aa198"', 'putout = { fill = "#2aa198"', "roles.putout"),
    ('ray = { stroke = "#002b36", width = 1 }\n', "", "roles.ray"),
    ('fill = "#2aa198"', 'fill = "2aa198"', "roles.output.fill"),
    ('fill = "#2aa198"', 'fill = "#2aa19"', "roles.output.fill"),
    ('fill = "#2aa198"', 'fill = "#2aa19g"', "roles.output.fill"),
    ('fill = "#2aa198"', "fill = 3", "roles.output.fill"),
    ('output = { fill = "#2aa198"', 'output = { full = "#2aa198"', "roles.output.full"),
    ('output = { fill = "#2aa198", stroke = "#002b36",', "output = {", "roles.output"),
    ('ray = { stroke = "#002b36", width = 1 }', "ray = { width = 1 }", "roles.ray.stroke"),
    ('label = { text = "#002b36" }', "label = {}", "roles.label.text"),
    ('label = { text = "#002b36" }', 'label = "#002b36"', "roles.label"),
    ("dash = [9, 3]", "dash = [9]", "roles.overhang.dash"),
    ("dash = [9, 3]", "dash = [9, 3, 1]", "roles.overhang.dash"),
    ("dash = [9, 3]", "dash = [9, -3]", "roles.overhang.dash"),
    ("dash = [9, 3]", 'dash = "long"', "roles.overhang.dash"),
    ("width = 4", "width = 99", "roles.winner.width"),
    ("width = 4", "width = true", "roles.winner.width"),
    ("width = 4", "width = nan", "roles.winner.width"),
    ("alpha = 0.6", "alpha = 1.1", "roles.current.alpha"),
    ("alpha = 0.6", 'alpha = "half"', "roles.current.alpha"),
    ('fill = "#ffffff"', 'fill = "none"', "background.fill"),
    ('fill = "#ffffff"\n', "", "background.fill"),
    ('fill = "#ffffff"', 'fill = "#ffffff"\ntransparent = "yes"', "background.transparent"),
    ('fill = "#ffffff"', 'fill = "#ffffff"\ncolour = 1', "background.colour"),
    ('[background]\nfill = "#ffffff"', "", "background"),
    ("[roles]", "[rules]", "rules"),
    ('name = "classic"', "name = 3", "name"),
    ('name = "classic"', "tints = 0.5", "tints"),
    ('name = "classic"', "tints = { output = 1.1 }", "tints.output"),
    ('name = "classic"', 'tints = { output = "pale" }', "tints.output"),
    ('name = "classic"', "tints = { unread = 0.5 }", "tints.unread"),
    ('name = "classic"', 'base = "white"', "base"),
    ('name = "classic"', 'base = ["classic"]', "base"),
    ('name = "classic"', "base = {}", "base"),
    ('name = "classic"', "name = ", "TOML"),
    ('name = "classic"', "x = " + "[" * 5000 + "]" * 5000, "TOML"),
    ('name = "classic"', "name = " + "1" * 5000, "TOML"),
]


@together("old, new, place", BAD)
def test_a_theme_that_does_not_hold_together_is_refused(old: str, new: str, place: str, tmp_path: Path) -> None:
    """The line names the theme, the role and the entry, and says what would work."""
    assert old in CLASSIC
    path = tmp_path / "mine.toml"
    path.write_text(CLASSIC.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        load_theme(str(path))
    said = str(refused.value)
    assert refused.value.field == "theme"
    assert "mine.toml" in said or "…" in said
    assert place in said
    assert len(said.splitlines()) == 1
    assert "; " in said


def test_there_is_no_theme_of_any_other_name(tmp_path: Path) -> None:
    """An unknown name lists those there are; a file that is none is said to be none."""
    with pytest.raises(RequestError, match="try classic, colorblind, dark, light, print, auto, or a "):
        load_theme("white")
    for name in ("missing.toml", "null\0.toml"):
        with pytest.raises(RequestError, match=r"no such file|cannot be read"):
            load_theme(str(tmp_path / name))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RequestError, match="cannot be read"):
        load_theme(str(tmp_path / "folder.toml"))
