"""Runs the steps on the nodes: reads the facts, runs the commands that are needed, until no command is left.

A run that is killed can be repeated: the next run reads the facts again and continues from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inventory import waiting
from inventory.errors import CommandFailed
from inventory.model import Command
from inventory.remote.ssh import Remote, check, failure, run_all
from inventory.session import LabSession
from provision.facts import Facts, gather
from provision.plan import StepPlan, plan_step
from provision.steps.base import Step
from provision.steps.registry import STEPS

ROUNDS = 5


@dataclass(frozen=True)
class Progress:
    """Callbacks: a step begins, a command is about to run, `Step.before` has shown something, a step is done."""

    step: Callable[[Step], None] = lambda step: None
    command: Callable[[Step, Command], None] = lambda step, command: None
    observed: Callable[[Step, str], None] = lambda step, text: None
    done: Callable[[Step, int], None] = lambda step, count: None


def run(
    session: LabSession,
    steps: Sequence[Step] = STEPS,
    progress: Progress | None = None,
) -> int:
    """Apply the steps one after the other, and check each one before the next begins.

    Returns the number of commands that ran; 0 when the nodes were already as the steps say. Raises CommandFailed
    with the step, node, command and output, or with what is still missing; TimedOut when a step's problems stay.
    """
    session.journal.drop_baselines()
    facts, total = gather(session), 0
    for step in steps:
        facts, count = _run_batch(session, (step,), facts, progress or Progress())
        total += count
    return total


def run_batch(
    session: LabSession,
    steps: Sequence[Step],
    progress: Progress | None = None,
) -> int:
    """Apply several steps, and check all of them after the last one: quicker than `run`.

    Returns the number of commands that ran; raises as `run` does.
    """
    session.journal.drop_baselines()
    return _run_batch(session, steps, gather(session), progress or Progress())[1]


def _run_batch(
    session: LabSession, steps: Sequence[Step], facts: Facts, progress: Progress
) -> tuple[Facts, int]:
    counts = dict.fromkeys((step.id for step in steps), 0)
    plans = _plan_steps(steps, session, facts)
    for turn in range(ROUNDS):
        for one in plans:
            _run_step(one, session, facts, progress, first=turn == 0)
            counts[one.step.id] += len(one.commands)
        if any(one.commands for one in plans):
            facts = gather(session)
        for step in steps:
            facts = _settled(step, steps, session, facts)
        plans = _plan_steps(steps, session, facts)
        if not any(one.commands for one in plans):
            break
    else:
        raise _not_done([one for one in plans if one.commands])
    for step in steps:
        progress.done(step, counts[step.id])
    return facts, sum(counts.values())


def _plan_steps(steps: Sequence[Step], session: LabSession, facts: Facts) -> list[StepPlan]:
    return [plan_step(step, session, facts) for step in steps]


def _run_step(one: StepPlan, session: LabSession, facts: Facts, progress: Progress, *, first: bool) -> None:
    step = one.step
    if first:
        progress.step(step)
        for text in step.before(session, facts) if one.commands else ():
            progress.observed(step, text)
    try:
        _execute(one.commands, session.remote, lambda command: progress.command(step, command))
    except CommandFailed as error:
        raise CommandFailed(f"Step {step.number} ({step.id}): {error.message}", hint=error.hint) from error


def _not_done(plans: Sequence[StepPlan]) -> CommandFailed:
    names = ", ".join(f"{one.step.number} ({one.step.id})" for one in plans)
    lines = [f"  $ {command.line}" for one in plans for command in one.commands]
    lines += [f"  | {problem}" for one in plans for problem in one.problems]
    return CommandFailed(
        "\n".join(
            [f"Step {names} is not done after {ROUNDS} rounds; these commands are still needed:", *lines]
        ),
        hint="The commands ended with exit status 0; look at what they changed on the node.",
    )


def _settled(step: Step, steps: Sequence[Step], session: LabSession, facts: Facts) -> Facts:
    """Wait until the step has no problem, or until one of the steps has a command to run."""
    seen = [facts]

    def problems() -> tuple[str, ...]:
        if any(one.commands for one in _plan_steps(steps, session, seen[0])):
            return ()
        return plan_step(step, session, seen[0]).problems

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


def _execute(commands: Sequence[Command], remote: Remote, before: Callable[[Command], None]) -> None:
    """Run the commands in order; the same command on different nodes runs at the same time."""
    pending = list(commands)
    while pending:
        group = [pending.pop(0)]
        while pending and pending[0].argv == group[0].argv and pending[0].node not in [c.node for c in group]:
            group.append(pending.pop(0))
        for command in group:
            before(command)
        if len(group) == 1:
            check(remote, group[0])
            continue
        for result in run_all(remote, group):
            if not result.good:
                raise failure(result)
