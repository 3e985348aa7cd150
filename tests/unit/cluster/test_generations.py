"""Every reader, on what the tools of three generations printed on the nodes: pacemaker 2.0.5, 2.1.5 and 3.0.0."""

from __future__ import annotations

from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import pytest

from cluster import cib, corosync_state, crm_mon, scores
from cluster.configuration import differences
from cluster.corosync_state import Membership
from cluster.desired import desired
from cluster.xml import NOT_RUNNING, OutputError
from inventory.model import INFINITY
from inventory.platforms.base import Platform
from inventory.platforms.registry import PLATFORMS
from language import fast_yaml
from provision.steps.properties import STONITH_ERROR
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab

FOLDER = CASES / "generations"
STATES: dict[str, dict[str, Any]] = fast_yaml.read((FOLDER / "expected.yaml").read_text())
GENERATIONS = [PLATFORMS[name] for name in ("debian11", "debian12", "debian13")]
LAB = example_lab()
WHO = {"active": NODE1, "peer": NODE2}


def folder(platform: Platform) -> Path:
    return FOLDER / platform.pacemaker


def text(platform: Platform, name: str) -> str:
    return (folder(platform) / name).read_text(encoding="utf-8")


def names(words: list[str]) -> tuple[str, ...]:
    return tuple(WHO[word] for word in words)


every_generation = pytest.mark.parametrize("platform", GENERATIONS, ids=lambda platform: platform.name)


@every_generation
@pytest.mark.parametrize("state", STATES)
def test_what_crm_mon_means(platform: Platform, state: str) -> None:
    want = STATES[state]
    found = crm_mon.parse(text(platform, f"crm_mon-{state}.xml"))
    assert found.quorate == want["quorate"]
    assert (found.dc is None) == (want.get("dc") == "none")
    assert found.online == names(want["online"])
    assert tuple(node.name for node in found.nodes if node.standby) == names(want.get("standby", []))
    assert tuple(node.name for node in found.nodes if node.pending) == names(want.get("pending", []))
    for resource in ("WebIP", "WebServer"):
        assert set(found.where(resource)) == set(names(want["where"].get(resource, [])))
    agents = {placement.resource: placement.agent for placement in found.placements}
    assert not agents or agents == {"WebIP": "ocf:heartbeat:IPaddr", "WebServer": "lsb:apache2"}
    assert {one.resource for one in found.placements if one.blocked} == set(want.get("blocked", []))
    failures = [(one.resource, one.node, one.task, one.exitcode) for one in found.failures]
    assert failures == [(resource, NODE1, "monitor", 7) for resource in want.get("failures", [])]
    assert found.failcounts == {(resource, NODE1): 1 for resource in want.get("failures", [])}


@every_generation
def test_no_cluster_is_an_error_that_shows_it(platform: Platform) -> None:
    said = text(platform, "crm_mon-not-running.txt")
    with pytest.raises(OutputError) as caught:
        crm_mon.parse(said)
    assert caught.value.hint == NOT_RUNNING


@every_generation
@pytest.mark.parametrize("state", [state for state, want in STATES.items() if want.get("cib")])
def test_the_cib_is_that_of_lab_yaml(platform: Platform, state: str) -> None:
    found = cib.parse(text(platform, f"cibadmin-{state}.xml"))
    options = next(one.attributes for one in found.configuration.resources if one.id == "WebIP")
    there = IPv4Interface(f"{options['ip']}/{options['cidr_netmask']}")  # the recording lab's own network
    lab = example_lab(network=there.network, vip=there.ip)
    lines = differences(desired(lab, platform, interface="eth1"), found.configuration)
    standby = (f"node {NODE1}: attribute standby: not wanted, found on",) if state == "standby" else ()
    assert lines == standby
    assert [dict(node)["uname"] for node in found.nodes] == [NODE1, NODE2]
    assert found.leftovers == ()
    assert found.bookkeeping["dc-version"].startswith(platform.pacemaker)
    failures = [(one.resource, one.task) for one in found.failures]
    assert failures == ([("WebServer", "monitor")] if state == "failed" else [])
    assert found.failcounts == ({("WebServer", NODE1): 1} if state == "failed" else {})


@every_generation
@pytest.mark.parametrize("state", ["up", "failed"])
def test_scores(platform: Platform, state: str) -> None:
    found = {
        (one.resource, one.node): one.score
        for one in scores.parse_simulation(text(platform, f"crm_simulate-{state}.txt"))
    }
    assert found == {
        ("WebIP", NODE1): 700,
        ("WebIP", NODE2): 0,
        ("WebServer", NODE1): 600,
        ("WebServer", NODE2): -INFINITY,
    }


@every_generation
def test_corosync(platform: Platform) -> None:
    both = corosync_state.membership(text(platform, "quorum-up.txt"), LAB, platform.corosync)
    assert both == Membership(True, (NODE1, NODE2), ("Quorate",))
    lone = corosync_state.membership(text(platform, "quorum-without-quorum.txt"), LAB, platform.corosync)
    assert lone == Membership(False, (NODE2,), ())
    assert corosync_state.timings(text(platform, "totem.txt")) == (3.0, 3.6)


@every_generation
def test_crm_verify_asks_for_a_fencing_device(platform: Platform) -> None:
    assert STONITH_ERROR.search(text(platform, "crm_verify.txt"))


@every_generation
def test_every_file_is_read(platform: Platform) -> None:
    wanted = {f"crm_mon-{state}.xml" for state in STATES}
    wanted |= {f"cibadmin-{state}.xml" for state, want in STATES.items() if want.get("cib")}
    wanted |= {"crm_mon-not-running.txt", "crm_simulate-up.txt", "crm_simulate-failed.txt", "crm_verify.txt"}
    wanted |= {"quorum-up.txt", "quorum-without-quorum.txt", "totem.txt"}
    assert {file.name for file in folder(platform).iterdir()} == wanted
