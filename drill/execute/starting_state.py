"""Brings the cluster into a scenario's starting state and back to lab.yaml's: CIB sections, and corosync's votes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from cluster import cib, corosync_state
from cluster.configuration import differences
from cluster.corosync_conf import PATH
from drill.faults import remedies, repair
from drill.faults.background import FOLDER
from drill.faults.base import FaultScope, scopes
from drill.faults.remedies import LAID, TWO_NODE, WITHIN
from drill.scenarios.overrides import Overrides, changed_sections, edited_cib
from inventory import waiting
from inventory.errors import LabError
from inventory.model import Command, Node, NodeAction
from inventory.remote.ssh import check
from inventory.session import LabSession

ANSWERS = 60.0
"""The longest that a cluster that was just started may take to answer (seconds)."""


def two_node(scope: FaultScope) -> str:
    """The shell text that sets two_node in corosync.conf and lets a running corosync read it (votequorum(5))."""
    return (
        f"! grep -q two_node {PATH} || exit 0\n"
        f"set -e\nmkdir -p {FOLDER}\n"
        f"sed '/^quorum *{{/a\\    two_node: 1' {PATH} > {TWO_NODE}\n"
        f"mount --bind {TWO_NODE} {PATH}\n"
        f"pidof corosync >/dev/null || exit 0\n"
        f"{WITHIN} {LAID} || {WITHIN} mount --bind {TWO_NODE} {PATH}\n"
        "corosync-cfgtool -R >/dev/null"
    )


@dataclass
class StartingState:
    """The configuration of one lab, changed and brought back; `baseline` is the CIB's XML of the end state."""

    session: LabSession
    baseline: str
    first: str = ""
    """The node to ask first: one that is known to answer."""
    overrides: Overrides = field(default_factory=Overrides, init=False)
    """What was asked for last."""
    _two_node: bool = False

    @property
    def touched(self) -> bool:
        """Something other than the CIB was changed: two_node laid over lab.yaml's corosync.conf."""
        return self._two_node

    def undo(self) -> tuple[NodeAction, ...]:
        """What brings corosync.conf back, for the journal; harmless when nothing was changed."""
        return tuple(
            NodeAction(
                one.target.name,
                repair.repair_script(one, (remedies.no_two_node,)),
                deadline=90,
                why="corosync.conf as before",
            )
            for one in scopes(self.session)
        )

    def apply(self, overrides: Overrides) -> None:
        """Make the configuration as `given` says, on whichever nodes run. Raises CommandFailed, Unreachable."""
        self.overrides = overrides
        self._vote(overrides.two_node and not self.session.lab.corosync.two_node)
        hint = "./lab heal"
        at, live = waiting.until(
            self.read, bool, "a node's cluster answers", deadline=ANSWERS, clock=self.session.clock, hint=hint
        )
        for section, text in changed_sections(live, edited_cib(self.baseline, overrides, self.session.lab)):
            argv = ("cibadmin", "-R", "-o", section, "-p")
            check(
                self.session.remote,
                Command(at.name, argv, stdin=text, why=f"configuration: {overrides.summary}"),
            )

    def read(self) -> tuple[Node, str]:
        """A node whose cluster answers, and the CIB's XML there. Raises LabError when none does."""
        for scope in sorted(scopes(self.session), key=lambda one: one.target.name != self.first):
            result = self._try(Command(scope.target.name, cib.COMMAND, deadline=10))
            if result:
                return scope.target, result
        raise LabError("no node's cluster answers: its configuration cannot be read", hint="./lab heal")

    def changed(self) -> tuple[str, ...]:
        """How the live configuration differs from the baseline, a line each."""
        return differences(cib.parse(self.baseline).configuration, cib.parse(self.read()[1]).configuration)

    def _try(self, command: Command) -> str:
        try:
            result = self.session.remote.run(command)
        except LabError:
            return ""
        return result.out if result.good else ""

    def _vote(self, wanted: bool) -> None:
        if wanted == self._two_node:
            return
        actions = self.undo()
        if wanted:
            self._two_node = True  # also half of it is to be undone
            actions = tuple(
                NodeAction(one.target.name, two_node(one), why="two_node on") for one in scopes(self.session)
            )
        for action in actions:
            check(
                self.session.remote,
                Command.script(action.node, action.script, why=action.why, deadline=action.deadline),
            )
        self._two_node = wanted
        waiting.until(
            self._flags,
            lambda flags: all(("2Node" in one) == wanted for one in flags),
            f"votequorum {'has' if wanted else 'no longer has'} the flag 2Node",
            deadline=ANSWERS,
            clock=self.session.clock,
        )

    def _flags(self) -> list[tuple[str, ...]]:
        """Votequorum's flags on each node where a corosync answers."""
        script = corosync_state.membership_script(self.session.platform.corosync)
        said = [
            self._try(Command.script(one.target.name, script, deadline=10)) for one in scopes(self.session)
        ]
        found = [
            corosync_state.membership(text, self.session.lab, self.session.platform.corosync) for text in said
        ]
        return [one.flags for one in found if one is not None]


def shown(command: str, text: str) -> str:
    """A shell text that prints what a command says, and `yes` on a last line when it contains the text."""
    return f"o=$({command} 2>&1); printf '%s\\n' \"$o\"; case $o in *{shlex.quote(text)}*) echo yes ;; esac"
