"""Health and scores, read on nodes in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from inventory.errors import LabError
from inventory.model import Command, Lab, Node
from inventory.session import LabSession
from status.node_status import NodeStatus
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.node_readings import PURPOSE, ClusterWords, printed, reading
from tests.support.watched import BEGIN, StillHub, healthy, silent, up
from tests.support.watched import reading as seen_reading
from watch.feed import glance
from watch.feed.glance import every, glanced
from watch.feed.judge import EVERY_S, SOON_S, Judge
from watch.feed.opened import STALE_S, OpenLab

PAGE = "<h1>Node1.magedu.com</h1>"
SCORES = """
pcmk__primitive_assign: WebIP allocation score on node1.magedu.com: 700
pcmk__primitive_assign: WebIP allocation score on node2.magedu.com: 0
pcmk__primitive_assign: WebServer allocation score on node2.magedu.com: -INFINITY
"""


class Nodes:
    """Two nodes that answer the reading of the status; `asked` counts the readings, `lost` do not answer."""

    def __init__(self, root: Path) -> None:
        self.asked: list[str] = []
        self.lost: set[str] = set()
        self.page = PAGE
        self.session = fake_session(remote=self.answer, root=root, machines=FakeMachines())

    def answer(self, command: Command) -> tuple[int, str, str]:
        assert command.purpose == PURPOSE
        if command.node in self.lost:
            raise LabError("no route to it")
        self.asked.append(command.node)
        node = next(one for one in self.session.lab.nodes if one.name == command.node)
        on_it = node.name == NODE1
        words = reading(node, ClusterWords(), holds_vip=on_it, web="running" if on_it else "stopped")
        return 0, words.replace(printed({"scores": ""}), printed({"scores": SCORES})), ""

    def opened(self) -> OpenLab:
        return OpenLab(self.session, cast(Any, None), lambda: None, lambda: self.page, lambda: None)


@pytest.fixture
def nodes(tmp_path: Path) -> Nodes:
    return Nodes(tmp_path)


def test_the_lab_is_judged_with_its_scores(nodes: Nodes) -> None:
    hub = StillHub([up(), *healthy()[:-1]])
    Judge(hub, nodes.opened()).work()
    seen = hub.view()
    assert seen.health == ()
    assert [one.scores for one in seen.resources] == [{NODE1: "700", NODE2: "0"}, {NODE2: "-INFINITY"}]


def test_a_lab_that_is_not_healthy_says_why(nodes: Nodes) -> None:
    nodes.page = ""
    hub = StillHub([up()])
    Judge(hub, nodes.opened()).work()
    health = hub.view().health
    assert health
    assert "http://172.16.100.11/" in health[0]


def test_it_is_judged_again_after_a_while_and_soon_after_a_change(nodes: Nodes) -> None:
    hub = StillHub([up(), *healthy()])
    judge = Judge(hub, nodes.opened())

    def readings_after(seconds: float) -> int:
        hub.now += seconds
        before = len(nodes.asked)
        judge.work()
        return len(nodes.asked) - before

    assert readings_after(0.0) == 2
    assert readings_after(SOON_S + 0.1) == 0, "nothing changed"
    hub.take(silent(NODE2, hub.now))
    assert readings_after(0.1) == 2
    hub.take(seen_reading(NODE2, hub.now))
    assert readings_after(SOON_S / 2) == 0, "too soon"
    assert readings_after(SOON_S / 2) == 2
    assert readings_after(EVERY_S) == 2


def test_a_glance_gives_the_readings_of_the_nodes_too(nodes: Nodes) -> None:
    nodes.lost = {NODE2}
    hub = StillHub([up()])
    background = glanced(hub, nodes.opened, 5.0)
    judge = background._judge(hub, nodes.opened())
    judge.work()
    seen = hub.view()
    assert [one.seen for one in seen.nodes] == ["seen", "silent"]
    assert (seen.owners, seen.quorum, seen.dc) == ((NODE1,), True, NODE1)
    assert [place.node for place in seen.resources[0].places] == [NODE1]
    assert seen.health
    hub.now += 4.9
    before = len(nodes.asked)
    judge.work()
    assert len(nodes.asked) == before, "its own readings are no reason to read again at once"


def test_many_labs_are_judged_less_often() -> None:
    assert (every(1), every(4), every(30)) == (5.0, 5.0, 30.0)
    assert glance.STALE_READINGS * every(30) > every(30)


def test_a_glance_without_a_cluster_tells_none(nodes: Nodes) -> None:
    lab: Lab = nodes.session.lab
    node: Node = lab.nodes[0]
    found = glance.reading(nodes.opened(), BEGIN, BEGIN + 1, node, NodeStatus("running", reachable=True))
    assert (found.seen, found.quorate, found.members, found.dc, found.placements) == (True, None, (), "", {})


def test_what_an_open_lab_says_of_itself(nodes: Nodes) -> None:
    facts = nodes.opened().facts()
    assert (facts.title, facts.number, facts.stale_s) == ("lab: docker, debian12", 1, STALE_S)
    assert list(facts.nodes.items()) == [(NODE1, "node1"), (NODE2, "node2")]
    assert facts.resources == ("WebIP", "WebServer")
    slow: LabSession = fake_session(patience=3.0)
    assert OpenLab(slow, cast(Any, None), lambda: None, str, lambda: None).facts().stale_s == 3 * STALE_S
    assert CASES.exists()
