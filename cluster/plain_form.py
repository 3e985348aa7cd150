"""Writes groups and resource sets of a CIB as the plain resources and constraints that have the same effect.

Pure. Source: Pacemaker Explained ("Groups", "Creating Sets of Resources", "Colocating Sets of Resources").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.etree import ElementTree

from cluster.cib_elements import expand, options
from cluster.xml import Element, element
from inventory.config.cluster_properties import boolean


def plain_form(text: str) -> str:
    """The output of `cibadmin -Q` with groups and sets as plain resources and constraints.

    What has no plain form with the same effect is not changed. Raises OutputError when the text is not a CIB.
    """
    root = element(text, "cibadmin", ("cib",))
    resources, constraints = (root.find(f"configuration/{part}") for part in ("resources", "constraints"))
    if resources is None or constraints is None:
        return text
    expand(root)
    members = _take_groups_apart(resources, constraints)
    for item in list(constraints):
        _name_members(item, members)
        pairs = list(_pairs(item))
        if pairs:
            constraints.remove(item)
            constraints.extend(pairs)
    return ElementTree.tostring(root, encoding="unicode")


def _take_groups_apart(resources: Element, constraints: Element) -> dict[str, list[str]]:
    """Move the members of each group to the top level, with the group's meta attributes; give the members' ids."""
    found: dict[str, list[str]] = {}
    for group in resources.findall("group"):
        meta, odd = options(group.findall("meta_attributes"))
        primitives = group.findall("primitive")
        if odd or any(child.tag not in ("primitive", "meta_attributes") for child in group):
            continue
        ids = [one.get("id", "") for one in primitives]
        found[group.get("id", "")] = ids
        ordered, together = (
            boolean(meta.pop(name, "true")) is not False for name in ("ordered", "collocated")
        )
        for one in primitives:
            _inherit(one, meta)
            resources.append(one)
        resources.remove(group)
        for first, then in pairwise(ids):
            if together:
                constraints.append(_colocation(then, first))
            if ordered:
                constraints.append(_order(first, then))
    return found


def _inherit(primitive: Element, meta: dict[str, str]) -> None:
    """Give a primitive the meta attributes of its group that it does not set itself."""
    own, _ = options(primitive.findall("meta_attributes"))
    missing = {name: value for name, value in meta.items() if name not in own}
    if missing:
        where = primitive.find("meta_attributes")
        if where is None:
            where = ElementTree.SubElement(primitive, "meta_attributes", {"id": "inherited"})
        for name, value in missing.items():
            ElementTree.SubElement(where, "nvpair", {"id": f"inherited-{name}", "name": name, "value": value})


_ENDS = {"rsc": 0, "with-rsc": -1, "first": -1, "then": 0}
"""The member of a group that a constraint on the group is about: the first (0) or the last (-1)."""


def _name_members(item: Element, members: dict[str, list[str]]) -> None:
    for name, end in _ENDS.items():
        ids = members.get(item.get(name, ""))
        if ids:
            item.set(name, ids[end])


def _pairs(item: Element) -> Iterator[Element]:
    """The plain constraints of a mandatory, sequential set; none for any other constraint."""
    sets = item.findall("resource_set")
    if not sets or len(sets) != len(item) or not all(_sequential(one) for one in sets):
        return
    chain = [ref.get("id", "") for one in sets for ref in one]
    if item.tag == "rsc_colocation" and _has(item, {"score": ("INFINITY", "+INFINITY", "1000000")}):
        yield from (_colocation(then, first) for first, then in pairwise(chain))
    if item.tag == "rsc_order" and _has(
        item, {"kind": ("Mandatory",), "symmetrical": ("true",), "score": ("INFINITY",)}
    ):
        yield from (_order(first, then) for first, then in pairwise(chain))


def _sequential(item: Element) -> bool:
    return _has(item, {"sequential": ("true",), "require-all": ("true",), "action": ("start",)}) and all(
        ref.tag == "resource_ref" for ref in item
    )


def _has(item: Element, allowed: dict[str, Sequence[str]]) -> bool:
    """Whether all attributes except the id have one of the allowed values."""
    return all(name == "id" or value in allowed.get(name, ()) for name, value in item.attrib.items())


def _colocation(resource: str, with_resource: str) -> Element:
    words = {"rsc": resource, "with-rsc": with_resource, "score": "INFINITY"}
    return ElementTree.Element("rsc_colocation", {"id": f"plain-{with_resource}-{resource}", **words})


def _order(first: str, then: str) -> Element:
    return ElementTree.Element(
        "rsc_order", {"id": f"plain-order-{first}-{then}", "first": first, "then": then}
    )
