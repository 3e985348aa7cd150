"""The hub of one lab: threads bring facts, views are taken from it. The only thing here that changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from drill.record.timeline import ArpReading, Event, Lateness, NodeReading, Sample
from watch.model.facts import Fact, Told
from watch.model.shown import shown
from watch.model.state import State, reduce
from watch.model.view import View, view


class Hub:
    """Keeps the state of one lab. It is a sink of an observation. All methods may be called from several threads.

    `clock` gives the seconds since 1970 at the start, and runs like the monotonic clock from then on, so that a step of
    the wall clock does not change the order of the facts. `control` gives the message for View.control.
    """

    def __init__(
        self, clock: Callable[[], float] | None = None, control: Callable[[], str | None] = lambda: None
    ) -> None:
        offset = time.time() - time.monotonic()
        self.clock = clock or (lambda: offset + time.monotonic())
        self.control = control
        self._lock = threading.Lock()
        self._state = State()

    def take(self, fact: Fact) -> None:
        """Take one fact."""
        with self._lock:
            self._state = reduce(self._state, fact)

    @property
    def state(self) -> State:
        """The state now."""
        return self._state

    def view(self) -> View:
        """What is to be shown now, in the language of this process."""
        return shown(replace(view(self._state, self.clock()), control=self.control()))

    def tell(self, kind: str, text: str) -> None:
        """Take a line for people that is told now."""
        self.take(Told(self.clock(), kind, text))

    def reading(self, reading: NodeReading) -> None:
        """See ObservationSink."""
        self.take(reading)

    def sample(self, sample: Sample) -> None:
        """See ObservationSink."""
        self.take(sample)

    def lateness(self, lateness: Lateness) -> None:
        """See ObservationSink."""
        self.take(lateness)

    def arp(self, reading: ArpReading) -> None:
        """See ObservationSink."""
        self.take(reading)

    def event(self, event: Event) -> None:
        """Take an event of a drill."""
        self.take(event)
