"""The conditions that a scenario waits for, on the latest readings and requests. Pure.

A scenario refers to a condition as ID or ID:ROLE, such as `serving_from:peer`. Only readings and requests that began
after a given moment count, so that no state from before a fault is mistaken for its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drill.record.timeline import NodeReading, Sample, Timeline
from inventory.errors import ConfigError

ROLES = ("active", "passive", "dc", "target", "peer", "last")
ANSWERS_IN_A_ROW = 3
"""After this many good answers in a row the service counts as up."""
FAILURES_IN_A_ROW = 6
"""After this many failed requests in a row the service counts as down."""


@dataclass(frozen=True)
class Situation:
    """Each node's last reading after a moment, and the probe's requests after it, in time order."""

    nodes: tuple[str, ...]
    roles: Mapping[str, str]
    """The nodes of each role; several have spaces between them."""
    node_readings: Mapping[str, NodeReading]
    samples: tuple[Sample, ...]

    @property
    def answered(self) -> tuple[NodeReading, ...]:
        """The readings with an answer."""
        return tuple(one for one in self.node_readings.values() if one.seen)

    @property
    def complete(self) -> bool:
        """Every node was read, with or without an answer."""
        return set(self.node_readings) >= set(self.nodes)

    def last(self, count: int) -> tuple[Sample, ...]:
        """The last `count` requests, or fewer when there are fewer."""
        return self.samples[-count:]

    def __str__(self) -> str:
        rows = [reading_summary(one) for one in self.node_readings.values()] or ["no reading"]
        last = self.samples[-1] if self.samples else None
        rows.append("no request" if last is None else f"{last.page or last.outcome} at {last.sent:.2f} s")
        return "; ".join(rows)


def situation_since(timeline: Timeline, since: float, roles: Mapping[str, str]) -> Situation:
    """The situation, from the readings and requests after a moment (seconds of the record)."""
    recent = [one for one in timeline.node_readings if one.since >= since]
    node_readings = {one.node: one for one in sorted(recent, key=lambda one: one.at)}
    samples = tuple(one for one in timeline.samples if one.client == "probe" and one.sent >= since)
    return Situation(timeline.nodes, roles, node_readings, tuple(sorted(samples, key=lambda one: one.sent)))


def reading_summary(reading: NodeReading) -> str:
    """A reading in one line, for people."""
    if not reading.seen:
        return f"{reading.node} not seen"
    places = ", ".join(f"{name} on {node or 'none'}" for name, node in sorted(reading.placements.items()))
    quorum = {None: "no cluster", True: "quorum", False: "no quorum"}[reading.quorate]
    held = "holds the address" if reading.owns_vip else "no address"
    return f"{reading.node}: {held}, web {reading.web}, {quorum} of {len(reading.members)}{places and f', {places}'}"


Predicate = Callable[[Situation, tuple[str, ...]], bool]


@dataclass(frozen=True)
class Condition:
    """One condition; scenarios refer to it by `id`.

    `description` is its text for people; {node} is replaced by the role's nodes when it is about each of them, {one_of}
    when it is about any one of them.
    `holds` is the predicate on a situation and the role's nodes (none for a condition that is not about a role).
    """

    id: str
    description: str
    holds: Predicate

    @property
    def needs_role(self) -> bool:
        """The condition is about the nodes of a role."""
        return "{node}" in self.description or "{one_of}" in self.description


_conditions: dict[str, Condition] = {}
CONDITIONS: Mapping[str, Condition] = MappingProxyType(_conditions)
"""Every condition by id."""


def condition(id_: str, description: str) -> Callable[[Predicate], Predicate]:
    """Register a predicate as the condition of that id."""

    def register(holds: Predicate) -> Predicate:
        _conditions[id_] = Condition(id_, description, holds)
        return holds

    return register


@condition("serving", "The service answers")
def _serving(situation: Situation, nodes: tuple[str, ...]) -> bool:
    last = situation.last(ANSWERS_IN_A_ROW)
    return len(last) == ANSWERS_IN_A_ROW and all(one.good for one in last)


@condition("serving_from", "The service answers with the page of {one_of}")
def _serving_from(situation: Situation, nodes: tuple[str, ...]) -> bool:
    """A probe that cannot tell which node answered ("") shows only that one does."""
    pages = {one.page for one in situation.last(ANSWERS_IN_A_ROW)}
    return _serving(situation, nodes) and len(pages) == 1 and pages <= {*nodes, ""}


@condition("down", "No request is answered")
def _down(situation: Situation, nodes: tuple[str, ...]) -> bool:
    last = situation.last(FAILURES_IN_A_ROW)
    return len(last) == FAILURES_IN_A_ROW and not any(one.good for one in last)


@condition("vip_nowhere", "No node that answers holds the address")
def _vip_nowhere(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return (
        situation.complete
        and bool(situation.answered)
        and not any(one.owns_vip for one in situation.answered)
    )


@condition("vip_on", "{one_of} holds the address, and no other node does")
def _vip_on(situation: Situation, nodes: tuple[str, ...]) -> bool:
    holders = [one.node for one in situation.answered if one.owns_vip]
    return situation.complete and len(holders) == 1 and holders[0] in nodes


@condition("two_holders", "Two nodes hold the address")
def _two_holders(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return sum(one.owns_vip for one in situation.answered) > 1


@condition("both_online", "Every node sees every node as a member, with quorum and a DC")
def _both_online(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return len(situation.answered) == len(situation.nodes) and all(
        one.quorate and one.dc and set(one.members) >= set(situation.nodes) for one in situation.answered
    )


@condition("alone", "The corosync of {node} sees no other member")
def _alone(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return _each(situation, nodes, lambda one: one.seen and set(one.members) == set(nodes))


@condition("without_cluster", "{node} runs, and no cluster runs on it: it has booted again")
def _without_cluster(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return _each(situation, nodes, lambda one: one.seen and one.quorate is None)


@condition("without_quorum", "The corosync of {node} runs without quorum")
def _without_quorum(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return _each(situation, nodes, lambda one: one.quorate is False)


@condition("with_quorum", "The corosync of {node} runs with quorum")
def _with_quorum(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return _each(situation, nodes, lambda one: one.quorate is True)


@condition("placed_on", "Every cluster that answers runs all resources on {one_of}")
def _placed_on(situation: Situation, nodes: tuple[str, ...]) -> bool:
    places = [set(one.placements.values()) for one in situation.answered if one.placements]
    return (
        bool(places)
        and len(places[0]) == 1
        and places[0] <= set(nodes)
        and all(one == places[0] for one in places)
    )


@condition("placed", "All resources run, wherever that is")
def _placed(situation: Situation, nodes: tuple[str, ...]) -> bool:
    places = [one.placements for one in situation.answered if one.placements]
    return len(places) == len(situation.nodes) and all("" not in one.values() for one in places)


@condition("placed_apart", "All resources run, but on different nodes")
def _placed_apart(situation: Situation, nodes: tuple[str, ...]) -> bool:
    places = [set(one.placements.values()) for one in situation.answered]
    return len(places) == len(situation.nodes) and all(len(one) > 1 and "" not in one for one in places)


@condition("on_their_own", "{node} is a cluster of its own with a DC, and no other node has the address")
def _on_their_own(situation: Situation, nodes: tuple[str, ...]) -> bool:
    holders = {node for node, one in situation.node_readings.items() if one.seen and one.owns_vip}
    alone = _each(
        situation,
        nodes,
        lambda one: one.seen and bool(one.dc) and bool(one.members) and set(one.members) <= set(nodes),
    )
    return alone and len(holders) < 2 and holders <= set(nodes)


@condition("web_hung", "The web server of {node} hangs")
def _web_hung(situation: Situation, nodes: tuple[str, ...]) -> bool:
    return _each(situation, nodes, lambda one: one.web == "hung")


def _each(situation: Situation, nodes: tuple[str, ...], holds: Callable[[NodeReading], bool]) -> bool:
    """Whether each of these nodes was read, and all of their readings fulfil a condition."""
    readings = [situation.node_readings.get(node) for node in nodes]
    return bool(readings) and all(one is not None and holds(one) for one in readings)


def predicate(reference: str) -> Callable[[Situation], bool]:
    """The predicate of a reference ID or ID:ROLE.

    Raises ConfigError for an unknown condition or role, and when a role is missing or not needed.
    """
    found, role = _parsed(reference)
    return lambda situation: found.holds(situation, tuple(situation.roles.get(role, "").split()))


def description(reference: str, roles: Mapping[str, str]) -> str:
    """The text of a condition, with the role's nodes. Raises ConfigError like `predicate`."""
    found, role = _parsed(reference)
    nodes = roles.get(role, role).split()
    return found.description.format(node=" and ".join(nodes), one_of=" or ".join(nodes))


def _parsed(reference: str) -> tuple[Condition, str]:
    name, _, role = reference.partition(":")
    if name not in CONDITIONS:
        raise ConfigError(f"there is no condition {name!r}", hint=f"one of: {', '.join(CONDITIONS)}")
    found = CONDITIONS[name]
    if found.needs_role != bool(role) or (role and role not in ROLES):
        form = f"{name}:ROLE, with one of {', '.join(ROLES)}" if found.needs_role else name
        raise ConfigError(f"condition {reference!r}", hint=f"write {form}")
    return found, role
