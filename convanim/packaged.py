"""Where the files that come with the package are: figures, themes, pages."""

from pathlib import Path


def templates_folder() -> Path:
    """The `templates` folder: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    inside = here / "templates"
    return inside if inside.is_dir() else here.parent / "templates"
