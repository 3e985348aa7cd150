"""Shows what probe and watch see while a scenario runs: a line for each change, beside the record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from classroom.walk.reason import short
from drill.observe.observation import Observation, ObservationSink, Observing
from drill.record.timeline import ArpReading, Lateness, NodeReading, Sample

Tell = Callable[[float, str], None]
"""Takes a line, with its moment (seconds of the record). It may be called from several threads, one at a time."""


class Changes:
    """Gives all samples and readings on to a record, and tells a line when a node or the probe's answer changes."""

    def __init__(self, sink: ObservationSink, tell: Tell) -> None:
        self._sink, self._tell = sink, tell
        self._last: dict[str, str] = {}
        self._newest = -1.0
        self._lock = threading.Lock()

    def sample(self, sample: Sample) -> None:
        """Take one sample."""
        self._sink.sample(sample)
        if sample.client != "probe":
            return
        with self._lock:
            is_older = sample.sent <= self._newest  # a timeout ends after later requests were answered
            self._newest = max(self._newest, sample.sent)
        if not is_older:
            # Ways to fail alternate, such as timeout and unreachable: only the first one is told.
            self._changed(
                sample.done, "a client", answer_text(sample), sample.page if sample.good else "no answer"
            )

    def reading(self, reading: NodeReading) -> None:
        """Take one reading."""
        self._sink.reading(reading)
        if reading.seen or short(reading.node) in self._last:  # at first the watch is not connected yet
            self._changed(reading.at, short(reading.node), node_text(reading))

    def lateness(self, lateness: Lateness) -> None:
        """Take a time in which this machine was late."""
        self._sink.lateness(lateness)

    def arp(self, reading: ArpReading) -> None:
        """Take what the lab's network says about the VIP."""
        self._sink.arp(reading)
        if reading.announced:
            who = " and ".join(map(short, reading.holders))
            self._changed(reading.at, "the network", f"{who} announces the address (ARP)")

    def _changed(self, at: float, who: str, text: str, state: str | None = None) -> None:
        """Tell the text when the state (default: the text itself) is another one than before."""
        now = text if state is None else state
        with self._lock:
            if self._last.get(who) != now:
                self._last[who] = now
                self._tell(at, f"{who}: {text}")


def showing(observing: Observing, tell: Tell) -> Observing:
    """The same observation, which also tells what changes."""

    def observe(sink: ObservationSink, since: Callable[[], float]) -> AbstractContextManager[Observation]:
        return _observed(Changes(sink, tell), sink, since)

    @contextmanager
    def _observed(
        changes: Changes, sink: ObservationSink, since: Callable[[], float]
    ) -> Iterator[Observation]:
        with observing(changes, since) as observation:
            yield observation

    return observe


def answer_text(sample: Sample) -> str:
    """What a client got, in a few words."""
    if not sample.good:
        return f"no answer ({sample.outcome.replace('_', ' ')})"
    return f"the page of {short(sample.page)}" if sample.page else "an answer"


def node_text(reading: NodeReading) -> str:
    """The state of a node, in a few words."""
    if not reading.seen:
        return "does not answer"
    if reading.quorate is None and not reading.corosync:
        cluster = "no cluster"
    else:
        cluster = "quorum" if reading.quorate else "NO quorum"
        cluster += f", {len(reading.members)} member{'s' if len(reading.members) != 1 else ''}"
    parts = [cluster, "holds the address" if reading.owns_vip else "", f"web server {reading.web}"]
    return ", ".join(part for part in parts if part and part != "web server stopped")
