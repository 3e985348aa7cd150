"""A program at a terminal of its own: reads what it prints, and types."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
_OWN_TERMINAL = ("setsid", "--ctty", "--wait", "env", "--default-signal=INT")
"""Before a command: the pseudo-terminal is its controlling terminal, and Ctrl-C there ends it (setsid(1), env(1))."""
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Runs a program from its making to end() or close(). `text`: what it printed after the last words of until()."""

    def __init__(self, argv: Sequence[str], folder: Path) -> None:
        self.text = ""
        self._main, side = pty.openpty()
        self._process = subprocess.Popen(
            [*_OWN_TERMINAL, *argv],
            cwd=folder,
            stdin=side,
            stdout=side,
            stderr=side,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
        )
        os.close(side)

    def until(self, words: str, limit: float) -> None:
        """Read until some words are printed. Raises AssertionError when they do not come within `limit` seconds."""
        deadline = time.monotonic() + limit
        while words not in self.text:
            left = deadline - time.monotonic()
            assert left > 0, f"{words!r} did not come within {limit:g} s:\n{self.text[-3000:]}"
            if select.select([self._main], [], [], min(left, 1.0))[0] and not self._read():
                break
        assert words in self.text, self.text[-3000:]
        self.text = self.text.partition(words)[2]

    def types(self, text: str) -> None:
        """Type some text; "\\n" is the Enter key."""
        os.write(self._main, text.encode())

    def end(self, limit: float) -> int:
        """Read to the program's end; its exit status. Raises AssertionError without an end within `limit` seconds."""
        deadline = time.monotonic() + limit
        while self._process.poll() is None and time.monotonic() < deadline:
            if select.select([self._main], [], [], 0.5)[0]:
                self._read()
        while select.select([self._main], [], [], 0)[0] and self._read():
            pass
        assert self._process.poll() is not None, f"it did not end:\n{self.text[-3000:]}"
        return self._process.returncode

    def close(self) -> None:
        """End the program, if it still runs, and close its terminal."""
        self._process.kill()
        self._process.wait()
        os.close(self._main)

    def _read(self) -> bool:
        try:
            part = os.read(self._main, 65536)
        except OSError:  # EIO: the other side is closed
            return False
        self.text += _STYLE.sub("", part.decode(errors="replace"))
        return bool(part)
