"""Runs probe and watch beside a scenario: what a client sees and what each node shows, with one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from drill.observe.http_probe import Probe, ProbeRate, ProbeSettings
from drill.observe.node_watch import Watch
from drill.record.timeline import NodeReading, Sample
from inventory.remote.ssh import Ssh
from inventory.session import LabSession


class ObservationSink(Protocol):
    """The receiver of samples and readings: a Recorder."""

    def sample(self, sample: Sample) -> None:
        """Take one sample."""

    def reading(self, reading: NodeReading) -> None:
        """Take one reading."""


Observing = Callable[[ObservationSink, Callable[[], float]], AbstractContextManager[Callable[[], ProbeRate]]]
"""Runs probe and watch beside a scenario, for a sink and the record's clock; gives a function for the probe's rate."""


def observing(session: LabSession, ssh: Ssh, guard: Callable[[], None]) -> Observing:
    """Probe and watch of the real lab. `guard` raises RouteRefused when a request would leave the lab's network."""
    lab = session.lab

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Callable[[], ProbeRate]]:
        probe = Probe(ProbeSettings.of(lab), since, sink.sample, guard)
        with Watch.over_ssh(lab, session.platform, ssh, since, sink.reading), probe:
            yield probe.rate

    return observe
