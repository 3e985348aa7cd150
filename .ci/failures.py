"""Prints the failed tests of `./lab test --labs N` with the ends of their messages, for the end of CI's output.

It reads the JUnit files of the runs in the folder runs/, and needs only Python's own library. The test runs of
the other environments print their failures last anyway.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

LINES = 12
"""How many lines of a message are printed: its end says what was wrong."""


def failures(runs: Path) -> Iterator[str]:
    """The lines to print for each failed test below a folder of runs. A file that cannot be read is named."""
    for file in sorted(runs.glob("*/tests.xml")):
        try:
            cases = list(ElementTree.parse(file).iter("testcase"))  # noqa: S314 (our own file)
        except (OSError, ElementTree.ParseError) as error:
            yield f"-- {file} cannot be read: {error}"
            continue
        for case in cases:
            for found in (*case.iter("failure"), *case.iter("error")):
                yield f"-- {case.get('classname')}::{case.get('name')}"
                yield from (found.text or found.get("message") or "").splitlines()[-LINES:]


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in failures(Path("runs")))
