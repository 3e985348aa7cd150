"""What a CIB's configuration means, ids apart: what the lab wants stored, and how that differs from what is.

Source: Pacemaker Explained; what the walkthrough's commands store is the same on every generation of
pcs but for the ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from cluster import scores
from inventory.config.cluster_properties import boolean, milliseconds
from inventory.model import INFINITY, Colocation, Constraint, Lab, Location, Order
from inventory.platforms.base import Platform

DEFAULTS = {
    "maintenance-mode": "false",
    "maintenance": "false",
    "standby": "false",
    "is-managed": "true",
    "target-role": "started",
}
"""Pacemaker's defaults of what is set to take something back: stored or not, it means the same."""


@dataclass(frozen=True)
class Primitive:
    """A resource: its agent as class:provider:type, its options, and operation name -> interval.

    Recurring operations of one name at several intervals stand with all of them, separated by commas.
    """

    id: str
    agent: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def monitor(self) -> str | None:
        """The monitor's interval as written ("30s"), None without a monitor."""
        return self.operations.get("monitor")


@dataclass(frozen=True)
class Configuration:
    """What a CIB says, in a settled order: equal configurations mean the same.

    `others` shows what the lab has no noun for (groups, rules, tickets, fencing levels ...), so that
    nothing goes unseen; `node_attributes` holds a standby that someone left behind.
    """

    properties: Mapping[str, str]
    defaults: Mapping[str, str]
    resources: tuple[Primitive, ...] = ()
    colocations: tuple[Colocation, ...] = ()
    orders: tuple[Order, ...] = ()
    locations: tuple[Location, ...] = ()
    node_attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def desired(
    lab: Lab,
    platform: Platform,
    *,
    properties: Collection[str] | None = None,
    stickiness: int | None = None,
    resources: Collection[str] | None = None,
    constraints: Collection[str] = ("colocation", "order", "location"),
    interface: str = "",
) -> Configuration:
    """Give what the whole walkthrough stores, or a part of it, for the states between its steps.

    `properties` and `resources` limit by name and id, `constraints` by sort; a constraint needs its
    resources. `stickiness` replaces the lab's; 0 is stored too, as newer pcs starts a cluster with 1.
    `interface` is the nodes' interface in the cluster's network, "" when they differ: ocf:heartbeat:IPaddr
    takes eth0 unless it is told another (its metadata, nic).
    """
    kept = [r for r in lab.resources if resources is None or r.id in resources]
    ids = {resource.id for resource in kept}
    address = {"cidr_netmask": str(lab.network.prefixlen), "ip": str(lab.vip)}
    if platform.agents["address"] == "ocf:heartbeat:IPaddr" and interface not in ("", "eth0"):
        address["nic"] = interface
    options = {"address": address}
    colocations = [
        c for c in lab.colocations if {c.resource, c.with_resource} <= ids and "colocation" in constraints
    ]
    orders = [c for c in lab.orders if {c.first, c.then} <= ids and "order" in constraints]
    locations = [c for c in lab.locations if c.resource in ids and "location" in constraints]
    value = lab.stickiness if stickiness is None else stickiness
    return Configuration(
        properties={n: v for n, v in sorted(lab.properties.items()) if properties is None or n in properties},
        defaults={"resource-stickiness": scores.text(value)},
        resources=tuple(
            Primitive(r.id, platform.agents[r.kind], options.get(r.kind, {}), {"monitor": r.monitor})
            for r in sorted(kept, key=lambda resource: resource.id)
        ),
        colocations=tuple(sorted(colocations, key=repr)),
        orders=tuple(sorted(orders, key=repr)),
        locations=tuple(sorted(locations, key=repr)),
    )


def differences(want: Configuration, have: Configuration) -> tuple[str, ...]:
    """Tell how `have` differs from `want`, a line each; times and scores count by value.

    The agent's own start, stop and other operations, which newer pcs adds, do not count; monitors do.
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
        wished, found_there = Counter(wishes), Counter(stored)  # one location twice counts twice
        lines += [f"constraint {describe(c)}: missing" for c in (wished - found_there).elements()]
        lines += [f"constraint {describe(c)}: not wanted" for c in (found_there - wished).elements()]
    nodes = want.node_attributes.keys() | have.node_attributes.keys()
    for node in sorted(nodes):
        lines += _mapping(
            f"node {node}: attribute ", want.node_attributes.get(node, {}), have.node_attributes.get(node, {})
        )
    lines += [f"{other}: missing" for other in want.others if other not in have.others]
    lines += [f"{other}: not wanted" for other in have.others if other not in want.others]
    return tuple(lines)


def same(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values of an option mean the same; None, not set, means pacemaker's default."""
    return _meaning(name, one) == _meaning(name, other)


def without_defaults(pairs: Mapping[str, str]) -> dict[str, str]:
    """Give the options without those that are set to what holds without them."""
    return {name: value for name, value in pairs.items() if not same(name, value, None)}


def describe(constraint: Constraint) -> str:
    """Say a constraint in words."""
    if isinstance(constraint, Colocation):
        score = scores.text(constraint.score)
        return f"colocation of {constraint.resource} with {constraint.with_resource} ({score})"
    if isinstance(constraint, Order):
        return f"order {constraint.first} then {constraint.then}"
    score = scores.text(constraint.score)
    return f"location {constraint.id} of {constraint.resource} on {constraint.node} ({score})"


def _mapping(label: str, want: Mapping[str, str], have: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(want.keys() | have.keys()):
        if same(name, want.get(name), have.get(name)):
            continue
        if name not in have:
            yield f"{label}{name}: want {want[name]}, not set"
        elif name not in want:
            yield f"{label}{name}: not wanted, found {have[name]}"
        else:
            yield f"{label}{name}: want {want[name]}, found {have[name]}"


def _resource(want: Primitive, have: Primitive) -> Iterator[str]:
    label = f"resource {want.id}"
    if want.agent != have.agent:
        yield f"{label}: agent: want {want.agent}, found {have.agent}"
    yield from _mapping(f"{label}: option ", want.attributes, have.attributes)
    yield from _mapping(f"{label}: meta attribute ", want.meta, have.meta)
    if _times(want.monitor) != _times(have.monitor):
        yield f"{label}: monitor: want {want.monitor or 'none'}, found {have.monitor or 'none'}"


def _times(text: str | None) -> list[int | str]:
    """Give the intervals in milliseconds, as far as they can be read."""
    words = text.split(",") if text else []
    times = [milliseconds(word) for word in words]
    return sorted((word if time is None else time for word, time in zip(words, times, strict=True)), key=str)


def _meaning(name: str, text: str | None) -> int | str | None:
    if name not in DEFAULTS:
        return None if text is None else _value(text)
    return DEFAULTS[name] if text is None else _value(text.lower())


def _value(text: str) -> int | str:
    """Give a time in milliseconds, a boolean as true or false, and other values as they are."""
    word, truth = text.strip().lower(), boolean(text)
    if truth is not None:
        return "true" if truth else "false"
    if word.lstrip("+-") in ("infinity", str(INFINITY)):
        return -INFINITY if word.startswith("-") else INFINITY
    time = milliseconds(text)
    return text if time is None or text.isdigit() else time
