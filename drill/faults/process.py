"""Faults of single processes: killed, stopped, or unable to start. Sources: signal(7), proc(5)."""

from __future__ import annotations

from drill.faults import background, remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction

CPU_S = 120
"""The longest time that the processors are kept busy (seconds)."""


def kill(scope: FaultScope, process: str) -> tuple[NodeAction, ...]:
    """SIGKILL all processes of a name."""
    script = shell("inject_kill", folder=FOLDER, process=process)
    return (NodeAction(scope.target.name, script, why=f"SIGKILL {process}"),)


def is_killed(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """None of the processes that were killed is there any more."""
    script = shell("prove_killed", folder=FOLDER, process=process)
    return (Proof(scope.target.name, script, what=f"the killed {process} is gone"),)


def send_stop(scope: FaultScope, process: str) -> tuple[NodeAction, ...]:
    """SIGSTOP all processes of a name."""
    return (NodeAction(scope.target.name, f"pkill -STOP -x {process}", why=f"SIGSTOP {process}"),)


def is_stopped(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """Every process of a name is in state T."""
    script = shell("prove_stopped", process=process)
    return (Proof(scope.target.name, script, what=f"{process} is stopped (state T)"),)


def break_web(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Break the web server's configuration, then kill it: it cannot start again."""
    process = scope.platform.web_process
    file = f"{scope.platform.web_include}/{remedies.BROKEN_CONF}"
    script = shell("inject_broken_web", file=file, folder=FOLDER, process=process)
    return (NodeAction(scope.target.name, script, why=f"break the configuration, then SIGKILL {process}"),)


def web_is_broken(scope: FaultScope) -> tuple[Proof, ...]:
    """The broken file is there, and the killed processes are gone."""
    file = f"{scope.platform.web_include}/{remedies.BROKEN_CONF}"
    there = Proof(scope.target.name, f"[ -s {file} ] && echo yes", what="its configuration is broken")
    return (there, *is_killed(scope, scope.platform.web_process))


def keep_busy(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Run one endless loop more than there are processors."""
    loops = background.start_once(remedies.CPU, shell("busy_loops", seconds=CPU_S), CPU_S + 10)
    return (NodeAction(scope.target.name, loops, why="keep every processor busy"),)


def is_busy(scope: FaultScope) -> tuple[Proof, ...]:
    """More loops are running than there are processors."""
    script = shell("prove_busy", folder=FOLDER, name=remedies.CPU)
    return (Proof(scope.target.name, script, what="more processes run than there are processors"),)


def web(scope: FaultScope) -> str:
    """The web server's process."""
    return scope.platform.web_process


FAULTS = (
    Fault(
        "corosync-kill",
        "corosync is killed (SIGKILL): the node is gone from the cluster, its resources are not",
        "crash",
        inject=lambda scope: kill(scope, "corosync"),
        in_effect=lambda scope: is_killed(scope, "corosync"),
        remedies=(remedies.cluster,),
        answers=True,
    ),
    Fault(
        "corosync-freeze",
        "corosync is stopped (SIGSTOP): it runs, and says nothing",
        "freeze",
        inject=lambda scope: send_stop(scope, "corosync"),
        in_effect=lambda scope: is_stopped(scope, "corosync"),
        remedies=(remedies.stopped_processes, remedies.cluster),
        answers=True,
    ),
    Fault(
        "pacemaker-kill",
        "pacemakerd is killed (SIGKILL): the service manager starts it again",
        "none",
        inject=lambda scope: kill(scope, scope.platform.cluster_process),
        in_effect=lambda scope: is_killed(scope, scope.platform.cluster_process),
        remedies=(remedies.cluster,),
    ),
    Fault(
        "web-kill",
        "The web server is killed (SIGKILL): its monitor finds it, the cluster starts it again",
        "process",
        inject=lambda scope: kill(scope, web(scope)),
        in_effect=lambda scope: is_killed(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.cluster, remedies.lost_web, remedies.failures),
    ),
    Fault(
        "web-hang",
        "The web server hangs (SIGSTOP): it is there, and answers nobody",
        "hang",
        inject=lambda scope: send_stop(scope, web(scope)),
        in_effect=lambda scope: is_stopped(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.stopped_processes, remedies.cluster, remedies.lost_web, remedies.failures),
    ),
    Fault(
        "web-broken",
        "The web server is killed and cannot start again here (migration-threshold): it has to move",
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
    ),
)
