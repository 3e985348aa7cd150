"""Combines remedies into scripts: repair a node, list what is still broken, heal a fault.

Each remedy runs in its own subshell, so its variables and functions do not affect another remedy.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from drill.faults import background, remedies
from drill.faults.base import Fault, FaultScope, Proof, RemedyFactory, remedy, shell
from inventory.model import NO_FENCING, NodeAction

TIMER_S = 300.0
"""The time after which a node heals itself, when the drill did not (seconds)."""
HEAL_DEADLINE_S = 60.0
"""The deadline for the repair of one fault, and again for its proof (seconds)."""
HEAL_AGAIN_S = 10.0
"""A heal is repeated once when it is not proven after this time (seconds): while the cluster of a node starts, a remedy
cannot read what is wrong."""
FENCED_WITHIN_S = 40.0
"""The longest wait for a fence action that is under way when a BMC is restored (seconds)."""
TIMER_FIRED = "the node's timer healed it too early"
"""A part of the message of `timer_fired`."""
_REPAIR_NEEDED = """\
is_wrong || exit 0
if put_right >/dev/null; then echo "$message"; else echo "$message: failed" >&2; exit 1; fi"""
_STILL_NEEDED = """\
! is_wrong || { echo "not yet: $message"; exit 1; }"""
_LIST_NEEDED = '! is_wrong || echo "$message"'


def repair_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that runs each remedy that is needed.

    It prints the message of each remedy that it ran. When one fails, the others still run, and the exit status is 1.
    """
    return "\n".join(["bad=", *_subshells(scope, remedies, _REPAIR_NEEDED), '[ -z "$bad" ]'])


def still_broken_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that prints `yes` when nothing is wrong, else "not yet: MESSAGE" for each remedy that is needed."""
    return "\n".join(["bad=", *_subshells(scope, remedies, _STILL_NEEDED), '[ -n "$bad" ] || echo yes'])


def undone_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that prints the message of each remedy that is needed; it prints nothing when none is needed."""
    return "\n".join(_subshells(scope, remedies, _LIST_NEEDED))


def _subshells(scope: FaultScope, remedies: Iterable[RemedyFactory], action: str) -> Iterable[str]:
    for needed in (make(scope) for make in remedies):
        message = shlex.quote(needed.message)
        yield f"(\n{needed.script}\nmessage={message}\n{action}\n) || bad=yes"


def timer_name(fault: str) -> str:
    """The background name of the timer that heals a fault."""
    return f"timer-{fault}"


def timer(fault: str) -> RemedyFactory:
    """End the timer that was armed for a fault."""
    return lambda scope: remedy(
        f"ended the timer that would heal {fault}",
        "background",
        folder=background.FOLDER,
        name=timer_name(fault),
    )


def timer_fired(fault: str) -> RemedyFactory:
    """Report that the timer healed the fault before the drill did."""
    file = background.fired_file(timer_name(fault))
    return lambda scope: remedy(f"{fault}: {TIMER_FIRED}", "file", file=file)


def heal_actions(fault: Fault, scope: FaultScope) -> tuple[NodeAction, ...]:
    """The actions that heal a fault: first the machine's power, then one script on the node.

    With fencing, each node may have been switched off, and may be on again: the actions boot all nodes, and start the
    cluster on them.
    """
    node = scope.target.name
    fenced = fault.loses_node and scope.lab.fencing != NO_FENCING
    others = [FaultScope(scope.session, peer) for peer in scope.peers] if fenced else []
    power = (NodeAction(node, power=fault.power, why=f"{fault.power} {node}"),) if fault.power else ()
    if fenced and fault.power != "power_on":
        power = (*power, NodeAction(node, power="power_on", why="boot the node, if it was fenced"))
    text = repair_script(scope, _with_timer(fault))
    return (
        *(_restore_bmc(scope) if fault.needs_bmc else ()),
        *power,
        NodeAction(node, text, deadline=HEAL_DEADLINE_S, why=f"heal {fault.name}", purpose="repair"),
        *(action for other in others for action in _fenced_actions(other)),
    )


def _fenced_actions(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Boot a node that was fenced, and start its cluster."""
    node, start = scope.target.name, repair_script(scope, (remedies.cluster,))
    return (
        NodeAction(node, power="power_on", why="boot the fenced node"),
        NodeAction(
            node,
            start,
            deadline=HEAL_DEADLINE_S,
            why="start the cluster on a fenced node",
            purpose="repair",
        ),
    )


def _restore_bmc(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Restore the BMC of the target, when the peer no longer wants to fence the target; boot the target.

    Where the peer still wants to, the BMC obeys as soon as it is restored: then the fencing is waited for.
    """
    node = scope.target.name
    peer = scope.lab.peers(scope.target)[0].name
    wait = NodeAction(
        peer,
        shell("wait_for_fencing", seconds=round(scope.lab.patient(FENCED_WITHIN_S))),
        deadline=scope.lab.patient(FENCED_WITHIN_S) + 30,
        why="wait until no node is fenced",
        purpose="wait-for-fencing",
    )
    restore = NodeAction(node, bmc="restore", why=f"restore the BMC of {node}")
    return wait, restore, wait, NodeAction(node, power="power_on", why="boot the node, if it was fenced")


def arm_actions(fault: Fault, scope: FaultScope, seconds: float = TIMER_S) -> tuple[NodeAction, ...]:
    """Start a timer on the node that heals the fault when the drill cannot reach the node any more.

    `seconds` is for a machine of usual speed.
    """
    if not fault.armed:
        return ()
    seconds, longest = scope.lab.patient(seconds), scope.lab.patient(HEAL_DEADLINE_S)
    heal = repair_script(scope, fault.remedies)
    name = timer_name(fault.name)
    script = background.arm_timer(name, heal, seconds=seconds, limit=seconds + longest)
    why = f"arm the timer that heals {fault.name} after {seconds:g} s"
    return (NodeAction(scope.target.name, script, why=why, purpose="arm-timer"),)


def healed_proofs(fault: Fault, scope: FaultScope) -> tuple[Proof, ...]:
    """The proof that a fault is healed."""
    return (
        Proof(
            scope.target.name,
            still_broken_script(scope, _with_timer(fault)),
            what=f"{fault.name} is healed",
        ),
    )


def _with_timer(fault: Fault) -> tuple[RemedyFactory, ...]:
    """The remedies of a fault; its own timer is ended first."""
    own = (timer_fired(fault.name), timer(fault.name)) if fault.armed else ()
    return (*own, *fault.remedies)
