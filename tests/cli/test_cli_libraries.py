"""What libraries say of themselves is not said on standard error, where notes and errors of convanim's stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.campaigns import listed
from helpers.command_lines import in_a_new_folder
from matplotlib import get_data_path

import convanim

__all__ = ["in_a_new_folder"]

CHECKOUT = Path(convanim.__file__).parent.parent


def said(*arguments: str, **variables: str) -> str:
    """What the program says on standard error, in an environment where matplotlib has no folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MPL", "XDG"))}
    line = [sys.executable, "-m", "convanim", *arguments]
    result = subprocess.run(line, capture_output=True, env=kept | {"PYTHONPATH": str(CHECKOUT)} | variables)
    assert result.returncode == 0
    return result.stderr.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which nothing can be made")
@listed(
    "line",
    ["conv -i 3 -k 2 --width 96 -o a.gif", "render one_by_one dilation --width 200 --still -o {name}.png -j 2"],
    start=1,
)
def test_a_home_that_cannot_be_written_to_is_no_matter(line: str) -> None:
    """As in a container: matplotlib then makes a folder elsewhere, also where others draw for the program."""
    assert said(*line.split(), HOME="/proc/none") == ""


def test_names_that_a_font_has_wrong_are_no_matter() -> None:
    """fontTools passes over such a name, and the font is drawn."""
    content = bytearray((Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSansDisplay.ttf").read_bytes())
    entry = content.index(b"name", 12)
    table = int.from_bytes(content[entry + 8 : entry + 12], "big")
    content[table + 4 : table + 6] = b"\0\0"  # where its texts begin
    Path("own.ttf").write_bytes(content)
    assert said("conv", "-i", "3", "-k", "2", "--width", "300", "--font", "own.ttf", "-o", "a.svg") == ""
