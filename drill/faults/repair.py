"""Puts remedies together: scripts that repair a node and tell what is still broken, and the heal of a fault.

Each remedy runs in a subshell of its own, so its variables and functions do not meet those of another one.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from drill.faults import background
from drill.faults.base import Fault, FaultScope, Proof, RemedyFactory, remedy
from inventory.model import NodeAction

TIMER_S = 300.0
"""The time after which a node heals itself, when nobody else did (seconds)."""
HEALS_S = 60.0
"""The longest time that the repair of one fault may take, and then again the proof of it (seconds)."""
TIMER_FIRED = "the node's timer had healed it before"
"""Stands in the message of `timer_fired`."""
_REPAIR = """\
is_wrong || exit 0
if put_right >/dev/null; then echo "$message"; else echo "$message: failed" >&2; exit 1; fi"""
_TELL = """\
! is_wrong || { echo "not yet: $message"; exit 1; }"""
_LIST = '! is_wrong || echo "$message"'


def repair_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that puts right each thing that is wrong.

    It prints the message of each remedy that was needed. Its exit status is 1 when one of them failed; the others
    are tried all the same.
    """
    return "\n".join(["bad=", *_subshells(scope, remedies, _REPAIR), '[ -z "$bad" ]'])


def still_broken_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that prints `yes` when nothing is wrong, else "not yet: MESSAGE" for each remedy that is needed."""
    return "\n".join(["bad=", *_subshells(scope, remedies, _TELL), '[ -n "$bad" ] || echo yes'])


def undone_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """A script that prints the message of each remedy that is needed; nothing when all is right."""
    return "\n".join(_subshells(scope, remedies, _LIST))


def _subshells(scope: FaultScope, remedies: Iterable[RemedyFactory], action: str) -> Iterable[str]:
    for one in (make(scope) for make in remedies):
        message = shlex.quote(one.message)
        yield f"(\n{one.script}\nmessage={message}\n{action}\n) || bad=yes"


def timer_name(fault: str) -> str:
    """The name in the background of the timer that heals a fault."""
    return f"timer-{fault}"


def timer(fault: str) -> RemedyFactory:
    """End the timer that a fault armed here."""
    return lambda scope: remedy(
        f"ended the timer that would heal {fault}",
        "background",
        folder=background.FOLDER,
        name=timer_name(fault),
    )


def timer_fired(fault: str) -> RemedyFactory:
    """Tell that the timer healed the fault before anybody else did."""
    file = background.fired_file(timer_name(fault))
    return lambda scope: remedy(f"{fault}: {TIMER_FIRED}", "file", file=file)


def heal_actions(fault: Fault, scope: FaultScope) -> tuple[NodeAction, ...]:
    """What heals a fault: the machine's power first, then one script on the node."""
    node = scope.target.name
    power = (NodeAction(node, power=fault.power, why=f"{fault.power} {node}"),) if fault.power else ()
    text = repair_script(scope, _with_timer(fault))
    return (*power, NodeAction(node, text, deadline=HEALS_S, why=f"heal {fault.name}", purpose="repair"))


def arm_actions(fault: Fault, scope: FaultScope, seconds: float = TIMER_S) -> tuple[NodeAction, ...]:
    """Start a timer on the node that heals the fault, for the case that nobody can reach the node."""
    if not fault.armed:
        return ()
    heal = repair_script(scope, fault.remedies)
    name = timer_name(fault.name)
    script = background.arm_timer(name, heal, seconds=seconds, limit=seconds + HEALS_S)
    why = f"arm the heal of {fault.name} in {seconds:g} s"
    return (NodeAction(scope.target.name, script, why=why, purpose="arm-timer"),)


def healed_proofs(fault: Fault, scope: FaultScope) -> tuple[Proof, ...]:
    """What proves that a fault is healed."""
    return (
        Proof(
            scope.target.name,
            still_broken_script(scope, _with_timer(fault)),
            what=f"{fault.name} is healed",
        ),
    )


def _with_timer(fault: Fault) -> tuple[RemedyFactory, ...]:
    """What heals a fault, its own timer first."""
    own = (timer_fired(fault.name), timer(fault.name)) if fault.armed else ()
    return (*own, *fault.remedies)
