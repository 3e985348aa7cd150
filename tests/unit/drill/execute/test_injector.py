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
from inventory.model import Command, NodeAction
from tests.support.breakable_lab import BREAK
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_machines import FakeChoice, FakeMachines
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session


class World:
    """Nodes that can be broken and repaired, and what was asked of them."""

    def __init__(self, root: Path) -> None:
        self.root, self.power = root, FakeMachines()
        self.broken: set[str] = set()
        self.log: list[str] = []
        self.lands = self.heals = True
        self.fired = False
        self.boots_after = 0
        self.remote = FakeRemote(self.answer)
        self.session = fake_session(remote=self.remote, machines=self.power, root=root)
        self.injector = Injector(self.session, self.event, timer_s=120)

    def event(self, kind: str, node: str, detail: str) -> None:
        self.log.append(kind)

    def answer(self, command: Command) -> tuple[int, str, str] | None:
        node, purpose = command.node, command.purpose
        if not self.power.on[node] or node in self.power.paused:
            return None
        if purpose == "wait-for-node":
            if self.boots_after:
                self.boots_after -= 1
                return None
            return 0, "", ""
        if purpose == "arm-timer":
            self.log.append("armed")
            assert pending(self.root), "it is written down before anything is done"
            return 0, "", ""
        if purpose == "inject-fault":
            self.log.append("broke")
            assert pending(self.root)
            if self.lands:
                self.broken.add(node)
            return 0, "", ""
        if purpose == "prove-fault":
            return 0, "yes\n" if node in self.broken else "it is whole\n", ""
        if purpose == "prove-repair":
            return 0, "not yet: mended\n" if node in self.broken else "yes\n", ""
        if purpose == "repair":
            self.log.append("mended")
            if not self.heals:
                return 1, "", "mended: failed"
            if self.fired:
                return 0, f"crack: {TIMER_FIRED}\n", ""
            was = node in self.broken
            self.broken.discard(node)
            return 0, "mended\n" if was else "", ""
        raise AssertionError(command.line)

    def scope(self, node: int = 0) -> FaultScope:
        return FaultScope(self.session, self.session.lab.nodes[node])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_order_of_things(world: World) -> None:
    with world.injector.injected(BREAK, world.scope(), baseline="<cib/>"):
        assert world.broken == {NODE1}
        (entry,) = pending(world.root)
        assert (entry.what, entry.target, entry.baseline) == ("crack", NODE1, "<cib/>")
    assert world.log == ["armed", "inject", "broke", "landed", "heal", "mended", "note", "healed"]
    assert world.broken == set()
    assert pending(world.root) == ()


@pytest.mark.parametrize("error", [RuntimeError("a test failed"), KeyboardInterrupt()])
def test_whatever_happens_it_is_healed(world: World, error: BaseException) -> None:
    with pytest.raises(type(error)), world.injector.injected(BREAK, world.scope()):
        raise error
    assert world.broken == set()
    assert pending(world.root) == ()


def test_both_nodes_at_once(world: World) -> None:
    with world.injector.injected(BREAK, world.scope(0), world.scope(1)):
        assert world.broken == {NODE1, NODE2}
        assert world.log.index("broke") > world.log.index("armed") + 1, "both are armed before either breaks"
    assert world.broken == set()


def test_a_fault_that_does_not_land_is_no_fault(world: World) -> None:
    world.lands = False
    with (
        pytest.raises(NotInEffect, match=r"crack is not in effect on node1.*it is whole"),
        world.injector.injected(BREAK, world.scope()),
    ):
        pytest.fail("nothing may be measured")
    assert world.log[-3:] == ["heal", "mended", "healed"], "it may land yet: it is healed all the same"
    assert pending(world.root) == ()


def test_what_cannot_be_had_is_refused_before_anything_is_done(world: World) -> None:
    world.power.choice = FakeChoice("vmware_desktop")
    scope = world.scope()
    with (
        pytest.raises(NotAvailable, match="vmware_desktop: the lab cannot control the power"),
        world.injector.injected(BREAK, scope),
    ):
        pytest.fail("it was not refused")
    assert world.remote.ran == []
    assert pending(world.root) == ()


def test_what_is_not_healed_stays_in_the_journal(world: World) -> None:
    world.heals = False
    with (
        pytest.raises(CommandFailed, match="heal crack: exit 1: mended: failed"),
        world.injector.injected(BREAK, world.scope()),
    ):
        pass
    assert [entry.what for entry in pending(world.root)] == ["crack"]


def test_a_fault_that_the_timer_healed_did_not_last(world: World) -> None:
    """Whatever was measured at the end was not measured of the fault: the verdict is UNKNOWN."""
    with world.injector.injected(BREAK, world.scope()):
        world.broken.clear()
        world.fired = True
    assert world.log[-3:] == ["note", "not_landed", "healed"]


def test_a_signal_waits_until_the_fault_is_whole(world: World) -> None:
    """Half a command would go on on the node and come true after the heal."""

    def inject(scope: FaultScope) -> tuple[NodeAction, ...]:
        signal.raise_signal(signal.SIGTERM)
        return BREAK.inject(scope)

    interrupted = dataclasses.replace(BREAK, inject=inject)
    with (
        pytest.raises(KeyboardInterrupt, match="SIGTERM"),
        world.injector.injected(interrupted, world.scope()),
    ):
        pytest.fail("it was interrupted before")
    assert world.log == ["armed", "inject", "broke", "heal", "mended", "note", "healed"]
    assert pending(world.root) == ()


def test_one_node_that_cannot_be_healed_does_not_keep_the_other_from_it(world: World) -> None:
    with pytest.raises(TimedOut, match=NODE1), world.injector.injected(BREAK, world.scope(0), world.scope(1)):
        world.power.paused.add(NODE1)
    assert NODE2 not in world.broken
    assert [entry.target for entry in pending(world.root)] == [NODE1]


def test_a_heal_is_safe_when_there_is_nothing_to_heal(world: World) -> None:
    active_fault = world.injector.begin(BREAK, world.scope())
    assert world.injector.heal(active_fault) == ()
    assert pending(world.root) == ()


@pytest.mark.parametrize("name", ["power-off", "freeze"])
def test_power(world: World, name: str) -> None:
    """No power word is said twice, and a node that boots is waited for."""
    cut, back = {"power-off": ("power_off", "power_on"), "freeze": ("freeze", "thaw")}[name]
    fault = FAULTS[name]
    injector, scope = world.injector, world.scope()
    active_fault = injector.begin(fault, scope)
    injector.inject(active_fault)
    injector.prove(active_fault)
    (power, script) = active_fault.entry.undo
    assert injector.run_action(power) in ("booted\n", "thawed\n")
    assert injector.run_action(power) == "", "done only where it changes something"
    world.boots_after = 3
    injector.wait_for_node(NODE1)
    assert world.power.summary == [f"{cut} node1", f"{back} node1"]
    assert "systemctl start corosync" in script.script


def test_a_power_fault_that_did_not_land(world: World) -> None:
    world.power.power_off = lambda node: None  # type: ignore[method-assign]
    active_fault = world.injector.begin(FAULTS["power-off"], world.scope())
    world.injector.inject(active_fault)
    with pytest.raises(NotInEffect, match="the machine runs"):
        world.injector.prove(active_fault)


def test_an_act_that_cuts_its_own_connection_needs_no_answer(world: World) -> None:
    world.power.on[NODE1] = False
    assert world.injector.run_action(NodeAction(NODE1, "reboot", cuts=True)) == ""
    with pytest.raises(Unreachable):
        world.injector.run_action(NodeAction(NODE1, "reboot"))
