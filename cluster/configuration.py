"""A cluster's configuration without its ids: resources, constraints, properties, and the differences of two of them.

Source: Pacemaker Explained; what the walkthrough's commands store is the same on every generation of pcs but for
the ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from cluster import scores
from cluster.secret_names import is_secret
from cluster.values import same, times
from inventory.config.cluster_properties import milliseconds
from inventory.model import Colocation, Constraint, Location, Order


@dataclass(frozen=True)
class Primitive:
    """A resource: its agent as class:provider:type, its options, and operation name -> interval.

    `clone`: it is in a clone that has no option but interleave=true.

    Recurring operations of one name at several intervals stand with all of them, separated by commas; so do
    `timeouts`, by operation. `others` shows what there is no noun for (an operation's on-fail, utilization ...),
    a line each.
    """

    id: str
    agent: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    timeouts: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    clone: bool = False
    advised: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Of a wanted resource: the time-outs that may be stored besides (`cluster.agent_operations`), by operation."""

    @property
    def monitor(self) -> str | None:
        """The monitor's interval as written ("30s"), None without a monitor."""
        return self.operations.get("monitor")

    def good_timeout(self, operation: str, stored: str | None) -> bool:
        """Tell whether a stored time-out of an operation is this resource's own or the advised one."""
        advised = self.advised.get(operation)
        mine = times(stored) == times(self.timeouts.get(operation))
        return mine or (advised is not None and {milliseconds(advised)} == set(times(stored)))


@dataclass(frozen=True)
class Configuration:
    """A configuration in a fixed order: equal configurations have the same meaning.

    `node_attributes` are the permanent ones (standby); `transient` are removed when the node's cluster stops.
    `others` shows what the lab has no noun for (groups, rules, tickets, fencing levels ...), a line each, so that
    nothing goes unseen.
    """

    properties: Mapping[str, str]
    defaults: Mapping[str, str]
    resources: tuple[Primitive, ...] = ()
    colocations: tuple[Colocation, ...] = ()
    orders: tuple[Order, ...] = ()
    locations: tuple[Location, ...] = ()
    node_attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    transient: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Of a wanted configuration: the XML of what lab.yaml adds to the lab's own resources, by its label
    (`cluster.services`)."""

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """All constraints that are modelled."""
        return (*self.colocations, *self.orders, *self.locations)


def differences(want: Configuration, have: Configuration) -> tuple[str, ...]:
    """Give the differences of `have` from `want`, one line each; times, scores and netmasks are compared by value.

    The agent's own start, stop and other operations, which newer pcs adds, are ignored; monitors are compared.
    """
    lines = [*_mapping("property ", want.properties, have.properties)]
    lines += _mapping("resource default ", want.defaults, have.defaults)
    wanted, found = ({r.id: r for r in side.resources} for side in (want, have))
    for id in sorted(wanted.keys() | found.keys()):
        if id not in found:
            lines.append(f"resource {id}: missing")
        elif id not in wanted:
            lines.append(f"resource {id}: not wanted")
        else:
            lines += _resource(wanted[id], found[id])
    pairs: tuple[tuple[Collection[Constraint], Collection[Constraint]], ...] = (
        (want.colocations, have.colocations),
        (want.orders, have.orders),
        (want.locations, have.locations),
    )
    for wishes, stored in pairs:
        wished, found_there = Counter(wishes), Counter(stored)  # a location that is stored twice counts twice
        lines += [f"constraint {describe(c)}: missing" for c in (wished - found_there).elements()]
        lines += [f"constraint {describe(c)}: not wanted" for c in (found_there - wished).elements()]
    lines += _nodes("attribute", want.node_attributes, have.node_attributes)
    lines += _nodes("transient attribute", want.transient, have.transient)
    return (*lines, *_others("", want.others, have.others))


def describe(constraint: Constraint) -> str:
    """Describe a constraint in words."""
    if isinstance(constraint, Colocation):
        score = scores.text(constraint.score)
        return f"colocation of {constraint.resource} with {constraint.with_resource} ({score})"
    if isinstance(constraint, Order):
        return f"order {constraint.first} then {constraint.then}"
    score = scores.text(constraint.score)
    return f"location {constraint.id} of {constraint.resource} on {constraint.node} ({score})"


def shown(name: str, value: str) -> str:
    """The value of an option for people and for records, which never have a password."""
    return "(secret)" if is_secret(name) else value


def _mapping(label: str, want: Mapping[str, str], have: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(want.keys() | have.keys()):
        if same(name, want.get(name), have.get(name)):
            continue
        wished, found = (shown(name, one.get(name, "")) for one in (want, have))
        if name not in have:
            yield f"{label}{name}: want {wished}, not set"
        elif name not in want:
            yield f"{label}{name}: not wanted, found {found}"
        else:
            yield f"{label}{name}: want {wished}, found {found}"


def _nodes(
    what: str, want: Mapping[str, Mapping[str, str]], have: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for node in sorted(want.keys() | have.keys()):
        yield from _mapping(f"node {node}: {what} ", want.get(node, {}), have.get(node, {}))


def _others(label: str, want: Collection[str], have: Collection[str]) -> Iterator[str]:
    wished, found = Counter(want), Counter(have)
    yield from (f"{label}{other}: missing" for other in (wished - found).elements())
    yield from (f"{label}{other}: not wanted" for other in (found - wished).elements())


def _resource(want: Primitive, have: Primitive) -> Iterator[str]:
    label = f"resource {want.id}"
    if want.clone != have.clone:
        yield f"{label}: {'not in a clone' if want.clone else 'clone: not wanted'}"
    if want.agent != have.agent:
        yield f"{label}: agent: want {want.agent}, found {have.agent}"
    yield from _mapping(f"{label}: option ", want.attributes, have.attributes)
    yield from _mapping(f"{label}: meta attribute ", want.meta, have.meta)
    if times(want.monitor) != times(have.monitor):
        yield f"{label}: monitor: want {want.monitor or 'none'}, found {have.monitor or 'none'}"
    for operation in sorted(want.timeouts.keys() | have.timeouts.keys()):
        mine, stored = want.timeouts.get(operation), have.timeouts.get(operation)
        if not want.good_timeout(operation, stored):
            wished = mine or want.advised.get(operation) or "none"
            yield f"{label}: timeout of {operation}: want {wished}, found {stored or 'none'}"
    yield from _others(f"{label}: ", want.others, have.others)
