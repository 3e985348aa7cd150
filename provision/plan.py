"""A plan is the commands still needed, step by step. An empty one means that the lab is as described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step
from provision.steps.registry import STEPS


@dataclass(frozen=True)
class Part:
    """What one step still needs."""

    step: Step
    commands: tuple[Command, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The parts that are not done. `problems` only count where a step has no command left."""

    parts: tuple[Part, ...]

    @property
    def empty(self) -> bool:
        """Nothing is to be done and nothing is amiss."""
        return not self.parts


def part(step: Step, session: LabSession, facts: Facts) -> Part:
    """What one step still needs."""
    return Part(step, tuple(step.commands(session, facts)), tuple(step.problems(session, facts)))


def plan(session: LabSession, facts: Facts, steps: Sequence[Step] = STEPS) -> Plan:
    """What is still needed, from facts alone. What a command brings forth is seen by asking again."""
    parts = [part(step, session, facts) for step in steps]
    return Plan(tuple(one for one in parts if one.commands or one.problems))
