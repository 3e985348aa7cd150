"""Runs a plan on the nodes: facts, the commands still needed, facts again, until nothing is left.

Killed at any point, the next run starts from what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inventory import waiting
from inventory.errors import CommandFailed
from inventory.model import Command
from inventory.remote.ssh import Remote, check, everywhere, failed
from inventory.session import LabSession
from provision.facts import Facts, gather
from provision.plan import Part, part
from provision.steps.base import Step
from provision.steps.registry import STEPS

ROUNDS = 5


@dataclass(frozen=True)
class Progress:
    """Whom to tell: a step begins, a command is about to run, an observation was made, a step is done."""

    step: Callable[[Step], None] = lambda step: None
    command: Callable[[Step, Command], None] = lambda step, command: None
    observed: Callable[[Step, str], None] = lambda step, text: None
    done: Callable[[Step, int], None] = lambda step, count: None


def run(
    session: LabSession,
    steps: Sequence[Step] = STEPS,
    progress: Progress | None = None,
) -> int:
    """Make the nodes as the steps say, each looked at before the next begins; the number of commands it took.

    0 means that it was so already. Raises CommandFailed with the step, node, command and output, or what is
    still missing; TimedOut when a step's problems do not go.
    """
    facts, total = gather(session), 0
    for step in steps:
        facts, count = _together(session, (step,), facts, progress or Progress())
        total += count
    return total


def together(
    session: LabSession,
    steps: Sequence[Step],
    progress: Progress | None = None,
) -> int:
    """Make the nodes as several steps say, all looked at after the last one: quicker, for steps that can wait.

    The number of commands; raises as `run` does.
    """
    return _together(session, steps, gather(session), progress or Progress())[1]


def _together(session: LabSession, steps: Sequence[Step], facts: Facts, tell: Progress) -> tuple[Facts, int]:
    counts = dict.fromkeys((step.id for step in steps), 0)
    parts = _parts(steps, session, facts)
    for turn in range(ROUNDS):
        for one in parts:
            _make(one, session, facts, tell, first=turn == 0)
            counts[one.step.id] += len(one.commands)
        if any(one.commands for one in parts):
            facts = gather(session)
        for step in steps:
            facts = _settled(step, steps, session, facts)
        parts = _parts(steps, session, facts)
        if not any(one.commands for one in parts):
            break
    else:
        raise _unstable([one for one in parts if one.commands])
    for step in steps:
        tell.done(step, counts[step.id])
    return facts, sum(counts.values())


def _parts(steps: Sequence[Step], session: LabSession, facts: Facts) -> list[Part]:
    return [part(step, session, facts) for step in steps]


def _make(one: Part, session: LabSession, facts: Facts, tell: Progress, *, first: bool) -> None:
    step = one.step
    if first:
        tell.step(step)
        for objection in step.before(session, facts) if one.commands else ():
            tell.observed(step, objection)
    try:
        _execute(one.commands, session.remote, lambda command: tell.command(step, command))
    except CommandFailed as error:
        raise CommandFailed(f"Step {step.number} ({step.id}): {error.message}", hint=error.hint) from error


def _unstable(parts: Sequence[Part]) -> CommandFailed:
    names = ", ".join(f"{one.step.number} ({one.step.id})" for one in parts)
    lines = [f"  $ {command.line}" for one in parts for command in one.commands]
    lines += [f"  | {problem}" for one in parts for problem in one.problems]
    return CommandFailed(
        "\n".join([f"Step {names} does not stay done after {ROUNDS} rounds:", *lines]),
        hint="An exit status of 0 is no proof; look at what the commands left on the node.",
    )


def _settled(step: Step, steps: Sequence[Step], session: LabSession, facts: Facts) -> Facts:
    """Wait until the step has no problem, or until one of the steps has a command against it."""
    seen = [facts]

    def problems() -> tuple[str, ...]:
        if any(one.commands for one in _parts(steps, session, seen[0])):
            return ()
        return part(step, session, seen[0]).problems

    def ask() -> tuple[str, ...]:
        seen[:] = [gather(session)]
        return problems()

    if problems():
        waiting.until(
            ask,
            lambda found: not found,
            f"Step {step.number} ({step.id}) is not as the document says",
            deadline=step.settles,
            clock=session.clock,
            hint=f"./lab status shows the cluster; {session.platform.pacemaker_log} on the nodes says why.",
        )
    return seen[0]


def _execute(commands: Sequence[Command], remote: Remote, tell: Callable[[Command], None]) -> None:
    """Run in order; neighbours with the same purpose on different nodes run at the same time."""
    pending = list(commands)
    while pending:
        group = [pending.pop(0)]
        while pending and pending[0].argv == group[0].argv and pending[0].node not in [c.node for c in group]:
            group.append(pending.pop(0))
        for command in group:
            tell(command)
        if len(group) == 1:
            check(remote, group[0])
            continue
        for result in everywhere(remote, group):
            if not result.good:
                raise failed(result)
