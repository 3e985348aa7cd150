"""What a scenario waits for, as pure predicates over the latest readings and requests.

A condition is written NAME or NAME:ROLE, such as `serving_from:peer`. Only what was asked after a given moment
counts, so that nothing seen before a fault passes for its consequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drill.record.timeline import NodeReading, Sample, Timeline
from inventory.errors import ConfigError

ROLES = ("active", "passive", "dc", "target", "peer")
ENOUGH = 3
"""So many good answers in a row are a service."""
SILENCE = 6
"""So many failed requests in a row are none."""


@dataclass(frozen=True)
class Situation:
    """The latest of everything since a moment: each node's last reading, and the probe's requests in order."""

    nodes: tuple[str, ...]
    roles: Mapping[str, str]
    node_readings: Mapping[str, NodeReading]
    samples: tuple[Sample, ...]

    @property
    def seen(self) -> tuple[NodeReading, ...]:
        """The readings that were answered."""
        return tuple(one for one in self.node_readings.values() if one.seen)

    @property
    def complete(self) -> bool:
        """Every node was asked."""
        return set(self.node_readings) >= set(self.nodes)

    def last(self, count: int) -> tuple[Sample, ...]:
        """The last requests; fewer when there were fewer."""
        return self.samples[-count:]

    def __str__(self) -> str:
        rows = [told(one) for one in self.node_readings.values()] or ["no reading"]
        last = self.samples[-1] if self.samples else None
        rows.append("no request" if last is None else f"{last.page or last.outcome} at {last.sent:.2f} s")
        return "; ".join(rows)


def now(timeline: Timeline, since: float, roles: Mapping[str, str]) -> Situation:
    """What was asked since a moment (seconds of the record)."""
    late = [one for one in timeline.node_readings if one.asked >= since]
    node_readings = {one.node: one for one in sorted(late, key=lambda one: one.at)}
    samples = tuple(one for one in timeline.samples if one.client == "probe" and one.sent >= since)
    return Situation(timeline.nodes, roles, node_readings, tuple(sorted(samples, key=lambda one: one.sent)))


def told(one: NodeReading) -> str:
    """A reading in one line."""
    if not one.seen:
        return f"{one.node} not seen"
    places = ", ".join(f"{name} on {node or 'none'}" for name, node in sorted(one.placements.items()))
    quorum = {None: "no cluster", True: "quorum", False: "no quorum"}[one.quorate]
    held = "holds the address" if one.owns_vip else "no address"
    return f"{one.node}: {held}, web {one.web}, {quorum} of {len(one.members)}{places and f', {places}'}"


Condition = Callable[[Situation, str], bool]


def serving(view: Situation, node: str) -> bool:
    """The service answers."""
    last = view.last(ENOUGH)
    return len(last) == ENOUGH and all(one.good for one in last)


def serving_from(view: Situation, node: str) -> bool:
    """The service answers with the page of that node."""
    return serving(view, node) and all(one.page == node for one in view.last(ENOUGH))


def down(view: Situation, node: str) -> bool:
    """No request is answered."""
    last = view.last(SILENCE)
    return len(last) == SILENCE and not any(one.good for one in last)


def vip_nowhere(view: Situation, node: str) -> bool:
    """No node that can be seen holds the address."""
    return view.complete and bool(view.seen) and not any(one.owns_vip for one in view.seen)


def vip_on(view: Situation, node: str) -> bool:
    """That node holds the address, and it alone."""
    return view.complete and [one.node for one in view.seen if one.owns_vip] == [node]


def two_holders(view: Situation, node: str) -> bool:
    """Two nodes hold the address."""
    return sum(one.owns_vip for one in view.seen) > 1


def both_online(view: Situation, node: str) -> bool:
    """Every node sees every node as a member, with quorum and a DC."""
    return len(view.seen) == len(view.nodes) and all(
        one.quorate and one.dc and set(one.members) >= set(view.nodes) for one in view.seen
    )


def alone(view: Situation, node: str) -> bool:
    """That node's corosync sees nobody but itself."""
    one = view.node_readings.get(node)
    return one is not None and one.seen and one.members == (node,)


def without_quorum(view: Situation, node: str) -> bool:
    """That node's corosync runs without quorum."""
    one = view.node_readings.get(node)
    return one is not None and one.quorate is False


def placed_on(view: Situation, node: str) -> bool:
    """Every cluster that answers runs all resources on that node."""
    where = [set(one.placements.values()) for one in view.seen if one.placements]
    return bool(where) and all(nodes == {node} for nodes in where)


def placed_apart(view: Situation, node: str) -> bool:
    """All resources run, on different nodes."""
    where = [set(one.placements.values()) for one in view.seen]
    return len(where) == len(view.nodes) and all(len(nodes) > 1 and "" not in nodes for nodes in where)


def web_hung(view: Situation, node: str) -> bool:
    """The web server of that node hangs."""
    one = view.node_readings.get(node)
    return one is not None and one.web == "hung"


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            serving,
            serving_from,
            down,
            vip_nowhere,
            vip_on,
            two_holders,
            both_online,
            alone,
            without_quorum,
            placed_on,
            placed_apart,
            web_hung,
        )
    }
)
OF_A_NODE = frozenset(("serving_from", "vip_on", "alone", "without_quorum", "placed_on", "web_hung"))
"""Those that need a role."""


def condition(text: str) -> Callable[[Situation], bool]:
    """The predicate of a text; ConfigError for one that is not known, or that lacks its role."""
    name, _, role = text.partition(":")
    if name not in CONDITIONS:
        raise ConfigError(f"there is no condition {name!r}", hint=f"one of: {', '.join(CONDITIONS)}")
    if (name in OF_A_NODE) != bool(role) or (role and role not in ROLES):
        raise ConfigError(f"condition {text!r}", hint=f"{name}:ROLE, with one of {', '.join(ROLES)}")
    return lambda view: CONDITIONS[name](view, view.roles.get(role, ""))


def meaning(text: str, roles: Mapping[str, str]) -> str:
    """A condition in words, with the node behind its role."""
    name, _, role = text.partition(":")
    words = (CONDITIONS[name].__doc__ or name).strip().rstrip(".")
    return words.replace("that node", roles.get(role, role)).replace("That node", roles.get(role, role))
