"""Recovery on two nodes that are a few flags: whatever an interrupted drill left is found, healed and told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cluster.cib import parse
from drill.execute import recovery
from drill.execute.recovery import Recovery
from drill.faults import remedies, repair
from drill.faults.base import FaultScope, Remedy
from inventory.errors import LabError
from inventory.journal import Journal, pending
from inventory.model import Command, NodeAction
from status.web_page import page_of
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import BUSY, CIB, LAB, Answer, FakeLab, Usual

FULL = "/var/lib/pacemaker is no longer on a full file system"
OLD = Remedy("undid what an old drill did", "is_wrong() { true; }\nput_right() { true; }")
"""A remedy that no fault of today has: only a journal can name it."""


def cib(policy: str) -> str:
    return CIB.replace('name="no-quorum-policy" value="ignore"', f'name="no-quorum-policy" value="{policy}"')


class Lab(FakeLab):
    """The fake lab with a healing."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.page = page_of(LAB.node1)
        self.said: list[str] = []

    def heal(self) -> tuple[str, ...]:
        return Recovery(self.session(), self.said.append, lambda: self.page).heal()

    @property
    def quorum_policy(self) -> str:
        return parse(self.cib).configuration.properties["no-quorum-policy"]

    def without_resources(self) -> None:
        pattern = r"<resources>.*</constraints>"
        self.cib = re.sub(pattern, "<resources/><constraints/>", self.cib, flags=re.DOTALL)

    def old_undo(self) -> tuple[NodeAction, ...]:
        """A journal's undo, of the remedy OLD on node1."""
        scope = FaultScope(self.session(), LAB.node1)
        text = repair.repair_script(scope, (lambda _: OLD,)).replace("(\n", "(\n# repair_old.sh\n", 1)
        return (NodeAction(NODE1, text, purpose="repair"),)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for a healthy lab ends early: each of its looks costs time here, and the last one is like the first."""
    monkeypatch.setattr(recovery, "SETTLE_DEADLINE_S", 5.0)


def test_a_healthy_lab_is_left_alone(lab: Lab) -> None:
    assert lab.heal() == ()


def test_what_nobody_wrote_down_is_found_on_the_nodes(lab: Lab) -> None:
    lab.needs = {NODE1: {f"{NODE1} is no longer in standby"}, NODE2: {BUSY}}
    assert lab.heal() == (f"{NODE2}: {BUSY}", f"{NODE1}: {NODE1} is no longer in standby")
    assert len(lab.said) == 2, "each thing is told as it is done"
    assert lab.needs == {NODE1: set(), NODE2: set()}


def test_frozen_and_dead_machines(lab: Lab) -> None:
    lab.machines.paused.add(NODE1)
    lab.machines.on[NODE2] = False
    lab.down = {NODE2}
    assert lab.heal() == (
        "node1.magedu.com: thawed",
        "node2.magedu.com: booted",
        "node2.magedu.com: started the cluster on this node",
    )
    assert lab.machines.summary == ["thaw node1", "power_on node2"]


def test_the_journal_is_worked_off(lab: Lab) -> None:
    lab.needs[NODE1] = {OLD.message}
    Journal(lab.root).begin("partition", target=NODE1, undo=lab.old_undo())
    assert lab.heal() == (
        "an interrupted drill left partition on node1.magedu.com",
        f"{NODE1}: {OLD.message}",
    )
    assert pending(lab.root) == ()
    assert lab.did.count(f"repair {NODE1}: old") == 1


@pytest.mark.parametrize("late", ["killed", "stopped"])
def test_what_comes_true_only_while_healing_is_healed_too(lab: Lab, late: str) -> None:
    """A killed drill's last command may still be under way on a node: a stop, a restart."""
    lab.needs[NODE1] = {BUSY}
    looks = iter(range(99))

    def answer(command: Command, usual: Usual) -> Answer:
        if command.node == NODE2 and next(looks) == 1:
            if late == "killed":
                lab.machines.on[NODE2] = False
                return None
            lab.down.add(NODE2)
        return usual(command)

    lab.instead("read-node-status", answer)
    done = Recovery(lab.session()).heal()
    assert (
        done[-1]
        == {
            "killed": "node2.magedu.com: booted",
            "stopped": "node2.magedu.com: started the cluster on this node",
        }[late]
    )


def test_the_configuration_of_before_comes_back(lab: Lab) -> None:
    journal = Journal(lab.root)
    journal.begin("no quorum", baseline=cib("ignore"))
    journal.begin("partition", baseline=cib("stop"))
    lab.cib = cib("stop")
    done = lab.heal()
    assert lab.quorum_policy == "ignore", "the oldest baseline is the one from before the drill"
    assert "restored the configuration: property no-quorum-policy: want ignore, found stop" in done


def test_a_second_owner_of_the_address_loses_it(lab: Lab) -> None:
    lab.second_holders = {NODE2}
    assert lab.heal() == (
        "node2.magedu.com: removed 172.16.100.11, which the cluster runs on node1.magedu.com",
    )
    assert lab.second_holders == set()


@pytest.mark.usefixtures("_short_wait")
def test_what_cannot_be_healed_is_named_and_stays_written_down(lab: Lab) -> None:
    Journal(lab.root).begin("disk-full", target=NODE1)
    lab.needs[NODE1], lab.comes_back = {FULL}, {FULL}
    with pytest.raises(LabError) as caught:
        lab.heal()
    assert f"{NODE1}: needs ./lab heal, which then reports: {FULL}" in caught.value.message
    assert "./lab down" in caught.value.hint
    assert [entry.what for entry in pending(lab.root)] == ["disk-full"]


def test_no_healing_makes_a_resource(lab: Lab) -> None:
    lab.without_resources()
    Journal(lab.root).begin("freeze", target=NODE1)
    with pytest.raises(LabError, match="WebIP is not configured") as caught:
        lab.heal()
    assert "./lab provision" in caught.value.hint
    assert [entry.what for entry in pending(lab.root)] == ["freeze"]


def test_resources_come_back_with_the_configuration_of_before(lab: Lab) -> None:
    lab.cib = cib("stop")
    lab.without_resources()
    Journal(lab.root).begin("apart", baseline=cib("ignore"))
    assert "restored the configuration: property no-quorum-policy: want ignore, found stop" in lab.heal()
    assert lab.resources == ["WebIP", "WebServer"]


@pytest.mark.usefixtures("_short_wait")
def test_two_node_is_found_where_the_journals_own_mend_failed(lab: Lab) -> None:
    Journal(lab.root).begin("scenario two-node", undo=lab.old_undo())
    lab.needs[NODE1], lab.hopeless = {OLD.message}, {OLD.message}
    lab.covered, lab.comes_back = {NODE1}, {remedies.TWO_NODE_REMOVED}
    with pytest.raises(
        LabError, match=f"node1.magedu.com: needs ./lab heal, which then reports: {remedies.TWO_NODE_REMOVED}"
    ):
        lab.heal()
    assert remedies.two_node in remedies.NODE, "every look at a node, and every healing, knows of it"
    assert [entry.what for entry in pending(lab.root)] == ["scenario two-node"]


def test_a_heal_of_the_journal_that_fails_keeps_nothing_from_being_healed(lab: Lab) -> None:
    Journal(lab.root).begin("old", undo=lab.old_undo())
    lab.needs = {NODE1: {OLD.message}, NODE2: {BUSY}}
    lab.hopeless = {OLD.message}
    done = lab.heal()
    assert done[1].startswith("could not be done: node1.magedu.com")
    assert f"{NODE2}: {BUSY}" in done
    assert pending(lab.root) == ()


def test_what_no_healing_and_no_waiting_ends_is_told_soon(lab: Lab) -> None:
    lab.page = page_of(LAB.nodes[1])
    Journal(lab.root).begin("freeze", target=NODE1)
    before = lab.time
    with pytest.raises(
        LabError, match=r"answers '<h1>Node2\.magedu\.com</h1>', but node1\.magedu\.com holds"
    ) as caught:
        lab.heal()
    assert "./lab reset" in caught.value.hint
    assert lab.time - before < 10, "not three times a minute"
    assert [entry.what for entry in pending(lab.root)] == ["freeze"]


def test_a_page_that_comes_late_is_waited_for(lab: Lab) -> None:
    looks = iter(range(99))
    done = Recovery(lab.session(), fetch=lambda: page_of(LAB.node1) if next(looks) > 5 else "").heal()
    assert done == (), "nothing had to be done"
