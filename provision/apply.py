"""Applies the steps: reads the facts, runs the commands that are needed, until no command is left.

A run that is killed can be repeated: the next run reads the facts again and continues from there.
"""

from __future__ import annotations

from collections.abc import Sequence

from inventory import waiting
from inventory.errors import CommandFailed
from inventory.session import LabSession
from provision import execute
from provision.execute import Progress
from provision.facts import Facts, gather
from provision.plan import StepPlan, plan_step
from provision.preparation import Preparation
from provision.steps import services
from provision.steps.base import Step
from provision.steps.registry import CONFIGURATION, for_lab, stages

__all__ = ["ROUNDS", "Progress", "run", "run_batch", "run_stages"]
ROUNDS = 5


def run(
    session: LabSession,
    steps: Sequence[Step] | None = None,
    progress: Progress | None = None,
) -> int:
    """Apply the steps (default: all of the lab) one after the other, and check each one before the next begins.

    Returns the number of commands that ran; 0 when the nodes were already as the steps say. Raises CommandFailed
    with the step, node, command and output, or with what is still missing; TimedOut when a step's problems stay.
    """
    session.journal.drop_baselines()
    facts, total = _first_facts(session), 0
    for step in for_lab(session.lab) if steps is None else steps:
        facts, count = _run_batch(session, (step,), facts, progress or Progress())
        total += count
    return total


def run_stages(
    session: LabSession,
    steps: Sequence[Step] | None = None,
    progress: Progress | None = None,
) -> int:
    """Apply the steps stage by stage: with fewer readings than `run`, and the configuration as one change.

    That change is prepared while the cluster starts. Default: all steps of the lab. The commands and the result are
    those of `run`. Returns the number of commands that ran; raises as `run` does.
    """
    session.journal.drop_baselines()
    facts, total = _first_facts(session), 0
    wanted = for_lab(session.lab) if steps is None else steps
    preparation = Preparation(session, tuple(step for step in CONFIGURATION if step in wanted))
    for stage in stages(wanted):
        facts, count = _run_batch(session, stage, facts, progress or Progress(), preparation)
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
    return _run_batch(session, steps, _first_facts(session), progress or Progress())[1]


def _first_facts(session: LabSession) -> Facts:
    """The facts before anything is changed. Raises ConfigError for what the nodes' agents do not allow."""
    facts = gather(session)
    services.refuse(session, facts)
    return facts


def _run_batch(
    session: LabSession,
    steps: Sequence[Step],
    facts: Facts,
    progress: Progress,
    preparation: Preparation | None = None,
) -> tuple[Facts, int]:
    """Apply the steps of a batch together. With a preparation, commands of pcs are brought in as one change."""
    counts = dict.fromkeys((step.id for step in steps), 0)
    plans = _plan_steps(steps, session, facts)
    for turn in range(ROUNDS):
        together = _run_at_once(plans, session, facts, progress, preparation, first=turn == 0)
        for one in plans:
            if not together:
                _run_step(one, session, facts, progress, first=turn == 0)
            counts[one.step.id] += len(one.commands)
        if any(one.commands for one in plans):
            facts = gather(session)
            if preparation is not None:
                preparation.begin(facts)
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
    if first:
        execute.show(one, session, facts, progress)
    execute.run_step(one, session.remote, progress)


def _run_at_once(
    plans: Sequence[StepPlan],
    session: LabSession,
    facts: Facts,
    progress: Progress,
    preparation: Preparation | None,
    *,
    first: bool,
) -> bool:
    """Run the commands of all plans as one change of the CIB; False, and nothing is done, when they do not suit."""
    if preparation is None or not execute.suit(plans, session.platform):
        return False
    for one in plans if first else ():
        execute.show(one, session, facts, progress)
    execute.run_at_once(plans, session.remote, progress, preparation)
    return True


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
