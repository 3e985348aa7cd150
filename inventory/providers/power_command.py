"""Runs a provider's command for the power of one machine, and runs it again after a temporary failure."""

from __future__ import annotations

from collections.abc import Sequence

from inventory import waiting
from inventory.host import command

TRIES = 3
"""A command is run at most this many times."""


def run(argv: Sequence[str], temporary_failure: str, deadline: float) -> None:
    """Run the command, for at most `deadline` seconds each time. Raises MachineError when it fails.

    When its error message contains `temporary_failure`, it is run again. With an empty text it is run once.
    """
    after = (temporary_failure,) if temporary_failure else ()
    waiting.again(lambda: command.check(argv, deadline=deadline), after, tries=TRIES)
