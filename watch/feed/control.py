"""Starts and stops a scenario of one lab: as the command `./lab drill NAME`, in a process of its own.

So the drill has its journal, its locks and its heal. It does not end with the view: when the view is closed, the drill
goes on to its end, and heals.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill.scenarios import catalog
from inventory import files, homes
from inventory.errors import LabError
from inventory.homes import CODE, FIRST, STATE
from inventory.host import command
from inventory.host.command import Started
from inventory.journal import LOCK
from language import speech

OUTPUT = "watch-drill.log"
"""What a drill that a view started printed last, in the state folder."""
EXCLUSIVE = "lock"
"""The lock of all commands that change the nodes (cli.context)."""
Start = Callable[[list[str], Path, Path], Started]
SHOWN = 160
"""The longest line that is shown of a drill's output (characters)."""


class Refused(LabError):
    """The scenario may not be started now."""


@dataclass
class Control:
    """The scenarios of the lab with a number in a folder. `titles` gives those that the lab can run, by name."""

    root: Path
    number: int
    titles: Callable[[], Mapping[str, str]]
    launch: Start = command.launch
    _started: Started | None = field(default=None, init=False)
    _name: str = field(default="", init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def home(self) -> Path:
        """The lab's home."""
        return homes.home(self.root, self.number)

    @property
    def output(self) -> Path:
        """The file with what the drill prints."""
        return self.home / STATE / OUTPUT

    def start(self, name: str) -> str:
        """Start a scenario, and say so. Raises ConfigError for an unknown name, Refused when the lab is in use."""
        catalog.get(name)
        with self._lock:
            if self.runs:
                raise Refused(f"{self._name} runs already.", hint="Wait for its end, or stop it.")
            self._require_free()
            options = [] if self.number == FIRST else ["--lab", str(self.number)]
            language = ["--lang", speech.code()]
            argv = [
                sys.executable,
                "-m",
                "cli.main",
                "--root",
                str(self.root),
                *options,
                *language,
                "drill",
                name,
            ]
            files.write(self.output, "")
            self._started, self._name = self.launch(argv, self.output, CODE), name
        return f"{name} begins (process {self._started.pid})"

    def _require_free(self) -> None:
        for lock in (LOCK, EXCLUSIVE):
            if holder := files.holder(self.home / STATE / lock):
                raise Refused(
                    f"The lab is in use by {holder}.",
                    hint="Another drill runs already: wait for its end; the view shows it.",
                )

    def stop(self) -> str:
        """Interrupt the scenario that was started here, as Ctrl-C does: it heals and ends. Raises Refused."""
        with self._lock:
            if self._started is None or not self.runs:
                raise Refused("No scenario that was started here runs.", hint="")
            os.kill(self._started.pid, signal.SIGINT)
        return f"{self._name} is stopped: it heals the lab and ends"

    @property
    def runs(self) -> bool:
        """Whether a scenario that was started here runs."""
        return self._started is not None and self._started.status() is None

    @property
    def message(self) -> str:
        """The scenario that was started last, and what it said last; "" without one."""
        if self._started is None:
            return ""
        status, last = self._started.status(), self._last_line()
        state = (
            "runs" if status is None else {0: "ended: PASS"}.get(status, f"ended with exit status {status}")
        )
        return f"{self._name} {state}{f': {last}' if last else ''}"

    def _last_line(self) -> str:
        try:
            lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip()[:SHOWN] for line in reversed(lines) if line.strip()), "")

    def farewell(self) -> str:
        """What to tell when the view is closed: the drill that goes on; "" when none does."""
        if not self.runs or self._started is None:
            return ""
        return (
            f"{self._name} goes on without this view and heals the lab at its end (process {self._started.pid}, "
            f"output in {self.output}). To stop it, which also heals: kill -INT {self._started.pid}"
        )
