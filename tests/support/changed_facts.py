"""Facts of a lab in memory, changed as a case in tests/cases says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cluster.configuration import Primitive
from inventory.model import Colocation, Location, Node, Order
from inventory.session import LabSession
from provision import apply
from provision.facts import Facts, gather
from status import node_shell
from status.lab_status import LabStatus
from status.node_status import NodeStatus
from status.web_page import WebPage
from tests.support.fake_cluster import FakeCluster, Stored
from tests.support.fake_session import fake_session
from tests.support.witness_lab import witness_session

NOUNS: dict[str, Any] = {"colocation": Colocation, "order": Order, "location": Location}


@cache
def fake_cluster(platform: str, state: str, *, witness: bool = False) -> FakeCluster:
    made = FakeCluster(witness_session(platform) if witness else fake_session(platform))
    if state == "built":
        apply.run(made.session)
    return made


def change_cib(cib: Stored, changes: dict[str, Any]) -> None:
    """None takes away, anything else puts in its place."""
    changed: dict[str, dict[str, Any]] = {
        "properties": cib.properties,
        "defaults": cib.defaults,
        "resources": cib.resources,
        "constraints": cib.constraints,
        "raw": cib.raw,
    }
    for part, values in changes.items():
        for name, value in values.items():
            if value is None:
                del changed[part][name]
            elif part == "constraints":
                noun, *arguments = value
                cib.constraints[name] = NOUNS[noun](*arguments)
            elif part == "resources":
                known = cib.resources.get(name, Primitive(name, "", {}, {}))
                cib.resources[name] = dataclasses.replace(known, **value)
            else:
                changed[part][name] = value


@cache
def unchanged_facts(platform: str, state: str, *, witness: bool) -> Facts:
    return gather(fake_cluster(platform, state, witness=witness).session)


def changed_facts(platform: str, state: str, changes: dict[str, Any], *, witness: bool) -> Facts:
    world = fake_cluster(platform, state, witness=witness).copy()
    for cib in {id(one.cib): one.cib for one in world.machines.values() if one.cib}.values():
        change_cib(cib, changes)
    return gather(replace(world.session, remote=world))


def found(platform: str, row: dict[str, Any]) -> tuple[LabSession, Facts]:
    witness, state = "witness" in row, row.get("from", "built")
    facts = (
        changed_facts(platform, state, row["cib"], witness=witness)
        if "cib" in row
        else unchanged_facts(platform, state, witness=witness)
    )
    nodes = {
        node.name: dataclasses.replace(
            facts.of(node), **shaped(row.get("nodes", {}) | row.get(node.alias, {}))
        )
        for node in fake_cluster(platform, state, witness=witness).session.lab.nodes
    }
    if witness:
        assert facts.witness is not None
        third = dataclasses.replace(facts.witness, **shaped(row["witness"] or {}))
        return witness_session(platform), Facts(nodes, third)
    return fake_session(platform, **nouns(row.get("lab", {}))), Facts(nodes)


def nouns(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes to lab.yaml; a row of arguments stands for a colocation."""
    rows = changes.get("colocations")
    return {**changes, "colocations": tuple(Colocation(*row) for row in rows)} if rows else changes


def shaped(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}


def status_of(
    session: LabSession, facts: Facts, extra: Mapping[Node, Mapping[str, str]], page: WebPage
) -> LabStatus:
    """The status of a lab of which only the facts are given."""

    def one(node: Node) -> NodeStatus:
        have = facts.of(node)
        return NodeStatus(
            machine="running",
            reachable=True,
            vip=node_shell.held_addresses("\n".join(have.addresses), session.lab.vip),
            web="running" if have.web_running else "stopped",
            state=have.state,
            cib=have.cib,
            extra=extra[node],
        )

    return LabStatus({node: one(node) for node in session.lab.nodes}, page)
