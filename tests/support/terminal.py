"""A program at a terminal of its own: reads what it prints, and types."""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
END_S = 60.0
"""The longest time in which a program ends after SIGINT (seconds): a drill first heals what it broke."""
_OWN_TERMINAL = ("setsid", "--ctty", "--wait", "env", "--default-signal=INT")
"""The words before a command that make the pseudo-terminal its controlling one: then Ctrl-C ends it.

Source: setsid(1), env(1).
"""
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Starts a program; end() waits for it, close() ends it. `text`: what it printed after the words of until()."""

    def __init__(self, argv: Sequence[str], folder: Path, *, columns: int = 200) -> None:
        self.text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._main, side = pty.openpty()
        self._process = subprocess.Popen(
            [*_OWN_TERMINAL, *argv],
            cwd=folder,
            stdin=side,
            stdout=side,
            stderr=side,
            env={**os.environ, "TERM": "dumb", "COLUMNS": str(columns)},
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
        assert words in self.text, f"the program ended without {words!r}:\n{self.text[-3000:]}"
        self.text = self.text.partition(words)[2]

    def types(self, text: str) -> None:
        """Type some text; "\\n" is the Enter key."""
        os.write(self._main, text.encode())

    def end(self, limit: float) -> int:
        """Read to the program's end; its exit status. Raises AssertionError without an end within `limit` seconds."""
        deadline = time.monotonic() + limit
        is_open = True
        while is_open and time.monotonic() < deadline:
            if select.select([self._main], [], [], 0.5)[0]:
                is_open = self._read()
            elif self._process.poll() is not None:
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.0, deadline - time.monotonic()))
        raise AssertionError(f"it did not end within {limit:g} s:\n{self.text[-3000:]}")

    def close(self) -> None:
        """End the program as Ctrl-C does, if it still runs, and close its terminal."""
        try:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
                self.end(END_S)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._main)

    def _read(self) -> bool:
        try:
            part = os.read(self._main, 65536)
        except OSError:  # EIO: the other side is closed
            return False
        self.text = _STYLE.sub("", self.text + self._decoder.decode(part))
        return bool(part)
