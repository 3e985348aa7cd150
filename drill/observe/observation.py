"""Probe and watch around a scenario: what a client sees and what each node shows, recorded on one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from drill.observe.http_probe import Probe, ProbeSettings, Report
from drill.observe.node_watch import Watch
from drill.record.timeline import NodeReading, Sample
from inventory.remote.ssh import Ssh
from inventory.session import LabSession


class ObservationSink(Protocol):
    """What takes the samples and readings: a Recorder."""

    def sample(self, sample: Sample) -> None:
        """Take a request."""

    def reading(self, reading: NodeReading) -> None:
        """Take a reading."""


Observing = Callable[[ObservationSink, Callable[[], float]], AbstractContextManager[Callable[[], Report]]]
"""Starts probe and watch around a scenario, for a sink and a record's clock; gives the probe's report on demand."""


def observing(session: LabSession, ssh: Ssh, guard: Callable[[], None]) -> Observing:
    """Probe and watch of the real lab. `guard` raises RouteRefused before a request would leave the lab's network."""
    lab = session.lab

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Callable[[], Report]]:
        probe = Probe(ProbeSettings.of(lab), since, sink.sample, guard)
        with Watch.over_ssh(lab, session.platform, ssh, since, sink.reading), probe:
            yield probe.report

    return observe
