"""Probe and watch around a scenario: what a client sees, and what each node shows, taken down on one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from drill.observe.http_probe import Probe, Report
from drill.observe.node_watch import Watch
from drill.record.timeline import NodeReading, Sample
from inventory.remote.ssh import Ssh
from inventory.session import LabSession


class ObservationSink(Protocol):
    """Whoever takes what is seen: a Recorder."""

    def sample(self, sample: Sample) -> None:
        """Take a request."""

    def reading(self, reading: NodeReading) -> None:
        """Take a reading."""


Observing = Callable[[ObservationSink, Callable[[], float]], AbstractContextManager[Callable[[], Report]]]
"""Probe and watch around a scenario: given a taker and a record's clock, they fill it, and tell how the probe did."""


def observing(session: LabSession, ssh: Ssh, guard: Callable[[], None]) -> Observing:
    """Probe and watch of the real lab; `guard` refuses before anything is sent to another network."""
    lab = session.lab

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Callable[[], Report]]:
        pages = {node.name.capitalize(): node.name for node in lab.nodes}
        drill = lab.drill
        probe = Probe(
            lab.url,
            drill.probe_hz,
            drill.probe_timeout_ms / 1000,
            since,
            pages=pages,
            keepalive_hz=drill.probe_hz,
            on_sample=sink.sample,
            guard=guard,
        )
        with Watch.over_ssh(lab, session.platform, ssh, since, sink.reading), probe:
            yield probe.report

    return observe
