"""Reads the constraints of lab.yaml that are more than a pair of the lab's own resources.

Those with a resource of any agent, with roles or actions, and with sets of resources. Source: Pacemaker Explained
("Resource Constraints", "Creating Sets of Resources").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from inventory.config.yaml_document import YamlNode
from inventory.model import INFINITY
from inventory.services import Relation, RelationKind, ResourceSet

ACTIONS = ("start", "stop", "promote", "demote")
KINDS = ("Mandatory", "Optional", "Serialize")
ROLES = ("Started", "Promoted", "Unpromoted", "Stopped")
COLOCATION, ORDER = ("role", "with_role"), ("first_action", "then_action", "kind", "symmetrical")
"""The optional keys of a constraint that make it more than a plain pair."""


def wants(item: YamlNode, services: Collection[str], pair: Sequence[str], more: Sequence[str]) -> bool:
    """Whether a constraint is read here: it has sets, one of the keys `more`, or one of the services."""
    value = item.value
    if not isinstance(value, Mapping):
        return False
    named = [value.get(key) for key in pair]
    return "sets" in value or any(key in value for key in more) or any(one in services for one in named)


def score_text(score: int) -> str:
    """A score as pacemaker writes it."""
    sign = "-" if score < 0 else ""
    return f"{sign}INFINITY" if abs(score) >= INFINITY else str(score)


def colocation(item: YamlNode, known: Sequence[str], score: int | None, ids: Collection[str]) -> Relation:
    """Read a colocation; `score` is already read."""
    weight = {"score": score_text(score or 0)}
    if "sets" in item.value:
        part = item.fields(("sets", "score"))
        sets = _sets(part["sets"], known, ("sequential", "role"))
        return Relation("colocation", _id("colocation", sets, ids), weight, sets)
    part = item.fields(("resource", "with", "score"), COLOCATION)
    one, other = _pair(item, part["resource"], part["with"], known)
    words = {"rsc": one, "with-rsc": other, **weight}
    for key, name in (("role", "rsc-role"), ("with_role", "with-rsc-role")):
        if part[key].present:
            words[name] = part[key].one_of(ROLES) or ""
    return Relation("colocation", _free(f"colocation-{one}-{other}", ids), words)


def order(item: YamlNode, known: Sequence[str], ids: Collection[str]) -> Relation:
    """Read an order."""
    if "sets" in item.value:
        part = item.fields(("sets",), ("kind", "symmetrical"))
        sets = _sets(part["sets"], known, ("sequential", "require_all", "action"))
        return Relation("order", _id("order", sets, ids), _ordering(part), sets)
    part = item.fields(("first", "then"), ORDER)
    one, other = _pair(item, part["first"], part["then"], known)
    first = part["first_action"].one_of(ACTIONS) if part["first_action"].present else "start"
    then = part["then_action"].one_of(ACTIONS) if part["then_action"].present else "start"
    words = {"first": one, "first-action": first or "", "then": other, "then-action": then or ""}
    return Relation("order", _free(f"order-{one}-{other}", ids), {**words, **_ordering(part)})


def location(id_: str, resource: str, node: str, score: int | None, role: YamlNode) -> Relation:
    """Give the location of a service."""
    words = {"rsc": resource, "node": node, "score": score_text(score or 0)}
    if role.present:
        words["role"] = role.one_of(ROLES) or ""
    return Relation("location", id_, words)


def _ordering(part: Mapping[str, YamlNode]) -> dict[str, str]:
    words = {}
    if part["kind"].present:
        words["kind"] = part["kind"].one_of(KINDS) or ""
    if part["symmetrical"].present:
        words["symmetrical"] = "false" if part["symmetrical"].flag() is False else "true"
    return words


def _pair(item: YamlNode, one: YamlNode, other: YamlNode, known: Sequence[str]) -> tuple[str, str]:
    first, second = one.one_of(known), other.one_of(known)
    if first is not None and first == second:
        item.remark(f"found {first} on both sides; allowed: two different resources")
    return first or "", second or ""


def _sets(yaml_node: YamlNode, known: Sequence[str], optional: Sequence[str]) -> tuple[ResourceSet, ...]:
    found: list[ResourceSet] = []
    seen: set[str] = set()
    for item in yaml_node.items("sets of resources"):
        part = item.fields(("resources",), optional)
        ids = [one.one_of(known) or "" for one in part["resources"].items("resources")]
        if isinstance(part["resources"].value, list) and not ids:
            part["resources"].wrong("at least one resource")
        for id_ in ids:
            if id_ and id_ in seen:
                part["resources"].remark(f"found {id_} twice; allowed: each resource once in a constraint")
            seen.add(id_)
        words: dict[str, str] = {}
        for key, name in (("sequential", "sequential"), ("require_all", "require-all")):
            if key in part and part[key].present:
                words[name] = "false" if part[key].flag() is False else "true"
        if "action" in part and part["action"].present:
            words["action"] = part["action"].one_of(ACTIONS) or ""
        if "role" in part and part["role"].present:
            words["role"] = part["role"].one_of(ROLES) or ""
        found.append(ResourceSet(tuple(ids), words))
    if len(seen) == 1 and isinstance(yaml_node.value, list):
        yaml_node.remark("found one resource; allowed: at least two resources in the sets of a constraint")
    return tuple(found)


def _id(kind: RelationKind, sets: Sequence[ResourceSet], ids: Collection[str]) -> str:
    return _free("-".join((f"{kind}-set", *(id_ for one in sets for id_ in one.resources))), ids)


def _free(wish: str, ids: Collection[str]) -> str:
    """An id that nothing else has."""
    id_, number = wish, 1
    while id_ in ids:
        number += 1
        id_ = f"{wish}-{number}"
    return id_
