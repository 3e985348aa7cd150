from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from cluster import cib, crm_mon
from cluster.crm_mon import ClusterState
from drill.faults import remedies
from drill.faults.base import scopes
from drill.scenarios.overrides import Overrides
from inventory.model import Command, Node
from status import health
from status.health import NodeStatus
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session

LAB = example_lab()
ONE, TWO = LAB.nodes


def state(**changes: Any) -> ClusterState:
    """Both nodes online, both resources on node1, with changes."""
    placed = tuple(
        crm_mon.Placement(id_, "", "Started", NODE1, True, False, False, True)
        for id_ in ("WebIP", "WebServer")
    )
    nodes = tuple(
        crm_mon.NodeState(node.name, True, False, False, False, False, node == ONE) for node in LAB.nodes
    )
    good = ClusterState(NODE1, True, nodes, placed, (), {})
    return dataclasses.replace(good, **changes)


def views(one: dict[str, Any] | None = None, two: dict[str, Any] | None = None) -> dict[Node, NodeStatus]:
    good = NodeStatus(reachable=True, holds_vip=True, web=True, state=state())
    other = NodeStatus(reachable=True, state=state())
    return {ONE: dataclasses.replace(good, **(one or {})), TWO: dataclasses.replace(other, **(two or {}))}


def test_healthy() -> None:
    assert health.troubles(LAB, views()) == ()


NOWHERE = tuple(
    dataclasses.replace(one, node=None, active=False, role="Stopped") for one in state().placements
)
TWICE = (*state().placements, dataclasses.replace(state().placements[0], node=NODE2))
UNMANAGED = tuple(dataclasses.replace(one, managed=False) for one in state().placements)
ALONE = (state().nodes[0], dataclasses.replace(state().nodes[1], online=False))
RESTS = (state().nodes[0], dataclasses.replace(state().nodes[1], standby=True))
FAILED = (crm_mon.Failure("WebServer", NODE1, "monitor", 7, ""),)


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ({"reachable": False, "state": None}, {}, "node1.magedu.com does not answer"),
        ({"state": None}, {}, "no cluster answers there"),
        ({"busy": True}, {}, "the DC is at work"),
        ({"left": ("not yet: the processors are free",)}, {}, "not yet: the processors are free"),
        ({"state": state(dc=None)}, {}, "sees no DC"),
        ({}, {"state": state(quorate=False)}, "node2.magedu.com: is WITHOUT quorum"),
        ({"state": state(nodes=ALONE)}, {}, "does not see node2.magedu.com online"),
        ({"state": state(nodes=RESTS)}, {}, "sees node2.magedu.com in standby"),
        ({"state": state(placements=NOWHERE)}, {}, "sees WebIP not well: it runs nowhere"),
        ({"state": state(placements=TWICE)}, {}, "it runs node1.magedu.com and node2.magedu.com"),
        ({"state": state(placements=UNMANAGED)}, {}, "sees resources unmanaged"),
        ({"state": state(failures=FAILED)}, {}, "sees monitor of WebServer failed on node1"),
        ({"state": state(failcounts={("WebIP", NODE2): 1})}, {}, "counts 1 failures of WebIP on node2"),
        ({"holds_vip": False}, {}, "WebIP is said to run here, but 172.16.100.11 is not here"),
        ({}, {"holds_vip": True}, "node2.magedu.com: 172.16.100.11 is here, but WebIP does not run here"),
        ({"web": False}, {}, "WebServer is said to run here, but the web server is not here"),
        ({}, {"web": True}, "the web server is here, but WebServer does not run here"),
    ],
)
def test_troubles(one: dict[str, Any], two: dict[str, Any], said: str) -> None:
    found = health.troubles(LAB, views(one, two))
    assert any(said in line for line in found), found


BARE = ("WebIP is not configured: ./lab provision", "WebServer is not configured: ./lab provision")


def test_resources_that_are_not_configured() -> None:
    bare = views(
        {"state": state(placements=()), "holds_vip": False, "web": False}, {"state": state(placements=())}
    )
    assert health.troubles(LAB, bare) == BARE
    assert health.unconfigured(LAB, bare, Overrides()) == BARE
    assert health.unconfigured(LAB, bare, Overrides(resources=("address",))) == BARE[:1], "as it is wanted"
    unseen = {node: NodeStatus() for node in LAB.nodes}
    assert health.unconfigured(LAB, unseen, Overrides()) == (), "no cluster says what it knows"


def test_two_node_is_left_unless_it_is_wanted() -> None:
    laid = views({"left": (f"not yet: {remedies.VOTES}", "not yet: another")})
    assert len(health.troubles(LAB, laid)) == 2
    assert health.troubles(LAB, laid, Overrides(two_node=True)) == ("node1.magedu.com: not yet: another",)


def test_a_ban_is_left() -> None:
    text = (
        '<cib><configuration><constraints><rsc_location id="cli-ban-WebIP-on-node1" rsc="WebIP"'
        ' node="node1.magedu.com" score="-INFINITY"/></constraints></configuration></cib>'
    )
    assert any("cli-ban-WebIP" in line for line in health.troubles(LAB, views({"cib": cib.parse(text)})))


def test_a_reading_is_read() -> None:
    xml = (CASES / "status" / "2.1.5-up.xml").read_text()
    parts = {"vip": "yes", "web": "", "busy": "yes", "state": xml, "cib": "<cib/>", "left": "yes"}
    out = "".join(f"\n@@part {name}\n{text}\n" for name, text in parts.items())
    view = health.parse(out)
    assert (view.reachable, view.holds_vip, view.web, view.busy, view.text, view.left) == (
        True, True, False, True, "<cib/>", ()
    )  # fmt: skip
    assert view.state is not None
    assert view.state.quorate


def test_what_is_left_is_read() -> None:
    view = health.parse("\n@@part left\nnot yet: one\nnot yet: two\n\n@@part state\n\n@@part cib\n")
    assert view.left == ("not yet: one", "not yet: two")
    assert view.state is None


def test_a_node_that_does_not_answer_is_shown_as_such() -> None:
    def answer(command: Command) -> tuple[int, str, str] | None:
        return None if command.node == NODE1 else (0, "\n@@part vip\nyes\n", "")

    seen = health.look(FakeRemote(answer), scopes(fake_session()))
    assert (seen[ONE].reachable, seen[TWO].reachable, seen[TWO].holds_vip) == (False, True, True)
