"""Step 3: start corosync on node1, look, then start node2 from node1; a quorate pair with a DC and a clean log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster import corosync
from inventory.model import Command
from provision.facts import CIB_FILE, Facts, Goal
from provision.steps.step import Step, service_script


def commands(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Seed the first CIB, restart what runs on an old configuration, start what is down."""
    lab = goal.lab
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
    start, stop = service_script(goal, "start"), service_script(goal, "stop", reverse=True)
    up = [node for node in lab.nodes if facts.of(node).corosync and facts.of(node).pacemaker]
    for node in lab.nodes:
        have = facts.of(node)
        if node in up and not have.stale:
            continue
        again = f"{stop} && {start}" if have.corosync or have.pacemaker else start
        why = "start the cluster" if again == start else "start the cluster anew on what is on disk now"
        starters = [other for other in lab.nodes if other != node and (other in up or other.id < node.id)]
        if starters:
            yield Command(
                starters[0].name,
                ("ssh", "-o", "BatchMode=yes", node.name, again),
                why=f"{why} on {node.name}, from {starters[0].alias}",
                deadline=180,
            )
        else:
            yield Command.script(node.name, again, why=f"{why} on {node.name}", deadline=180)


def problems(goal: Goal, facts: Facts) -> Iterator[str]:
    """Both nodes online, a DC, quorum; step 3's lines in the log."""
    state = facts.state
    if state is None:
        yield "pacemaker does not answer crm_mon on any node"
        return
    missing = [node.name for node in goal.lab.nodes if node.name not in state.online]
    if missing:
        yield f"not online: {', '.join(missing)}"
    if state.dc is None:
        yield "no DC is elected"
    if not state.quorate:
        yield "partition WITHOUT quorum"
    for node in goal.lab.nodes:
        log = facts.of(node).log
        # The readings take the log's end; a long-lived node's start has left it.
        if "starting up" not in log and "started and ready" not in log:
            continue
        for meaning, pattern in corosync.expected_log_lines(goal.system.corosync, node).items():
            if not re.search(pattern, log):
                yield f"{node.name}: {goal.system.cluster_log} does not show that {meaning}"


STEP = Step("start", "3", commands, problems, settles=180)
