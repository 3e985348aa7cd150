"""The clients beside the probe: what each of them saw, and how long the connecting clients waited."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill.analysis.duration import Duration
from drill.analysis.fault_windows import fault_windows
from drill.analysis.once import once
from drill.analysis.outages import Outage, outages_of
from drill.analysis.waits import CONNECTING, caught_of
from drill.record.timeline import Timeline
from drill.report.result import longest

TITLES = {"keepalive": "keep-alive connection", "connecting": "connecting", "routed": "behind a router"}
"""The names of these clients for people."""


@dataclass(frozen=True)
class ClientOutage:
    """One client: its longest outage that a fault may have caused (without a fault: of all outages).

    `outage` is None when nothing was measured, and `missing` says why. `waits` says how long the caught clients of
    `connecting` waited.
    """

    client: str
    outage: Duration | None
    missing: str = ""
    waits: str = ""

    @property
    def title(self) -> str:
        """The client's name for people."""
        return TITLES[self.client]

    @property
    def length(self) -> str:
        """Its outage, for people."""
        if self.outage is None:
            return f"not measured: {self.missing}"
        return self.outage.summary if self.outage.most > 0 else "none"

    @property
    def text(self) -> str:
        """All that it saw, for people."""
        return f"{self.length} ({self.waits})" if self.waits else self.length


@once
def clients_of(timeline: Timeline) -> tuple[ClientOutage, ...]:
    """What the clients beside the probe saw; without the clients that the record does not mention."""
    missing = timeline.header.clients or {}
    found = []
    for client in TITLES:
        if timeline.samples_of(client):
            by_fault = _by_fault(timeline, client)
            found.append(ClientOutage(client, longest(by_fault), waits=_waits(timeline, client, by_fault)))
        elif client in missing:
            found.append(ClientOutage(client, None, missing[client] or "no request was sent"))
    return tuple(found)


def medians(results: Iterable[Sequence[ClientOutage]]) -> dict[str, Duration]:
    """Each client's median outage in several records; without clients that no record measured."""
    by_client: dict[str, list[Duration]] = {client: [] for client in TITLES}
    for one in (client for result in results for client in result):
        if one.outage is not None:
            by_client[one.client].append(one.outage)
    return {client: _median(found) for client, found in by_client.items() if found}


def _median(found: Sequence[Duration]) -> Duration:
    """The median of the lower limits and that of the upper limits, by nearest rank."""
    middle = (len(found) - 1) // 2
    return Duration(sorted(one.least for one in found)[middle], sorted(one.most for one in found)[middle])


def _by_fault(timeline: Timeline, client: str) -> tuple[Outage, ...]:
    found = outages_of(timeline, client)
    if timeline.time_of_first("inject") is None:
        return found
    windows = fault_windows(timeline)
    return tuple(one for one in found if any(window.caused(one) for window in windows))


def _waits(timeline: Timeline, client: str, by_fault: Sequence[Outage]) -> str:
    """How long the clients waited that were caught by these outages, for people; "" without any."""
    if client != CONNECTING:
        return ""
    groups = zip(caught_of(timeline), outages_of(timeline, client), strict=True)
    found = [wait for group, outage in groups if outage in by_fault for wait in group.waits]
    lengths = sorted((one.least if one.until is None else one.until) - one.since for one in found)
    if not lengths:
        return ""
    more = "" if all(one.until is not None for one in found) else " or more"
    return (
        f"{len(found)} waited: median {statistics.median(lengths):.2f} s, longest {lengths[-1]:.2f} s{more}"
    )
