"""lab.yaml's `fencing`: none (as in the document) or ipmi; and the settings that fencing needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from inventory.config.yaml_document import YamlNode
from inventory.model import IPMI, NO_FENCING, OWN, Lab

FENCING = (NO_FENCING, IPMI)
PROPERTIES: Mapping[str, str] = MappingProxyType({"stonith-enabled": "true", "no-quorum-policy": "stop"})
"""The properties of a cluster with fencing, in place of lab.yaml's."""

NEW_NAME = "fencing-enabled"
"""The name of stonith-enabled from pacemaker 3.0.2 on; where both are set, this one is in effect."""


def fencing(yaml_node: YamlNode, *, adopted: bool = False) -> str:
    """Read how a node is fenced; NO_FENCING without the key, and after a mistake, which is noted."""
    allowed = (NO_FENCING, OWN) if adopted else FENCING
    return (yaml_node.one_of(allowed) if yaml_node.present else None) or NO_FENCING


def with_fencing(lab: Lab) -> Lab:
    """The lab with the settings that its fencing needs; without fencing the lab itself.

    Fencing is switched on. Only a node with quorum fences, so a single node of two must keep its quorum: two_node is
    set (votequorum(5)). Then no-quorum-policy has its default: the document sets `ignore` because it has no two_node.
    """
    if lab.fencing != IPMI:
        return lab
    others = {name: value for name, value in lab.properties.items() if name not in (*PROPERTIES, NEW_NAME)}
    return replace(
        lab,
        properties={**others, **PROPERTIES},
        corosync=replace(lab.corosync, two_node=len(lab.nodes) == 2),
    )
