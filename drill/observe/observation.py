"""Observes a scenario: what a client sees, what each node shows, and when this machine was late, with one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from drill.observe.http_probe import Probe, ProbeRate, ProbeSettings
from drill.observe.lateness import LatenessWatch
from drill.observe.node_watch import Watch
from drill.record.timeline import Lateness, NodeReading, Sample
from inventory.remote.ssh import Ssh
from inventory.session import LabSession


class ObservationSink(Protocol):
    """The receiver of samples and readings: a Recorder."""

    def sample(self, sample: Sample) -> None:
        """Take one sample."""

    def reading(self, reading: NodeReading) -> None:
        """Take one reading."""

    def lateness(self, lateness: Lateness) -> None:
        """Take a time in which this machine was late."""


@dataclass(frozen=True)
class Observation:
    """An observation that runs: its probe's rate so far, and the number of processors that it watches here."""

    rate: Callable[[], ProbeRate]
    processors: int


Observing = Callable[[ObservationSink, Callable[[], float]], AbstractContextManager[Observation]]
"""Observes a scenario, for a sink and the record's clock."""


def observing(session: LabSession, ssh: Ssh, guard: Callable[[], None]) -> Observing:
    """Probe and watch of the real lab. `guard` raises RouteRefused when a request would leave the lab's network."""
    lab = session.lab

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
        probe = Probe(ProbeSettings.of(lab), since, sink.sample, guard)
        here = LatenessWatch(since, sink.lateness)
        with here, Watch.over_ssh(lab, session.platform, ssh, since, sink.reading), probe:
            yield Observation(probe.rate, len(here.cores))

    return observe
