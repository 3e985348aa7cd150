"""Step 3: starts corosync on node1, then the others from node1. All are online, with quorum, a DC and a clean log."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cluster import corosync_log
from cluster.desired import properties_of
from inventory.model import Command
from inventory.remote.script import script
from inventory.session import LabSession
from provision.facts import Facts
from provision.readings import CIB_FILE
from provision.steps import qdevice
from provision.steps.base import Step, service_script


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write the first CIB, restart corosync where its configuration changed, start the nodes that are down."""
    lab = session.lab
    deadtime = properties_of(lab, session.platform).get("dc-deadtime")
    if deadtime and not any(facts.of(node).has_cib or facts.of(node).pacemaker for node in lab.nodes):
        # At its first start the first node waits for a DC as long as dc-deadtime says, so it is set before that.
        for node in lab.nodes:
            yield Command.script(
                node.name,
                script(__package__, "write_first_cib", cib=CIB_FILE, dc_deadtime=deadtime),
                why=f"write the first CIB, with dc-deadtime={deadtime}",
                purpose="write-first-cib",
            )
    start, stop = service_script(session, "start"), service_script(session, "stop", reverse=True)
    down = [n for n in lab.nodes if facts.of(n).stale or not (facts.of(n).corosync and facts.of(n).pacemaker)]
    # Stop all of them before one starts: nodes with different keys or timings do not see each other, and both serve.
    for node in reversed(down):
        have = facts.of(node)
        if have.corosync or have.pacemaker:
            why = f"stop the cluster on {node.name}: it runs in part, or with an old configuration"
            yield Command.script(node.name, stop, why=why, deadline=180, purpose="stop-cluster")
        if have.web_running and not have.pacemaker:
            web = session.platform.web_service
            yield Command(
                node.name,
                session.platform.services.command("stop", web),
                why=f"only the cluster starts {web}",
                purpose="stop-service",
            )
    for node in down:
        starters = [n for n in lab.nodes if n != node and (n not in down or n.id < node.id)]
        if starters:
            yield Command(
                starters[0].name,
                ("ssh", "-o", "BatchMode=yes", node.name, start),
                why=f"start the cluster on {node.name}, from {starters[0].alias}",
                deadline=180,
                purpose="start-cluster",
            )
        else:
            yield Command.script(
                node.name,
                start,
                why=f"start the cluster on {node.name}",
                deadline=180,
                purpose="start-cluster",
            )
    yield from qdevice.services(session, facts, tuple(node for node in lab.nodes if node not in down))
    for node in lab.nodes:
        if node not in down and corosync_log.failed_start(facts.of(node).log):
            # Somebody tried to start corosync while it ran: the log's last start is not that of the running corosync.
            log = session.platform.cluster_log
            yield Command.script(
                node.name,
                script(__package__, "set_failed_starts_aside", log=log),
                why=f"corosync runs, and a second start failed: move that log to {log}.failed-start",
                purpose="keep-failed-log",
            )


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node that is not online, no DC, no quorum, a log line of step 3 that is missing."""
    state = facts.state
    if state is None:
        yield "pacemaker does not answer crm_mon on any node"
        return
    missing = [node.name for node in session.lab.nodes if node.name not in state.online]
    if missing:
        yield f"not online: {', '.join(missing)}"
    yield from membership_problems(session, facts)
    yield from nodeid_problems(session, facts)
    if state.dc is None:
        yield "no DC is elected"
    if not state.quorate:
        yield "partition WITHOUT quorum"
    yield from qdevice.vote_problems(session, facts)
    for node in session.lab.nodes:
        failed = corosync_log.failed_start(facts.of(node).log)
        if failed:
            yield f"{node.name}: the latest start in {session.platform.cluster_log} failed: {failed}"
        absent = corosync_log.missing_log_lines(session.platform.corosync, node, facts.of(node).log)
        # Only the end of the log is read; on a node that has run for long, the start is no longer in it.
        if not failed and corosync_log.STARTED not in absent:
            yield from (
                f"{node.name}: {session.platform.cluster_log} does not show that {it}" for it in absent
            )


def membership_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node that does not see another one online: in a split cluster each partition reports only itself."""
    for node in session.lab.nodes:
        seen = facts.of(node).state
        if seen is None:
            yield f"{node.alias}: no cluster answers"
        elif unseen := [peer.alias for peer in session.lab.peers(node) if peer.name not in seen.online]:
            yield f"{node.alias} does not see {' and '.join(unseen)} online; DC there: {seen.dc or 'none'}"
    yield from stale_problems(session, facts)


def stale_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A corosync that was started before its configuration file or key was changed."""
    for node in session.lab.nodes:
        if facts.of(node).stale:
            yield f"{node.alias}: corosync runs with an older configuration or key than the one on disk"


def nodeid_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Two nodes run with one nodeid."""
    for one, other in combinations(session.lab.nodes, 2):
        if facts.of(one).node_id and facts.of(one).node_id == facts.of(other).node_id:
            yield f"{one.alias} and {other.alias} both have the nodeid {facts.of(one).node_id}"


STEP = Step("start", "3", commands, problems, settles=180)
