"""Runs a plan on the nodes: facts, the commands still needed, facts again, until nothing is left.

Killed at any point, the next run starts from what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inventory import waiting
from inventory.errors import CommandFailed
from inventory.model import Command
from inventory.remote import Remote, check, everywhere, failed
from provision.facts import Facts, Goal, gather
from provision.plan import part
from provision.steps import STEPS
from provision.steps.step import Step

ROUNDS = 5


@dataclass(frozen=True)
class Progress:
    """Whom to tell: a step begins, a command is about to run, an observation was made, a step is done."""

    step: Callable[[Step], None] = lambda step: None
    command: Callable[[Step, Command], None] = lambda step, command: None
    observed: Callable[[Step, str], None] = lambda step, text: None
    done: Callable[[Step, int], None] = lambda step, count: None


def run(
    goal: Goal,
    remote: Remote,
    steps: Sequence[Step] = STEPS,
    progress: Progress | None = None,
    *,
    check_each: bool = True,
) -> int:
    """Make the nodes as the steps say; the number of commands it took (0: it was so already).

    With `check_each` a step is looked at before the next one begins, as a reader of the document does;
    without, all are looked at after the last one, but for a step that the next ones need (`Step.needed`).
    Raises CommandFailed with the step, node, command and output, or what is still missing.
    """
    tell = progress or Progress()
    facts = gather(goal, remote)
    total = 0
    for step in steps:
        tell.step(step)
        count = 0
        for _ in range(ROUNDS):
            needed = part(step, goal, facts)
            if not needed.commands:
                break
            if not count:
                for objection in step.before(goal, facts):
                    tell.observed(step, objection)
            _execute(needed.commands, remote, lambda command, step=step: tell.command(step, command))  # type: ignore[misc]
            count += len(needed.commands)
            facts = gather(goal, remote)
        else:
            left = part(step, goal, facts)
            lines = [
                *(f"  $ {command.line}" for command in left.commands),
                *(f"  | {one}" for one in left.problems),
            ]
            raise CommandFailed(
                "\n".join(
                    [f"Step {step.number} ({step.id}) does not stay done after {ROUNDS} rounds:", *lines]
                ),
                hint="An exit status of 0 is no proof; look at what the commands left on the node.",
            )
        if (check_each or step.needed) and part(step, goal, facts).problems:
            facts = _settled(step, goal, remote)
        total += count
        tell.done(step, count)
    for step in steps:
        if part(step, goal, facts).problems:
            facts = _settled(step, goal, remote)
    return total


def _settled(step: Step, goal: Goal, remote: Remote) -> Facts:
    seen: list[Facts] = []

    def ask() -> tuple[str, ...]:
        seen[:] = [gather(goal, remote)]
        needed = part(step, goal, seen[0])
        return needed.problems

    waiting.until(
        ask,
        lambda found: not found,
        f"Step {step.number} ({step.id}) is not as the document says",
        deadline=step.settles,
        hint="./lab status shows the cluster; /var/log/cluster/corosync.log on the nodes says why.",
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
