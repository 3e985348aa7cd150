"""Version numbers in the answers of programs."""

from __future__ import annotations

import re

_LINE = re.compile(r"^(?:[A-Za-z][\w-]* )?v?(\d+(?:\.\d+)+)\S*$")
"""A line with only a version, or a program's name and a version."""


def version(text: str) -> str:
    """Find the version in the output of `PROGRAM --version`: "Vagrant 2.3.4", "7.0.10r158379"; "" when there is none.

    Programs print warnings with other versions on the same stream (a program without its kernel module prints the
    kernel's version). So only a line with nothing but a version counts, and the last such line.
    """
    found = [match[1] for line in text.splitlines() if (match := _LINE.match(line.strip()))]
    return found[-1] if found else ""


def numbers(version: str) -> tuple[int, ...]:
    """Split a version into its numbers: "20.10.24+dfsg1" is (20, 10, 24)."""
    parts = version.split("+", 1)[0].split("-", 1)[0].split(".")
    return tuple(int(part) for part in parts if part.isdecimal())
