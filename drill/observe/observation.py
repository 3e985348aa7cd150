"""Observes a scenario: what a client sees, what each node shows, and when this machine was late, with one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from drill.observe import priority
from drill.observe.arp_witness import ArpWitness
from drill.observe.clock_offset import ClockOffset
from drill.observe.http_probe import Probe, ProbeRate, ProbeSettings
from drill.observe.lateness import LatenessWatch
from drill.observe.more_clients import MoreClients
from drill.observe.node_watch import Watch
from drill.record.timeline import ArpReading, Lateness, NodeReading, Sample
from inventory.host import routes
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

    def arp(self, reading: ArpReading) -> None:
        """Take what the lab's network says about the VIP."""


@dataclass(frozen=True)
class Observation:
    """An observation that runs: its probe's rate so far, and the number of processors that it watches here.

    `witness` gives the reason why the lab's network is not witnessed; "" when it is. `clients` gives such a reason for
    each client of drill.observe.more_clients. `offsets` has the clock offset of each node.
    """

    rate: Callable[[], ProbeRate]
    processors: int
    witness: Callable[[], str] = lambda: ""
    clients: Callable[[], Mapping[str, str]] = dict
    offsets: Mapping[str, ClockOffset] = field(default_factory=dict)


Observing = Callable[[ObservationSink, Callable[[], float]], AbstractContextManager[Observation]]
"""Observes a scenario, for a sink and the record's clock."""


def observing(
    session: LabSession, ssh: Ssh, guard: Callable[[], None], *, more_clients: bool = True
) -> Observing:
    """Probe and watch of the real lab. `guard` raises RouteRefused when a request would leave the lab's network.

    `more_clients`: also the clients of drill.observe.more_clients.
    """
    lab = session.lab

    @contextmanager
    def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
        settings = ProbeSettings.of(lab)
        probe = Probe(settings, since, sink.sample, guard)
        more = MoreClients(session, settings, since, sink.sample, wanted=more_clients)
        here = LatenessWatch(since, sink.lateness)
        kernel = session.provider.shares_kernel
        nodes = Watch.over_ssh(lab, session.platform, ssh, since, sink.reading, shares_kernel=kernel)
        network = ArpWitness(lab, lambda: routes.interface_for(lab.vip), since, sink.arp)
        # The probe's guard is called first: nothing is sent when the VIP is not reached by the lab's own network.
        with ExitStack() as running:
            with priority.first():
                for one in (
                    here,
                    nodes,
                    probe,
                    network,
                    more,
                ):
                    running.enter_context(one)
            yield Observation(
                probe.rate, len(here.cores), lambda: network.missing, more.missing, nodes.offsets
            )

    return observe
