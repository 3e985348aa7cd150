"""Recovery on two nodes that are a few flags: whatever an interrupted drill left is found, healed and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.execute.recovery import Recovery
from drill.faults import remedies
from inventory.errors import LabError
from inventory.journal import Journal, pending
from inventory.model import Command, NodeAction
from status.web_page import page_of
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_clock, fake_session
from tests.support.node_readings import PURPOSE, ClusterWords, reading

LAB = example_lab()
NAMES = (NODE1, NODE2)


def cib(policy: str) -> str:
    pair = f'<nvpair id="x" name="no-quorum-policy" value="{policy}"/>'
    inner = f'<crm_config><cluster_property_set id="p">{pair}</cluster_property_set></crm_config>'
    return f"<cib><configuration>{inner}</configuration><status/></cib>"


class World:
    """Both nodes; `wounds` are what a mend cures, `policy` what only a restored configuration does."""

    def __init__(self, root: Path) -> None:
        self.root, self.power = root, FakeMachines()
        self.active_faults: dict[str, set[str]] = {name: set() for name in NAMES}
        self.cluster_wide: set[str] = set()
        self.down: set[str] = set()
        self.stale: set[str] = set()
        self.incurable: set[str] = set()
        self.quorum_policy = "ignore"
        self.journalled = 0
        self.bare = False
        self.clock = fake_clock()
        self.page = page_of(LAB.node1)
        self.said: list[str] = []

    def heal(self) -> tuple[str, ...]:
        session = fake_session(
            lab=LAB, remote=self.answer, machines=self.power, root=self.root, clock=self.clock
        )
        return Recovery(session, self.said.append, lambda: self.page).heal()

    def answer(self, command: Command) -> tuple[int, str, str] | None:
        node, line, purpose = command.node, command.line, command.purpose
        if not self.power.on[node] or node in self.power.paused:
            return None
        if purpose == "wait-for-node":
            return 0, "", ""
        if line == "hopeless":
            return 1, "", "no such thing any more"
        if line == "journalled":
            self.journalled += 1
            return 0, "undone\n", ""
        if purpose == PURPOSE:
            return 0, self.printed_by(node), ""
        if purpose == "read-cib":
            return 0, cib(self.quorum_policy), ""
        if purpose == "replace-cib-section":
            assert command.stdin is not None
            assert command.stdin.startswith("<configuration>"), "the status section is not put back"
            self.bare = False
            self.quorum_policy = "ignore" if '"ignore"' in command.stdin else "stop"
            return 0, "", ""
        if purpose == "repair" and "# repair_full_disk.sh" in line:
            cured = self.active_faults[node] - self.incurable
            self.active_faults[node] -= cured
            started = ["started the cluster on this node"] if node in self.down else []
            self.down.discard(node)
            return 0, "".join(f"{one}\n" for one in [*sorted(cured), *started]), ""
        if purpose == "repair" and "# repair_maintenance.sh" in line:
            cured, self.cluster_wide = self.cluster_wide, set()
            return 0, "".join(f"{one}\n" for one in sorted(cured)), ""
        if purpose == "remove-address":
            self.stale.discard(node)
            return 0, "", ""
        raise AssertionError(line)

    def printed_by(self, node: str) -> str:
        up = [name for name in NAMES if name not in self.down and self.power.on[name]]
        members = {name: {"online": name in up, "standby": "standby" in self.cluster_wide} for name in NAMES}
        runs = {} if self.bare else {"WebIP": [NODE1], "WebServer": [NODE1]}
        here = node == NODE1 and not self.bare
        return reading(
            LAB.node(node),
            None if node in self.down else ClusterWords(nodes=members, runs=runs),
            holds_vip=here or node in self.stale,
            web="running" if here else "stopped",
            undone=self.active_faults[node],
            cib=cib(self.quorum_policy),
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_healthy_lab_is_left_alone(world: World) -> None:
    assert world.heal() == ()


def test_what_nobody_wrote_down_is_found_on_the_nodes(world: World) -> None:
    world.active_faults[NODE2] = {"the processors are free"}
    world.cluster_wide = {"standby"}
    assert world.heal() == ("node2.magedu.com: the processors are free", "node1.magedu.com: standby")
    assert len(world.said) == 2, "each thing is told as it is done"
    assert world.active_faults[NODE2] == world.cluster_wide == set()


def test_frozen_and_dead_machines(world: World) -> None:
    world.power.paused.add(NODE1)
    world.power.on[NODE2] = False
    world.down = {NODE2}
    assert world.heal() == (
        "node1.magedu.com: thawed",
        "node2.magedu.com: booted",
        "node2.magedu.com: started the cluster on this node",
    )
    assert world.power.summary == ["thaw node1", "power_on node2"]


def test_the_journal_is_worked_off(world: World) -> None:
    Journal(world.root).begin("partition", target=NODE1, undo=(NodeAction(NODE1, "journalled"),))
    assert world.heal() == (
        "an interrupted drill left partition on node1.magedu.com",
        "node1.magedu.com: undone",
    )
    assert pending(world.root) == ()
    assert world.journalled == 1


@pytest.mark.parametrize("late", ["killed", "stopped"])
def test_what_comes_true_only_while_healing_is_healed_too(world: World, late: str) -> None:
    """A killed drill's last command may still be under way on a node: a stop, a restart."""
    world.active_faults[NODE1] = {"the processors are free"}
    looks = iter(range(99))

    def answer(command: Command) -> tuple[int, str, str] | None:
        if command.purpose == PURPOSE and command.node == NODE2 and next(looks) == 1:
            if late == "killed":
                world.power.on[NODE2] = False
            else:
                world.down, world.active_faults[NODE2] = {NODE2}, {"its timer is disarmed"}
        return world.answer(command)

    session = fake_session(lab=LAB, remote=answer, machines=world.power, root=world.root)
    done = Recovery(session).heal()
    assert (
        done[-1]
        == {
            "killed": "node2.magedu.com: booted",
            "stopped": "node2.magedu.com: started the cluster on this node",
        }[late]
    )


def test_the_configuration_of_before_comes_back(world: World) -> None:
    journal = Journal(world.root)
    journal.begin("no quorum", baseline=cib("ignore"))
    journal.begin("partition", baseline=cib("stop"))
    world.quorum_policy = "stop"
    done = world.heal()
    assert world.quorum_policy == "ignore", "the oldest baseline is the one from before the drill"
    assert "restored the configuration: property no-quorum-policy: want ignore, found stop" in done


def test_a_second_owner_of_the_address_loses_it(world: World) -> None:
    world.stale = {NODE2}
    assert world.heal() == (
        "node2.magedu.com: removed 172.16.100.11, which the cluster runs on node1.magedu.com",
    )
    assert world.stale == set()


def test_what_cannot_be_healed_is_named_and_stays_written_down(world: World) -> None:
    Journal(world.root).begin("disk-full", target=NODE1)
    world.active_faults[NODE1] = world.incurable = {"unmounted the full file system over /var/lib/pacemaker"}
    with pytest.raises(LabError) as caught:
        world.heal()
    assert (
        "node1.magedu.com: not healed yet: unmounted the full file system over /var/lib/pacemaker"
        in caught.value.message
    )
    assert "./lab down" in caught.value.hint
    assert [entry.what for entry in pending(world.root)] == ["disk-full"]


def test_no_healing_makes_a_resource(world: World) -> None:
    world.bare = True
    Journal(world.root).begin("freeze", target=NODE1)
    with pytest.raises(LabError, match="WebIP is not configured") as caught:
        world.heal()
    assert "./lab provision" in caught.value.hint
    assert [entry.what for entry in pending(world.root)] == ["freeze"]


def test_resources_come_back_with_the_configuration_of_before(world: World) -> None:
    world.bare, world.quorum_policy = True, "stop"
    Journal(world.root).begin("apart", baseline=cib("ignore"))
    assert "restored the configuration: property no-quorum-policy: want ignore, found stop" in world.heal()
    assert not world.bare


def test_two_node_is_found_where_the_journals_own_mend_failed(world: World) -> None:
    Journal(world.root).begin("scenario two-node", undo=(NodeAction(NODE1, "hopeless"),))
    world.active_faults[NODE1] = world.incurable = {remedies.TWO_NODE_REMOVED}
    with pytest.raises(LabError, match=f"node1.magedu.com: not healed yet: {remedies.TWO_NODE_REMOVED}"):
        world.heal()
    assert remedies.two_node in remedies.NODE, "every look at a node, and every healing, knows of it"
    assert [entry.what for entry in pending(world.root)] == ["scenario two-node"]


def test_a_heal_of_the_journal_that_fails_keeps_nothing_from_being_healed(world: World) -> None:
    Journal(world.root).begin("old", undo=(NodeAction(NODE1, "hopeless"),))
    world.active_faults[NODE2] = {"the processors are free"}
    done = world.heal()
    assert done[1].startswith("could not be done: node1.magedu.com")
    assert "node2.magedu.com: the processors are free" in done
    assert pending(world.root) == ()


def test_what_no_healing_and_no_waiting_ends_is_told_soon(world: World) -> None:
    world.page = page_of(LAB.nodes[1])
    Journal(world.root).begin("freeze", target=NODE1)
    before = world.clock.now()
    with pytest.raises(
        LabError, match=r"answers '<h1>Node2\.magedu\.com</h1>', but node1\.magedu\.com holds"
    ) as caught:
        world.heal()
    assert "./lab reset" in caught.value.hint
    assert world.clock.now() - before < 10, "not three times a minute"
    assert [entry.what for entry in pending(world.root)] == ["freeze"]


def test_a_page_that_comes_late_is_waited_for(world: World) -> None:
    looks = iter(range(99))
    session = fake_session(lab=LAB, remote=world.answer, machines=world.power, root=world.root)
    done = Recovery(session, fetch=lambda: page_of(LAB.node1) if next(looks) > 5 else "").heal()
    assert done == (), "nothing had to be done"
