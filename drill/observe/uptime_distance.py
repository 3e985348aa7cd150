"""How far a node's uptime is from the record's clock, known better with each answer. Pure. Source: proc(5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEP_S = 0.01
"""/proc/uptime has hundredths of a second, rounded down."""
DRIFT = 50e-6
"""So much two clocks may move apart: seconds in each second."""


@dataclass
class UptimeDistance:
    """The record's time minus the node's uptime was from `least` to `most` at the record's time `at` (seconds)."""

    least: float = -math.inf
    most: float = math.inf
    at: float = 0.0

    def take(self, asked: float, came: float, first: float, last: float | None = None) -> None:
        """Take an answer that was asked for and came at these times of the record. Its uptimes are `first` and `last`.

        The true distance is within the limits of each answer, and the limits of several answers overlap. When they do
        not, the node's clock stood still, or the node has booted: then only the newer answer counts.
        """
        least, most = asked - first - STEP_S, came - (first if last is None else last)
        apart = DRIFT * max(0.0, came - self.at)
        before = self.least - apart, self.most + apart
        if least <= before[1] and most >= before[0]:
            least, most = max(least, before[0]), min(most, before[1])
        self.least, self.most, self.at = least, most, came

    @property
    def middle(self) -> float:
        """The distance in the middle of the limits (seconds)."""
        return (self.least + self.most) / 2

    def within(self, moment: float) -> float:
        """How exactly the distance is known at a moment of the record: plus or minus so many seconds."""
        return (self.most - self.least) / 2 + DRIFT * abs(self.at - moment)
