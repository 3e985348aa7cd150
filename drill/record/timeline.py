"""What was recorded while the cluster was broken: a header, and samples, readings, events and lateness on one clock.

All times are seconds (float) since the start of the record, read from the monotonic clock of the machine that runs the
drill. Times of the nodes' own clocks are only in `header.operations`, and are never compared with the others.

The rows are structs of msgspec: there are hundreds in each record, and msgspec reads them four times as fast as
dataclasses (msgspec.structs.replace changes a copy). When it reads them it also checks the words that a field may have
(Literal); a check in Python would take twice as long as all the rest of the reading. They refer to nothing that refers
back to them, so the garbage collector need not look at them (gc=False). ROWS lists the kinds of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal, get_args

from msgspec import Struct

from drill.record.header import Header
from drill.record.power_switch import PowerSwitch

ClientName = Literal["probe", "keepalive", "connecting", "routed"]
Outcome = Literal["ok", "refused", "timeout", "unreachable", "reset", "http_error", "wrong_body", "failed"]
WebState = Literal["running", "stopped", "hung", "unknown"]
EventKind = Literal["inject", "landed", "not_landed", "heal", "healed", "settled", "note"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
WEB_STATES: tuple[WebState, ...] = get_args(WebState)


class Sample(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One request: its client, its times of sending and ending, and its outcome.

    `page` is the node whose page came back ("" for none); `status` is the HTTP status, when there was one.
    """

    sent: float
    done: float
    client: ClientName = "probe"
    outcome: Outcome = "ok"
    page: str = ""
    status: int | None = None
    detail: str = ""

    @property
    def good(self) -> bool:
        """The client received the page of a known node."""
        return self.outcome == "ok"


class NodeReading(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One reading of a node over its management path; its content was true at some moment between `asked` and `at`.

    A node that does not answer (powered off, frozen) has `seen=False`; its other fields have no meaning then.
    `late` is for how long the node itself did not run since the reading before, by its own clock (seconds; 0: it ran).
    `placements` maps a resource to a node as this node's cluster sees it ("" or absent: the resource runs nowhere).
    `view_asked` is when the cluster was asked for `dc` and `placements` (and, on corosync 1.4 and with a witness, for
    `quorate` and `members`): they were true at some moment between it and `at`. None: they were asked for with the
    rest.
    """

    asked: float
    at: float
    node: str
    seen: bool = True
    owns_vip: bool = False
    web: WebState = "unknown"
    quorate: bool | None = None
    members: tuple[str, ...] = ()
    dc: str = ""
    corosync: bool = False
    late: float = 0.0
    placements: Mapping[str, str] = {}  # msgspec copies it
    view_asked: float | None = None

    @property
    def since(self) -> float:
        """All of its content, also the cluster's view, was true at this moment or later (seconds)."""
        return self.asked if self.view_asked is None else min(self.asked, self.view_asked)


class Lateness(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A time in which the machine that runs the drill did not work as it should (seconds of the record).

    `where` names what was late: a processor, or the steal time.
    """

    since: float
    until: float
    where: str


class ArpReading(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the lab's network says about the VIP: whose hardware address answered an ARP request for it.

    `holders` answered at some moment between `asked` and `at`; a hardware address that is no node's is given as it is.
    `announced`: nobody asked; the holder announced the VIP by a gratuitous ARP at `at`.
    """

    asked: float
    at: float
    holders: tuple[str, ...] = ()
    announced: bool = False


class Write(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A number that a client wrote to the service; `node` acknowledged it ("" for none, or when it is not told)."""

    sent: float
    done: float
    number: int
    outcome: Outcome = "ok"
    node: str = ""
    detail: str = ""

    @property
    def acknowledged(self) -> bool:
        """A node said that it has written the number."""
        return self.outcome == "ok"


class Event(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Something that the drill did or noticed.

    Kinds: inject, landed (the fault is proven to be in effect), not_landed, heal, healed, settled (the lab is healthy
    again), note.

    A note with the label `phase:detected` (decided, stopped, address, answer) sets the time of that phase by hand.
    """

    at: float
    kind: EventKind
    label: str = ""
    node: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Timeline:
    """The record of one scenario; pure data, judged by `drill.checks` and drawn by `drill.report.html`."""

    header: Header = field(default_factory=Header)
    samples: tuple[Sample, ...] = ()
    node_readings: tuple[NodeReading, ...] = ()
    events: tuple[Event, ...] = ()
    lateness: tuple[Lateness, ...] = ()
    arp: tuple[ArpReading, ...] = ()
    power: tuple[PowerSwitch, ...] = ()
    writes: tuple[Write, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    """Remarks about the file from its reader (a truncated last line)."""

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return self.header.scenario

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The nodes in the order of lab.yaml; when the header names none, the nodes that were read."""
        return self.header.nodes or tuple(sorted({reading.node for reading in self.node_readings}))

    def patient(self, seconds: float) -> float:
        """A tolerance for this record, from the one for a machine of usual speed (seconds): see Lab.patient."""
        return seconds * self.header.patience

    @property
    def size(self) -> int:
        """The number of samples, readings and events: a part of a record has fewer."""
        return len(self.samples) + len(self.node_readings) + len(self.events)

    @cached_property
    def end(self) -> float:
        """The time of the last thing that was recorded (seconds)."""
        at = attrgetter("at")
        times = (*map(attrgetter("done"), self.samples), *map(at, self.node_readings), *map(at, self.events))
        return max(times, default=0.0)

    def samples_of(self, client: str = "probe") -> tuple[Sample, ...]:
        """One client's samples, sorted by the time of sending."""
        return self._samples_by_client.get(client, ())

    def sent_times(self, client: str = "probe") -> tuple[float, ...]:
        """When one client's samples were sent, sorted (seconds)."""
        return self._sent_times_by_client.get(client, ())

    def readings_of(self, node: str) -> tuple[NodeReading, ...]:
        """One node's readings, sorted by time."""
        return self._readings_by_node.get(node, ())

    def events_of(self, *kinds: str) -> tuple[Event, ...]:
        """The events of the given kinds, in time order."""
        return tuple(sorted((one for one in self.events if one.kind in kinds), key=lambda event: event.at))

    def switches_of(self, node: str) -> tuple[PowerSwitch, ...]:
        """The switches of one node's power, in time order."""
        return tuple(sorted((one for one in self.power if one.node == node), key=lambda one: one.asked))

    def time_of_first(self, *kinds: str) -> float | None:
        """The time of the first event of these kinds (seconds); None when there is none."""
        return next((event.at for event in self.events_of(*kinds)), None)

    @cached_property
    def derived(self) -> dict[tuple[Any, ...], Any]:
        """What drill.analysis found in this record, by function and parameters: see drill.analysis.once."""
        return {}

    @cached_property
    def _samples_by_client(self) -> Mapping[str, tuple[Sample, ...]]:
        found: dict[str, list[Sample]] = defaultdict(list)
        for sample in self.samples:
            found[sample.client].append(sample)
        return {client: in_order(mine) for client, mine in found.items()}

    @cached_property
    def _sent_times_by_client(self) -> Mapping[str, tuple[float, ...]]:
        return {client: _sent_times(mine) for client, mine in self._samples_by_client.items()}

    @cached_property
    def _readings_by_node(self) -> Mapping[str, tuple[NodeReading, ...]]:
        found: dict[str, list[NodeReading]] = {}
        for reading in self.node_readings:
            found.setdefault(reading.node, []).append(reading)
        return {node: tuple(sorted(mine, key=attrgetter("at"))) for node, mine in found.items()}

    def node_in_role(self, role: str) -> str:
        """The node that has a role in this run (active, passive, target, ...); any other name is returned as it is."""
        return self.header.roles.get(role, role)

    def nodes_in_role(self, role: str) -> tuple[str, ...]:
        """The nodes that have a role in this run: one, or several; any other name is returned as it is."""
        return tuple(self.node_in_role(role).split())


ROWS: Mapping[str, tuple[type[Struct], str]] = {
    "sample": (Sample, "samples"),
    "reading": (NodeReading, "node_readings"),
    "event": (Event, "events"),
    "lateness": (Lateness, "lateness"),
    "arp": (ArpReading, "arp"),
    "power": (PowerSwitch, "power"),
    "write": (Write, "writes"),
}
"""The kinds of rows in a file: the type of each, and the field of Timeline that has its rows."""


def in_order(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Samples sorted by the time of sending; those that were sent at the same moment by the time of ending."""
    found = sorted(samples, key=attrgetter("sent"))
    times = _sent_times(found)
    if len(set(times)) < len(times):
        found.sort(key=attrgetter("sent", "done"))
    return tuple(found)


def _sent_times(samples: Iterable[Sample]) -> tuple[float, ...]:
    return tuple(map(attrgetter("sent"), samples))
