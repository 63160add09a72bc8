"""Two hundred and more requests at the ends of what there is, each in a process of its own."""

import os
import shlex
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("resource")  # whose bounds only POSIX has

from helpers.extremes import ended, every_request, way_out

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)  # each may take a gigabyte


def fault(line: str) -> str:
    """What was wrong with a request, or with the width that its refusal names; nothing where all was well."""
    words = shlex.split(line)
    first = ended(words, first=10 if "--json" in words else None)
    again = None if first.fault else way_out(words, first)
    if again is None:
        return first.fault
    second = ended(again)
    return second.fault or ("" if second.status == 0 else f"its way out is refused: {second.said}")


def test_every_request_is_drawn_or_refused_within_bounds() -> None:
    """A figure, or one line; a width that a refusal names is drawn; nothing takes over a gigabyte."""
    lines = every_request()
    assert len(set(lines)) == len(lines) > 200
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(lines, pool.map(fault, lines)))
    assert {line: said for line, said in found.items() if said} == {}
