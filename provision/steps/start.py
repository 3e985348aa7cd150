"""Step 3: start corosync on node1, look, then start node2 from node1; a quorate pair with a DC and a clean log."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import corosync_log
from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.readings import CIB_FILE
from provision.steps.base import Step, service_script


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Seed the first CIB, restart what runs on an old configuration, start what is down."""
    lab = session.lab
    deadtime = lab.properties.get("dc-deadtime")
    if deadtime and not any(facts.of(node).has_cib or facts.of(node).pacemaker for node in lab.nodes):
        # Before the first start: the first node waits this long for a DC that cannot be there yet.
        for node in lab.nodes:
            yield Command.script(
                node.name,
                f"cd $(dirname {CIB_FILE}) && cibadmin --empty > seed && CIB_file=$PWD/seed"
                f" crm_attribute -q -t crm_config -n dc-deadtime -v {deadtime}"
                f" && chown hacluster:haclient seed && chmod 600 seed && rm -f cib.xml.sig && mv seed cib.xml",
                why=f"a first CIB with dc-deadtime={deadtime}",
            )
    start, stop = service_script(session, "start"), service_script(session, "stop", reverse=True)
    down = [n for n in lab.nodes if facts.of(n).stale or not (facts.of(n).corosync and facts.of(n).pacemaker)]
    # All stop before one starts: nodes with different keys or timings don't see each other, and both serve.
    for node in reversed(down):
        have = facts.of(node)
        if have.corosync or have.pacemaker:
            why = f"stop what runs on {node.name} by half, or not on what is on disk now"
            yield Command.script(node.name, stop, why=why, deadline=180)
        if have.web_running and not have.pacemaker:
            web = session.platform.web_service
            yield Command(
                node.name,
                session.platform.services.command("stop", web),
                why=f"only the cluster starts {web}",
            )
    for node in down:
        starters = [n for n in lab.nodes if n != node and (n not in down or n.id < node.id)]
        if starters:
            yield Command(
                starters[0].name,
                ("ssh", "-o", "BatchMode=yes", node.name, start),
                why=f"start the cluster on {node.name}, from {starters[0].alias}",
                deadline=180,
            )
        else:
            yield Command.script(node.name, start, why=f"start the cluster on {node.name}", deadline=180)
    for node in lab.nodes:
        if node not in down and corosync_log.failed_start(facts.of(node).log):
            # Someone started corosync a second time: the running one is another, and its own start is older.
            log = session.platform.cluster_log
            yield Command.script(
                node.name,
                f"cp -p {log} {log}.failed-start && : > {log}",
                why=f"corosync runs, and a later start failed: its log goes to {log}.failed-start",
            )


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Both nodes online, a DC, quorum; step 3's lines in the log."""
    state = facts.state
    if state is None:
        yield "pacemaker does not answer crm_mon on any node"
        return
    missing = [node.name for node in session.lab.nodes if node.name not in state.online]
    if missing:
        yield f"not online: {', '.join(missing)}"
    yield from apart(session, facts)
    yield from same_ids(session, facts)
    if state.dc is None:
        yield "no DC is elected"
    if not state.quorate:
        yield "partition WITHOUT quorum"
    for node in session.lab.nodes:
        failed = corosync_log.failed_start(facts.of(node).log)
        if failed:
            yield f"{node.name}: the latest start in {session.platform.cluster_log} failed: {failed}"
        absent = corosync_log.missing_log_lines(session.platform.corosync, node, facts.of(node).log)
        # The readings take the log's end; a long-lived node's start has left it.
        if not failed and corosync_log.STARTED not in absent:
            yield from (
                f"{node.name}: {session.platform.cluster_log} does not show that {it}" for it in absent
            )


def apart(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node whose own cluster lacks the other: each half of a split one believes that it is all there is."""
    for node in session.lab.nodes:
        seen, peer = facts.of(node).state, session.lab.peer(node)
        if seen is None:
            yield f"{node.alias}: no cluster answers"
        elif peer.name not in seen.online:
            yield f"{node.alias} does not see {peer.alias} online; DC there: {seen.dc or 'none'}"
    yield from stale(session, facts)


def stale(session: LabSession, facts: Facts) -> Iterator[str]:
    """A corosync that was started before its configuration or key was changed."""
    for node in session.lab.nodes:
        if facts.of(node).stale:
            yield f"{node.alias}: corosync runs on an older configuration or key than the one on disk"


def same_ids(session: LabSession, facts: Facts) -> Iterator[str]:
    """Two corosyncs that run under one nodeid."""
    one, other = session.lab.nodes
    if facts.of(one).node_id and facts.of(one).node_id == facts.of(other).node_id:
        yield f"{one.alias} and {other.alias} both run as nodeid {facts.of(one).node_id}"


STEP = Step("start", "3", commands, problems, settles=180)
