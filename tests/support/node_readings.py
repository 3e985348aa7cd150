"""What the reading of a node prints (status.node_status), made of a few words; a healthy lab without any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from classroom.snapshot import REACHED
from inventory.model import Lab, Node
from inventory.remote.sections import MARK
from inventory.services import Service
from tests.support.example_lab import NODE1, example_lab

LAB = example_lab()
PURPOSE = "read-node-status"
WEB_PROCESSES = {"running": "Ss apache2\nSl apache2", "hung": "Ts apache2\nTl apache2", "stopped": ""}


def printed(parts: Mapping[str, str]) -> str:
    """The sections of a reading."""
    return "".join(f"\n{MARK}{name}\n{text}\n" for name, text in parts.items())


PRIMITIVES = {
    "WebIP": '<primitive id="WebIP" class="ocf" provider="heartbeat" type="IPaddr"><instance_attributes id="i">'
    f'<nvpair id="i1" name="ip" value="{LAB.vip}"/></instance_attributes>'
    '<operations><op id="i2" name="monitor" interval="30s"/></operations></primitive>',
    "WebServer": '<primitive id="WebServer" class="lsb" type="apache2">'
    '<operations><op id="w1" name="monitor" interval="10s"/></operations></primitive>',
}
"""The resources of lab.yaml in the CIB."""


DATABASE = Service("db", "ocf:x:y", clone="promotable")


@dataclass
class ClusterWords:
    """A cluster as crm_mon and cibadmin show it. `runs` maps a resource to its nodes, `nodes` a node to attributes.

    `placements` maps a resource to further attributes of crm_mon's <resource>.
    """

    dc: str | None = NODE1
    quorate: bool = True
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    runs: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {"WebIP": [NODE1], "WebServer": [NODE1]}
    )
    placements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: Iterable[Mapping[str, Any]] = ()
    failcounts: Iterable[Mapping[str, Any]] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    constraints: Sequence[str] = ()
    database: Mapping[str, int] = field(default_factory=dict)
    """The promotion scores of DATABASE by node; on the first one it is promoted. Empty: it is not configured."""

    def crm_mon(self) -> str:
        known = self.dc is not None
        dc = f'<current_dc present="{_word(known)}" name="{self.dc or ""}" with_quorum="{_word(self.quorate)}"/>'
        nodes = "".join(
            f"<node {_attributes({'name': node.name, 'online': True, **self.nodes.get(node.name, {})})}/>"
            for node in LAB.nodes
        )
        failures = "".join(f"<failure {_attributes(one)}/>" for one in self.failures)
        history = "".join(
            f'<node name="{one["node"]}"><resource_history id="{one["resource"]}" fail-count="{one["count"]}"/></node>'
            for one in self.failcounts
        )
        return (
            f"<crm_mon><summary>{dc}</summary><nodes>{nodes}</nodes>"
            f"<resources>{''.join(self._resource(id_) for id_ in self.runs)}{self._database()}</resources>"
            f"<failures>{failures}</failures><node_history>{history}</node_history></crm_mon>"
        )

    def _resource(self, id_: str) -> str:
        on = self.runs[id_]
        words = {"id": id_, "role": "Started" if on else "Stopped", "active": bool(on), "managed": True}
        inner = "".join(f'<node name="{name}"/>' for name in on)
        return f"<resource {_attributes({**words, **self.placements.get(id_, {})})}>{inner}</resource>"

    def _database(self) -> str:
        roles = ["Promoted", *["Unpromoted"] * (len(self.database) - 1)]
        placed = zip(roles, self.database, strict=True) if self.database else ()
        words = {"id": DATABASE.id, "active": True, "managed": True}
        return "".join(
            f'<resource {_attributes({**words, "role": role})}><node name="{node}"/></resource>'
            for role, node in placed
        )

    def cib(self) -> str:
        clone = (
            f'<clone id="{DATABASE.id}-clone">'
            f'<meta_attributes id="c">{_pairs({"promotable": "true"})}</meta_attributes>'
            f'<primitive id="{DATABASE.id}" class="ocf" provider="x" type="y"/></clone>'
        )
        given = "".join(
            f'<node id="{node}" uname="{node}"><instance_attributes id="n-{node}">'
            f"{_pairs({f'master-{DATABASE.id}': str(score)})}</instance_attributes></node>"
            for node, score in self.database.items()
        )
        return (
            '<cib admin_epoch="0" epoch="1" num_updates="1"><configuration>'
            f'<crm_config><cluster_property_set id="p">{_pairs(self.properties)}</cluster_property_set></crm_config>'
            f"<nodes>{given}</nodes>"
            f"<resources>{''.join(PRIMITIVES.get(id_, '') for id_ in self.runs)}"
            f"{clone if self.database else ''}</resources>"
            f"<constraints>{''.join(self.constraints)}</constraints>"
            f'<rsc_defaults><meta_attributes id="d">{_pairs(self.defaults)}</meta_attributes></rsc_defaults>'
            "</configuration><status/></cib>"
        )


def reading(
    node: Node,
    cluster: ClusterWords | None,
    *,
    holds_vip: bool = False,
    web: str = "stopped",
    dc_at_work: bool = False,
    unanswered: str = "",
    undone: Iterable[str] = (),
    lab: Lab = LAB,
    cib: str | None = None,
) -> str:
    """What a node prints; `cluster` None: no cluster answers there. `cib` takes the place of the cluster's own."""
    addresses = [f"eth1 {node.address}/16", *([f"eth1 {lab.vip}/16"] if holds_vip else [])]
    return printed(
        {
            "addresses": "\n".join(addresses),
            "processes": WEB_PROCESSES[web],
            "unanswered": unanswered,
            "dc_at_work": "yes" if dc_at_work else "",
            "state": cluster.crm_mon() if cluster else "",
            "cib": (cluster.cib() if cib is None else cib) if cluster else "",
            "scores": "",
            "memory": "104857600",
            "undone": "\n".join(undone),
        }
    )


def logins(node: Node, lab: Lab = LAB) -> str:
    """The section with root's logins on a node's peers: all succeed."""
    return printed({"logins": "\n".join(f"{peer.name}: {REACHED}" for peer in lab.peers(node))})


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(pairs: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={quoteattr(_word(value))}" for name, value in pairs.items())


def _pairs(pairs: Mapping[str, str]) -> str:
    return "".join(f'<nvpair id="x-{n}" name="{n}" value={quoteattr(v)}/>' for n, v in pairs.items())
