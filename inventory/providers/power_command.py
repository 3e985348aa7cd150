"""Runs a provider's command for the power of one machine, and repeats it after a failure that is known to pass."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.errors import MachineError
from inventory.host import command

TRIES = 3
"""How often a command is tried."""


def run(argv: Sequence[str], passing: str, deadline: float) -> None:
    """Run the command, at most `deadline` seconds each time. Raises MachineError when it fails.

    A failure whose message contains `passing` is tried again ("": none is).
    """
    for left in reversed(range(TRIES)):
        try:
            command.check(argv, deadline=deadline)
        except MachineError as error:
            if not left or not passing or passing not in error.message:
                raise
        else:
            return
