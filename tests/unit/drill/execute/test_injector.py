"""The interpreter of faults, on nodes that are a few flags: what is done in which order, and what always happens."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path

import pytest

from drill.execute.injector import Injector, NotAvailable, NotInEffect
from drill.faults.base import FaultScope
from drill.faults.registry import FAULTS
from drill.faults.repair import TIMER_FIRED
from inventory.errors import CommandFailed, TimedOut, Unreachable
from inventory.journal import pending
from inventory.model import NodeAction
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import CRACK, REPAIRED, FakeLab
from tests.support.fake_machines import FakeChoice


class Lab(FakeLab):
    """The fake lab with an injector, whose events stand in `did` too."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.injector = Injector(
            self.session(), lambda kind, node, detail: self.did.append(kind), timer_s=120
        )

    def scope(self, node: int = 0) -> FaultScope:
        session = self.injector.session
        return FaultScope(session, session.lab.nodes[node])

    @property
    def words(self) -> list[str]:
        """What was done, without the nodes."""
        return [what.split()[0] for what in self.did]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_the_order_of_things(lab: Lab) -> None:
    with lab.injector.injected(CRACK, lab.scope(), baseline="<cib/>"):
        assert set(lab.cracked) == {NODE1}
        (entry,) = pending(lab.root)
        assert (entry.what, entry.target, entry.baseline) == ("crack", NODE1, "<cib/>")
    assert lab.words == [
        *("arm-timer", "inject", "inject-fault", "landed"),
        *("heal", "repair", "note", "healed"),
    ]
    assert lab.cracked == {}
    assert pending(lab.root) == ()


@pytest.mark.parametrize("error", [RuntimeError("a test failed"), KeyboardInterrupt()])
def test_whatever_happens_it_is_healed(lab: Lab, error: BaseException) -> None:
    with pytest.raises(type(error)), lab.injector.injected(CRACK, lab.scope()):
        raise error
    assert lab.cracked == {}
    assert pending(lab.root) == ()


def test_both_nodes_at_once(lab: Lab) -> None:
    with lab.injector.injected(CRACK, lab.scope(0), lab.scope(1)):
        assert set(lab.cracked) == {NODE1, NODE2}
        assert lab.words.index("inject-fault") > lab.words.index("arm-timer") + 1, (
            "both are armed before either breaks"
        )
    assert lab.cracked == {}


def test_a_fault_that_does_not_land_is_no_fault(lab: Lab) -> None:
    lab.takes_effect = False
    with (
        pytest.raises(NotInEffect, match=r"crack is not in effect on node1.*there is no crack"),
        lab.injector.injected(CRACK, lab.scope()),
    ):
        pytest.fail("nothing may be measured")
    assert lab.words[-3:] == ["heal", "repair", "healed"], "it may land yet: it is healed all the same"
    assert pending(lab.root) == ()


def test_what_cannot_be_had_is_refused_before_anything_is_done(lab: Lab) -> None:
    lab.machines.choice = FakeChoice("vmware_desktop")
    scope = lab.scope()
    with (
        pytest.raises(NotAvailable, match="vmware_desktop: vmrun does not tell"),
        lab.injector.injected(CRACK, scope),
    ):
        pytest.fail("it was not refused")
    assert lab.remote.ran == []
    assert pending(lab.root) == ()


def test_what_is_not_healed_stays_in_the_journal(lab: Lab) -> None:
    lab.hopeless = {REPAIRED}
    with (
        pytest.raises(CommandFailed, match="heal crack: exit 1: repaired the crack: failed"),
        lab.injector.injected(CRACK, lab.scope()),
    ):
        pass
    assert [entry.what for entry in pending(lab.root)] == ["crack"]


def test_a_fault_that_the_timer_healed_did_not_last(lab: Lab) -> None:
    """Whatever was measured at the end was not measured of the fault: the verdict is UNKNOWN."""
    with lab.injector.injected(CRACK, lab.scope()):
        lab.cracked.clear()
        lab.needs[NODE1].add(f"crack: {TIMER_FIRED}")
    assert lab.words[-3:] == ["note", "not_landed", "healed"]


def test_a_signal_waits_until_the_fault_is_injected(lab: Lab) -> None:
    """Half a command would go on on the node and come true after the heal."""

    def inject(scope: FaultScope) -> tuple[NodeAction, ...]:
        signal.raise_signal(signal.SIGTERM)
        return CRACK.inject(scope)

    interrupted = dataclasses.replace(CRACK, inject=inject)
    with (
        pytest.raises(KeyboardInterrupt, match="SIGTERM"),
        lab.injector.injected(interrupted, lab.scope()),
    ):
        pytest.fail("it was interrupted before")
    assert lab.words == [
        *("arm-timer", "inject", "inject-fault", "heal", "repair", "note", "healed"),
    ]
    assert pending(lab.root) == ()


def test_one_node_that_cannot_be_healed_does_not_keep_the_other_from_it(lab: Lab) -> None:
    with pytest.raises(TimedOut, match=NODE1), lab.injector.injected(CRACK, lab.scope(0), lab.scope(1)):
        lab.machines.paused.add(NODE1)
    assert NODE2 not in lab.cracked
    assert [entry.target for entry in pending(lab.root)] == [NODE1]


def test_a_remedy_that_saw_nothing_at_first_is_repeated(lab: Lab) -> None:
    """A cluster that is only starting does not tell yet that its node is in standby."""
    answers = iter([(0, "", "")])
    lab.instead("repair", lambda command, usual: next(answers, None) or usual(command))
    with lab.injector.injected(CRACK, lab.scope()):
        pass
    assert lab.words[-3:] == ["repair", "note", "healed"]
    assert lab.cracked == {}
    assert pending(lab.root) == ()


def test_a_heal_is_safe_when_there_is_nothing_to_heal(lab: Lab) -> None:
    active_fault = lab.injector.begin(CRACK, lab.scope())
    assert lab.injector.heal(active_fault) == ()
    assert pending(lab.root) == ()


@pytest.mark.parametrize("name", ["power-off", "freeze"])
def test_power(lab: Lab, name: str) -> None:
    """No power word is said twice, and a node that boots is waited for."""
    cut, back = {"power-off": ("power_off", "power_on"), "freeze": ("freeze", "thaw")}[name]
    fault = FAULTS[name]
    injector, scope = lab.injector, lab.scope()
    active_fault = injector.begin(fault, scope)
    injector.inject(active_fault)
    injector.prove(active_fault)
    (power, script) = active_fault.entry.undo
    assert injector.run_action(power) in ("booted\n", "thawed\n")
    assert injector.run_action(power) == "", "done only where it changes something"
    lab.boots_after = 3
    injector.wait_for_node(NODE1)
    assert lab.machines.summary == [f"{cut} node1", f"{back} node1"]
    assert "systemctl start corosync" in script.script


def test_each_switch_of_power_is_told_with_its_time(lab: Lab) -> None:
    told: list[tuple[str, bool, float]] = []
    lab.injector.switched = lambda *switch: told.append(switch)
    for power in ("power_off", "freeze", "thaw", "power_on", "power_on"):
        lab.injector.run_action(NodeAction(NODE1, power=power))
    assert [(node, on) for node, on, _ in told] == [(NODE1, False), (NODE1, True)]
    assert all(asked <= lab.injector.session.clock.now() for *_, asked in told)


@pytest.mark.parametrize(
    ("provider", "set_clock"), [("libvirt", ["set-clock node1.magedu.com"]), ("docker", [])]
)
def test_the_clock_of_a_thawed_machine_is_set(lab: Lab, provider: str, set_clock: list[str]) -> None:
    """A machine's clock stands still while it is frozen; a container has this host's clock."""
    lab.machines.choice = FakeChoice(provider)
    lab.machines.paused.add(NODE1)
    lab.boots_after = 3
    assert lab.injector.run_action(NodeAction(NODE1, power="thaw")) == "thawed\n"
    assert [what for what in lab.did if what.startswith("set-clock")] == set_clock
    assert lab.injector.run_action(NodeAction(NODE1, power="thaw")) == "", "nothing to do"
    assert [what for what in lab.did if what.startswith("set-clock")] == set_clock


def test_a_power_fault_that_did_not_land(lab: Lab) -> None:
    lab.machines.power_off = lambda node: None  # type: ignore[method-assign]
    active_fault = lab.injector.begin(FAULTS["power-off"], lab.scope())
    lab.injector.inject(active_fault)
    with pytest.raises(NotInEffect, match="the machine runs"):
        lab.injector.prove(active_fault)


def test_an_act_that_cuts_its_own_connection_needs_no_answer(lab: Lab) -> None:
    lab.machines.on[NODE1] = False
    assert lab.injector.run_action(NodeAction(NODE1, "reboot", cuts=True)) == ""
    with pytest.raises(Unreachable):
        lab.injector.run_action(NodeAction(NODE1, "reboot"))
