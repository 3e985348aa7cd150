"""The differences of a scenario's starting state from lab.yaml, and the CIB's XML with them.

Pure: XML in, XML out. Only the sections that differ are replaced, each as a whole (`changed_sections`). This is fast
and causes no election; a replacement of the whole CIB would cause one. Source: cibadmin(8), Pacemaker Explained.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree

from cluster import scores
from cluster.cib_constraints import clone_id, constraint
from cluster.configuration import Configuration, describe, shown
from cluster.xml import Element, element
from inventory.errors import ConfigError
from inventory.model import Lab, Location

ConstraintType = Literal["colocation", "order", "location"]
RESOURCE_KINDS = ("address", "web")
FENCE_CLASS, FENCE_DELAY = "stonith", "pcmk_delay_base"
SECTIONS = ("crm_config", "rsc_defaults", "resources", "constraints")


@dataclass(frozen=True)
class Overrides:
    """Differences from the configuration of lab.yaml.

    `location` is the score of the lab's location constraints, `last_node` that of one more, by which the web server
    prefers the last node of lab.yaml. `without` names the types of constraints to remove,
    `resources` the kinds of resources to keep. `monitors` maps a kind of resource to its monitor's interval.
    `two_node` sets two_node in corosync.conf on both nodes (votequorum(5)); `votequorum` are further options of it that
    are switched on, which needs a restart of the cluster on each node. Without `fence_delay` no fence
    device has a pcmk_delay_base. `stop_timeouts` maps a kind of resource to the time limit of its stop.
    """

    properties: Mapping[str, str] = field(default_factory=dict)
    stickiness: int | None = None
    location: int | None = None
    last_node: int | None = None
    migration_threshold: int | None = None
    without: tuple[ConstraintType, ...] = ()
    resources: tuple[str, ...] = RESOURCE_KINDS
    monitors: Mapping[str, str] = field(default_factory=dict)
    two_node: bool = False
    votequorum: tuple[str, ...] = ()
    fence_delay: bool = True
    stop_timeouts: Mapping[str, str] = field(default_factory=dict)

    @property
    def serves(self) -> bool:
        """Clients are served in this state, unless something is broken."""
        return set(RESOURCE_KINDS) <= set(self.resources) and "colocation" not in self.without

    @property
    def stops_lone_node(self) -> bool:
        """A node that is alone has no quorum in this state, and its policy lets it start nothing."""
        return not self.two_node and self.properties.get("no-quorum-policy", "ignore") != "ignore"

    @property
    def summary(self) -> str:
        """The differences in one line, for people."""
        found = [f"{name}={value}" for name, value in self.properties.items()]
        found += [] if self.stickiness is None else [f"stickiness {scores.text(self.stickiness)}"]
        found += [] if self.location is None else [f"location score {scores.text(self.location)}"]
        found += [] if self.last_node is None else [f"score {scores.text(self.last_node)} for the last node"]
        found += (
            [] if self.migration_threshold is None else [f"migration-threshold {self.migration_threshold}"]
        )
        found += [f"no {constraint_type}" for constraint_type in self.without]
        found += [f"no {kind} resource" for kind in RESOURCE_KINDS if kind not in self.resources]
        found += [f"monitor of {kind} every {interval}" for kind, interval in self.monitors.items()]
        found += ["two_node"] if self.two_node else []
        found += self.votequorum
        found += [f"stop of {kind} within {limit}" for kind, limit in self.stop_timeouts.items()]
        found += [] if self.fence_delay else ["no pcmk_delay_base"]
        return ", ".join(found) or "as in lab.yaml"


def edited_cib(text: str, overrides: Overrides, lab: Lab) -> str:
    """The CIB's XML with the overrides; `text` is the XML of lab.yaml's configuration.

    Raises ConfigError when a location score is set, but no location constraint prefers a node.
    """
    root = element(text, "cibadmin", ("cib",))
    options = _attribute_set(root, "crm_config", "cluster_property_set", "cib-bootstrap-options")
    for name, value in overrides.properties.items():
        _put(options, name, value)
    defaults = {
        "resource-stickiness": overrides.stickiness,
        "migration-threshold": overrides.migration_threshold,
    }
    for name, number in defaults.items():
        if number is not None:
            _put(
                _attribute_set(root, "rsc_defaults", "meta_attributes", "rsc_defaults-meta"),
                name,
                scores.text(number),
            )
    for kind, interval in overrides.monitors.items():
        if not lab.has(kind):
            continue
        path = f"configuration/resources//primitive[@id='{lab.resource(kind).id}']/operations/op[@name='monitor']"
        for operation in root.findall(path):
            operation.set("interval", interval)
    for kind, limit in overrides.stop_timeouts.items():
        _set_stop_timeout(root, lab.resource(kind).id, limit)
    if not overrides.fence_delay:
        for attributes in root.findall(
            f"configuration/resources//primitive[@class='{FENCE_CLASS}']/instance_attributes"
        ):
            for pair in attributes.findall(f"nvpair[@name='{FENCE_DELAY}']"):
                attributes.remove(pair)
    gone = [one for one in lab.resources if one.kind not in overrides.resources]
    removed = {id_ for one in gone for id_ in (one.id, clone_id(one.id))}
    resources, constraints = (_section(root, name) for name in ("resources", "constraints"))
    for item in list(resources):
        if item.get("id") in removed:
            resources.remove(item)
    related = {one.id for one in lab.services.relations}
    for item in list(constraints):
        if item.get("id") in related:
            continue
        if item.tag.removeprefix("rsc_") in overrides.without or removed & set(item.attrib.values()):
            constraints.remove(item)
    if overrides.location is not None:
        wanted = {(one.resource, one.node) for one in lab.locations}
        preferred = [scored for item in constraints for scored in _scored(item, wanted)]
        if not preferred:
            raise ConfigError(
                f"a location score of {scores.text(overrides.location)} is wanted, and no resource prefers a node",
                hint="lab.yaml: constraints: location names the preferred node",
            )
        for item in preferred:
            item.set("score", scores.text(overrides.location))
    if overrides.last_node is not None:
        ElementTree.SubElement(constraints, "rsc_location", _last_node(overrides.last_node, lab))
    return ElementTree.tostring(root, encoding="unicode")


def _last_node(score: int, lab: Lab) -> dict[str, str]:
    """The attributes of the constraint by which the web server prefers the last node."""
    resource, node = lab.resource("web"), lab.nodes[-1]
    id_ = clone_id(resource.id) if resource.clone else resource.id
    return {"id": "ha-lab-last-node", "rsc": id_, "node": node.name, "score": scores.text(score)}


def _set_stop_timeout(root: Element, id_: str, limit: str) -> None:
    """Set the time limit of a resource's stop; the operation is added when the resource has none."""
    for resource in root.findall(f"configuration/resources//primitive[@id='{id_}']"):
        operations = resource.find("operations")
        if operations is None:
            operations = ElementTree.SubElement(resource, "operations")
        stop = operations.find("op[@name='stop']")
        if stop is None:
            names = {"id": f"{id_}-stop-ha-lab", "name": "stop", "interval": "0s"}
            stop = ElementTree.SubElement(operations, "op", names)
        stop.set("timeout", limit)


def changed_sections(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """The sections that make `after` of `before`: name and XML. The configuration is valid after each replacement."""
    old, new = (element(text, "cibadmin", ("cib",)) for text in (before, after))
    sections = list(SECTIONS)
    if len(_section(new, "resources")) < len(_section(old, "resources")):
        sections.reverse()  # a constraint must not name a resource that does not exist
    texts = ((name, _text(old, name), _text(new, name)) for name in sections)
    return tuple((name, wanted) for name, had, wanted in texts if had != wanted)


def configuration_text(text: str) -> str:
    """The configuration of a CIB as XML, without the white space between its elements; "" when it has none."""
    found = element(text, "cibadmin", ("cib",)).find("configuration")
    if found is None:
        return ""
    for item in found.iter():
        item.text = item.tail = None
    return ElementTree.tostring(found, encoding="unicode")


def configuration_lines(configuration: Configuration) -> tuple[str, ...]:
    """A configuration as text lines, in a fixed order."""
    return tuple(_lines(configuration))


def _lines(have: Configuration) -> Iterator[str]:
    yield from (f"property {name}={value}" for name, value in have.properties.items())
    yield from (f"default {name}={value}" for name, value in have.defaults.items())
    for resource in have.resources:
        yield f"resource {resource.id} {resource.agent}"
        yield from (
            f"resource {resource.id} option {name}={shown(name, value)}"
            for name, value in resource.attributes.items()
        )
        yield from (f"resource {resource.id} meta {name}={value}" for name, value in resource.meta.items())
        yield from (["resource " + resource.id + " clone"] if resource.clone else [])
        yield f"resource {resource.id} monitor {resource.monitor or 'none'}"
        yield from (
            f"resource {resource.id} timeout of {name} {time}" for name, time in resource.timeouts.items()
        )
        yield from (f"resource {resource.id} {other}" for other in resource.others)
    yield from (describe(one) for one in have.colocations)
    yield from (describe(one) for one in have.orders)
    yield from (describe(one) for one in have.locations)
    for node, attributes in have.node_attributes.items():
        yield from (f"node {node} {name}={value}" for name, value in attributes.items())
    for node, attributes in have.transient.items():
        yield from (f"node {node} transient {name}={value}" for name, value in attributes.items())
    yield from have.others


def _scored(item: Element, wanted: Collection[tuple[str, str]]) -> Iterator[Element]:
    """The element with the score of a location constraint for a resource on its node: the constraint, or its rule."""
    found = constraint(item)
    if isinstance(found, Location) and (found.resource, found.node) in wanted:
        rule = item.find("rule")
        yield item if rule is None else rule


def _section(root: Element, name: str) -> Element:
    configuration = root.find("configuration")
    if configuration is None:
        configuration = ElementTree.SubElement(root, "configuration")
    found = configuration.find(name)
    return ElementTree.SubElement(configuration, name) if found is None else found


def _attribute_set(root: Element, section: str, tag: str, id_: str) -> Element:
    parent = _section(root, section)
    found = parent.find(tag)
    return ElementTree.SubElement(parent, tag, {"id": id_}) if found is None else found


def _put(where: Element, name: str, value: str) -> None:
    for pair in where.findall("nvpair"):
        if pair.get("name") == name:
            pair.set("value", value)
            return
    ElementTree.SubElement(where, "nvpair", {"id": f"{where.get('id')}-{name}", "name": name, "value": value})


def _text(root: Element, section: str) -> str:
    found = _section(root, section)
    for item in found.iter():
        item.text = item.tail = None
    return ElementTree.tostring(found, encoding="unicode")
