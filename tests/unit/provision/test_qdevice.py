"""`quorum: qdevice` against three machines in memory: made, kept, repaired, and removed without a trace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster import qdevice
from inventory.platforms.registry import PLATFORMS
from provision import apply, reset
from provision.facts import gather
from provision.plan import plan
from provision.steps.qdevice import certificate_problems, vote_problems
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session
from tests.support.killed_runs import killed_and_run_again
from tests.support.witness_lab import WITNESS, witness_lab, witness_session

ABLE = pytest.mark.parametrize("platform", [name for name, one in PLATFORMS.items() if one.qdevice_packages])
ON_NODES = ("vote_ca", "vote_certificate", "vote_name", "vote_request")


def voting(platform: str = "debian12") -> FakeCluster:
    made = FakeCluster(witness_session(platform))
    apply.run_stages(made.session)
    return made


def converged(cluster: FakeCluster) -> None:
    facts = gather(cluster.session)
    assert plan(cluster.session, facts).empty
    assert list(vote_problems(cluster.session, facts)) == []
    cluster.ran = []
    assert apply.run(cluster.session) == 0
    assert cluster.ran == []


@ABLE
def test_it_is_made_and_a_second_run_does_nothing(platform: str) -> None:
    cluster = voting(platform)
    converged(cluster)
    witness, system = cluster.machines[WITNESS], PLATFORMS[platform]
    assert set(system.witness_packages) <= witness.packages
    assert not {"corosync", "pacemaker"} & witness.running, "the witness is no cluster node"
    for name in (NODE1, NODE2):
        assert set(system.qdevice_packages) <= cluster.machines[name].packages
        assert not set(system.witness_packages) & cluster.machines[name].packages
        assert qdevice.SERVICE in cluster.machines[name].running
    assert not cluster.disturbed


def test_the_cluster_starts_with_its_quorum_device() -> None:
    cluster = voting()
    assert cluster.start_order == ("corosync", "corosync-qdevice", "pacemaker")
    starts = [one.line for one in cluster.ran if one.purpose == "start-cluster"]
    assert len(starts) == 2
    assert all("corosync-qdevice" in line for line in starts)


def test_killed_after_any_command() -> None:
    total = len(voting().ran)
    for cluster in killed_and_run_again(lambda: FakeCluster(witness_session()), apply.run_stages, total):
        converged(cluster)


@pytest.mark.parametrize("way", ["apply", "reset"])
def test_it_is_added_and_removed_without_a_trace(way: str) -> None:
    run = apply.run if way == "apply" else reset.run
    plain = fake_session()
    cluster = FakeCluster(witness_session())
    cluster.session, cluster.platform = replace(plain, remote=cluster), plain.platform
    apply.run(cluster.session)
    without, before = cluster.session, gather(cluster.session)
    cluster.session = replace(witness_session(), remote=cluster)
    cluster.platform = cluster.session.platform
    run(cluster.session)
    converged(cluster)
    cluster.session, cluster.platform = without, without.platform
    run(cluster.session)
    after = gather(cluster.session)
    assert plan(without, after).empty
    assert not [name for one in cluster.machines.values() for name in ON_NODES if name in one.files]
    assert {name: one.conf for name, one in after.nodes.items()} == {
        name: one.conf for name, one in before.nodes.items()
    }


@pytest.mark.parametrize("node", [NODE1, NODE2])
def test_another_witness_is_reported_and_replaced(node: str) -> None:
    cluster = voting()
    cluster.write(cluster.machines[node], "vote_ca", "another ca")
    facts = gather(cluster.session)
    alias = node.split(".", maxsplit=1)[0]
    assert f"{alias}: trusts another witness" in list(certificate_problems(cluster.session, facts))
    apply.run(cluster.session)
    converged(cluster)


def test_a_witness_with_new_keys_gets_all_nodes_back() -> None:
    cluster = voting()
    cluster.make_ca(cluster.machines[WITNESS], {})
    facts = gather(cluster.session)
    told = list(certificate_problems(cluster.session, facts))
    assert "witness: corosync-qnetd runs with older keys than those on disk" in told
    assert any("no vote" in line for line in vote_problems(cluster.session, facts))
    cluster.disturbed = []
    apply.run(cluster.session)
    converged(cluster)
    assert cluster.disturbed == [], "neither corosync nor a resource is touched"


def test_another_name_of_the_cluster_needs_another_certificate() -> None:
    cluster = voting()
    cluster.machines[NODE1].files["vote_name"] = "another"
    apply.run(cluster.session)
    converged(cluster)
    assert cluster.machines[NODE2].files["vote_name"] == "magedu"


def test_a_quorum_device_that_was_stopped_is_started_again() -> None:
    cluster = voting()
    cluster.machines[NODE2].running.discard(qdevice.SERVICE)
    cluster.ran = []
    apply.run(cluster.session)
    assert [(one.node, one.line) for one in cluster.ran] == [(NODE2, f"systemctl restart {qdevice.SERVICE}")]


def test_the_private_key_never_comes_to_this_machine() -> None:
    cluster = voting()
    inputs = [one.stdin for one in cluster.ran if one.purpose in ("import-certificate", "share-certificate")]
    assert inputs[-1] is None, "the key goes from node to node"


def test_the_certificates_are_made_by_the_tools_of_corosync() -> None:
    lines = "\n".join(one.line for one in voting().ran)
    for tool in (
        "corosync-qnetd-certutil -i",
        "corosync-qnetd-certutil -s",
        "corosync-qdevice-net-certutil -r",
    ):
        assert tool in lines


def test_lms_counts_its_votes_itself() -> None:
    session = fake_session(lab=witness_lab("lms"))
    cluster = FakeCluster(session)
    apply.run(cluster.session)
    conf = gather(cluster.session).nodes[NODE1].conf
    assert "algorithm: lms" in conf
    assert " votes:" not in conf
