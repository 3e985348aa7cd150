"""The last two minutes of one client, as one character for each half second."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from drill.record.timeline import Outcome, Sample

CELL_S = 0.5
"""The time that one cell stands for (seconds)."""
LENGTH_S = 120.0
"""The time that a strip shows (seconds)."""
CELLS = round(LENGTH_S / CELL_S)
UNKNOWN, SOMEBODY = "?", "*"
"""No request was sent in this time, or none has an answer yet; a good answer that does not tell its node."""
FAILED: Mapping[Outcome, str] = {
    "refused": "r",
    "timeout": "t",
    "unreachable": "u",
    "reset": "c",
    "http_error": "h",
    "wrong_body": "w",
    "failed": "f",
}
"""The letter of each kind of failure. A good answer is the number of its node, from 1 on."""


class Strip(Struct, frozen=True):
    """The cells of one client by their number: the time since 1970, divided by CELL_S."""

    cells: Mapping[int, str] = {}

    def taking(self, sample: Sample, node: int | None) -> Strip:
        """The strip with one more request; `node` is the number of the node that answered (None: it is not told).

        A failure is never covered by a good answer in the same cell. Cells that are too old are dropped.
        """
        number = cell_of(sample.sent)
        oldest = cell_of(sample.done) - CELLS
        letter = FAILED.get(sample.outcome) or (SOMEBODY if node is None else str(node))
        before = self.cells.get(number, UNKNOWN)
        cells = {one: found for one, found in self.cells.items() if one > oldest}
        cells[number] = worse(before, letter)
        return Strip(cells)

    def text(self, now: float) -> str:
        """The cells up to a moment, the oldest first; UNKNOWN where nothing is known."""
        last = cell_of(now)
        return "".join(self.cells.get(one, UNKNOWN) for one in range(last - CELLS + 1, last + 1))


def cell_of(at: float) -> int:
    """The number of the cell of a moment."""
    return math.floor(at / CELL_S)


def worse(before: str, now: str) -> str:
    """What a cell shows that had `before` and gets `now`: a failure if there is one, else the later answer."""
    if now == UNKNOWN or (is_failure(before) and not is_failure(now)):
        return before
    return now


def is_failure(letter: str) -> bool:
    """Whether a cell shows a failed request."""
    return letter in FAILED.values()


def narrowed(cells: str, width: int) -> str:
    """A strip with at most `width` cells, each for the same number of the original ones; the newest are complete."""
    each = max(1, math.ceil(len(cells) / max(1, width)))
    groups = range(len(cells) % each - each if len(cells) % each else 0, len(cells), each)
    found = []
    for begin in groups:
        letter = UNKNOWN
        for one in cells[max(0, begin) : begin + each]:
            letter = worse(letter, one)
        found.append(letter)
    return "".join(found)
