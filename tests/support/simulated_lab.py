"""A lab in memory whose configuration is one of the solutions, with the recorded answers of crm_simulate about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from classroom.service_parts import address, web_server
from classroom.snapshot import Snapshot
from classroom.what_ifs import Answer, Question, Simulate
from cluster import cib
from cluster.crm_mon import ClusterState
from cluster.members import members
from cluster.xml import OutputError
from inventory.model import Lab
from provision.facts import Facts
from tests.support.solutions import named, recorded, replay

VERSION = "2.1.5"
"""The version of pacemaker that answered about every solution."""
DOCUMENT = "pcs-document"
"""The solution with the commands, and the ids, of the document."""


def silent(questions: Sequence[Question]) -> list[Answer]:
    """A simulator that does not answer."""
    raise OutputError("no answer of crm_simulate")


def configured(snapshot: Snapshot, name: str, simulate: Simulate | None = None) -> Snapshot:
    """The snapshot with a solution in the cluster; with that of the document its own facts stay."""
    solution = named(name)
    facts, status = snapshot.facts, snapshot.status
    if name != DOCUMENT:
        ids = _ids(snapshot.session.lab, solution.cib)
        stored = cib.parse(solution.cib)
        nodes = {
            node: replace(one, cib=one.cib and stored, state=_renamed(one.state, ids))
            for node, one in facts.nodes.items()
        }
        facts = Facts(nodes, facts.witness)
    read = {
        node: replace(
            one, cib_text=solution.cib if one.cib else "", cib=facts.of(node).cib, state=facts.of(node).state
        )
        for node, one in status.nodes.items()
    }
    answers = simulate or replay(recorded(VERSION)[name])
    return replace(snapshot, facts=facts, status=replace(status, nodes=read), simulate=answers)


def _ids(lab: Lab, text: str) -> dict[str, str]:
    """The id of each resource of lab.yaml in a solution."""
    found = {"address": address(members(text), lab.vip), "web": web_server(members(text))}
    parts = {one.id: found[one.kind] for one in lab.resources}
    return {id_: one.primitive.id for id_, one in parts.items() if one is not None}


def _renamed(state: ClusterState | None, ids: dict[str, str]) -> ClusterState | None:
    if state is None:
        return None
    placements = tuple(replace(one, resource=ids.get(one.resource, one.resource)) for one in state.placements)
    return replace(state, placements=placements)
