"""Clusters made at random from a seed, to put the same question to `cluster.placement` and to crm_simulate."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster import scores
from cluster.placement import Decision, place
from cluster.scores import parse_simulation
from inventory.model import INFINITY, Colocation, Location

SCORES = (
    0, 1, -1, 3, 50, 100, -50, 500, -500, 700, 499_999, 250_000, -250_000, 999_999,
    INFINITY, INFINITY, -INFINITY, -INFINITY,
)  # fmt: skip


@dataclass(frozen=True)
class RandomCluster:
    """Nodes, resources (primitives and groups in the CIB's order), constraints, and where each primitive runs."""

    nodes: tuple[str, ...]
    online: tuple[str, ...]
    resources: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    colocations: tuple[Colocation, ...]
    locations: tuple[Location, ...]
    stickiness: int
    current: Mapping[str, str]

    def decision(self) -> Decision:
        """What the arithmetic says. Raises NotModelled."""
        return place(
            self.online,
            self.resources,
            stickiness=self.stickiness,
            current=self.current,
            locations=self.locations,
            colocations=self.colocations,
            groups=self.groups,
        )

    @property
    def primitives(self) -> tuple[str, ...]:
        """All primitives, in the CIB's order."""
        return tuple(member for id_ in self.resources for member in self.groups.get(id_, (id_,)))


def random_cluster(seed: int) -> RandomCluster:
    """Always the same cluster for one seed."""
    rng = random.Random(seed)
    nodes = ("n1", "n2") if rng.random() < 0.7 else ("n1", "n2", "n3")
    ids = [f"r{number}" for number in range(1, rng.randint(1, 5) + 1)]
    rng.shuffle(ids)
    groups: dict[str, tuple[str, ...]] = {}
    resources: list[str] = []
    while ids:
        size = rng.randint(1, 3) if rng.random() < 0.25 else 0
        if size:
            name = f"g{len(groups) + 1}"
            groups[name] = tuple(ids[:size])
            resources.append(name)
        else:
            resources.append(ids[0])
        del ids[: max(size, 1)]
    members = [member for group in groups.values() for member in group]
    names = resources + (members if rng.random() < 0.15 else [])
    pairs: dict[tuple[str, str], int] = {}
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4)) if len(names) > 1 else 0):
        one, other = rng.sample(names, 2)
        pairs.setdefault((one, other), rng.choice(SCORES))
        if rng.random() < 0.25:
            pairs.setdefault((other, one), rng.choice(SCORES))
    wishes: dict[tuple[str, str], int] = {}
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        who = rng.choice(resources + members if rng.random() < 0.3 else resources)
        wishes.setdefault((who, rng.choice(nodes)), rng.choice(SCORES))
    online = tuple(node for node in nodes if rng.random() > 0.1) or nodes
    current: dict[str, str] = {}
    if rng.random() < 0.6:
        for id_ in resources:
            node = rng.choice(nodes)
            if rng.random() < 0.7 and node in online:
                current.update(dict.fromkeys(groups.get(id_, (id_,)), node))
    return RandomCluster(
        nodes,
        online,
        tuple(resources),
        groups,
        tuple(Colocation(*pair, score) for pair, score in pairs.items()),
        tuple(Location(f"l{n}", *key, score) for n, (key, score) in enumerate(wishes.items())),
        rng.choice((0, 0, 1, 100, 100, 250, 1000, INFINITY, -100)),
        current,
    )


def primitive_xml(id_: str) -> str:
    operation = f'<op id="{id_}-monitor" name="monitor" interval="10s"/>'
    return (
        f'<primitive id="{id_}" class="ocf" provider="pacemaker" type="Dummy">'
        f"<operations>{operation}</operations></primitive>"
    )


def operation_xml(resource: str, operation: str, interval: int, rc: int) -> str:
    key = f"1:1:{rc}:00000000-0000-0000-0000-000000000000"
    name = "last_0" if not interval else f"{operation}_{interval}"
    return (
        f'<lrm_rsc_op id="{resource}_{name}" operation="{operation}" operation_key="{resource}_{operation}_{interval}"'
        f' interval="{interval}" call-id="{5 + bool(interval)}" rc-code="{rc}" op-status="0"'
        f' transition-key="{key}" transition-magic="0:{rc};{key}"/>'
    )


def state_xml(cluster: RandomCluster, number: int, node: str) -> str:
    up = node in cluster.online
    history = ""
    for id_ in cluster.primitives if up else ():
        runs = cluster.current.get(id_) == node
        done = operation_xml(id_, "start", 0, 0) + operation_xml(id_, "monitor", 10000, 0)
        history += (
            f'<lrm_resource id="{id_}" class="ocf" provider="pacemaker" type="Dummy">'
            f"{done if runs else operation_xml(id_, 'monitor', 0, 7)}</lrm_resource>"
        )
    words = ("true", "online", "member") if up else ("false", "offline", "down")
    return (
        f'<node_state id="{number}" uname="{node}" in_ccm="{words[0]}" crmd="{words[1]}" join="{words[2]}"'
        f' expected="{words[2]}"><lrm id="{number}"><lrm_resources>{history}</lrm_resources></lrm></node_state>'
    )


def cib_xml(cluster: RandomCluster) -> str:
    """The cluster as a CIB, for `crm_simulate --xml-file`."""
    properties = {"stonith-enabled": "false", "no-quorum-policy": "ignore"}
    pairs = "".join(f'<nvpair id="{n}" name="{n}" value="{v}"/>' for n, v in properties.items())
    resources = ""
    for id_ in cluster.resources:
        inner = "".join(primitive_xml(one) for one in cluster.groups.get(id_, ()))
        resources += f'<group id="{id_}">{inner}</group>' if inner else primitive_xml(id_)
    constraints = "".join(
        f'<rsc_colocation id="c{n}" rsc="{one.resource}" with-rsc="{one.with_resource}"'
        f' score="{scores.text(one.score)}"/>'
        for n, one in enumerate(cluster.colocations)
    )
    constraints += "".join(
        f'<rsc_location id="{one.id}" rsc="{one.resource}" node="{one.node}" score="{scores.text(one.score)}"/>'
        for one in cluster.locations
    )
    numbered = list(enumerate(cluster.nodes, 1))
    nodes = "".join(f'<node id="{number}" uname="{node}"/>' for number, node in numbered)
    states = "".join(state_xml(cluster, number, node) for number, node in numbered)
    stickiness = scores.text(cluster.stickiness)
    return (
        '<cib validate-with="pacemaker-3.0" crm_feature_set="3.16.1" epoch="1" num_updates="0" admin_epoch="0"'
        f' have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="p">{pairs}'
        f"</cluster_property_set></crm_config><nodes>{nodes}</nodes><resources>{resources}</resources>"
        f'<constraints>{constraints}</constraints><rsc_defaults><meta_attributes id="d"><nvpair id="s"'
        f' name="resource-stickiness" value="{stickiness}"/></meta_attributes></rsc_defaults></configuration>'
        f"<status>{states}</status></cib>"
    )


_PLACED = re.compile(r"^\s*(?:\* +)?(\S+)\s+\(ocf:[^)]*\):\s+(?:Started (\S+)|Stopped)", re.M)


def simulated(output: str) -> tuple[dict[str, str | None], dict[tuple[str, str], int]]:
    """What `crm_simulate --simulate --show-scores` prints: where each primitive runs at the end, and its scores."""
    end = output.strip().split("\n\n")[-1]
    winner = {match[1]: match[2] for match in _PLACED.finditer(end)}
    return winner, {(one.resource, one.node): one.score for one in parse_simulation(output)}


def disagreement(cluster: RandomCluster, output: str) -> str:
    """How the arithmetic differs from what crm_simulate printed; "" when it does not. Raises NotModelled."""
    decision, (winner, totals) = cluster.decision(), simulated(output)
    mine: dict[tuple[str, str], Any] = {
        key: decision.totals.get(key) for key in totals if key[1] in cluster.online
    }
    theirs = {key: score for key, score in totals.items() if key[1] in cluster.online}
    if dict(decision.winner) == winner and mine == theirs:
        return ""
    return f"{cluster}\n  here {dict(decision.winner)} {mine}\n  crm_simulate {winner} {theirs}"
