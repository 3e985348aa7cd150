"""Sets and restores a scenario's starting state: sections of the CIB, and options of votequorum in corosync.conf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cluster import cib, corosync_state, pcs
from cluster.configuration import differences
from cluster.corosync_conf import PATH
from drill.faults import remedies, repair
from drill.faults.base import FaultScope, scopes, shell
from drill.scenarios.overrides import Overrides, changed_sections, configuration_text, edited_cib
from inventory import waiting
from inventory.errors import LabError
from inventory.model import Command, Node, NodeAction
from inventory.remote.script import script
from inventory.remote.ssh import check
from inventory.session import LabSession

ANSWER_DEADLINE_S = 60.0
"""The longest time until a cluster answers after its start (seconds)."""


def set_two_node(scope: FaultScope) -> str:
    """A script that sets two_node in corosync.conf and lets a running corosync read it (votequorum(5))."""
    return shell("set_two_node", conf=PATH, kept=remedies.TWO_NODE_KEPT)


def set_votequorum(scope: FaultScope, options: Sequence[str]) -> str:
    """A script that switches options of votequorum(5) on in corosync.conf and restarts the node's cluster."""
    return shell(
        "set_votequorum",
        conf=PATH,
        kept=remedies.VOTEQUORUM_KEPT,
        options=" ".join(options),
        restart_cluster=remedies.restart_cluster(scope.platform),
    )


@dataclass
class StartingState:
    """Changes and restores the configuration of one lab. `baseline` is the CIB's XML before any change."""

    session: LabSession
    baseline: str
    first: str = ""
    """The name of the node to read first: one that answers."""
    overrides: Overrides = field(default_factory=Overrides, init=False)
    """The overrides that are in effect."""
    _two_node: bool = field(default=False, init=False)
    _votequorum: tuple[str, ...] = field(default=(), init=False)

    @property
    def touched(self) -> bool:
        """Something outside of the CIB is changed: two_node or another option of votequorum in corosync.conf."""
        return self._two_node or bool(self._votequorum)

    def undo(self) -> tuple[NodeAction, ...]:
        """The actions that restore corosync.conf, for the journal. They do nothing when it was not changed."""
        return tuple(
            NodeAction(
                one.target.name,
                repair.repair_script(one, (remedies.two_node, remedies.votequorum)),
                deadline=90,
                why="corosync.conf as before",
                purpose="repair",
            )
            for one in scopes(self.session)
        )

    def apply(self, overrides: Overrides) -> None:
        """Apply the overrides to the configuration, on the nodes that run. Raises CommandFailed, Unreachable."""
        self.overrides = overrides
        self._set_two_node(overrides.two_node and not self.session.lab.corosync.two_node)
        self._set_votequorum(overrides.votequorum)
        hint = "./lab heal"
        at, live = waiting.until(
            self.read,
            bool,
            "a node's cluster answers",
            deadline=ANSWER_DEADLINE_S,
            clock=self.session.clock,
            hint=hint,
        )
        changed = changed_sections(live, edited_cib(self.baseline, overrides, self.session.lab))
        if any(section == "resources" for section, _ in changed):
            self._forget_failures(at, live)
        for section, text in changed:
            argv = ("cibadmin", "-R", "-o", section, "-p")
            why = f"configuration: {overrides.summary}"
            command = Command(at.name, argv, why, stdin=text, purpose="replace-cib-section")
            check(self.session.remote, command)
        if self.session.lab.adopted and overrides == Overrides():
            self._put_back()

    def _put_back(self) -> None:
        """Replace the whole configuration when its XML is not that of before: an adopted cluster keeps every byte.

        The commands of pacemaker leave empty sets of attributes behind.
        """
        at, live = self.read()
        wanted = configuration_text(self.baseline)
        if configuration_text(live) != wanted:
            argv, why = ("cibadmin", "-R", "-o", "configuration", "-p"), "configuration: every byte as before"
            check(
                self.session.remote, Command(at.name, argv, why, stdin=wanted, purpose="replace-cib-section")
            )

    def _forget_failures(self, at: Node, live: str) -> None:
        """Clean up failures: pacemaker 1.1.8 does nothing for 80 s when a monitor changes while one is remembered."""
        found = cib.parse(live)
        if found.failures or found.failcounts:
            why, argv = "clean up the failures before monitors change", pcs.cleanup(self.session.platform.pcs)
            check(self.session.remote, Command(at.name, argv, why, purpose="clean-up-failures"))

    def read(self) -> tuple[Node, str]:
        """A node whose cluster answers, and the CIB's XML from it. Raises LabError when none answers."""
        for scope in sorted(scopes(self.session), key=lambda one: one.target.name != self.first):
            result = self._try(Command(scope.target.name, cib.COMMAND, deadline=10, purpose="read-cib"))
            if result:
                return scope.target, result
        raise LabError("no node's cluster answers: its configuration cannot be read", hint="./lab heal")

    def changed(self) -> tuple[str, ...]:
        """The differences between the live configuration and the baseline, one line each."""
        live = self.read()[1]
        found = differences(cib.parse(self.baseline).configuration, cib.parse(live).configuration)
        same = not self.session.lab.adopted or configuration_text(live) == configuration_text(self.baseline)
        return found if found or same else ("the XML of the configuration, with the same meaning",)

    def _try(self, command: Command) -> str:
        try:
            result = self.session.remote.run(command)
        except LabError:
            return ""
        return result.out if result.good else ""

    def _set_two_node(self, wanted: bool) -> None:
        if wanted == self._two_node:
            return
        actions = self.undo()
        if wanted:
            self._two_node = True  # now, so that it is also undone when the command fails halfway
            actions = tuple(
                NodeAction(one.target.name, set_two_node(one), why="set two_node", purpose="set-two-node")
                for one in scopes(self.session)
            )
        for action in actions:
            check(self.session.remote, action.command)
        self._two_node = wanted
        waiting.until(
            self._flags,
            lambda flags: all(("2Node" in one) == wanted for one in flags),
            f"votequorum {'has' if wanted else 'no longer has'} the flag 2Node",
            deadline=ANSWER_DEADLINE_S,
            clock=self.session.clock,
        )

    def _set_votequorum(self, wanted: tuple[str, ...]) -> None:
        """Restart the cluster with these options of votequorum on one node after the other, or without any."""
        if wanted == self._votequorum:
            return
        before = self._votequorum
        self._votequorum = wanted or before  # until all nodes are done, so that half of it is also undone
        for action in self.undo() if before else ():
            check(self.session.remote, action.command)
        for one in scopes(self.session) if wanted else ():
            why, deadline = f"votequorum with {' and '.join(wanted)}", 180.0
            text = set_votequorum(one, wanted)
            action = NodeAction(one.target.name, text, deadline=deadline, why=why, purpose="set-votequorum")
            check(self.session.remote, action.command)
        self._votequorum = wanted
        flags = {remedies.VOTEQUORUM_FLAGS[name] for name in wanted if name in remedies.VOTEQUORUM_FLAGS}
        known = set(remedies.VOTEQUORUM_FLAGS.values())
        waiting.until(
            self._flags,
            lambda found: (
                len(found) == len(self.session.lab.nodes)
                and all(known & set(one) == flags and "Quorate" in one for one in found)
            ),
            f"votequorum has the flags {', '.join(sorted(flags)) or 'as in lab.yaml'} on each node",
            deadline=ANSWER_DEADLINE_S,
            clock=self.session.clock,
        )

    def _flags(self) -> list[tuple[str, ...]]:
        """The flags of votequorum on each node where corosync answers."""
        reading = corosync_state.membership_script(self.session.platform.corosync)
        outputs = [
            self._try(Command.script(node.name, reading, deadline=10, purpose="read-membership"))
            for node in self.session.lab.nodes
        ]
        found = [
            corosync_state.membership(text, self.session.lab, self.session.platform.corosync)
            for text in outputs
        ]
        return [one.flags for one in found if one is not None]


def show_command_script(command: str, text: str) -> str:
    """A script that prints the output of a command, and `yes` as the last line when it contains the text."""
    return script(__package__, "show_command", command=command, wanted=text)
