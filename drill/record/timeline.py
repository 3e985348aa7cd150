"""What was recorded while the cluster was broken: samples, sights and marks on one monotonic base.

All times are seconds (float) from the run's start, read on the machine that runs the drill. The
clocks of the nodes appear only in `meta["operations"]`, and are compared only with themselves.

`meta` is plain JSON. The keys that checks and reports read:

    scenario, fault     names; an empty fault means that nothing is injected
    roles               {"active": node, "passive": node, "target": node, ...} as resolved at injection
    bounds              {"least": s, "most": s}: the predicted outage
    token_s, consensus_s  as the running corosync had them
    budget              s: the longest outage a client may see
    before, after       the configuration's lines, before and after the scenario
    operations          the cluster's history: {resource, operation, node, at (epoch s), rc[, call]}
    failcounts          [{resource, node, count}]
    leftovers           constraints that a ban or a move left behind
    resources, order    ids, and [[first, then]]: what lab.yaml wants, whatever the live configuration says
    awaited             [{what, within, at, last}]: what the scenario waited for; at is None when it did not come
    title, why, step    what a student reads about the scenario, and the walkthrough's step
    given               the starting state in words, where it is not lab.yaml's
    seed, reset_s       what chose random targets; the seconds until all was as before, after the record's end
    nodes, url, probe_hz, platform, provider
    checks              [[name, {parameter: value}], ...]: what judges this timeline
    probe               {slots, missed, worst_late}: how well the poller kept its rate
    again               it was made once more, in the place of the scenario's record before, which could not tell
    error               the harness's own failure, when it had one
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLIENTS = ("probe", "keepalive")
OUTCOMES = ("ok", "refused", "timeout", "unreachable", "reset", "http_error", "wrong_body")
WEB = ("running", "stopped", "hung", "unknown")
MARKS = ("inject", "landed", "not_landed", "heal", "healed", "settled", "note")


@dataclass(frozen=True)
class Sample:
    """One request: when it was sent and done, by which client, and how it ended.

    `page` is the node whose page came back ("" for none); `status` is the HTTP status, when there was one.
    """

    sent: float
    done: float
    client: str = "probe"
    outcome: str = "ok"
    page: str = ""
    status: int | None = None
    detail: str = ""

    @property
    def good(self) -> bool:
        """The client got the page of a known node."""
        return self.outcome == "ok"


@dataclass(frozen=True, kw_only=True)
class NodeReading:
    """One reading of a node over its management path; what it says was true between `asked` and `at`.

    A node that does not answer (powered off, frozen) is `seen=False`, and then says nothing else.
    `placements` is resource -> node as this node's cluster sees it ("" or absent: runs nowhere).
    """

    asked: float
    at: float
    node: str
    seen: bool = True
    owns_vip: bool = False
    web: str = "unknown"
    quorate: bool | None = None
    members: tuple[str, ...] = ()
    dc: str = ""
    corosync: bool = False
    placements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something the drill did or noticed: inject, landed, not_landed, heal, healed, settled, note.

    A note labelled `phase:detected` (decided, stopped, address, answer) sets that phase by hand.
    """

    at: float
    kind: str
    label: str = ""
    node: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Timeline:
    """One scenario's record; pure data, judged by `drill.checks` and drawn by `drill.report.html.page`."""

    meta: Mapping[str, Any] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    node_readings: tuple[NodeReading, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What the reader has to say about the file (a truncated last line)."""

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return str(self.meta.get("scenario", "unnamed"))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes, as the lab orders them; those seen, when meta does not say."""
        named = self.meta.get("nodes") or sorted({reading.node for reading in self.node_readings})
        return tuple(str(node) for node in named)

    @property
    def end(self) -> float:
        """The last moment that anything was recorded (seconds)."""
        return max(
            (
                *(sample.done for sample in self.samples),
                *(reading.at for reading in self.node_readings),
                *(event.at for event in self.events),
            ),
            default=0.0,
        )

    def probe(self, client: str = "probe") -> tuple[Sample, ...]:
        """One client's samples in the order they were sent."""
        mine = (sample for sample in self.samples if sample.client == client)
        return tuple(sorted(mine, key=lambda sample: (sample.sent, sample.done)))

    def readings(self, node: str) -> tuple[NodeReading, ...]:
        """One node's readings in the order they came."""
        return tuple(
            sorted((s for s in self.node_readings if s.node == node), key=lambda reading: reading.at)
        )

    def events_of(self, *kinds: str) -> tuple[Event, ...]:
        """The marks of some kinds, in time order."""
        return tuple(sorted((m for m in self.events if m.kind in kinds), key=lambda event: event.at))

    def first(self, *kinds: str) -> float | None:
        """When the first mark of these kinds was set."""
        return next((event.at for event in self.events_of(*kinds)), None)

    def role(self, name: str) -> str:
        """The node behind a role of this run, or the name itself."""
        return str(dict(self.meta.get("roles") or {}).get(name, name))
