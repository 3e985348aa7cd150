"""Finds the floating address and the web server in the CIB of a cluster that somebody else made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cluster.cib_constraints import constraint, renamed
from cluster.cib_elements import expand
from cluster.cib_resources import primitive
from cluster.configuration import Primitive
from cluster.service_agents import ADDRESS_AGENTS, APACHE_AGENT, SERVICE_CLASSES
from cluster.xml import Element
from inventory.errors import ConfigError
from inventory.model import INFINITY, Colocation, Constraint, Location, Order
from inventory.platforms.base import Platform
from language.marking import marked


@dataclass(frozen=True)
class Services:
    """The two resources that a drill watches, the constraints between them, and the ids of the other resources."""

    address: Primitive
    web: Primitive
    constraints: tuple[Constraint, ...]
    others: tuple[str, ...]


def web_agents(platform: Platform) -> tuple[str, ...]:
    """The agents of a web server whose processes the lab knows on a platform."""
    return (APACHE_AGENT, *(f"{standard}:{platform.web_service}" for standard in SERVICE_CLASSES))


def services(root: Element, platform: Platform, address: str = "", web: str = "") -> Services:
    """Find them; `address` and `web` are the ids that a person chose, "" when there is only one. Raises ConfigError."""
    expand(root)
    primitives = {one.get("id", ""): one for one in root.iterfind("configuration/resources//primitive")}
    read = {id_: primitive(item) for id_, item in primitives.items()}
    one = _chosen("address", [r for r in read.values() if r.agent in ADDRESS_AGENTS], address, ADDRESS_AGENTS)
    other = _chosen(
        "web", [r for r in read.values() if r.agent in web_agents(platform)], web, web_agents(platform)
    )
    cloned = {
        inner.get("id")
        for clone in root.iterfind("configuration/resources/clone")
        for inner in clone.iter("primitive")
    }
    for found in (one, other):
        if not found.monitor:
            raise ConfigError(
                f"{found.id} has no monitor: the cluster would not notice that it failed.",
                hint=f"pcs resource update {found.id} op monitor interval=10s",
            )
    pair = (one, replace(other, clone=other.id in cloned))
    return Services(
        *pair,
        tuple(_constraints(root, pair)),
        tuple(id_ for id_ in read if id_ not in (one.id, other.id)),
    )


def _chosen(kind: str, found: Sequence[Primitive], wanted: str, agents: Sequence[str]) -> Primitive:
    by_id = {one.id: one for one in found}
    if wanted in by_id:
        return by_id[wanted]
    listed = ", ".join(by_id) or "none"
    if wanted:
        raise ConfigError(
            f"--{kind} {wanted}: there is no such resource.", hint=f"Resources of this kind: {listed}."
        )
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfigError(
            f"The cluster has no resource that can be the {kind}: none has one of the agents {', '.join(agents)}.",
            hint="A drill watches one floating address and one web server behind it.",
        )
    raise ConfigError(
        f"The cluster has several resources that can be the {kind}: {listed}.",
        hint=marked(f"Choose: --{kind} ID"),
    )


def _constraints(root: Element, pair: tuple[Primitive, Primitive]) -> Iterator[Constraint]:
    """The constraints of the two; those of a group or clone hold for the resource in it, and a group has its own."""
    ids = [one.id for one in pair]
    names: dict[str, str] = {}
    found: list[Constraint] = []
    for outer in root.iterfind("configuration/resources/*"):
        inside = [id_ for one in outer.iter("primitive") if (id_ := one.get("id", "")) in ids]
        if outer.tag == "primitive" or not inside:
            continue
        names[outer.get("id", "")] = inside[0]
        if len(inside) == 2:
            found += [Colocation(inside[1], inside[0], INFINITY), Order(inside[0], inside[1])]
    found += [
        renamed(one, names)
        for item in root.iterfind("configuration/constraints/*")
        if (one := constraint(item))
    ]
    seen: dict[object, Constraint] = {}
    for one in found:
        if _of(one) <= set(ids) and len(_of(one)) == (1 if isinstance(one, Location) else 2):
            seen.setdefault(_key(one), one)
    yield from seen.values()


def _of(one: Constraint) -> set[str]:
    if isinstance(one, Colocation):
        return {one.resource, one.with_resource}
    return {one.first, one.then} if isinstance(one, Order) else {one.resource}


def _key(one: Constraint) -> tuple[object, ...]:
    if isinstance(one, Colocation):
        return "colocation", one.resource, one.with_resource
    return ("order", one.first, one.then) if isinstance(one, Order) else ("location", one.resource, one.node)
