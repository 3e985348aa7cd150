"""The one lab in memory: two nodes that answer each command by what it is for (Command.purpose).

A node's troubles are the messages of the remedies that it needs. So a script of remedies is answered by what stands
in it: which of its remedies are needed here, and what they tell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path

from drill.faults.base import Fault, Proof, Remedy
from drill.faults.remedies import TWO_NODE_REMOVED, VOTEQUORUM_REMOVED
from inventory.journal import pending
from inventory.model import Command, Lab, NodeAction
from inventory.session import LabSession
from inventory.waiting import Clock
from tests.support.example_lab import CASES, METADATA, NODE1, NODE2, example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_remote import FakeRemote
from tests.support.fake_session import fake_session
from tests.support.node_readings import ClusterWords, printed, reading

LAB = example_lab()
NODES = (NODE1, NODE2)
BUSY = "ended the loops that kept the processors busy"
REPAIRED, STARTED = "repaired the crack", "started the cluster on this node"
CRACK = Fault(
    "crack",
    "It cracks",
    "crash",
    inject=lambda scope: (NodeAction(scope.target.name, "break", why="crack it"),),
    in_effect=lambda scope: (Proof(scope.target.name, "is it", what="it is cracked"),),
    remedies=(
        lambda scope: Remedy(
            REPAIRED, "# repair_crack.sh\nis_wrong() { is-cracked; }\nput_right() { uncrack; }"
        ),
    ),
    needs=("freeze",),
)
"""A fault of no real thing."""
TAKES_OVER_S = 0.5
"""The time until the peer of a cracked node serves (seconds)."""
_CIB = (CASES / "cib" / "2.1.5.xml").read_text()
CIB = _CIB[: _CIB.index("<status>")] + "<status/></cib>"
Answer = tuple[int, str, str] | None
"""Exit status, stdout, stderr; None when the node does not answer."""
Usual = Callable[[Command], Answer]


@cache
def messages(script: str) -> tuple[str, ...]:
    """The messages of the remedies in a script, in order."""
    return tuple(shlex.split(text)[0] for text in re.findall(r"^message=(.*)$", script, re.MULTILINE))


BOOTED_S = 5000.0
"""The nodes were booted so long before the lab's time 0 (seconds)."""


class FakeLab:
    """Two nodes. `cracked` has the moment at which a node was cracked; `needs` the remedies that a node needs besides.

    `did` tells what was done, in order: "PURPOSE NODE", and "repair NODE: SCRIPT" with the last remedy's name.
    Time passes only when somebody waits.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.machines = root, FakeMachines()
        self.time, self.cib = 0.0, CIB
        self.cracked: dict[str, float] = {}
        self.needs: dict[str, set[str]] = {name: set() for name in NODES}
        self.down: set[str] = set()
        """Nodes on which no cluster runs."""
        self.own_two_node = False
        """The nodes' own corosync.conf has two_node."""
        self.covered: set[str] = set()
        """Nodes where a corosync.conf with two_node lies over the real one."""
        self.more_votequorum: dict[str, str] = {}
        """The further options of votequorum in a node's corosync.conf."""
        self.second_holders: set[str] = set()
        """Nodes that hold the floating address although the cluster does not run it there."""
        self.comes_back: set[str] = set()
        """Remedies that succeed and change nothing."""
        self.hopeless: set[str] = set()
        """Remedies that fail."""
        self.takes_effect = self.takes_over = True
        self.boots: dict[str, int] = {}
        """How many times fencing booted a node again."""
        self.fences = True
        """A fence device really switches its node off and on."""
        self.boots_after = 0
        """So many questions whether a node answers are in vain."""
        self.totem_ms = (1000, 1200)
        """Token and consensus of the running corosync (milliseconds)."""
        self.pauses: dict[str, list[str]] = {}
        """The lines of corosync's log that tell of a pause, by node."""
        self.journal: dict[str, list[str]] = {}
        """The lines of the journal (journalctl -o short-monotonic), by node; its clock is BOOTED_S ahead."""
        self.suspended = 0.0
        """For how long this machine was suspended since its boot: the journal does not count it (seconds)."""
        self.written: dict[str, list[int]] = {}
        """The numbers in each node's file of the counter service; no entry: it is not there."""
        self.did: list[str] = []
        self._instead: dict[str, Callable[[Command, Usual], Answer]] = {}
        self.remote = FakeRemote(self.answer)

    def session(self, lab: Lab = LAB) -> LabSession:
        """A session of this lab."""
        clock = Clock(lambda: self.time, self.sleep)
        return fake_session(lab=lab, remote=self.remote, machines=self.machines, root=self.root, clock=clock)

    def instead(self, purpose: str, answer: Callable[[Command, Usual], Answer]) -> None:
        """Let a function answer the commands of a purpose; it gets the command and the usual answer's function."""
        assert f"_{purpose.replace('-', '_')}" in dir(self), f"no command is for {purpose}"
        self._instead[purpose] = answer

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    @property
    def holder(self) -> str:
        """Who serves; "" for nobody."""
        since = self.cracked.get(NODE1)
        if since is None:
            return NODE1
        over = self.takes_over and NODE2 not in self.cracked and self.time > since + TAKES_OVER_S
        return NODE2 if over else ""

    @property
    def resources(self) -> list[str]:
        """The ids of the resources in the CIB."""
        return re.findall(r'<primitive id="(\w+)"', self.cib)

    def answer(self, command: Command) -> Answer:
        """What a node says to a command."""
        if not self.machines.on[command.node] or command.node in self.machines.paused:
            return None
        usual: Usual | None = getattr(self, f"_{command.purpose.replace('-', '_')}", None)
        assert usual is not None, (
            f"the lab does not know what this is for: {command.purpose!r}: {command.line}"
        )
        instead = self._instead.get(command.purpose)
        return instead(command, usual) if instead else usual(command)

    def _needed(self, command: Command) -> list[str]:
        """Which remedies of a script its node needs."""
        node = command.node
        needs = set(self.needs[node])
        needs |= {REPAIRED} if node in self.cracked else set()
        needs |= {STARTED} if node in self.down else set()
        needs |= {TWO_NODE_REMOVED} if node in self.covered else set()
        needs |= {VOTEQUORUM_REMOVED} if node in self.more_votequorum else set()
        return [one for one in messages(command.line) if one in needs]

    # One method for each purpose

    def _wait_for_node(self, command: Command) -> Answer:
        if self.boots_after:
            self.boots_after -= 1
            return None
        return 0, "", ""

    def _set_clock(self, command: Command) -> Answer:
        self.did.append(f"set-clock {command.node}")
        return 0, "", ""

    def _arm_timer(self, command: Command) -> Answer:
        self.did.append(f"arm-timer {command.node}")
        assert pending(self.root), "the journal knows of it before anything is done"
        return 0, "", ""

    def _inject_fault(self, command: Command) -> Answer:
        self.did.append(f"inject-fault {command.node}")
        assert pending(self.root), "the journal knows of it before anything is done"
        if self.takes_effect:
            self.cracked[command.node] = self.time
        return 0, "", ""

    def _prove_fault(self, command: Command) -> Answer:
        return 0, "yes\n" if command.node in self.cracked else "there is no crack\n", ""

    def _repair(self, command: Command) -> Answer:
        node, needed = command.node, self._needed(command)
        names = re.findall(r"^# repair_(\w+)\.sh$", command.line, re.MULTILINE)
        self.did.append(f"repair {node}: {names[-1]}")
        for one in set(needed) - self.hopeless - self.comes_back:
            self.needs[node].discard(one)
            if one == REPAIRED:
                del self.cracked[node]
            if one == STARTED:
                self.down.discard(node)
            if one == TWO_NODE_REMOVED:
                self.covered.discard(node)
            if one == VOTEQUORUM_REMOVED:
                self.more_votequorum.pop(node, None)
        failed = [one for one in needed if one in self.hopeless]
        told = "".join(f"{one}\n" for one in needed if one not in failed)
        return 1 if failed else 0, told, "".join(f"{one}: failed\n" for one in failed)

    def _prove_repair(self, command: Command) -> Answer:
        return 0, "".join(f"not yet: {one}\n" for one in self._needed(command)) or "yes\n", ""

    def _remove_address(self, command: Command) -> Answer:
        self.second_holders.discard(command.node)
        return 0, "", ""

    def _read_node_status(self, command: Command) -> Answer:
        node, here = command.node, command.node == self.holder and bool(self.resources)
        up = [name for name in NODES if name not in self.down and self.machines.on[name]]
        runs = {id_: [self.holder] if self.holder else [] for id_ in self.resources}
        members = {
            name: {"online": name in up, "standby": f"{name} is no longer in standby" in self.needs[name]}
            for name in NODES
        }
        out = reading(
            LAB.node(node),
            None if node in self.down else ClusterWords(nodes=members, runs=runs),
            holds_vip=here or node in self.second_holders,
            web="running" if here and "WebServer" in self.resources else "stopped",
            undone=self._needed(command),
            cib=self.cib,
        )
        return 0, out, ""

    def _read_witness(self, command: Command) -> Answer:
        return 0, "" if self.needs[command.node] else "yes\n", ""

    def _read_boot(self, command: Command) -> Answer:
        return 0, f"{self.boots.get(command.node, 0)}\n", ""

    def _fence_node(self, command: Command) -> Answer:
        name = command.argv[-1]
        self.did.append(f"fence {name}")
        if self.fences:
            self.boots[name] = self.boots.get(name, 0) + 1
        self.down.add(name)
        return 0, "", ""

    def _read_fence_history(self, command: Command) -> Answer:
        events = "".join(
            f'<fence_event target="{node}" action="reboot" status="success" completed="{number}"/>'
            for node, boots in self.boots.items()
            for number in range(boots)
        )
        return 0, f"<pacemaker-result>{events}</pacemaker-result>", ""

    def _read_fence_device(self, command: Command) -> Answer:
        return 0, "Status: ON\n", ""

    def _read_service_restart(self, command: Command) -> Answer:
        return 0, "", ""

    def _read_cib(self, command: Command) -> Answer:
        return 0, self.cib, ""

    def _capture_cluster(self, command: Command) -> Answer:
        votes = (CASES / "generations" / "2.1.5" / "quorum-up.txt").read_text()
        return 0, printed({"cib": self.cib, "scores": "no scores here", "votes": votes}), ""

    def _simulate_return(self, command: Command) -> Answer:
        return 0, (CASES / "generations" / "2.1.5" / "crm_simulate-up.txt").read_text(), ""

    def _replace_cib_section(self, command: Command) -> Answer:
        assert command.stdin
        section = command.argv[3]
        assert command.stdin.startswith(f"<{section}"), "no other section is put back"
        self.did.append(f"replace-cib-section {section}")
        pattern = re.compile(rf"<{section}[ >].*</{section}>|<{section} */>", re.DOTALL)
        self.cib = pattern.sub(lambda found: command.stdin or "", self.cib)
        return 0, "", ""

    def _set_two_node(self, command: Command) -> Answer:
        self.did.append(f"set-two-node {command.node}")
        self.covered.add(command.node)
        return 0, "", ""

    def _set_votequorum(self, command: Command) -> Answer:
        self.did.append(f"set-votequorum {command.node}")
        self.more_votequorum[command.node] = re.findall(r"^options=(.*)$", command.line, re.MULTILINE)[0]
        return 0, "", ""

    def _read_membership(self, command: Command) -> Answer:
        flags = "Flags: 2Node Quorate" if self.own_two_node or self.covered else "Flags: Quorate"
        if "last_man_standing" in self.more_votequorum.get(command.node, ""):
            flags += " LastManStanding"
        return 0, f"Quorate:          Yes\n{flags}\nMembership information\n", ""

    def _read_pauses(self, command: Command) -> Answer:
        return 0, "\n".join(self.pauses.get(command.node, ())), ""

    def _read_journal(self, command: Command) -> Answer:
        uptime = self._read_uptime(command)
        assert uptime is not None
        newest = self.time - 0.25
        lines = [
            f"{1e9 + self.time:.9f}",
            uptime[1].rstrip(),
            f"__REALTIME_TIMESTAMP={1e15 + 1e6 * newest:.0f}",
            f"__MONOTONIC_TIMESTAMP={1e6 * (newest + BOOTED_S - self.suspended):.0f}",
            *self.journal.get(command.node, ()),
        ]
        return 0, f"{uptime[1]}{''.join(f'{line}{chr(10)}' for line in lines)}{uptime[1]}", ""

    def _read_uptime(self, command: Command) -> Answer:
        return 0, f"{self.time + BOOTED_S:.2f} 0.00\n", ""

    def _read_totem_times(self, command: Command) -> Answer:
        token, consensus = self.totem_ms
        prefix = "runtime.config.totem."
        return 0, f"{prefix}token (u32) = {token}\n{prefix}consensus (u32) = {consensus}\n", ""

    def _read_agent_metadata(self, command: Command) -> Answer:
        return 0, METADATA.format(name="ARP_INTERVAL_MS", default=500), ""

    def _clean_up_failures(self, command: Command) -> Answer:
        self.did.append("clean-up-failures")
        self.cib = re.sub(r"<transient_attributes.*?</transient_attributes>", "", self.cib)
        return 0, "", ""

    def _wait_for_fencing(self, command: Command) -> Answer:
        self.did.append(f"wait-for-fencing {command.node}")
        return 0, "", ""

    def _install_counter(self, command: Command) -> Answer:
        assert any(one.target == command.node for one in pending(self.root)), "the journal knows of it before"
        self.did.append(f"install-counter {command.node}")
        self.written[command.node] = []
        return 0, "", ""

    def _prove_counter(self, command: Command) -> Answer:
        return 0, "yes\n", ""

    def _read_writes(self, command: Command) -> Answer:
        return 0, "".join(f"{number}\n" for number in self.written[command.node]), ""

    def _remove_counter(self, command: Command) -> Answer:
        if self.written.pop(command.node, None) is None:
            return 0, "", ""
        self.did.append(f"remove-counter {command.node}")
        return 0, "removed the counter service\n", ""

    def _recompute(self, command: Command) -> Answer:
        self.did.append(f"recompute {command.node}")
        return 0, "", ""

    def _show_command(self, command: Command) -> Answer:
        return 0, "Flags: WaitForAll\nyes\n" if self.cracked else "Flags: Quorate\n", ""
