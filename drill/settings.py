"""Brings the cluster into a scenario's starting state and back to lab.yaml's: CIB sections, and corosync's votes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from cluster import cib, runtime
from cluster.configuration import differences
from cluster.corosync import PATH
from drill import mends
from drill.background import FOLDER
from drill.fault import Act, Mend, Scene
from drill.given import Given, edited, pushes
from inventory import platforms, waiting
from inventory.errors import LabError
from inventory.model import Command, Lab, Node
from inventory.platforms import Platform
from inventory.remote import Remote, check
from inventory.waiting import CLOCK, Clock

COPY = f"{FOLDER}/corosync.conf"
"""The corosync.conf with two_node, laid over the real one by mount(8): that one is not touched at all."""
_LAID = f"grep -q ' {PATH} ' /proc/mounts"
_WITHIN = "nsenter -m -t $(pidof corosync)"
"""corosync.service has a PrivateTmp, so that a running corosync may have mounts of its own (nsenter(1))."""

ANSWERS = 60.0
"""The longest that a cluster that was just started may take to answer (seconds)."""


def two_node(scene: Scene) -> str:
    """The shell text that sets two_node in corosync.conf and lets a running corosync read it (votequorum(5))."""
    return (
        f"! grep -q two_node {PATH} || exit 0\n"
        f"set -e\nmkdir -p {FOLDER}\n"
        f"sed '/^quorum *{{/a\\    two_node: 1' {PATH} > {COPY}\n"
        f"mount --bind {COPY} {PATH}\n"
        f"pidof corosync >/dev/null || exit 0\n"
        f"{_WITHIN} {_LAID} || {_WITHIN} mount --bind {COPY} {PATH}\n"
        "corosync-cfgtool -R >/dev/null"
    )


def no_two_node(scene: Scene) -> Mend:
    """Take that corosync.conf away again. A corosync that still waits for all is started anew."""
    services = platforms.cluster_services(scene.system)
    down = [shlex.join(platforms.service(scene.system, "stop", one)) for one in reversed(services)]
    again = "; ".join(down + [shlex.join(platforms.service(scene.system, "start", one)) for one in services])
    running = "pidof corosync >/dev/null"
    return Mend(
        "corosync.conf is the one of before, without two_node",
        f"{_LAID} || {{ {running} && {_WITHIN} {_LAID}; }}",
        f"! {_LAID} || umount {PATH} || umount -l {PATH}\n"
        f"if {running}; then\n"
        f"! {_WITHIN} {_LAID} || {_WITHIN} umount {PATH}; corosync-cfgtool -R\n"
        f"if corosync-quorumtool -s | grep -q '^Flags:.*WaitForAll'; then {again}; fi\nfi\n"
        f"rm -f {COPY}; ! {_LAID}",
    )


@dataclass
class Settings:
    """The configuration of one lab, changed and brought back; `baseline` is the CIB's XML of the end state."""

    lab: Lab
    system: Platform
    remote: Remote
    scenes: tuple[Scene, ...]
    baseline: str
    first: str = ""
    """The node to ask first: one that is known to answer."""
    clock: Clock = CLOCK
    _two_node: bool = False

    @property
    def touched(self) -> bool:
        """Something other than the CIB was changed."""
        return self._two_node

    def undo(self) -> tuple[Act, ...]:
        """What brings corosync.conf back, for the journal; harmless when nothing was changed."""
        return tuple(
            Act(
                one.target.name,
                mends.mending(one, (no_two_node,)),
                deadline=90,
                why="corosync.conf as before",
            )
            for one in self.scenes
        )

    def apply(self, given: Given) -> None:
        """Make the configuration as `given` says, on whichever nodes run. Raises CommandFailed, Unreachable."""
        self._vote(given.two_node)
        hint = "./lab heal"
        at, live = waiting.until(
            self.read, bool, "a node's cluster answers", deadline=ANSWERS, clock=self.clock, hint=hint
        )
        for section, text in pushes(live, edited(self.baseline, given, self.lab)):
            argv = ("cibadmin", "-R", "-o", section, "-p")
            check(self.remote, Command(at.name, argv, stdin=text, why=f"configuration: {given.words}"))

    def read(self) -> tuple[Node, str]:
        """A node whose cluster answers, and the CIB's XML there. Raises LabError when none does."""
        for scene in sorted(self.scenes, key=lambda one: one.target.name != self.first):
            result = self._try(Command(scene.target.name, cib.COMMAND, deadline=10))
            if result:
                return scene.target, result
        raise LabError("no node's cluster answers: its configuration cannot be read", hint="./lab heal")

    def changed(self) -> tuple[str, ...]:
        """How the live configuration differs from the baseline, a line each."""
        return differences(cib.parse(self.baseline).configuration, cib.parse(self.read()[1]).configuration)

    def _try(self, command: Command) -> str:
        try:
            result = self.remote.run(command)
        except LabError:
            return ""
        return result.out if result.good else ""

    def _vote(self, wanted: bool) -> None:
        if wanted == self._two_node:
            return
        acts = self.undo()
        if wanted:
            acts = tuple(Act(one.target.name, two_node(one), why="two_node on") for one in self.scenes)
        for act in acts:
            check(self.remote, Command.script(act.node, act.script, why=act.why, deadline=act.deadline))
        self._two_node = wanted
        waiting.until(
            self._flags,
            lambda flags: all(("2Node" in one) == wanted for one in flags),
            f"votequorum {'has' if wanted else 'no longer has'} the flag 2Node",
            deadline=ANSWERS,
            clock=self.clock,
        )

    def _flags(self) -> list[tuple[str, ...]]:
        """Votequorum's flags on each node where a corosync answers."""
        script = runtime.membership_script(self.system.corosync)
        said = [self._try(Command.script(one.target.name, script, deadline=10)) for one in self.scenes]
        found = [runtime.membership(text, self.lab, self.system.corosync) for text in said]
        return [one.flags for one in found if one is not None]


def shown(command: str, text: str) -> str:
    """A shell text that prints what a command says, and `yes` on a last line when it contains the text."""
    return f"o=$({command} 2>&1); printf '%s\\n' \"$o\"; case $o in *{shlex.quote(text)}*) echo yes ;; esac"
