"""The time-outs of the resources' operations on slow machines, and what failed operations leave."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from cluster.agent_operations import patient
from cluster.crm_mon import Failure
from inventory.model import Command
from provision import apply
from provision.facts import Facts, gather
from provision.steps.resources import WEB
from tests.support.changed_facts import fake_cluster
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session


@pytest.mark.parametrize(
    ("agent", "patience", "longest"),
    [
        ("lsb:apache2", 4, "80s"),  # its own 15 s ran out on an emulated machine
        ("systemd:httpd", 4, "400s"),
        ("ocf:heartbeat:IPaddr", 2.5, "50s"),
        ("ocf:heartbeat:nonesuch", 10, "200s"),
    ],
)
def test_a_slow_machine_gets_longer_timeouts(agent: str, patience: float, longest: str) -> None:
    assert patient("0.11", agent, patience) == dict.fromkeys(("monitor", "start", "stop"), longest)


def test_a_usual_machine_gets_pcs_defaults() -> None:
    assert patient("0.11", "lsb:apache2", 1) == {}
    assert patient("0.9.26", "lsb:httpd", 9) == {}, "the document's commands stay"


def test_the_build_with_patience_converges() -> None:
    cluster = FakeCluster(fake_session("debian12", patience=4.0))
    apply.run(cluster.session)
    created = [one.line for one in cluster.ran if one.argv[:3] == ("pcs", "resource", "create")]
    assert any(
        line.endswith("op monitor interval=10s timeout=80s start timeout=80s stop timeout=80s")
        for line in created
    )
    cluster.ran = []
    assert apply.run(cluster.session) == 0


def commands(*failures: Failure, on: tuple[str, ...] = (NODE2,)) -> list[Command]:
    """The commands of the web server's step, when operations have failed and it runs on some nodes."""
    world = fake_cluster("debian12", "built").copy()
    facts = gather(replace(world.session, remote=world))
    have = facts.state
    assert have is not None
    placements = [one for one in have.placements if one.resource != "WebServer"]
    [web] = [one for one in have.placements if one.resource == "WebServer"]
    placements += [dataclasses.replace(web, node=node, active=node is not None) for node in on or (None,)]
    state = dataclasses.replace(have, failures=failures, placements=tuple(placements))
    nodes = {name: dataclasses.replace(one, state=state) for name, one in facts.nodes.items()}
    return list(WEB.commands(world.session, Facts(nodes)))


def failed(task: str, resource: str = "WebServer") -> Failure:
    return Failure(resource, NODE1, task, 1, "Timed Out")


@pytest.mark.parametrize("task", ["start", "stop"])
def test_a_failed_start_is_cleaned_up_though_the_peer_serves(task: str) -> None:
    """node1 had the score -INFINITY, `up` said "Done" and ended with 1."""
    assert [one.line for one in commands(failed(task))] == ["pcs resource cleanup WebServer"]


def test_a_failed_monitor_bans_no_node() -> None:
    assert commands(failed("monitor")) == []
    assert [one.line for one in commands(failed("monitor"), on=())] == ["pcs resource cleanup WebServer"]


def test_failures_of_others_are_not_its_own() -> None:
    assert commands(failed("start", "WebIP")) == []
    assert commands() == []
