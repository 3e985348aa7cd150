"""What a student types on the nodes during an exercise: the shell reports each command, and this program records it.

The shell on the node prints a report as an escape sequence (OSC 5379, a word of this session, the kind, the exit
status, the line in base64, BEL). `Recorder` takes the reports out of the shell's output, so that nobody sees them and
no file is left on the node.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from classroom import attempts
from classroom.attempt import Attempt, Typed, now
from inventory.remote.script import script

NOTICE = (
    "An exercise is under way: each command that you type here is recorded in its attempt, with time, node and exit "
    "status. docs/exercises.md says what is kept and where."
)
MOST = 400_000
"""A longer text without an end is no report: it is shown."""
_NUMBER = re.compile(r"^\s*\d+\*?\s*")
"""What `history` prints before a line."""


def recorded(home: Path) -> Attempt | None:
    """The attempt to which the commands of a shell belong; None when none is under way."""
    current = attempts.under_way(home)
    return current if current and current.known and current.phase in ("breaking", "broken") else None


def new_word() -> str:
    """A word that only one session knows, so that the output of a program is not taken for a report."""
    return secrets.token_hex(8)


def shell(word: str) -> str:
    """A shell text that opens root's login shell, which reports each command."""
    commands = script(__package__, "recorded_commands", lab_word=word)
    return script(__package__, "recorded_shell", commands=base64.b64encode(commands.encode()).decode())


@dataclass
class Recorder:
    """Takes the reports of one session out of its output, and gives each command to `add` when it has ended."""

    word: str
    node: str
    add: Callable[[Typed], None]
    _held: bytes = field(default=b"", init=False)
    _begun: str | None = field(default=None, init=False)

    @property
    def _start(self) -> bytes:
        return f"\033]5379;{self.word};".encode()

    def shown(self, output: bytes) -> bytes:
        """The part of the output that is for the terminal. The beginning of a report waits for its end."""
        text, shown = self._held + output, b""
        self._held = b""
        while (at := text.find(self._start)) >= 0:
            shown += text[:at]
            body, end, rest = text[at + len(self._start) :].partition(b"\a")
            if not end:
                if len(body) <= MOST:
                    self._held = text[at:]
                    return shown
                return shown + text[at:]
            self._report(body)
            text = rest
        kept = next((n for n in range(len(self._start) - 1, 0, -1) if text.endswith(self._start[:n])), 0)
        self._held = text[len(text) - kept :]
        return shown + text[: len(text) - kept]

    def end(self) -> bytes:
        """The session has ended: what was held back, and a last command whose end was not reported."""
        if self._begun is not None:
            self.add(Typed(now(), self.node, self._begun))
        held, self._held, self._begun = self._held, b"", None
        return held

    def _report(self, body: bytes) -> None:
        kind, status, line = [*body.decode("ascii", "replace").split(";", 2), "", ""][:3]
        try:
            text = base64.b64decode(line, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            return
        text = _NUMBER.sub("", text)
        if kind == "begin":
            self._begun = text
        elif kind == "end":
            self._begun = None
            self.add(Typed(now(), self.node, text, int(status) if status.isdecimal() else None))
