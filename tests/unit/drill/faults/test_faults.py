"""Every fault and remedy for every platform, against tests/cases/faults: which script, with which parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from drill.faults import registry as faults
from drill.faults import remedies, repair
from drill.faults.base import ROLES, Fault, FaultScope, Proof
from drill.faults.registry import CLUSTER_REMEDIES, FAULTS, NODE_REMEDIES, WITNESS_REMEDIES
from drill.faults.repair import arm_actions, heal_actions, healed_proofs
from inventory.errors import ConfigError
from inventory.model import NodeAction
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry as providers
from language import fast_yaml
from tests.support.example_lab import CASES, example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_lab
from tests.support.platform_cases import case_of, like
from tests.support.rendered_script import parsed
from tests.support.shell_sandbox import SHELLS
from tests.support.shell_syntax import syntax_error

FILES = [fast_yaml.read(path.read_text()) for path in sorted((CASES / "faults").glob("*.yaml"))]
DATA: dict[str, Any] = {name: row for file in FILES for name, row in file.get("faults", {}).items()}
REMEDIES: dict[str, Any] = {name: row for file in FILES for name, row in file.get("remedies", {}).items()}
KNOWN = {remedy.__name__: remedy for remedy in (*NODE_REMEDIES, *CLUSTER_REMEDIES, *WITNESS_REMEDIES)}


def scope(platform: str, *, node: int = 0, provider: str = "") -> FaultScope:
    where = provider or ("docker" if like(platform) == "debian12" else "virtualbox")
    session = fake_session(platform, machines=FakeMachines(platform, where))
    return FaultScope(session, session.lab.nodes[node])


def row(item: NodeAction | Proof, target: str) -> dict[str, Any]:
    """An action or proof as the cases have it: only what is not the usual."""
    found = {
        "node": item.node if item.node != target else "",
        "power": item.power,
        "bmc": item.bmc,
        "run": parsed(item.script),
        "cuts": getattr(item, "cuts", False),
        "what": getattr(item, "what", ""),
    }
    return {name: value for name, value in found.items() if value}


def texts(fault: Fault, at: FaultScope) -> Iterator[str]:
    """All that a fault may ever run on a node."""
    for action in (*fault.inject(at), *heal_actions(fault, at), *arm_actions(fault, at)):
        yield action.script
    for proof in (*fault.in_effect(at), *healed_proofs(fault, at)):
        yield proof.script


def test_every_fault_and_every_remedy_has_its_cases() -> None:
    assert set(FAULTS) == set(DATA), "one row below `faults:` in a file of tests/cases/faults for each fault"
    assert set(KNOWN) == set(REMEDIES), "one row below `remedies:` for each remedy"


def test_an_unknown_fault_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="corosync-stop"):
        faults.get("meteor")


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_fault_does_and_what_proves_it(name: str, platform: str) -> None:
    fault, want, at = FAULTS[name], DATA[name], scope(platform)
    every = want["on"].get("every", want["on"].get("debian12"))
    wanted = case_of(want["on"], platform, every)
    target = at.target.name
    assert [row(action, target) for action in fault.inject(at)] == wanted["inject"]
    assert [row(proof, target) for proof in fault.in_effect(at)] == wanted["in_effect"]
    assert list(fault.roles) == want["roles"]
    assert [remedy.__name__ for remedy in fault.remedies] == want["remedies"]
    assert (fault.kind, fault.answers, fault.power) == (want["kind"], want["answers"], want["power"])
    assert list(fault.needs) == want["needs"]


@pytest.mark.parametrize("name", REMEDIES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_remedies(name: str, platform: str) -> None:
    every = REMEDIES[name].get("every", REMEDIES[name].get("debian12"))
    remedy = KNOWN[name](scope(platform))
    assert {"message": remedy.message, "run": parsed(remedy.script)} == case_of(
        REMEDIES[name], platform, every
    )


def test_a_remedy_that_only_a_fault_names_is_known_to_every_healing() -> None:
    """A drill of that fault may be killed: then nobody but `./lab heal` can find what it left."""
    for fault in FAULTS.values():
        if fault.of_witness:
            assert set(fault.remedies) <= set(WITNESS_REMEDIES)
            continue
        at = fault.remedies.index(remedies.cluster)
        assert set(fault.remedies[:at]) <= set(NODE_REMEDIES)
        assert set(fault.remedies[at + 1 :]) <= set(CLUSTER_REMEDIES)
    assert NODE_REMEDIES[-1] is remedies.cluster, "the cluster starts when all else is right"


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("shell", SHELLS)
def test_all_texts_are_shell(name: str, platform: str, shell: str) -> None:
    for text in texts(FAULTS[name], scope(platform)):
        assert syntax_error(text, shell) == ""


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_other_node_is_broken_the_same_way(name: str, platform: str) -> None:
    """Node2's texts are node1's with names and addresses exchanged: nothing is tied to a node."""

    def exchanged(text: str) -> str:
        lab = example_lab()
        one, two = lab.nodes
        pairs = [(one.name, two.name), (str(one.address), str(two.address)), ("node_id=1\n", "node_id=2\n")]
        for first, second in pairs:
            text = text.replace(first, "\0").replace(second, first).replace("\0", second)
        return text

    here, there = texts(FAULTS[name], scope(platform)), texts(FAULTS[name], scope(platform, node=1))
    assert [exchanged(text) for text in here] == list(there)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_armed_with_its_heal_unless_it_takes_the_node_itself_away(name: str) -> None:
    fault, at = FAULTS[name], scope("debian12")
    actions = arm_actions(fault, at, 120)
    if fault.power or fault.needs_bmc:
        assert actions == ()
        return
    (action,) = actions
    armed = parsed(action.script)
    assert (armed["script"], armed["name"], armed["seconds"]) == ("arm_timer", f"timer-{name}", "120")
    assert float(armed["limit"]) > 120, "the heal has time of its own"
    assert armed["heal"] == repair.repair_script(at, fault.remedies)


def test_a_machine_cannot_be_frozen_with_vmware() -> None:
    session = fake_session(machines=FakeMachines(provider="vmware_desktop"), lab=fenced_lab())
    refused = {name: why for name, fault in FAULTS.items() if (why := fault.refusal(session))}
    assert set(refused) == {"freeze"}
    assert refused["freeze"].startswith(
        "freeze is not available with vmware_desktop: vmrun does not tell whether a machine is paused"
    )


WITH_POWER = [name for name, one in providers.providers().items() if not one.power.none_because]


@pytest.mark.parametrize("provider", WITH_POWER)
def test_every_fault_can_be_had_where_power_can_be_switched(provider: str) -> None:
    assert {"docker", "virtualbox", "libvirt"} <= set(WITH_POWER)
    session = fake_session(machines=FakeMachines(provider=provider), lab=fenced_lab())
    assert [fault.refusal(session) for fault in FAULTS.values()] == [""] * len(FAULTS)


def test_without_fencing_there_is_no_bmc_to_break() -> None:
    refused = {name: why for name, fault in FAULTS.items() if (why := fault.refusal(fake_session()))}
    assert set(refused) == {"bmc-dead", "bmc-slow"}
    assert refused["bmc-dead"] == "bmc-dead needs a BMC for each node (fencing: ipmi in lab.yaml)"


def test_a_virtual_machine_that_rebooted_must_have_lost_its_marker() -> None:
    """A container is off after a reboot; a virtual machine is on again, and only the marker tells."""
    fault = FAULTS["reboot"]
    (off,) = fault.in_effect(scope("debian12"))
    (proof,) = fault.in_effect(scope("debian12", provider="libvirt"))
    (action,) = fault.inject(scope("debian12", provider="libvirt"))
    assert off.power == "off"
    assert parsed(proof.script)["marker"] == parsed(action.script)["marker"]


def test_roles_are_roles() -> None:
    for fault in FAULTS.values():
        assert fault.of_witness or (set(fault.roles) <= set(ROLES) and fault.roles)
