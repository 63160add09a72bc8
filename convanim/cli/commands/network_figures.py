"""What the command `network` draws: the overview in files, or a folder with a figure for each layer and a page."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.options.figure_options import figure_options, without
from convanim.cli.options.help import FILES, Opt
from convanim.cli.options.kinds import completed_by, formats
from convanim.cli.options.output_options import batch_options, output_option
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import targets, write
from convanim.cli.output.several_figures import settled, workers
from convanim.cli.output.streams import say_path
from convanim.errors import RequestError
from convanim.figures.options import NUMBERS
from convanim.figures.recipes.from_text import options_given

if TYPE_CHECKING:
    from convanim.figures.options import Options
    from convanim.networks.network import Network

# An overview has no numbers in it, and one map whose cells are gone through.
_OF_LAYERS = {*NUMBERS, "max_cells", "transposed_as", "backward", "perceptron"}


def drawing_options() -> list[click.Option]:
    """The options that say what is drawn, and how it looks."""
    return [
        output_option(
            "Draw the network; may be repeated: x.svg, .gif or any other format, - with --format; or DIR/, with the "
            "overview, a figure for each layer and a page, index.html, where a click on a block opens its figure.",
            "FILE|DIR/",
        ),
        Opt(
            ["--format"],
            group=FILES,
            metavar="NAME",
            help="What is written to DIR/ [gif], or with -o - : gif, svg, html, png, pdf, apng, webp, mp4, webm, pptx.",
            shell_complete=completed_by(formats),
        ),
        *batch_options(),
        *without(figure_options(), _OF_LAYERS),
    ]


def refuse_stray(output: Sequence[str], form: str | None, *, jobs: int | None, force: bool, is_cell: bool) -> None:
    """Raise RequestError for options of a folder where none is made; a cell is one picture, in files."""
    if not is_cell and any(map(_is_folder, output)):
        return
    if form is not None and "-" not in output:
        rule = "a file's suffix says its format" if output else "there is nothing to draw"
        raise RequestError("format", form, rule, f"give -o {'-' if is_cell else 'DIR/'}, or leave it out")
    for name, value, is_given in (("jobs", jobs, jobs is not None), ("force", None, force)):
        if is_given:
            rule = "a cell is one picture" if is_cell else "there is one figure at most"
            raise RequestError(name, value, rule, "leave it out" if is_cell else "give -o DIR/, or leave it out")


def draw_network(
    network: "Network",
    output: Sequence[str],
    form: str | None,
    given: Mapping[str, Any],
    notes: Notes,
    *,
    jobs: int | None,
    force: bool,
) -> None:
    """Draw a network to all outputs; raises RequestError."""
    options = options_given(given)
    folders = [name for name in output if _is_folder(name)]
    files = [name for name in output if name not in folders]
    if files:
        from convanim.figures.animation import compose
        from convanim.figures.fitted import OVERVIEW_WIDTHS, TALLEST_OVERVIEW, fitted

        to = targets(files, form if "-" in files else None, "")
        if given.get("width") is not None:
            animation = compose(network, options)
        else:
            animation = fitted(network, options, OVERVIEW_WIDTHS, tallest=TALLEST_OVERVIEW)
        write(animation, to, notes)
    for folder in folders:
        _draw_folder(network, folder, _suffix(form), options, given.get("width") is not None, notes, jobs, force)


def _is_folder(name: str) -> bool:
    from pathlib import Path

    return name != "-" and (name.endswith(("/", "\\")) or Path(name).is_dir())


def _suffix(form: str | None) -> str:
    """The suffix of a folder's figures."""
    from convanim.errors import suggestion
    from convanim.export.formats import FORMATS, refuse_missing

    suffix = ".gif" if form is None else "." + form.lower().removeprefix(".")
    if suffix not in FORMATS:
        known = [name[1:] for name in FORMATS]
        raise RequestError("format", form, "no such format", suggestion(suffix[1:], known, f"try {', '.join(known)}"))
    refuse_missing(FORMATS[suffix], suffix)
    return suffix


def _draw_folder(
    network: "Network",
    folder: str,
    suffix: str,
    options: "Options",
    has_width: bool,
    notes: Notes,
    jobs: int | None,
    force: bool,
) -> None:
    from convanim.export.save import folder_place
    from convanim.publish.network_folder import layer_figures, make_network_folder

    place = folder_place(folder)
    with settled([place]), workers(jobs, max(1, len(layer_figures(network)))) as executor:
        made = make_network_folder(
            network, folder, options, suffix=suffix, has_width=has_width, executor=executor, force=force
        )
        for path, said in made:
            if path is None:
                notes(f"not drawn: {said}")
                continue
            if said:
                notes(said)
            say_path(path)
