"""Runs a provider's command for the power of one machine, and runs it again after a temporary failure."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.errors import MachineError
from inventory.host import command

TRIES = 3
"""A command is run at most this many times."""


def run(argv: Sequence[str], temporary_failure: str, deadline: float) -> None:
    """Run the command, for at most `deadline` seconds each time. Raises MachineError when it fails.

    When its error message contains `temporary_failure`, it is run again. With an empty text it is run once.
    """
    for number in range(1, TRIES + 1):
        try:
            command.check(argv, deadline=deadline)
            return
        except MachineError as error:
            if number == TRIES or not temporary_failure or temporary_failure not in error.message:
                raise
