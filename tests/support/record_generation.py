"""Records what the tools of one generation of the cluster stack print: the cases in tests/cases/generations.

By hand, with a lab that is built, in its folder: `.venv/bin/python -m tests.support.record_generation FOLDER`. FOLDER
gets a folder named after the release of pacemaker. Each state is made on the nodes and taken back; after an error
`./lab reset` repairs. The addresses of a lab in another network are written as those of the repository's lab.yaml.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.context import Context
from cluster import corosync_state, crm_mon, pcs, scores
from cluster.cib import COMMAND as CIBADMIN
from cluster.crm_mon import ClusterState
from inventory import waiting
from inventory.model import Command, Node, Result
from inventory.remote.ssh import check
from tests.support.healthy_lab import healthy
from tests.support.scratch_lab import DOCUMENTED

WAIT = 120.0
MOMENT = f"""
for _ in $(seq 400); do
    {" ".join(crm_mon.COMMAND)} > /tmp/moment.xml 2>/dev/null && grep -q '{{words}}' /tmp/moment.xml \\
        && cat /tmp/moment.xml && rm -f /tmp/moment.xml && exit 0
    sleep 0.05
done
exit 1
"""
"""Asks crm_mon until its answer has some words: a state that lasts for a moment only."""


@dataclass
class Recorder:
    """The lab, and the folder that gets the files. `active` serves at the beginning, `peer` is the other node."""

    context: Context
    folder: Path
    active: Node
    peer: Node

    def run(self, node: Node, script: str, *, ok: tuple[int, ...] = (0,)) -> Result:
        """Run a shell text on a node. Raises CommandFailed."""
        return check(self.context.remote, Command.script(node.name, script, deadline=90, ok=ok))

    def pcs(self, argv: tuple[str, ...]) -> None:
        """Run a command of pcs on the peer."""
        check(self.context.remote, Command(self.peer.name, argv, deadline=90))

    def state(self, node: Node) -> ClusterState:
        """The cluster as a node sees it."""
        return crm_mon.parse(self.run(node, " ".join(crm_mon.COMMAND)).out)

    def until(self, node: Node, good: Callable[[ClusterState], bool], what: str) -> None:
        """Wait until a node sees a state."""
        waiting.until(lambda: self.state(node), good, what, deadline=WAIT, clock=self.context.clock)

    def keep(self, name: str, text: str) -> None:
        """Write a file, with the documented addresses."""
        prefix = ".".join(str(self.context.lab.vip).split(".")[:2]) + "."
        (self.folder / name).write_text(text.replace(prefix, DOCUMENTED), encoding="utf-8")

    def record(self, name: str, node: Node, *, cib: bool = False) -> None:
        """Record crm_mon's XML on a node, and the CIB."""
        self.keep(f"crm_mon-{name}.xml", self.run(node, " ".join(crm_mon.COMMAND)).out)
        if cib:
            self.keep(f"cibadmin-{name}.xml", self.run(node, " ".join(CIBADMIN)).out)

    def services(self, node: Node, action: str, *units: str) -> None:
        """Start or stop services of the cluster."""
        words = (self.context.session.platform.services.command(action, unit) for unit in units)  # type: ignore[arg-type]
        self.run(node, " && ".join(" ".join(argv) for argv in words))


def up(to: Recorder) -> Iterator[None]:
    """Both nodes serve as they should."""
    platform = to.context.session.platform
    to.record("up", to.peer, cib=True)
    to.keep("crm_simulate-up.txt", to.run(to.peer, " ".join(scores.COMMAND)).out)
    to.keep("quorum-up.txt", to.run(to.peer, corosync_state.membership_script(platform.corosync)).out)
    to.keep("totem.txt", to.run(to.peer, corosync_state.timings_script(platform.corosync)).out)
    yield


def standby(to: Recorder) -> Iterator[None]:
    """The node that served is in standby."""
    generation = to.context.session.platform.pcs
    to.pcs(pcs.standby(generation, to.active.name))
    web = to.context.lab.resource("web").id
    to.until(to.peer, lambda seen: seen.where(web) == (to.peer.name,), "The peer serves")
    to.record("standby", to.peer, cib=True)
    yield
    to.pcs(pcs.unstandby(generation, to.active.name))


def failed(to: Recorder) -> Iterator[None]:
    """The web server's process was killed; its monitor failed once, and it runs again."""
    web = to.context.lab.resource("web").id
    to.run(to.active, f"pkill -KILL -x {to.context.session.platform.web_process}")
    to.until(to.peer, lambda seen: bool(seen.failures) and seen.started(web), "The failure is seen")
    to.record("failed", to.peer, cib=True)
    to.keep("crm_simulate-failed.txt", to.run(to.peer, " ".join(scores.COMMAND)).out)
    yield
    to.pcs(pcs.cleanup(to.context.session.platform.pcs))


def blocked(to: Recorder) -> Iterator[None]:
    """The web server runs on both nodes, and pacemaker may not stop one of them (multiple-active=block)."""
    web, unit = to.context.lab.resource("web").id, to.context.session.platform.web_service
    generation = to.context.session.platform.pcs
    to.pcs(("pcs", "resource", "meta", web, "multiple-active=block"))
    to.pcs(pcs.maintenance_on(generation))  # else the cluster stops the second one before it knows of both
    to.services(to.peer, "start", unit)
    to.pcs(pcs.refresh(generation, web))
    to.until(to.peer, lambda seen: len(seen.where(web)) == 2, "The web server is seen on both nodes")
    to.pcs(pcs.property_unset(generation, "maintenance-mode"))
    to.until(to.peer, lambda seen: any(one.blocked for one in seen.placements), "The web server is blocked")
    to.record("blocked", to.peer)
    yield
    to.services(to.peer, "stop", unit)
    to.pcs(("pcs", "resource", "meta", web, "multiple-active="))
    to.pcs(pcs.refresh(generation, web))


def lone(to: Recorder) -> Iterator[None]:
    """One node alone, with no-quorum-policy=stop; then it starts anew, and nothing runs on the other one."""
    session, generation = to.context.session, to.context.session.platform.pcs
    units = session.platform.cluster_services
    to.pcs(pcs.property_set(generation, "no-quorum-policy", "stop"))
    to.services(to.active, "stop", *reversed(units))
    to.until(
        to.peer,
        lambda seen: (
            seen.dc == to.peer.name
            and not seen.quorate
            and not any(seen.where(r.id) for r in to.context.lab.resources)
        ),
        "Nothing runs without quorum",
    )
    to.record("without-quorum", to.peer)
    to.keep(
        "quorum-without-quorum.txt",
        to.run(to.peer, corosync_state.membership_script(session.platform.corosync), ok=(0, 1, 2)).out,
    )
    stopped = to.run(to.active, f"{' '.join(crm_mon.COMMAND)} 2>&1", ok=tuple(range(256)))
    to.keep("crm_mon-not-running.txt", stopped.out)
    to.services(to.active, "start", units[0])
    to.until(to.peer, lambda seen: seen.quorate, "corosync alone runs on the other node")
    to.record("corosync-alone", to.peer)
    to.services(to.active, "stop", units[0])
    to.services(to.peer, "stop", *reversed(units))
    to.services(to.peer, "start", *units)
    to.keep("crm_mon-no-dc.xml", to.run(to.peer, MOMENT.format(words='current_dc present="false"')).out)
    yield
    to.services(to.active, "start", *units)
    to.until(to.peer, lambda seen: len(seen.online) == 2, "Both nodes are online")
    to.pcs(pcs.property_set(generation, "no-quorum-policy", to.context.lab.properties["no-quorum-policy"]))


def no_fencing(to: Recorder) -> Iterator[None]:
    """Fencing is on, and there is no device: crm_verify has objections."""
    generation = to.context.session.platform.pcs
    to.pcs(pcs.property_unset(generation, "stonith-enabled"))
    to.keep("crm_verify.txt", to.run(to.peer, "crm_verify -L -V 2>&1", ok=tuple(range(256))).out)
    yield
    to.pcs(pcs.property_set(generation, "stonith-enabled", "false"))


STATES = (up, standby, failed, blocked, lone, no_fencing)


def main(folder: str) -> None:
    """Record all states of the lab in the current folder."""
    context = Context(Path.cwd())
    release = context.session.platform.pacemaker
    with context.exclusive():
        for number, state in enumerate(STATES):
            seen = healthy(context)
            [active] = [context.lab.node(node.name) for node in seen.nodes if node.holds_vip]
            to = Recorder(context, Path(folder) / release, active, context.lab.peers(active)[0])
            to.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.contextmanager(state)(to):
                sys.stdout.write(f"{number + 1}/{len(STATES)} {state.__name__}\n")
            healthy(to.context)
    sys.stdout.write(f"{release}: {len(list(to.folder.iterdir()))} files in {to.folder}\n")


if __name__ == "__main__":
    main(sys.argv[1])
