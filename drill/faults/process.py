"""Faults of single processes: killed, stopped, or unable to start. Sources: signal(7), proc(5)."""

from __future__ import annotations

from drill.faults import background, remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof
from inventory.model import NodeAction

CPU_S = 120
"""The longest that the processors are kept busy."""


def kill(scope: FaultScope, process: str, before: str = "") -> tuple[NodeAction, ...]:
    """SIGKILL all processes of that name, and remember which they were: others may follow at once."""
    text = (
        f"mkdir -p {FOLDER}\n{before}pidof {process} > {FOLDER}/{process}.killed"
        f" || {{ echo no {process} runs here >&2; exit 1; }}\nkill -KILL $(cat {FOLDER}/{process}.killed)"
    )
    return (NodeAction(scope.target.name, text, why=f"SIGKILL {process}"),)


def killed(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """None of the processes there were is there any more."""
    text = (
        f"[ -s {FOLDER}/{process}.killed ] || exit 0\nfor p in $(cat {FOLDER}/{process}.killed); do\n"
        f'[ "$(ps -o comm= -p $p)" != {process} ] || {{ echo process $p is there; exit; }}\ndone; echo yes'
    )
    return (Proof(scope.target.name, text, what=f"the {process} of before is gone"),)


def stop(scope: FaultScope, process: str) -> tuple[NodeAction, ...]:
    """SIGSTOP all processes of that name."""
    return (NodeAction(scope.target.name, f"pkill -STOP -x {process}", why=f"SIGSTOP {process}"),)


def stopped(scope: FaultScope, process: str) -> tuple[Proof, ...]:
    """Every process of that name is in state T."""
    text = (
        f'states=$(ps -o stat= -C {process}); [ -n "$states" ] || exit 0\n'
        "echo \"$states\" | grep -qv '^T' && echo state $states || echo yes"
    )
    return (Proof(scope.target.name, text, what=f"{process} is stopped (state T)"),)


def break_web(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Put a line into the web server's configuration that it cannot read, then kill it: it can't start again."""
    path = f"{scope.platform.web_include}/{remedies.BROKEN}"
    return kill(scope, scope.platform.web_process, f"echo ThisIsNoDirective > {path} || exit 1\n")


def broken_web(scope: FaultScope) -> tuple[Proof, ...]:
    """The file is there and the processes of before are gone."""
    path = f"{scope.platform.web_include}/{remedies.BROKEN}"
    there = Proof(scope.target.name, f"[ -s {path} ] && echo yes", what="its configuration is broken")
    return (there, *killed(scope, scope.platform.web_process))


def busy(scope: FaultScope) -> tuple[NodeAction, ...]:
    """One loop more than there are processors, each under timeout(1)."""
    loops = f"for i in 0 $(seq $(nproc)); do timeout {CPU_S} sh -c 'while :; do :; done' & done; wait"
    text = f"! {background.alive('cpu')} || exit 0\n{background.launch('cpu', loops, CPU_S + 10)}"
    return (NodeAction(scope.target.name, text, why="keep every processor busy"),)


def is_busy(scope: FaultScope) -> tuple[Proof, ...]:
    """As many loops are running as there are processors, and more."""
    text = (
        f"{background.alive('cpu')} || exit 0\n"
        f"n=$(ps -o stat= -s $(cat {FOLDER}/cpu.pid) | grep -c '^R'); [ $n -gt $(nproc) ] && echo yes || echo $n run"
    )
    return (Proof(scope.target.name, text, what="more processes run than there are processors"),)


def web(scope: FaultScope) -> str:
    """The web server's process."""
    return scope.platform.web_process


FAULTS = (
    Fault(
        "corosync-kill",
        "corosync is killed (SIGKILL): the node is gone from the cluster, its resources are not",
        "crash",
        inject=lambda scope: kill(scope, "corosync"),
        in_effect=lambda scope: killed(scope, "corosync"),
        remedies=(remedies.cluster,),
        answers=True,
    ),
    Fault(
        "corosync-freeze",
        "corosync is stopped (SIGSTOP): it runs, and says nothing",
        "freeze",
        inject=lambda scope: stop(scope, "corosync"),
        in_effect=lambda scope: stopped(scope, "corosync"),
        remedies=(remedies.stopped, remedies.cluster),
        answers=True,
    ),
    Fault(
        "pacemaker-kill",
        "pacemakerd is killed (SIGKILL): the service manager starts it again",
        "none",
        inject=lambda scope: kill(scope, scope.platform.cluster_process),
        in_effect=lambda scope: killed(scope, scope.platform.cluster_process),
        remedies=(remedies.cluster,),
    ),
    Fault(
        "web-kill",
        "The web server is killed (SIGKILL): its monitor finds it, the cluster starts it again",
        "process",
        inject=lambda scope: kill(scope, web(scope)),
        in_effect=lambda scope: killed(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.cluster, remedies.web, remedies.failures),
    ),
    Fault(
        "web-hang",
        "The web server hangs (SIGSTOP): it is there, and answers nobody",
        "hang",
        inject=lambda scope: stop(scope, web(scope)),
        in_effect=lambda scope: stopped(scope, web(scope)),
        roles=("active",),
        remedies=(remedies.stopped, remedies.cluster, remedies.web, remedies.failures),
    ),
    Fault(
        "web-broken",
        "The web server is killed and cannot start again here (migration-threshold): it has to move",
        "process",
        inject=break_web,
        in_effect=broken_web,
        roles=("active",),
        remedies=(remedies.web_file, remedies.cluster, remedies.web, remedies.failures),
    ),
    Fault(
        "cpu",
        "Every processor of the node is busy",
        "none",
        inject=busy,
        in_effect=is_busy,
        remedies=(remedies.cpu, remedies.cluster),
    ),
)
