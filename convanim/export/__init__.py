"""From an animation to files. Each format is one module and one line in `FORMATS`."""

from convanim.export.formats import FORMATS, Format, refuse_missing, refuse_unfit
from convanim.export.save import Destination, destination, folder_place, refuse_device, refuse_no_folder, save

__all__ = [
    "FORMATS",
    "Destination",
    "Format",
    "destination",
    "folder_place",
    "refuse_device",
    "refuse_missing",
    "refuse_no_folder",
    "refuse_unfit",
    "save",
]
