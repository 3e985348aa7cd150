"""The offset between a node's uptime and the record's clock; each answer of the node narrows it. Pure.

Source: adjtimex(2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cluster.cluster_journal import UPTIME_STEP_S

DRIFT = 500e-6
"""The assumed greatest drift between two machines' clocks (seconds per second): the kernel's limit of adjtimex(2)."""


@dataclass
class ClockOffset:
    """The record's time minus the node's uptime was between `least` and `most` at the record's time `at` (seconds).

    A node that shares the kernel of this machine has the same clock, without any drift. The limits are valid only from
    `since` on.
    """

    shares_kernel: bool = False
    least: float = -math.inf
    most: float = math.inf
    at: float = 0.0
    since: float = -math.inf

    def take(self, asked: float, came: float, first: float, last: float | None = None) -> None:
        """Use one answer. `asked` and `came`: when the question was sent, and when the answer arrived (record's time).

        `first` and `last` are the first and the last uptime in the answer; without `last` it has only one. The true
        offset is within the limits of each answer, so the limits of several answers overlap. When they do not, a clock
        was set or stood still, or the node has booted. Then only the new answer counts: from the boot on, or from the
        answer before it on.
        """
        least, most = asked - first - UPTIME_STEP_S, came - (first if last is None else last)
        moved = self._drift * max(0.0, came - self.at)
        before = self.least - moved, self.most + moved
        if least <= before[1] and most >= before[0]:
            least, most = max(least, before[0]), min(most, before[1])
        else:
            self.since = max(self.at, asked - first)
        self.least, self.most, self.at = least, most, came

    @property
    def _drift(self) -> float:
        return 0.0 if self.shares_kernel else DRIFT

    @property
    def middle(self) -> float:
        """The middle of the limits (seconds)."""
        return (self.least + self.most) / 2

    def within(self, moment: float) -> float:
        """The uncertainty of the offset at a moment of the record: plus or minus so many seconds."""
        return (self.most - self.least) / 2 + self._drift * abs(self.at - moment)
