"""Version numbers in the answers of programs."""

from __future__ import annotations

import re

_LINE = re.compile(r"^(?:[A-Za-z][\w-]* )?v?(\d+(?:\.\d+)+)\S*$")
"""A line that is a version and nothing else, but for the program's name before it."""


def version(text: str) -> str:
    """Find the version that `PROGRAM --version` tells: "Vagrant 2.3.4", "7.0.10r158379"; "" without one.

    Programs print warnings on the same stream, with other versions in them (one without its kernel module names the
    kernel's), so only a line of its own counts, and the last one.
    """
    found = [match[1] for line in text.splitlines() if (match := _LINE.match(line.strip()))]
    return found[-1] if found else ""


def numbers(version: str) -> tuple[int, ...]:
    """Take a version apart: "20.10.24+dfsg1" is (20, 10, 24)."""
    parts = version.split("+", 1)[0].split("-", 1)[0].split(".")
    return tuple(int(part) for part in parts if part.isdecimal())
