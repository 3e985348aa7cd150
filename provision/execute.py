"""Runs the commands of plans on the nodes: in order, on several nodes at once, or as one change. Reports progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from inventory.errors import CommandFailed
from inventory.model import Command, Result
from inventory.platforms.base import Platform
from inventory.remote.ssh import Remote, check, failure, run_all
from inventory.session import LabSession
from provision import one_change
from provision.facts import Facts
from provision.plan import StepPlan
from provision.preparation import Preparation
from provision.steps.base import Step


@dataclass(frozen=True)
class Progress:
    """Callbacks: a step begins, a command is about to run, `Step.before` has shown something, a step is done."""

    step: Callable[[Step], None] = lambda step: None
    command: Callable[[Step, Command], None] = lambda step, command: None
    observed: Callable[[Step, str], None] = lambda step, text: None
    done: Callable[[Step, int], None] = lambda step, count: None


def show(one: StepPlan, session: LabSession, facts: Facts, progress: Progress) -> None:
    """Report that a step begins, and what `Step.before` shows before its commands run."""
    progress.step(one.step)
    for text in one.step.before(session, facts) if one.commands else ():
        progress.observed(one.step, text)


def run_step(one: StepPlan, remote: Remote, progress: Progress) -> None:
    """Run the commands of a step. Raises CommandFailed with the step, node, command and output."""
    try:
        if one.step.nodes_apart:
            _run_nodes_apart(one, remote, progress)
        else:
            _run_in_order(one, remote, progress)
    except CommandFailed as error:
        raise _of_step(one.step, error) from error


def suit(plans: Sequence[StepPlan], platform: Platform) -> bool:
    """Whether the commands of all plans can be brought into the CIB as one change."""
    return one_change.suits(platform, [command for one in plans for command in one.commands])


def run_at_once(
    plans: Sequence[StepPlan], remote: Remote, progress: Progress, preparation: Preparation
) -> None:
    """Run the commands of all plans as one change of the CIB: the prepared one, if it is possible.

    Raises CommandFailed as `run_step` does; the configuration is then as before.
    """
    wanted = [(one.step, command) for one in plans for command in one.commands]
    commands = [command for _, command in wanted]
    for step, command in wanted:
        progress.command(step, command)
    prepared = preparation.take(commands)
    if prepared is not None and remote.run(prepared).good:
        return
    result = remote.run(one_change.command(commands))
    if result.good:
        return
    culprit = one_change.failed(commands, result)
    if culprit is None:
        raise failure(result)
    step = next(step for step, command in wanted if command is culprit.command)
    error = _of_step(step, failure(culprit))
    raise CommandFailed(f"{error.message}\nThe configuration was not changed.", hint=error.hint)


def _of_step(step: Step, error: CommandFailed) -> CommandFailed:
    return CommandFailed(f"Step {step.number} ({step.id}): {error.message}", hint=error.hint)


def _run_in_order(one: StepPlan, remote: Remote, progress: Progress) -> None:
    """Run the commands in order; the same command on different nodes runs at the same time."""
    pending = list(one.commands)
    while pending:
        group = [pending.pop(0)]
        while pending and pending[0].argv == group[0].argv and pending[0].node not in [c.node for c in group]:
            group.append(pending.pop(0))
        for command in group:
            progress.command(one.step, command)
        if len(group) == 1:
            check(remote, group[0])
            continue
        for result in run_all(remote, group):
            if not result.good:
                raise failure(result)


def _run_nodes_apart(one: StepPlan, remote: Remote, progress: Progress) -> None:
    """Run the commands of each node in their order, the nodes at the same time; a node stops at its first failure."""
    nodes = list(dict.fromkeys(command.node for command in one.commands))
    if not nodes:
        return
    for command in one.commands:
        progress.command(one.step, command)

    def run(node: str) -> Result | None:
        for command in one.commands:
            if command.node == node:
                result = remote.run(command)
                if not result.good:
                    return result
        return None

    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        failures = [result for result in pool.map(run, nodes) if result is not None]
    if failures:
        raise failure(failures[0])
