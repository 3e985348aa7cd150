"""Chooses the readings that are recorded: all that show a change, and otherwise one in each period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Anything that is known at a moment."""

    @property
    def at(self) -> float:
        """The moment (seconds)."""
        ...


Item = TypeVar("Item", bound=Timed)


@dataclass
class Selection(Generic[Item]):
    """The readings of one thing, in order. `period` is the time between two readings that say the same (seconds).

    `content` is what a reading says, without its times. The reading before a change is recorded too, so that the change
    lies between two readings that are close together.
    """

    period: float
    content: Callable[[Item], object]
    _recorded: Item | None = field(default=None, init=False)
    _waiting: Item | None = field(default=None, init=False)
    """The last reading, if it is not recorded."""

    def take(self, reading: Item) -> list[Item]:
        """Take the next reading, and give those that are to be recorded now."""
        before = self._waiting or self._recorded
        if before is None or self.content(before) != self.content(reading):
            return self._give([*self.last(), reading])
        if self._recorded is None or reading.at - self._recorded.at >= self.period:
            return self._give([reading])
        self._waiting = reading
        return []

    def last(self) -> list[Item]:
        """The last reading, if it is not recorded yet."""
        waiting, self._waiting = self._waiting, None
        return [] if waiting is None else [waiting]

    def _give(self, readings: list[Item]) -> list[Item]:
        self._recorded, self._waiting = readings[-1], None
        return readings
