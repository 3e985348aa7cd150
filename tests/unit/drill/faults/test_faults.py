"""Every fault, put into words for every platform, against tests/cases/faults: nothing is run on any node."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from drill.execute.injector import arm_actions, heal_actions, healed_proofs
from drill.faults import registry as faults
from drill.faults import remedies
from drill.faults.base import ROLES, Fault, FaultScope, Proof
from drill.faults.registry import FAULTS
from inventory.errors import ConfigError
from inventory.model import NodeAction
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry
from tests.support.example_lab import CASES, example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session

PARTS = ("traffic", "process", "power", "service")
DATA: dict[str, Any] = {
    name: row
    for part in PARTS
    for name, row in yaml.safe_load((CASES / "faults" / f"{part}.yaml").read_text()).items()
}
MENDS = yaml.safe_load((CASES / "faults" / "remedies.yaml").read_text())
NAMES = [
    *("corosync-stop", "corosync-kill", "corosync-freeze", "pacemaker-kill", "power-off", "freeze", "reboot"),
    *("partition", "partition-in", "loss", "delay", "vip-removed", "web-kill", "web-hang", "web-broken"),
    *("standby", "maintenance", "disk-full", "cpu"),
]


def scope(platform: str, *, node: int = 0, provider: str = "") -> FaultScope:
    where = provider or ("docker" if platform == "debian12" else "virtualbox")
    session = fake_session(platform, machines=FakeMachines(platform, where))
    return FaultScope(session, session.lab.nodes[node])


def row(item: NodeAction | Proof, target: str) -> dict[str, Any]:
    """An act or proof as the cases have it: only what is not the usual."""
    fields = {
        key: value
        for key, value in dataclasses.asdict(item).items()
        if key in ("power", "script", "cuts", "what")
    }
    return {**({} if item.node == target else {"node": item.node}), **{k: v for k, v in fields.items() if v}}


def texts(fault: Fault, at: FaultScope) -> Iterator[str]:
    """All that a fault may ever run on a node."""
    for action in (*fault.inject(at), *heal_actions(fault, at), *arm_actions(fault, at)):
        yield action.script
    for proof in (*fault.in_effect(at), *healed_proofs(fault, at)):
        yield proof.script


def test_the_faults_of_the_issue_are_all_there() -> None:
    assert sorted(FAULTS) == sorted(NAMES) == sorted(DATA)


def test_an_unknown_fault_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="corosync-stop"):
        faults.get("meteor")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_acts(name: str, platform: str) -> None:
    fault, want, at = FAULTS[name], DATA[name], scope(platform)
    every = want["on"].get("every", want["on"].get("debian12"))
    wanted = want["on"].get(platform, every)
    target = at.target.name
    assert [row(action, target) for action in fault.inject(at)] == wanted["inject"]
    assert [row(proof, target) for proof in fault.in_effect(at)] == wanted["landed"]
    assert list(fault.roles) == want["roles"]
    assert [mend.__name__ for mend in fault.remedies] == want["heals"]
    assert (fault.kind, fault.answers, fault.power) == (want["kind"], want["answers"], want["power"])
    assert list(fault.needs) == want["needs"]


@pytest.mark.parametrize("name", MENDS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_mends(name: str, platform: str) -> None:
    every = MENDS[name].get("every", MENDS[name].get("debian12"))
    mend = getattr(remedies, name)(scope(platform))
    assert dataclasses.asdict(mend) == MENDS[name].get(platform, every)


def test_every_mend_has_a_case() -> None:
    assert {mend.__name__ for mend in (*remedies.NODE, *remedies.POLICY)} == set(MENDS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_all_texts_are_shell(name: str, platform: str) -> None:
    for text in texts(FAULTS[name], scope(platform)):
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_other_node_is_broken_the_same_way(name: str, platform: str) -> None:
    """Node2's texts are node1's with names and addresses exchanged: nothing is tied to a node."""

    def exchanged(text: str) -> str:
        lab = example_lab()
        one, two = lab.nodes
        pairs = [(one.name, two.name), (str(one.address), str(two.address)), ("knet.node1.", "knet.node2.")]
        for first, second in pairs:
            text = text.replace(first, "\0").replace(second, first).replace("\0", second)
        return text

    here, there = texts(FAULTS[name], scope(platform)), texts(FAULTS[name], scope(platform, node=1))
    assert [exchanged(text) for text in here] == list(there)


@pytest.mark.parametrize("name", NAMES)
def test_only_cluster_traffic_is_touched(name: str) -> None:
    """No rule may drop anything but udp 5405, or the way to the node would be cut with it."""
    for platform in PLATFORMS:
        for action in FAULTS[name].inject(scope(platform)):
            drops = [
                line for line in action.script.splitlines() if line.rstrip().endswith(("drop", "-j DROP"))
            ]
            assert all("udp dport 5405" in line or "-p udp --dport 5405" in line for line in drops)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_armed_unless_it_takes_the_node_itself_away(name: str) -> None:
    fault, at = FAULTS[name], scope("debian12")
    actions = arm_actions(fault, at, 120)
    if fault.power:
        assert actions == ()
        return
    (action,) = actions
    assert "sleep 120" in action.script
    for mend in fault.remedies:
        # Quoted once more inside the timer: the first word of each remedy is enough to know it.
        assert mend(at).right.split("'")[0].strip() in action.script


def test_power_is_not_to_be_had_with_vmware() -> None:
    session = fake_session(machines=FakeMachines(provider="vmware_desktop"))
    refused = {name: why for name, fault in FAULTS.items() if (why := fault.refusal(session))}
    assert list(refused) == ["power-off", "freeze"]
    assert refused["freeze"].startswith(
        "freeze cannot be had with vmware_desktop: the lab has no way to the power"
    )


@pytest.mark.parametrize("provider", [name for name in registry.names() if name != "vmware_desktop"])
def test_every_fault_can_be_had_elsewhere(provider: str) -> None:
    session = fake_session(machines=FakeMachines(provider=provider))
    assert [fault.refusal(session) for fault in FAULTS.values()] == [""] * len(FAULTS)


def test_a_machine_that_reboots_must_have_lost_its_mark() -> None:
    fault = FAULTS["reboot"]
    (off,) = fault.in_effect(scope("debian12"))
    (event,) = fault.in_effect(scope("debian12", provider="libvirt"))
    assert off.power == "off"
    assert "ha-lab-before-reboot" in event.script
    assert (
        "touch /dev/shm/ha-lab-before-reboot" in fault.inject(scope("debian12", provider="libvirt"))[0].script
    )


def test_roles_are_roles() -> None:
    assert all(set(fault.roles) <= set(ROLES) and fault.roles for fault in FAULTS.values())
