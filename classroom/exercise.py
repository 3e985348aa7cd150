"""An exercise: how to break the lab, the checks that must fail then, and what provisioning does not repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from classroom.requirements import Requirement, any_lab
from inventory.platforms.base import Platform
from provision.steps.base import Commands, no_commands


def every_platform(platform: Platform) -> bool:
    """The exercise is possible on every platform."""
    return True


@dataclass(frozen=True)
class Exercise:
    """One broken lab. `undo` repairs what provisioning does not; provisioning repairs the rest."""

    name: str
    check: str
    """The check of `classroom.checks` that must fail."""
    breaks: Commands
    undo: Commands = no_commands
    possible: Callable[[Platform], bool] = every_platform
    """Whether a platform can be broken in this way."""
    needs: Requirement = any_lab
    """Why this lab.yaml cannot be broken in this way; "" when it can."""
    more_checks: tuple[str, ...] = ()
    """The other checks that must fail, when the exercise has several faults."""

    @property
    def checks(self) -> tuple[str, ...]:
        """All checks that must fail."""
        return (self.check, *self.more_checks)
