"""What is shown of a state at one moment. Pure: what is too old to be true now is unknown here, in one place.

A view has no ages, so two views are equal while nothing changes; `now` alone is different.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from drill.record.timeline import NodeReading
from watch.model.clients import ClientView, client_views
from watch.model.facts import LabFacts, ScoreFact, Told
from watch.model.state import FaultSpan, State

T = TypeVar("T")
Seen = Literal["seen", "silent", "unknown"]
"""A node answered a moment ago; it was asked and gives no answer; nothing is known of it (any more)."""
JUDGED_STALE = 5.0
"""The factor of `stale_s` for the health and the scores, which are read less often."""
SHOWN_LINES = 40


class NodeView(Struct, frozen=True):
    """One node. All fields behind `since` are unknown (None or "") unless it is seen.

    `since`: the time of its last reading, if there was one. `quorum` None: it sees no cluster.
    """

    name: str
    alias: str
    number: int
    seen: Seen
    since: float | None = None
    holds: bool | None = None
    web: str = ""
    corosync: bool | None = None
    quorum: bool | None = None
    members: tuple[str, ...] = ()
    dc: str = ""


class Place(Struct, frozen=True):
    """Where a resource runs ("": nowhere), and the nodes whose cluster says so."""

    node: str
    says: tuple[str, ...]


class ResourceView(Struct, frozen=True):
    """A resource: each place that is told, none when nothing is known, and its score by node."""

    id: str
    places: tuple[Place, ...] = ()
    scores: Mapping[str, str] = {}


class View(Struct, frozen=True):
    """Everything that is shown. `up` None: nothing is known yet; `why` says why the lab is not up.

    `owners` are the nodes that hold the address; `unsure` are those of which this is not known. `quorum` and `dc` are
    what all nodes with a cluster say that are seen; None and "" when they differ, or when there is none.
    `health` None: unknown; else what is wrong, nothing for a healthy lab.
    """

    now: float
    title: str = ""
    url: str = ""
    number: int = 1
    up: bool | None = None
    why: str = ""
    owners: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    quorum: bool | None = None
    split: bool = False
    """The nodes that are seen do not see the same members: there are partitions."""
    dc: str = ""
    nodes: tuple[NodeView, ...] = ()
    resources: tuple[ResourceView, ...] = ()
    clients: tuple[ClientView, ...] = ()
    faults: tuple[FaultSpan, ...] = ()
    left: tuple[str, ...] = ()
    drill: str = ""
    health: tuple[str, ...] | None = None
    report: str = ""
    told: tuple[Told, ...] = ()
    control: str | None = None
    """The last message of a scenario that was started here; None: this view may start none."""


def view(state: State, now: float) -> View:
    """The view of a state at a moment (seconds since 1970)."""
    known = View(
        now,
        up=False if state.down else None,
        why=state.down.why if state.down else "",
        faults=state.faults,
        left=state.drill.left if state.drill else (),
        drill=state.drill.who if state.drill else "",
        report=state.report,
        told=state.told[-SHOWN_LINES:],
    )
    return _of_lab(known, state, state.lab, now) if state.lab else known


def _of_lab(known: View, state: State, lab: LabFacts, now: float) -> View:
    nodes = tuple(
        _node(name, number, state.readings.get(name), lab, now)
        for number, name in enumerate(lab.nodes, start=1)
    )
    seen = [one for one in nodes if one.seen == "seen"]
    clustered = [one for one in seen if one.quorum is not None]
    fresh = state.judged if state.judged and now - state.judged.asked <= JUDGED_STALE * lab.stale_s else None
    readings = [state.readings[one.name] for one in seen]
    return replace(
        known,
        title=lab.title,
        url=lab.url,
        number=lab.number,
        up=state.down is None,
        owners=tuple(one.name for one in seen if one.holds),
        unsure=tuple(one.name for one in nodes if one.seen != "seen"),
        quorum=_common({one.quorum for one in clustered}),
        split=len({frozenset(one.members) for one in clustered if one.members}) > 1,
        dc=_common({one.dc for one in clustered if one.dc}) or "",
        nodes=nodes,
        resources=tuple(_resources(lab, readings, fresh.scores if fresh else ())),
        clients=client_views(state, now),
        health=fresh.troubles if fresh else None,
    )


def _common(values: set[T]) -> T | None:
    """The only value of a set; None when there is none, or more than one."""
    return values.pop() if len(values) == 1 else None


def _node(name: str, number: int, reading: NodeReading | None, lab: LabFacts, now: float) -> NodeView:
    alias = lab.nodes[name]
    if reading is None:
        return NodeView(name, alias, number, "unknown")
    if now - reading.at > lab.stale_s:
        return NodeView(name, alias, number, "unknown", reading.at)
    if not reading.seen:
        return NodeView(name, alias, number, "silent", reading.at)
    return NodeView(
        name,
        alias,
        number,
        "seen",
        reading.at,
        reading.owns_vip,
        reading.web,
        reading.corosync,
        reading.quorate,
        reading.members,
        reading.dc,
    )


def _resources(
    lab: LabFacts, readings: list[NodeReading], scores: tuple[ScoreFact, ...]
) -> list[ResourceView]:
    """The resources of lab.yaml, and those that a cluster shows besides."""
    told = [one for one in readings if one.placements]
    ids = dict.fromkeys((*lab.resources, *(id_ for one in told for id_ in one.placements)))
    found = []
    for id_ in ids:
        says: dict[str, list[str]] = {}
        for one in told:
            says.setdefault(one.placements.get(id_, ""), []).append(one.node)
        places = tuple(Place(node, tuple(who)) for node, who in says.items())
        found.append(
            ResourceView(id_, places, {one.node: one.score for one in scores if one.resource == id_})
        )
    return found
