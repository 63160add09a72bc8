"""From an animation to files. Each format is one module and one line in `FORMATS`."""

from convanim.export.formats import FORMATS, Format
from convanim.export.save import Destination, destination, save

__all__ = ["FORMATS", "Destination", "Format", "destination", "save"]
