"""A plan: the commands that are still needed, by step. It is empty when the nodes are as lab.yaml says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step
from provision.steps.registry import for_lab


@dataclass(frozen=True)
class StepPlan:
    """The commands that one step still needs, and its problems."""

    step: Step
    commands: tuple[Command, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The steps that are not done. A step's problems count only when it needs no command."""

    steps: tuple[StepPlan, ...]

    @property
    def empty(self) -> bool:
        """No command is needed, and no step has a problem."""
        return not self.steps


def plan_step(step: Step, session: LabSession, facts: Facts) -> StepPlan:
    """Compute what one step still needs from facts. Pure."""
    return StepPlan(step, tuple(step.commands(session, facts)), tuple(step.problems(session, facts)))


def plan(session: LabSession, facts: Facts, steps: Sequence[Step] | None = None) -> Plan:
    """Compute what all steps still need from facts. Pure: the effect of a command shows only in new facts."""
    wanted = for_lab(session.lab) if steps is None else steps
    plans = [plan_step(step, session, facts) for step in wanted]
    return Plan(tuple(one for one in plans if one.commands or one.problems))
