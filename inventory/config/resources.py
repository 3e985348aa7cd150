"""The lab's resources, the constraints between them, and their scores (walkthrough, steps 6 to 7.1)."""

from __future__ import annotations

import re

from inventory.config import relations
from inventory.config.cluster_properties import SCORE
from inventory.config.services import interval, is_service, service
from inventory.config.yaml_document import YamlNode, listed
from inventory.model import INFINITY, Colocation, Location, Node, Order, Resource
from inventory.services import Relation, Service

KINDS = ("address", "web")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def score(yaml_node: YamlNode) -> int | None:
    """Read a score: a number, or INFINITY with or without a sign."""
    value = yaml_node.value
    words = {"INFINITY": INFINITY, "+INFINITY": INFINITY, "-INFINITY": -INFINITY}
    if isinstance(value, str) and value in words:
        return words[value]
    if isinstance(value, int) and not isinstance(value, bool) and -INFINITY <= value <= INFINITY:
        return value
    if yaml_node.present:
        yaml_node.wrong(SCORE)
    return None


def resources(yaml_node: YamlNode) -> tuple[tuple[Resource, ...], tuple[Service, ...]]:
    """Read the resources, with different ids: exactly one of each kind, and any number of other agents."""
    found: list[Resource] = []
    services: list[Service] = []
    ids: dict[str, str] = {}
    kinds: dict[str, str] = {}
    bad_kind = False
    for item in yaml_node.items("resources"):
        if is_service(item):
            services.append(service(item, lambda one: _identity(one, ids)))
            continue
        part = item.fields(("id", "kind", "monitor"), ("clone",))
        id_, kind = _identity(part["id"], ids), part["kind"].one_of(KINDS)
        every = interval(part["monitor"])
        if kind is None:
            bad_kind = True
        elif kind in kinds:
            part["kind"].wrong(f"one resource of this kind; {kinds[kind]} already is one")
        else:
            kinds[kind] = item.path
        clone = bool(part["clone"].flag()) if part["clone"].present else False
        if clone and kind == "address":
            part["clone"].wrong("false: only one node may hold the floating address")
        found.append(Resource(id_ or str(part["id"].value), kind or "", every or "", clone))
    needed = ("address",) if services else KINDS  # a lab with other services needs no web server
    absent = [kind for kind in needed if kind not in kinds]
    if isinstance(yaml_node.value, list) and absent and not bad_kind:
        yaml_node.remark(f"found no resource of kind {listed(absent)}; allowed: one address and one web")
    return tuple(found), tuple(services)


def constraints(
    yaml_node: YamlNode,
    resources: tuple[Resource, ...],
    services: tuple[Service, ...],
    nodes: tuple[Node, ...],
) -> tuple[tuple[Colocation, ...], tuple[Order, ...], tuple[Location, ...], tuple[Relation, ...]]:
    """Read the constraints. Their resources and nodes must exist, and the orders must have no circle.

    Those that are more than a pair of the lab's own resources are relations.
    """
    part = yaml_node.fields((), ("colocation", "order", "location"))
    others = tuple(one for of in services for one in (of.id, *(member.id for member in of.members)))
    known = (*(resource.id for resource in resources), *others)
    ids = dict.fromkeys(known, "resources")
    more: list[Relation] = []

    def relate(item: YamlNode, made: Relation) -> None:
        if any(
            (one.kind, one.attributes, one.sets) == (made.kind, made.attributes, made.sets) for one in more
        ):
            item.remark("found the same constraint twice; allowed: once")
        ids.setdefault(made.id, item.path)
        more.append(made)

    colocations: list[Colocation] = []
    for item in part["colocation"].items("colocations"):
        if relations.wants(item, others, ("resource", "with"), relations.COLOCATION):
            weight = score(item.child("score"))
            relate(item, relations.colocation(item, known, weight, ids))
            continue
        of = item.fields(("resource", "with", "score"))
        pair, weight = _pair(item, of["resource"], of["with"], known), score(of["score"])
        if pair and any((one.resource, one.with_resource) == pair for one in colocations):
            item.remark("found the same pair twice; allowed: one colocation of two resources")
        elif pair:
            colocations.append(Colocation(*pair, weight or 0))
    orders: list[Order] = []
    for item in part["order"].items("orders"):
        if relations.wants(item, others, ("first", "then"), relations.ORDER):
            relate(item, relations.order(item, known, ids))
            continue
        of = item.fields(("first", "then"))
        pair = _pair(item, of["first"], of["then"], known)
        if pair and Order(*pair) in orders:
            item.remark("found the same pair twice; allowed: one order of two resources")
        elif pair and (path := _path(orders, pair[1], pair[0])):
            item.remark(f"found a circle, {' -> '.join((pair[0], *path))}; allowed: orders without a circle")
        elif pair:
            orders.append(Order(*pair))
    locations: list[Location] = []
    for item in part["location"].items("locations"):
        of = item.fields(("id", "resource", "node", "score"), ("role",))
        id_, resource = _identity(of["id"], ids), of["resource"].one_of(known)
        node, weight = _node(of["node"], nodes), score(of["score"])
        if resource and node and any((one.resource, one.node) == (resource, node) for one in locations):
            item.remark(
                "found the same resource and node twice; allowed: one location of a resource on a node"
            )
        elif id_ and resource and node and (resource in others or of["role"].present):
            relate(item, relations.location(id_, resource, node, weight, of["role"]))
        elif id_ and resource and node:
            locations.append(Location(id_, resource, node, weight or 0))
    return tuple(colocations), tuple(orders), tuple(locations), tuple(more)


def _identity(yaml_node: YamlNode, taken: dict[str, str]) -> str | None:
    id_ = yaml_node.text(
        "an XML id: a letter, then letters, digits and . _ -", lambda text: bool(_ID.fullmatch(text))
    )
    if id_ is not None:
        if id_ in taken:
            yaml_node.remark(f"found the id {id_} twice; allowed: different ids (also {taken[id_]})")
        taken.setdefault(id_, yaml_node.path)
    return id_


def _pair(item: YamlNode, one: YamlNode, other: YamlNode, known: tuple[str, ...]) -> tuple[str, str] | None:
    first, second = one.one_of(known), other.one_of(known)
    if first is None or second is None:
        return None
    if first == second:
        item.remark(f"found {first} on both sides; allowed: two different resources")
        return None
    return first, second


def _path(orders: list[Order], start: str, end: str) -> tuple[str, ...]:
    """Give the resources on the path of orders from start to end; empty when there is no path."""
    if start == end:
        return (end,)
    for order in orders:
        if order.first == start and (rest := _path(orders, order.then, end)):
            return (start, *rest)
    return ()


def _node(yaml_node: YamlNode, nodes: tuple[Node, ...]) -> str | None:
    for node in nodes:
        if isinstance(yaml_node.value, str) and node.is_called(yaml_node.value):
            return node.name
    return yaml_node.one_of([node.name for node in nodes])
