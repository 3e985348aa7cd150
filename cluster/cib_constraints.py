"""The CIB's constraints: those that the lab models, and the others.

Source: Pacemaker Explained ("Resource Constraints", "Rules").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import overload

from cluster import scores
from cluster.xml import Element
from inventory.model import Colocation, Constraint, Location, Order, Resource

TAGS: Mapping[type[Constraint], str] = {
    Colocation: "rsc_colocation",
    Order: "rsc_order",
    Location: "rsc_location",
}
_COLOCATION = {"node-attribute": "#uname", "influence": "true"}
_ORDER = {
    "first-action": "start",
    "then-action": "start",
    "kind": "mandatory",
    "symmetrical": "true",
    "score": "infinity",
    "require-all": "true",
}
_LOCATION = {"role": "started", "resource-discovery": "always"}
_RULE = {"role": "started", "boolean-op": "and"}
_EXPRESSION = {"type": "string", "operation": "eq", "attribute": "#uname"}
"""The defaults of each element, in lower case: a stored default means the same as a missing attribute."""


def constraint(item: Element) -> Constraint | None:
    """Read a constraint that the lab models; None for resource sets, roles, rules, tickets and the like.

    Raises OutputError when a score is not valid.
    """
    if item.tag == "rsc_colocation" and _says(item, ("rsc", "with-rsc"), ("score",), _COLOCATION):
        return Colocation(item.get("rsc", ""), item.get("with-rsc", ""), scores.parse(item.get("score", "0")))
    if item.tag == "rsc_order" and _says(item, ("first", "then"), (), _ORDER):
        return Order(item.get("first", ""), item.get("then", ""))
    if item.tag == "rsc_location" and _says(item, ("rsc", "node", "score"), (), _LOCATION):
        return Location(
            item.get("id", ""), item.get("rsc", ""), item.get("node", ""), scores.parse(item.get("score", ""))
        )
    if item.tag == "rsc_location" and len(item) == 1 and _says(item, ("rsc",), (), _LOCATION, children=1):
        rule = preference(item)
        if rule is not None:
            return Location(
                item.get("id", ""),
                item.get("rsc", ""),
                rule[0].get("value", ""),
                scores.parse(rule.get("score", "")),
            )
    return None


def clone_id(id_: str) -> str:
    """The id that pcs gives to the clone of a resource; constraints name it in place of the resource."""
    return f"{id_}-clone"


def clone_ids(resources: Iterable[Resource]) -> dict[str, str]:
    """For each cloned resource of lab.yaml: its own id, and the id by which constraints name its clone."""
    return {one.id: clone_id(one.id) for one in resources if one.clone}


@overload
def renamed(one: Colocation, names: Mapping[str, str]) -> Colocation: ...
@overload
def renamed(one: Order, names: Mapping[str, str]) -> Order: ...
@overload
def renamed(one: Location, names: Mapping[str, str]) -> Location: ...
@overload
def renamed(one: Constraint, names: Mapping[str, str]) -> Constraint: ...
def renamed(one: Constraint, names: Mapping[str, str]) -> Constraint:
    """The constraint with the ids of its resources replaced by `names`; an id that `names` lacks stays."""
    if isinstance(one, Colocation):
        pair = (one.resource, one.with_resource)
        resource, other = (names.get(id_, id_) for id_ in pair)
        return replace(one, resource=resource, with_resource=other)
    if isinstance(one, Order):
        return replace(one, first=names.get(one.first, one.first), then=names.get(one.then, one.then))
    return replace(one, resource=names.get(one.resource, one.resource))


def preference(item: Element) -> Element | None:
    """Give the rule of a location when it is only `#uname eq NODE`, as 1.1.8's move and `pcs … rule` store it."""
    rule = item.find("rule")
    if rule is None or len(rule) != 1 or not _says(rule, ("score",), (), _RULE, children=1):
        return None
    expression = rule[0]
    whole = expression.tag == "expression" and _says(
        expression, ("attribute", "operation", "value"), (), _EXPRESSION
    )
    return rule if whole else None


def _says(
    item: Element,
    needed: tuple[str, ...],
    optional: tuple[str, ...],
    usual: Mapping[str, str],
    *,
    children: int = 0,
) -> bool:
    """Whether an element has the needed attributes, and all others have their default values."""
    if len(item) != children or any(item.get(name) is None for name in needed):
        return False
    said = {name: value for name, value in item.attrib.items() if name != "id" and name not in optional}
    return all(
        value.lower().lstrip("+") == usual[name] if name in usual else name in needed
        for name, value in said.items()
    )
