"""Writes a configuration as the CIB's XML, to replace the stored one.

Pure. It holds for every schema of pacemaker 1.1 to 3.0, as it has only what the walkthrough's commands store.
Source: Pacemaker Explained; cibadmin(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from cluster import scores
from cluster.cib import parse
from cluster.cib_constraints import clone_id, renamed
from cluster.cib_elements import BOOTSTRAP
from cluster.configuration import Configuration, Primitive, differences
from cluster.services import label, line_label
from cluster.xml import Element
from inventory.model import Colocation, Constraint, Order

REPLACE = ("cibadmin", "-R", "-o", "configuration", "-p")
"""The command that replaces the whole configuration section by its standard input, in one change."""


def configuration_xml(
    configuration: Configuration,
    nodes: Iterable[Mapping[str, str]] = (),
    bookkeeping: Mapping[str, str] | None = None,
) -> str:
    """Write <configuration>. `nodes` and `bookkeeping` are the live CIB's (`cluster.cib.Cib`), kept unchanged.

    ValueError when the configuration has something that cannot be written (`others`, a resource from a template).
    """
    root = ElementTree.Element("configuration")
    section = ElementTree.SubElement(root, "crm_config")
    properties = {**(bookkeeping or {}), **configuration.properties}
    _pairs(section, "cluster_property_set", BOOTSTRAP, properties)
    section = ElementTree.SubElement(root, "nodes")
    for attributes in nodes:
        node = ElementTree.SubElement(section, "node", dict(attributes))
        pairs = configuration.node_attributes.get(attributes.get("uname", ""), {})
        _pairs(node, "instance_attributes", f"nodes-{attributes.get('id', '')}", pairs)
    section = ElementTree.SubElement(root, "resources")
    clones = {one.id: clone_id(one.id) for one in configuration.resources if one.clone}
    for resource in configuration.resources:
        if label(resource) in configuration.written:
            section.append(ElementTree.fromstring(configuration.written[label(resource)]))  # noqa: S314 (our own)
        else:
            _primitive(_clone(section, resource.id) if resource.clone else section, resource)
    others = [configuration.written.get(line_label(one), "") for one in configuration.others]
    elements = [ElementTree.fromstring(one) for one in others if one]  # noqa: S314 (our own)
    section.extend(one for one in elements if not one.tag.startswith("rsc_"))
    section = ElementTree.SubElement(root, "constraints")
    section.extend(one for one in elements if one.tag.startswith("rsc_"))
    taken: set[str] = {one.get("id", "") for one in elements}
    for constraint in configuration.constraints:
        item = _constraint(renamed(constraint, clones))
        item.set("id", _unique(item.get("id", ""), taken))
        section.append(item)
    section = ElementTree.SubElement(root, "rsc_defaults")
    _pairs(section, "meta_attributes", "rsc_defaults-meta_attributes", configuration.defaults)
    text = ElementTree.tostring(root, encoding="unicode")
    lost = differences(configuration, parse(f"<cib>{text}</cib>").configuration)
    if lost:
        raise ValueError(f"this configuration cannot be written as XML: {'; '.join(lost)}")
    return text


def _pairs(parent: Element, tag: str, id_: str, pairs: Mapping[str, str]) -> None:
    if not pairs:
        return
    where = ElementTree.SubElement(parent, tag, {"id": id_})
    taken: set[str] = set()
    for name, value in pairs.items():
        pair = {"id": _unique(f"{id_}-{name}", taken), "name": name, "value": value}
        ElementTree.SubElement(where, "nvpair", pair)


def _clone(parent: Element, id_: str) -> Element:
    """A clone as pcs makes it, around a resource that is added to it."""
    clone = ElementTree.SubElement(parent, "clone", {"id": clone_id(id_)})
    _pairs(clone, "meta_attributes", f"{clone_id(id_)}-meta_attributes", {"interleave": "true"})
    return clone


def _primitive(parent: Element, resource: Primitive) -> None:
    standard, _, rest = resource.agent.partition(":")
    provider, _, kind = rest.rpartition(":")
    words = {"class": standard, "provider": provider, "type": kind}
    item = ElementTree.SubElement(
        parent, "primitive", {"id": resource.id, **{name: word for name, word in words.items() if word}}
    )
    _pairs(item, "instance_attributes", f"{resource.id}-instance_attributes", resource.attributes)
    _pairs(item, "meta_attributes", f"{resource.id}-meta_attributes", resource.meta)
    operations = _operations(resource)
    if not operations:
        return
    where = ElementTree.SubElement(item, "operations")
    for name, interval, timeout in operations:
        said = {"timeout": timeout} if timeout else {}
        id_ = _id(f"{resource.id}-{name}-interval-{interval}")
        ElementTree.SubElement(where, "op", {"id": id_, "interval": interval, "name": name, **said})


def _operations(resource: Primitive) -> list[tuple[str, str, str]]:
    """Name, interval and time-out ("" for none): the resource's own, and start and stop as its agent advises."""
    found = []
    for name, intervals in resource.operations.items():
        advice = "" if name == "monitor" else resource.advised.get(name, "")
        timeout = resource.timeouts.get(name, advice).split(",")[0]
        found += [(name, interval, timeout) for interval in intervals.split(",")]
    for name in ("start", "stop"):
        if name in resource.advised and name not in resource.operations:
            found.append((name, "0s", resource.advised[name]))
    return found


def _constraint(constraint: Constraint) -> Element:
    if isinstance(constraint, Colocation):
        score = scores.text(constraint.score)
        words = {"rsc": constraint.resource, "with-rsc": constraint.with_resource, "score": score}
        id_ = f"colocation-{constraint.resource}-{constraint.with_resource}-{score}"
        return ElementTree.Element("rsc_colocation", {"id": id_, **words})
    if isinstance(constraint, Order):
        actions = {"first-action": "start", "then-action": "start"}
        words = {"first": constraint.first, "then": constraint.then, **actions}
        return ElementTree.Element(
            "rsc_order", {"id": f"order-{constraint.first}-{constraint.then}-mandatory", **words}
        )
    words = {"rsc": constraint.resource, "node": constraint.node, "score": scores.text(constraint.score)}
    return ElementTree.Element("rsc_location", {"id": constraint.id, **words})


def _unique(wish: str, taken: set[str]) -> str:
    """An XML id that no other element has yet."""
    id_, number = _id(wish), 1
    while id_ in taken:
        number += 1
        id_ = f"{_id(wish)}-{number}"
    taken.add(id_)
    return id_


def _id(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text)
