"""Faults of single processes: killed, stopped, or unable to start. Sources: signal(7), proc(5)."""

from __future__ import annotations

from drill.faults import background, remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction
from status import node_shell

CPU_S = 120
"""The longest time that the fault `cpu` keeps the processors busy (seconds)."""


def kill(scope: FaultScope, process: str) -> tuple[NodeAction, ...]:
    """Send SIGKILL to all processes with a name."""
    script = shell("inject_kill", folder=FOLDER, process=process)
    return (NodeAction(scope.target.name, script, why=f"SIGKILL {process}"),)


def is_killed(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """None of the killed processes exists any more."""
    script = shell("prove_killed", folder=FOLDER, process=process)
    return (Proof(scope.target.name, script, what=f"the killed {process} is gone"),)


def send_stop(scope: FaultScope, process: str) -> tuple[NodeAction, ...]:
    """Send SIGSTOP to all processes with a name."""
    return (NodeAction(scope.target.name, f"pkill -STOP -x {process}", why=f"SIGSTOP {process}"),)


def is_stopped(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """Every process with a name is in state T."""
    script = shell("prove_stopped", process=process)
    return (Proof(scope.target.name, script, what=f"{process} is stopped (state T)"),)


def break_web(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Break the web server's configuration and kill the server, so that it cannot start again."""
    process = scope.platform.web_process
    file = f"{scope.platform.web_include}/{remedies.BROKEN_CONF}"
    script = shell("inject_broken_web", file=file, folder=FOLDER, process=process)
    return (NodeAction(scope.target.name, script, why=f"break the configuration, then SIGKILL {process}"),)


def web_is_broken(scope: FaultScope) -> tuple[Proof, ...]:
    """The broken file exists, and the killed processes are gone."""
    file = f"{scope.platform.web_include}/{remedies.BROKEN_CONF}"
    broken = Proof(scope.target.name, f"[ -s {file} ] && echo yes", what="its configuration is broken")
    return (broken, *is_killed(scope, scope.platform.web_process))


def keep_busy(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Run more endless loops than there are processors."""
    seconds = node_shell.node_limit(scope.lab, CPU_S)
    loops = background.start_once(remedies.CPU, shell("busy_loops", seconds=seconds), seconds + 10)
    return (NodeAction(scope.target.name, loops, why="keep all processors busy"),)


def is_busy(scope: FaultScope) -> tuple[Proof, ...]:
    """More loops run than there are processors."""
    script = shell("prove_busy", folder=FOLDER, name=remedies.CPU)
    return (Proof(scope.target.name, script, what="more processes run than there are processors"),)


def web(scope: FaultScope) -> str:
    """The name of the web server's process."""
    return scope.platform.web_process


FAULTS = (
    Fault(
        "corosync-kill",
        "corosync is killed (SIGKILL): the node leaves the cluster, but its resources still run",
        "crash",
        inject=lambda scope: kill(scope, "corosync"),
        in_effect=lambda scope: is_killed(scope, "corosync"),
        remedies=(remedies.cluster,),
        answers=True,
        loses_node=True,
    ),
    Fault(
        "corosync-freeze",
        "corosync hangs (SIGSTOP): the process exists, but sends nothing",
        "freeze",
        inject=lambda scope: send_stop(scope, "corosync"),
        in_effect=lambda scope: is_stopped(scope, "corosync"),
        remedies=(remedies.stopped_processes, remedies.cluster),
        answers=True,
        loses_node=True,
    ),
    Fault(
        "pacemaker-kill",
        "Pacemaker's main process is killed (SIGKILL): it is started again",
        "none",
        inject=lambda scope: kill(scope, scope.platform.cluster_process),
        in_effect=lambda scope: is_killed(scope, scope.platform.cluster_process),
        remedies=(remedies.cluster,),
    ),
    Fault(
        "web-kill",
        "The web server is killed (SIGKILL): its monitor detects it, and the cluster starts it again",
        "process",
        inject=lambda scope: kill(scope, web(scope)),
        in_effect=lambda scope: is_killed(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.cluster, remedies.lost_web, remedies.failures),
        restartable=True,
    ),
    Fault(
        "web-hang",
        "The web server hangs (SIGSTOP): the process exists, but does not answer",
        "hang",
        inject=lambda scope: send_stop(scope, web(scope)),
        in_effect=lambda scope: is_stopped(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.stopped_processes, remedies.cluster, remedies.lost_web, remedies.failures),
    ),
    Fault(
        "web-broken",
        "The web server is killed and cannot start again on this node (migration-threshold): it has to move",
        "process",
        inject=break_web,
        in_effect=web_is_broken,
        roles=("active",),
        remedies=(remedies.broken_web_conf, remedies.cluster, remedies.lost_web, remedies.failures),
    ),
    Fault(
        "cpu",
        "Every processor of the node is busy",
        "none",
        inject=keep_busy,
        in_effect=is_busy,
        remedies=(remedies.busy_processors, remedies.cluster),
        stops_node=True,
    ),
)
