"""The roles of the nodes in a scenario: which node serves, which ones a fault hits, and which ones are left. Pure.

A role that several nodes have is the text of their names with spaces, as in the record (Timeline.nodes_in_role).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from random import Random

from drill.faults.base import Fault, FaultScope
from drill.scenarios.base import Target
from drill.scenarios.conditions import Situation
from inventory.model import Lab
from inventory.session import LabSession

EITHER: tuple[Target, ...] = ("active", "passive")
"""The nodes between which the target `any` selects."""
GROUPS: tuple[Target, ...] = ("passives", "upper half")
"""The targets that are several nodes, which a fault of the network does not separate."""


def are_clear(situation: Situation) -> bool:
    """One node holds the address, and there is a DC."""
    holders = [one for one in situation.answered if one.owns_vip]
    return len(holders) == 1 and any(one.dc for one in situation.answered)


def found(lab: Lab, situation: Situation) -> dict[str, str]:
    """The active node, the first passive one and the DC, when they are clear; of three nodes or more also the last."""
    active = next(reading.node for reading in situation.answered if reading.owns_vip)
    dc = next(reading.dc for reading in situation.answered if reading.dc)
    last = {"last": lab.nodes[-1].name} if len(lab.nodes) > 2 else {}
    return {"active": active, "passive": beside(lab, situation, [active])[0], "dc": dc, **last}


def chosen(role: Target, fault: Fault, rng: Random) -> Target:
    """The target itself; for `any` one of those that the fault can hit."""
    return rng.choice([one for one in EITHER if one in fault.roles]) if role == "any" else role


def targets(
    lab: Lab, situation: Situation, role: Target, roles: Mapping[str, str], hit_before: Collection[str] = ()
) -> list[str]:
    """The nodes that a fault with this target hits; `roles` are those of `found`. `hit_before`: by earlier faults."""
    if role == "untouched":
        others = beside(lab, situation, [roles["active"]])
        return [*(name for name in others if name not in hit_before), *others][:1]
    if role == "both":
        return [roles["active"], roles["passive"]]
    if role == "passives":
        return beside(lab, situation, [roles["active"]])
    if role == "upper half":
        names = [node.name for node in lab.nodes]
        return names[(len(names) + 1) // 2 :]
    return [roles[role]]


def hit(lab: Lab, situation: Situation, role: Target, names: Sequence[str]) -> dict[str, str]:
    """The roles `target` and `peer`: the nodes that a fault hits, and those that are left beside them.

    The target "both" stands for two nodes that are hit apart from each other: the first one is the target.
    """
    chosen = names[:1] if role == "both" else names
    return {"target": " ".join(chosen), "peer": " ".join(beside(lab, situation, chosen))}


def scopes(session: LabSession, role: Target, names: Sequence[str]) -> list[FaultScope]:
    """Where a fault is injected. The nodes of a group are hit beside one another."""
    nodes = [session.lab.node(name) for name in names]
    group = nodes if role in GROUPS else []
    return [FaultScope(session, node, tuple(one for one in group if one != node)) for node in nodes]


def beside(lab: Lab, situation: Situation, names: Sequence[str]) -> list[str]:
    """The other nodes that are members of the partition of the first of these nodes; without any, all other nodes."""
    others = [node.name for node in lab.nodes if node.name not in names]
    reading = situation.node_readings.get(names[0])
    members = reading.members if reading and reading.seen else ()
    return [name for name in others if name in members] or others
