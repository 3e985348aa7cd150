"""The part of a configuration that lab.yaml's resources of any agent make. Pure.

The reader of the CIB (`cluster.cib`) models what the walkthrough needs, and shows all else as lines of text. A wanted
configuration keeps the XML of each of its resources and lines, so that it can be written too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree

from cluster import cib
from cluster.cib_constraints import clone_id, clone_ids, renamed
from cluster.configuration import Configuration, Primitive, describe, differences
from cluster.service_xml import fragment
from inventory.model import Constraint, Lab
from inventory.platforms.base import Platform


def label(resource: Primitive) -> str:
    """The label of a resource in `Configuration.written`: the tag and the id of its element."""
    return f"clone {clone_id(resource.id)}" if resource.clone else f"primitive {resource.id}"


def line_label(line: str) -> str:
    """The label of a line of `Configuration.others`: the tag and the id, its first two words."""
    return " ".join(line.split()[:2])


def wanted(lab: Lab, platform: Platform, metadata: Mapping[str, str]) -> Configuration:
    """The resources of any agent and the constraints with them; nothing where lab.yaml has none."""
    resources, constraints = fragment(lab, platform, metadata)
    if not resources and not constraints:
        return Configuration({}, {})
    root = ElementTree.Element("cib")
    configuration = ElementTree.SubElement(root, "configuration")
    ElementTree.SubElement(configuration, "resources").extend(resources)
    ElementTree.SubElement(configuration, "constraints").extend(constraints)
    read = cib.parse(ElementTree.tostring(root, encoding="unicode")).configuration
    names = {clone: id_ for id_, clone in clone_ids(lab.resources).items()}
    return replace(
        read,
        colocations=tuple(renamed(one, names) for one in read.colocations),
        orders=tuple(renamed(one, names) for one in read.orders),
        locations=tuple(renamed(one, names) for one in read.locations),
        written={
            f"{one.tag} {one.get('id')}": ElementTree.tostring(one, encoding="unicode")
            for one in (*resources, *constraints)
        },
    )


def joined(one: Configuration, other: Configuration) -> Configuration:
    """Two configurations as one; the properties and defaults are those of the first."""
    return replace(
        one,
        resources=tuple(sorted((*one.resources, *other.resources), key=lambda resource: resource.id)),
        colocations=tuple(sorted((*one.colocations, *other.colocations), key=repr)),
        orders=tuple(sorted((*one.orders, *other.orders), key=repr)),
        locations=tuple(sorted((*one.locations, *other.locations), key=repr)),
        others=tuple(sorted((*one.others, *other.others))),
        written={**one.written, **other.written},
    )


def as_written(want: Configuration, known: Configuration) -> Configuration:
    """The known part of a configuration, with each resource and line of `want.written` as it is wanted."""
    resources = {one.id: one for one in want.resources if label(one) in want.written}
    lines = {line_label(one): one for one in want.others}
    return replace(
        known,
        resources=tuple(resources.get(one.id, one) for one in known.resources),
        others=tuple(dict.fromkeys(lines.get(line_label(one), one) for one in known.others)),
        written=want.written,
    )


def named(configuration: Configuration) -> set[str]:
    """The ids of all resources in the lines of a configuration: groups, clones and what is in them."""
    found = set()
    texts = (configuration.written.get(line_label(one), "") for one in configuration.others)
    for root in (ElementTree.fromstring(one) for one in texts if one):  # noqa: S314 (our own)
        found |= {one.get("id", "") for one in root.iter() if one.tag in ("primitive", "group", "clone")}
    return found


def missing(want: Configuration, have: Configuration) -> Iterator[str]:
    """What a stored configuration lacks of a part that is wanted, and what differs in it; one line each."""
    found = {one.id: one for one in have.resources}
    for resource in want.resources:
        stored = found.get(resource.id)
        if stored is None:
            yield f"{resource.id} is missing"
        else:
            yield from differences(*(Configuration({}, {}, (one,)) for one in (resource, stored)))
    constraints: list[Constraint] = [one for one in want.constraints if one not in have.constraints]
    yield from (f"the CIB has no {describe(one)}" for one in constraints)
    labels = {line_label(one) for one in have.others}
    for line in want.others:
        if line not in have.others:
            known = line_label(line)
            yield f"{known} differs from lab.yaml" if known in labels else f"{known} is missing"


def completed(want: Configuration, part: Configuration, known: Configuration) -> Configuration:
    """The known part of a stored configuration, with all of `part` in it as it is wanted."""
    ids, labels = {one.id for one in part.resources}, {line_label(one) for one in part.others}
    places = {place(one) for one in part.constraints}
    kept = replace(
        known,
        resources=tuple(one for one in known.resources if one.id not in ids),
        colocations=tuple(one for one in known.colocations if place(one) not in places),
        orders=tuple(one for one in known.orders if place(one) not in places),
        locations=tuple(one for one in known.locations if place(one) not in places),
        others=tuple(one for one in known.others if line_label(one) not in labels),
    )
    return replace(joined(kept, part), written=want.written)


def place(constraint: Constraint) -> tuple[str, ...]:
    """What a constraint is about: two of one place contradict each other."""
    words = [getattr(constraint, name, "") for name in ("resource", "with_resource", "first", "then", "node")]
    return (type(constraint).__name__, *words)
