"""`gallery`: every template, in a folder."""

import click

from convanim.cli.options.figure_options import language_option
from convanim.cli.options.help import Command
from convanim.cli.options.output_options import batch_options
from convanim.cli.output.several_figures import settled, workers
from convanim.cli.output.streams import say_path


def gallery_command() -> click.Command:
    """The command `gallery`."""

    def run(folder: str, jobs: int | None, force: bool, lang: str | None) -> None:
        from convanim.export.save import folder_place
        from convanim.files.catalogue import template_names
        from convanim.publish.gallery import make_gallery

        place = folder_place(folder)
        with settled([place]), workers(jobs, len(template_names())) as executor:
            for path in make_gallery(folder, executor=executor, force=force, lang=lang):
                say_path(path)

    return Command(
        "gallery",
        callback=run,
        params=[click.Argument(["folder"], metavar="DIR"), language_option(), *batch_options()],
        help="Every template, drawn into a folder, with an index page.\n\nExample: convanim gallery out/",
    )
