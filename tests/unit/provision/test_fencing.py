"""`fencing: ipmi` against two nodes in memory: made, kept, repaired, and removed without a trace."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from cluster import fencing
from cluster.configuration import differences
from cluster.crm_mon import Failure
from inventory.platforms.registry import PLATFORMS
from provision import apply, reset
from provision.facts import Facts, gather
from provision.plan import plan
from provision.steps.base import desired_configuration
from provision.steps.fencing import MODES
from provision.steps.properties import STONITH
from provision.steps.registry import find
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import PASSWORD, fenced_session
from tests.support.killed_runs import run_again_after_each_command

ABLE = pytest.mark.parametrize("platform", [name for name, one in PLATFORMS.items() if one.fencing_packages])
DEVICES = {"fence_node1": NODE2, "fence_node2": NODE1}


def fenced(platform: str = "debian12") -> FakeCluster:
    made = FakeCluster(fenced_session(platform))
    apply.run(made.session)
    return made


def converged(cluster: FakeCluster) -> None:
    facts = gather(cluster.session)
    assert plan(cluster.session, facts).empty
    assert facts.cib is not None
    assert differences(desired_configuration(cluster.session, facts), facts.cib) == ()
    cluster.ran = []
    assert apply.run(cluster.session) == 0
    assert cluster.ran == []


@ABLE
def test_it_is_made_and_a_second_run_does_nothing(platform: str) -> None:
    cluster = fenced(platform)
    converged(cluster)
    assert {name: cluster.current[name] for name in DEVICES} == DEVICES, "no node fences itself"
    facts = gather(cluster.session)
    assert facts.cib is not None
    assert facts.cib.properties["stonith-enabled"] == "true"
    assert facts.cib.properties["no-quorum-policy"] == "stop"
    assert set(PLATFORMS[platform].fencing_packages) <= cluster.machines[NODE1].packages


def test_the_password_is_only_in_its_file() -> None:
    cluster = fenced()
    for machine in cluster.machines.values():
        assert machine.files[fencing.LOGIN_FILE] == f"{PASSWORD}\n"
        assert [path for path, text in machine.files.items() if PASSWORD in text] == [fencing.LOGIN_FILE]
    assert not [one.line for one in cluster.ran if PASSWORD in one.line], "no command line has it"
    assert PASSWORD not in repr(gather(cluster.session))
    assert PASSWORD not in repr(cluster.session)


def test_only_one_device_waits_so_that_one_node_wins() -> None:
    facts = gather(fenced().session)
    assert facts.cib is not None
    delays = {one.id: one.attributes.get("pcmk_delay_base") for one in facts.cib.resources}
    assert delays == {"WebIP": None, "WebServer": None, "fence_node1": "5s", "fence_node2": None}


def test_killed_after_any_command() -> None:
    for cluster in run_again_after_each_command(FakeCluster(fenced_session()), apply.run):
        converged(cluster)


@pytest.mark.parametrize("way", [apply.run, reset.run])
def test_fencing_is_added_and_removed_without_a_trace(way: object) -> None:
    run = apply.run if way is apply.run else reset.run
    cluster = FakeCluster(fake_session())
    apply.run(cluster.session)
    plain, before = cluster.session, gather(cluster.session)
    cluster.session = replace(fenced_session(), remote=cluster)
    cluster.platform = cluster.session.platform
    run(cluster.session)
    converged(cluster)
    cluster.session, cluster.platform = plain, plain.platform
    run(cluster.session)
    after = gather(cluster.session)
    assert not any(set(MODES) & set(one.files) for one in cluster.machines.values())
    assert after.cib is not None
    assert before.cib is not None
    assert [one.id for one in after.cib.resources] == [one.id for one in before.cib.resources]
    assert replace(after.cib, resources=()) == replace(before.cib, resources=())
    assert {name: one.conf for name, one in after.nodes.items()} == {
        name: one.conf for name, one in before.nodes.items()
    }
    assert plan(plain, after).empty


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"attributes": {"ip": "172.16.0.9"}}, ["pcs stonith delete", "pcs stonith create"]),
        ({"operations": {"monitor": "5s"}}, ["pcs stonith delete", "pcs stonith create"]),
    ],
)
def test_a_device_that_differs_is_made_again(change: dict[str, Any], again: list[str]) -> None:
    cluster = fenced()
    for cib in {id(one.cib): one.cib for one in cluster.machines.values() if one.cib}.values():
        cib.resources["fence_node2"] = dataclasses.replace(cib.resources["fence_node2"], **change)
    cluster.ran = []
    apply.run(cluster.session)
    assert [" ".join(one.argv[:3]) for one in cluster.ran if "stonith" in one.line] == again
    converged(cluster)


def test_a_lost_constraint_is_made_again() -> None:
    cluster = fenced()
    for cib in {id(one.cib): one.cib for one in cluster.machines.values() if one.cib}.values():
        del cib.constraints["fence_node1_elsewhere"]
    facts = gather(cluster.session)
    assert f"the CIB does not keep fence_node1 from {NODE1}" in list(STONITH.problems(cluster.session, facts))
    apply.run(cluster.session)
    converged(cluster)


def test_a_changed_password_is_written_again() -> None:
    cluster = fenced()
    cluster.machines[NODE2].files[fencing.LOGIN_FILE] = "another\n"
    cluster.ran = []
    apply.run(cluster.session)
    assert [(one.node, one.purpose) for one in cluster.ran] == [(NODE2, "write-file")]


def test_a_device_that_failed_is_tried_again_and_told() -> None:
    cluster = fenced()
    facts = gather(cluster.session)
    state = facts.state
    assert state is not None
    failure = Failure("fence_node2", NODE1, "start", 1, "Login timeout")
    stopped = tuple(
        dataclasses.replace(one, node=None, role="Stopped", active=False)
        if one.resource == "fence_node2"
        else one
        for one in state.placements
    )
    state = dataclasses.replace(state, failures=(failure,), placements=stopped)
    seen = Facts({name: dataclasses.replace(one, state=state) for name, one in facts.nodes.items()})
    assert [one.line for one in STONITH.commands(cluster.session, seen)] == [
        "pcs resource cleanup fence_node2"
    ]
    told = list(STONITH.problems(cluster.session, seen))
    assert "fence_node2 is not Started on one node (start: Login timeout)" in told


def test_before_step_4_there_is_no_device() -> None:
    cluster = fenced()
    reset.run(cluster.session, find("3"))
    facts = gather(cluster.session)
    assert facts.cib is not None
    assert facts.cib.resources == ()
    apply.run(cluster.session)
    converged(cluster)
