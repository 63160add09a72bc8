"""Requests at the ends of what there is: each is drawn or refused in a line, and takes no more memory than it may."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

MOST_MEMORY = 1_000_000_000  # bytes
_ADDRESSES = 4 << 30  # that a process may ask for, which is more than it uses
_LONGEST = 600  # seconds
_WAY_OUT = re.compile(r"this one ([0-9,]+)x[0-9,]+; try a picture at most ([0-9,]+) pixels wide")
_WIDE = 8000

FORMATS = ["a.gif", "a.png", "a.apng", "a.webp", "a.mp4", "a.webm", "a.svg", "a.html", "a.pdf", "a.pptx", "frames/"]
FIGURES = [
    "conv -i 20 -k 3",
    "conv -i 5 -k 5",
    "conv -i 1 -k 1",
    "conv -i 400 -k 9",
    "conv -i 8@5x5 --out-channels 8 -k 3 --max-sheets 8",
    "conv -i 5 -k 3 --values random:1",
    "conv -i 30 -k 3 --values random:1 --heat-map --view flat",
    "chain -i 3@16x16 'conv 3x3 8' relu 'max-pool 2x2'",
    "compare 'conv -i 20 -k 3' 'conv -i 20 -k 5'",
    "conv-transpose -i 3 -k 3 -s 2 --transposed-as scatter --values random:1",
    "conv -i 5 -k 3 --theme dark --caption --bounce",
    "conv -i 5 -k 3 --sheet 4x4",
    "conv -i 12@12x12 --out-channels 3 -k 3 --sheet 2x9",
    "max-pool -i 12 -k 3 -s 1 --values random:1 --view flat",
]
SIZES = [
    "conv -i 500 -k 200 --values random:1",
    "conv -i 500 -k 200 --heat-map --values random:1 --width 4000",
    "conv -i 300 -k 40 --values random:1",
    "conv -i 64@224x224 --out-channels 64 -k 3 -p 1 --values random:1",
    "conv -i 64@224x224 --out-channels 64 -k 3 -p 1 --values random:1 --width 3000 --max-frames 3",
    "max-pool -i 2000 -k 6 --values random:1",
    "avg-pool -i 1000 -k 6 --values random:1 --width 8000",
    "conv -i 2000 -k 1000 --max-frames 3",
    "conv -i 2000 -k 1000 -o a.html",
    "conv -i 2000 -k 3 --width 8000 --max-frames 3 -o a.svg",
    "conv -i 2000 -k 3 --width 8000 --max-frames 3 -o a.png",
    "conv -i 700 -k 3 --width 4000 --max-frames 3",
    "conv -i 700 -k 3 --width 4000 --values random:1 --max-frames 3",
    "conv -i 1000 -k 3 --width 8000 --values random:1",
    "conv-transpose -i 1000 -k 3 --width 8000 --transposed-as scatter",
    "conv-transpose -i 1000 -k 3 -s 3 --width 3000",
    "conv -i 16@700x700 --out-channels 2 -k 3 --width 4000 --values random:1 --max-sheets 16",
    "conv -i 64@100x100 --out-channels 64 -k 3 --max-sheets 64 --width 4000 -o a.png",
    "conv -i 5000x1 -k 2000x1 --values random:1",
    "conv -i 4000000 -k 3 --dims 1 --max-frames 3",
    "conv -i 4000000 -k 2000000 --dims 1 --max-frames 3",
    "conv -i 9000000 -k 3 --dims 1 --max-frames 3",
    "conv -i 999999999999 -k 3",
    "conv -i 3000 -k 3 -p 100000",
    "conv -i 1x9000000 -k 1x3 --max-frames 3",
    "conv -i 3000000@1x1 -k 1 --out-channels 3000000 --max-frames 3",
    "conv -i 3@1000x1000 -k 3 --out-channels 3 --width 8000 --max-frames 3",
    "conv -i 5 -k 3 -d 400 -p 400 --max-frames 3",
    "conv -i 900 -k 3 -p 3 --padding-mode circular --width 4000 --max-frames 3",
    "conv -i 5 -k 3 --sheet 2x50 --scale 3 -o a.webm",
    "conv -i 5 -k 3 --sheet 2x50 --scale 3 -o a.png",
    "conv -i 12 -k 3 --sheet 10x10 --width 8000 -o a.png",
    "conv -i 12 -k 3 --sheet 10x10 --width 960 -o a.png",
    "conv -i 400 -k 3 --sheet 10x10 --width 480 -o a.gif",
    "conv -i 200 -k 3 --sheet 10x10 --width 900 -o a.png",
    "conv -i 200 -k 3 --sheet 10x10 --width 900 -o a.svg",
    "conv -i 100 -k 3 --sheet 10x10 --width 500 -o a.svg",
    "conv -i 200 -k 3 --sheet 3x3 --width 900 -o a.html",
    "conv -i 5 -k 3 --sheet 2x9 --width 960 -o a.png",
    "conv -i 3 -k 3 --step-time 655 --hold 0 -o a.mp4",
    "conv -i 3 -k 2 --step-time 7.77 -o a.webm",
    "conv -i 4 -k 3 --loop 1000 --step-time 0.5 --hold 0 -o a.mp4 --width 64",
    "chain -i 16 " + "'conv 3x3 p1' " * 24,
    "chain -i 16 " + "'conv 3x3 p1' " * 60 + "--view flat",
    "chain -i 16 " + "'conv 3x3 p1' " * 300 + "--values random:1",
    "chain -i 16 " + "'conv 3x3 p1' " * 999,
    "chain -i 3000000 " + "'conv 3' relu --dims 1 --max-frames 3",
    "chain -i 64@300x300 'conv 3x3 64' 'conv 3x3 64' --values random:1",
]
JSON = [
    "conv -i 800 -k 400",
    "conv -i 2000 -k 1000",
    "conv -i 9000000 -k 4000000 --dims 1 --max-cells 100000000",
    "conv -i 64@300x300 --out-channels 64 -k 3",
    "conv -i 1000 -k 2 --values random:1",
    "max-pool -i 2000 -k 3",
    "chain -i 300 'conv 40' 'conv 40'",
    "chain -i 2000@1x1 'conv 1x1 2000' 'conv 1x1 500'",
    "chain -i 2000000 'conv 3' 'max-pool 2' --dims 1",
    "chain -i 2000000 'conv 1000000' relu --dims 1",
    "chain -i 16 " + "'conv 3x3 p1' " * 999,
]


def every_request() -> list[str]:
    """More than two hundred command lines."""
    wide = [f"{figure} --width {_WIDE} --max-frames 3 -o {name}" for figure in FIGURES for name in FORMATS]
    scaled = [f"{figure} --width 1000 --scale 8 --max-frames 3 -o {name}" for figure in FIGURES[:2] for name in FORMATS]
    return [*wide, *scaled, *SIZES, *(f"{line} --json{taps}" for line in JSON for taps in ("", " --taps"))]


@dataclass(frozen=True)
class Ended:
    """How a command ended, the most memory that it took, in bytes, its first words and its last message."""

    status: int
    memory: int
    printed: str
    said: str
    is_cut: bool  # whether its output was closed before it ended

    @property
    def fault(self) -> str:
        """What was wrong with it; nothing where it was drawn, or refused in a line, within its bounds."""
        if self.memory > MOST_MEMORY:
            return f"took {self.memory / 1e6:,.0f} MB"
        if self.is_cut and (self.status, self.said) == (1, ""):
            return ""  # what read its output went away
        if self.status not in (0, 2) or (self.status == 2 and not self.said.startswith("Error: ")):
            return f"ended with {self.status}: {self.said}"
        return ""


def ended(words: list[str], *, first: int | None = None) -> Ended:
    """A command run in a new folder; of what it prints no more than the `first` bytes are read, if that is said.

    It is run from a small process of its own, since a process's memory counts that of the one which made it.
    """
    with tempfile.TemporaryDirectory() as place:
        ran = subprocess.run(
            [sys.executable, __file__, str(-1 if first is None else first), *words],
            cwd=place,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
            check=True,
        )
    return Ended(**json.loads(ran.stdout), is_cut=first is not None)


def _measured(first: int, words: list[str]) -> dict[str, object]:
    process = subprocess.Popen(
        [sys.executable, "-m", "convanim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES)),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    clock = threading.Timer(_LONGEST, process.kill)
    clock.start()
    printed = process.stdout.read(first)
    process.stdout.close()
    said = process.stderr.read().decode()
    _, state, used = os.wait4(process.pid, 0)
    clock.cancel()
    last = said.strip().splitlines()[-1:] or [""]
    status, memory = os.waitstatus_to_exitcode(state), used.ru_maxrss * 1024
    return {"status": status, "memory": memory, "printed": printed.decode()[:100], "said": last[0]}


def way_out(words: list[str], refused: Ended) -> list[str] | None:
    """The command with the width that a refusal names, if it names one."""
    found = _WAY_OUT.search(refused.said)
    if found is None or refused.status != 2 or "--width" not in words:
        return None
    was, most = (int(number.replace(",", "")) for number in found.groups())
    place = words.index("--width") + 1
    return [*words[:place], str(int(words[place]) * most // was), *words[place + 1 :]]


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]), sys.argv[2:])))
