"""The remedies: each repairs one thing that a fault or an interrupted drill left on a node.

A remedy is a condition and a repair (see `drill.faults.base.Remedy`). It may run at any time; it prints its message
only when it repaired something.
Sources: nft(8), iptables(8), corosync.service, pacemakerd(8), crm_attribute(8), mount(8).
"""

from __future__ import annotations

import shlex

from cluster import corosync_state, pcs
from cluster.corosync_conf import PATH
from cluster.qdevice import WITNESS_SERVICE
from drill.faults.background import FOLDER
from drill.faults.base import FaultScope, Remedy, RemedyFactory, remedy, remedy_of, shell
from inventory.platforms.base import Platform, ServiceAction
from inventory.providers.base import SMALL_DISK
from status import node_shell

LABEL = "ha_lab"
"""The name of the lab's own rules in the packet filter."""
STATE = "/var/lib/pacemaker"
"""The folder in which pacemaker keeps its CIB."""
STATE_KEPT = f"{STATE}.ha-lab"
"""Where the fault disk-full sets this folder aside."""
TWO_NODE_KEPT = f"{PATH}.ha-lab"
"""The corosync.conf as it was before two_node was set in it."""
TWO_NODE_REMOVED = "corosync.conf is as before, without two_node"
VOTEQUORUM_KEPT = f"{PATH}.ha-lab-votequorum"
"""The corosync.conf as it was before other options of votequorum(5) were set in it."""
VOTEQUORUM_REMOVED = "corosync.conf is as before, without further options of votequorum"
VOTEQUORUM_FLAGS = {"last_man_standing": "LastManStanding", "auto_tie_breaker": "AutoTieBreaker"}
"""These options, each with its flag in the output of corosync-quorumtool(8)."""
BROKEN_CONF = "zz-ha-lab-broken.conf"
"""The file that the fault web-broken adds to the web server's configuration."""
DELAY, CPU = "delay", "cpu"
"""The names of the background programs of these two faults."""
STOP_LIMIT_S = 20.0
"""The longest time in which a service may stop before it is killed, on a machine of usual speed (seconds)."""
ANSWER_LIMIT_S = 5.0
"""The longest time until corosync answers its own tool, on a machine of usual speed (seconds)."""
_DAEMONS = "pacemaker|(cib|stonithd|lrmd|attrd|pengine|crmd)$"
"""Pacemaker's processes, for pgrep(1). 2.x: the first letters (comm has at most 15); 1.1: the whole names."""
_CLUSTER_PROCESSES = f"corosync$|{_DAEMONS}"


def holds_address(scope: FaultScope) -> str:
    """A condition: the floating address is on this node."""
    return node_shell.holds(scope.lab.vip)


def remove_address(scope: FaultScope) -> str:
    """Remove the floating address from this node, when the node holds it."""
    return shell("remove_address", vip=scope.lab.vip)


def service(platform: Platform, action: ServiceAction, unit: str) -> str:
    """The shell command for an action on a service."""
    return shlex.join(platform.services.command(action, unit))


def restart_cluster(platform: Platform) -> str:
    """Stop the cluster's services in reverse order, then start them in order."""
    services = platform.cluster_services
    stop = [service(platform, "stop", unit) for unit in reversed(services)]
    return "; ".join(stop + [service(platform, "start", unit) for unit in services])


def interrupted_action(scope: FaultScope) -> Remedy:
    """End the command that a killed drill started on this node: it could undo the repair."""
    return remedy(
        "ended a command that an interrupted drill had started", "interrupted_action", folder=FOLDER
    )


def timers(scope: FaultScope) -> Remedy:
    """End every timer that is armed on this node."""
    return remedy("ended the timers of an earlier drill", "timers", folder=FOLDER)


def traffic(scope: FaultScope) -> Remedy:
    """Let the cluster's traffic through."""
    packets = scope.platform.packet_filter
    message = f"let the cluster's traffic through: removed {packets.title(LABEL)}"
    return remedy(message, f"traffic_{packets.name}", **packets.places(LABEL))


def held_corosync(scope: FaultScope) -> Remedy:
    """End the loop that slows corosync."""
    return remedy("corosync is no longer slowed", "held_corosync", folder=FOLDER, name=DELAY)


def busy_processors(scope: FaultScope) -> Remedy:
    """End the loops that keep the processors busy."""
    return remedy("ended the loops that kept the processors busy", "background", folder=FOLDER, name=CPU)


def stopped_processes(scope: FaultScope) -> Remedy:
    """Continue the processes that were stopped with SIGSTOP."""
    names = f"{_CLUSTER_PROCESSES}|{scope.platform.web_process}$"
    return remedy("continued stopped processes (SIGCONT)", "stopped_processes", names=names)


def full_disk(scope: FaultScope) -> Remedy:
    """Put pacemaker's part of /var back on its own disk."""
    message = f"{STATE} is no longer on a full file system"
    return remedy(message, "full_disk", state=STATE, kept=STATE_KEPT, small=SMALL_DISK)


def broken_web_conf(scope: FaultScope) -> Remedy:
    """Remove the broken file from the web server's configuration."""
    file = f"{scope.platform.web_include}/{BROKEN_CONF}"
    return remedy(f"removed {file}", "file", file=file)


def two_node(scope: FaultScope) -> Remedy:
    """Put corosync.conf back as it was without two_node."""
    return _without(scope, TWO_NODE_REMOVED, TWO_NODE_KEPT, "two_node")


def votequorum(scope: FaultScope) -> Remedy:
    """Put corosync.conf back as it was without more options of quorum (see the manual page votequorum)."""
    return _without(scope, VOTEQUORUM_REMOVED, VOTEQUORUM_KEPT, "|".join(VOTEQUORUM_FLAGS))


def _without(scope: FaultScope, message: str, kept: str, options: str) -> Remedy:
    restart = restart_cluster(scope.platform)
    return remedy(message, "votequorum", conf=PATH, kept=kept, options=options, restart_cluster=restart)


def cluster(scope: FaultScope) -> Remedy:
    """Start the cluster where it does not run; first stop what a dead cluster left running (two owners)."""
    platform = scope.platform
    services = platform.cluster_services
    limit = node_shell.node_limit(scope.lab, STOP_LIMIT_S)
    start = " && ".join(service(platform, "start", unit) for unit in services)
    forget_failures = platform.services.forget_failures(services)
    return remedy(
        "started the cluster on this node",
        "cluster",
        cluster_process=platform.cluster_process,
        units_are_active=" && ".join(platform.services.active(services)) or "true",
        corosync_answers=corosync_state.answers_script(
            platform.corosync, node_shell.node_limit(scope.lab, ANSWER_LIMIT_S)
        ),
        start_cluster=f"{forget_failures}; {start}" if forget_failures else start,
        stop_cluster="; ".join(
            f"timeout {limit} {service(platform, 'stop', unit)}" for unit in reversed(services)
        ),
        pacemaker_restarts_alone="no" if len(services) == 1 else "yes",
        processes=_CLUSTER_PROCESSES,
        stop_web=service(platform, "stop", platform.web_service),
        web_process=platform.web_process,
        vip=scope.lab.vip,
    )


def witness(scope: FaultScope) -> Remedy:
    """Start corosync-qnetd; for the witness only."""
    services = scope.platform.services
    return remedy(
        "started the witness's service",
        "witness",
        is_active=" && ".join(services.active((WITNESS_SERVICE,))) or "true",
        start=service(scope.platform, "start", WITNESS_SERVICE),
    )


def standby(scope: FaultScope) -> Remedy:
    """End standby on this node."""
    node = scope.target.name
    return remedy(
        f"{node} is no longer in standby",
        "standby",
        cluster_process=scope.platform.cluster_process,
        node=node,
        end_standby=shlex.join(pcs.unstandby(scope.platform.pcs, node)),
    )


def maintenance(scope: FaultScope) -> Remedy:
    """End maintenance mode of the whole cluster."""
    return remedy(
        "the cluster is no longer in maintenance mode",
        "maintenance",
        cluster_process=scope.platform.cluster_process,
    )


def leftover_constraints(scope: FaultScope) -> Remedy:
    """Delete the constraints that a move or a ban left behind."""
    delete = shlex.join(pcs.constraint_delete(scope.platform.pcs, "ID")).replace("ID", '"$1"')
    return remedy(
        "removed the constraints that a move or a ban left behind",
        "leftover_constraints",
        cluster_process=scope.platform.cluster_process,
        delete_constraint=delete,
    )


def lost_address(scope: FaultScope) -> Remedy:
    """Refresh the address when it is missing on the node where the cluster believes it is."""
    return _lost_resource(scope, "address", holds_address(scope))


def lost_web(scope: FaultScope) -> Remedy:
    """Refresh the web server when it is missing on the node where the cluster believes it runs."""
    return _lost_resource(scope, "web", f"pidof {scope.platform.web_process} >/dev/null")


def _lost_resource(scope: FaultScope, kind: str, is_here: str) -> Remedy:
    if not scope.lab.has(kind):
        return remedy_of(f"there is no {kind} resource", "false", ":")
    id_, node = scope.lab.resource(kind).id, scope.target.name
    return remedy(
        f"refreshed {id_}, which was missing on {node}",
        "lost_resource",
        resource=id_,
        node=node,
        is_here=is_here,
        refresh=shlex.join(pcs.refresh(scope.platform.pcs, id_)),
    )


def failures(scope: FaultScope) -> Remedy:
    """Clean up the failures of resources, so that they may run on the nodes where they failed."""
    return remedy(
        "cleaned up the failures of the resources",
        "failures",
        cluster_process=scope.platform.cluster_process,
        cleanup=shlex.join(pcs.cleanup(scope.platform.pcs)),
    )


NODE: tuple[RemedyFactory, ...] = (
    interrupted_action,
    timers,
    traffic,
    held_corosync,
    busy_processors,
    stopped_processes,
    full_disk,
    broken_web_conf,
    two_node,
    votequorum,
    cluster,
)
"""The remedies for one node, in the order of repair; the last one starts the cluster."""
CLUSTER_WIDE: tuple[RemedyFactory, ...] = (
    maintenance,
    standby,
    leftover_constraints,
    lost_address,
    lost_web,
    failures,
)
"""The remedies for the cluster's configuration and state, in the order of repair. They need a running cluster."""
