"""A command whose text no list of processes and no log shows: it goes to the node by standard input."""

from __future__ import annotations

import base64
from dataclasses import replace

from inventory.model import Command

FROM_STDIN = ("sh", "-c", 'eval "$(cat)"')
"""Reads the whole standard input, then runs it, so that no command of the text can read the rest of the text."""


def by_stdin(command: Command) -> Command:
    """The command in the form in which ssh sends it: its text and its own standard input are one standard input."""
    text = command.line
    if command.stdin is not None:
        encoded = base64.b64encode(command.stdin.encode()).decode()
        text = f"echo {encoded} | base64 -d | {{\n{text}\n}}"
    return replace(command, argv=FROM_STDIN, stdin=text)
