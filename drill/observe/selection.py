"""Chooses the readings of a node that are recorded: all that show a change, and otherwise one in each period."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from drill.record.timeline import NodeReading


@dataclass
class Selection:
    """The readings of one node, in order. `period` is the time between two readings that say the same (seconds).

    The reading before a change is recorded too, so that the change lies between two readings that are close together.
    """

    period: float
    _recorded: NodeReading | None = field(default=None, init=False)
    _waiting: NodeReading | None = field(default=None, init=False)
    """The last reading, if it is not recorded."""

    def take(self, reading: NodeReading) -> list[NodeReading]:
        """Take the next reading, and give those that are to be recorded now."""
        before = self._waiting or self._recorded
        if before is None or _content(before) != _content(reading):
            return self._give([*self.last(), reading])
        if self._recorded is None or reading.at - self._recorded.at >= self.period:
            return self._give([reading])
        self._waiting = reading
        return []

    def last(self) -> list[NodeReading]:
        """The last reading, if it is not recorded yet."""
        waiting, self._waiting = self._waiting, None
        return [] if waiting is None else [waiting]

    def _give(self, readings: list[NodeReading]) -> list[NodeReading]:
        self._recorded, self._waiting = readings[-1], None
        return readings


def _content(reading: NodeReading) -> NodeReading:
    return replace(reading, asked=0.0, at=0.0, view_asked=None)
