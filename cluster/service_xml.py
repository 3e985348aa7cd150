"""The elements of the CIB for lab.yaml's resources of any agent, and for the constraints with them.

They are read by the reader of the CIB (`cluster.cib`), so that what is wanted and what is stored are compared in one
form. Pure. Source: Pacemaker Explained ("Cluster Resources", "Collective Resources", "Resource Constraints").
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from xml.etree import ElementTree

from cluster import agent_metadata
from cluster.cib_constraints import clone_id
from cluster.xml import Element
from inventory.config.cluster_properties import milliseconds
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.services import PROMOTED, UNPROMOTED, Relation, Service

OLD_ROLES = {PROMOTED: "Master", UNPROMOTED: "Slave"}
"""The names of the roles before pacemaker 2.1."""
ALWAYS, OF_PROMOTABLE = ("start", "stop"), ("promote", "demote", "notify")
"""The operations that get the agent's advised time-outs where lab.yaml does not name them."""
_WORD = re.compile(r"\{(vip|prefixlen|network|nodes)\}")


def fragment(
    lab: Lab, platform: Platform, metadata: Mapping[str, str]
) -> tuple[list[Element], list[Element]]:
    """The elements of <resources> and of <constraints>; `metadata` maps agents to the metadata that was read."""
    writer = _Writer(lab, platform, metadata)
    resources = [writer.resource(one) for one in lab.services.resources]
    return resources, [writer.relation(one) for one in lab.services.relations]


def filled(text: str, lab: Lab) -> str:
    """A value with the lab's own words in place of {vip}, {prefixlen}, {network} and {nodes}."""
    words = {
        "vip": str(lab.vip),
        "prefixlen": str(lab.network.prefixlen),
        "network": str(lab.network),
        "nodes": " ".join(node.name for node in lab.nodes),
    }
    return _WORD.sub(lambda found: words[found[1]], text)


class _Writer:
    def __init__(self, lab: Lab, platform: Platform, metadata: Mapping[str, str]) -> None:
        self.lab, self.metadata = lab, metadata
        self.roles = OLD_ROLES if platform.has_old_role_names else {}
        self.clones = {one.id: clone_id(one.id) for one in lab.services.resources if one.clone}
        self.clones |= {one.id: clone_id(one.id) for one in lab.resources if one.clone}

    def resource(self, one: Service) -> Element:
        if not one.clone:
            return self._inner(one)
        clone = ElementTree.Element("clone", {"id": self.clones[one.id]})
        self._pairs(clone, "meta_attributes", self.clones[one.id], one.clone_meta)
        clone.append(self._inner(one))
        return clone

    def _inner(self, one: Service) -> Element:
        promotable = one.clone == "promotable"
        if not one.members:
            return self._primitive(one, promotable=promotable)
        group = ElementTree.Element("group", {"id": one.id})
        self._pairs(group, "meta_attributes", one.id, one.meta)
        for member in one.members:
            group.append(self._primitive(member, promotable=promotable))
        return group

    def _primitive(self, one: Service, *, promotable: bool) -> Element:
        standard, _, rest = one.agent.partition(":")
        provider, _, kind = rest.partition(":") if standard == "ocf" else ("", "", rest)
        words = {"class": standard, "provider": provider, "type": kind}
        item = ElementTree.Element(
            "primitive", {"id": one.id, **{name: word for name, word in words.items() if word}}
        )
        self._pairs(item, "instance_attributes", one.id, one.options)
        self._pairs(item, "meta_attributes", one.id, one.meta)
        where = ElementTree.SubElement(item, "operations")
        for operation in self._operations(one, promotable=promotable):
            id_ = f"{one.id}-{operation['name']}-interval-{operation['interval']}"
            ElementTree.SubElement(where, "op", {"id": id_, **operation})
        return item

    def _operations(self, one: Service, *, promotable: bool) -> list[dict[str, str]]:
        given = [dict(operation) for operation in one.operations]
        names = {operation["name"] for operation in given}
        wanted = (*ALWAYS, *(OF_PROMOTABLE if promotable else ()))
        text = self.metadata.get(one.agent, "")
        known = agent_metadata.actions(text)
        given += [{"name": n, "interval": "0s"} for n in wanted if n not in names and n in known]
        for operation in given:
            role = operation.get("role", "")
            advised = agent_metadata.timeout(text, operation["name"], role)
            if "timeout" not in operation and advised:
                operation["timeout"] = self._patient(advised)
            if role in self.roles:
                operation["role"] = self.roles[role]
        return sorted(given, key=lambda operation: (operation["name"], operation["interval"]))

    def _patient(self, timeout: str) -> str:
        seconds = (milliseconds(timeout) or 0) / 1000
        return timeout if self.lab.patience <= 1 else f"{math.ceil(seconds * self.lab.patience)}s"

    def relation(self, one: Relation) -> Element:
        words = {
            name: self.roles.get(word, word) if "role" in name else self.clones.get(word, word)
            for name, word in one.attributes.items()
        }
        item = ElementTree.Element(f"rsc_{one.kind}", {"id": one.id, **words})
        for number, of in enumerate(one.sets):
            words = {name: self.roles.get(word, word) for name, word in of.attributes.items()}
            where = ElementTree.SubElement(item, "resource_set", {"id": f"{one.id}-{number}", **words})
            for id_ in of.resources:
                ElementTree.SubElement(where, "resource_ref", {"id": self.clones.get(id_, id_)})
        return item

    def _pairs(self, parent: Element, tag: str, id_: str, pairs: Mapping[str, str]) -> None:
        if not pairs:
            return
        where = ElementTree.SubElement(parent, tag, {"id": f"{id_}-{tag}"})
        for name, value in pairs.items():
            words = {"id": f"{id_}-{tag}-{name}", "name": name, "value": filled(value, self.lab)}
            ElementTree.SubElement(where, "nvpair", words)
