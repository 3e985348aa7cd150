"""The lab's log: one line for every command on a node or on this machine, in `.lab/lab.log`.

A line has the time, where the command ran, its exit status, its duration in seconds, its purpose, and the first line
of the command. Standard input is never logged, because it can have keys and configurations.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

from inventory.printable import one_line

NAME = "lab.log"
MAX_BYTES, OLD_FILES = 1_000_000, 3
MAX_CHARACTERS = 300
"""Longer commands are cut in the log."""
MAX_KEPT = 1000
"""The number of records that are kept while the state folder does not exist."""
HERE = "this-machine"
"""Stands in place of a node's name for a command on this machine."""
SOME_NODE = "some-node"
"""Stands in place of a node's name for a hidden command."""

LOG = logging.getLogger("ha-lab")
LOG.addHandler(logging.NullHandler())
LOG.setLevel(logging.DEBUG)
LOG.propagate = False


class LogFile(RotatingFileHandler):
    """The log file in a lab's state folder. When it cannot be written, commands run all the same.

    This class does not make the folder, so that a command without a lab leaves no files. Records are kept until the
    folder exists, and are written then, so that the log of the first `up` is complete. The file is opened for each
    record, because several commands of one lab can write at the same time, and `down` removes the file.
    """

    def __init__(self, state: Path) -> None:
        super().__init__(
            state / NAME,
            maxBytes=MAX_BYTES,
            backupCount=OLD_FILES,
            encoding="utf-8",
            delay=True,
            errors="replace",
        )
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.path = state / NAME
        self._held: deque[logging.LogRecord] = deque(maxlen=MAX_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        self._held.append(record)
        if not self.path.parent.is_dir():
            return
        while self._held:
            super().emit(self._held.popleft())
        if self.stream is not None:
            with contextlib.suppress(OSError):
                self.stream.close()
            self.stream = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Drop a record that cannot be written (a read-only or full disk)."""


class LiveLog(logging.Handler):
    """The log on stderr, as it is written (--verbose)."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler. sys.stderr is looked up each time, because a spinner may have replaced it."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


def begin(state: Path, *, verbose: bool = False) -> None:
    """Begin a log in a lab's state folder, with `verbose` also on stderr. Ends an earlier log."""
    end()
    LOG.addHandler(LogFile(state))
    if verbose:
        LOG.addHandler(LiveLog())


def end() -> None:
    """End the log."""
    for handler in list(LOG.handlers):
        if isinstance(handler, LogFile | LiveLog):
            LOG.removeHandler(handler)
            handler.close()


def file() -> Path | None:
    """The path of the log file; None when it does not exist (no lab yet, or it cannot be written)."""
    paths = (handler.path for handler in LOG.handlers if isinstance(handler, LogFile))
    return next((path for path in paths if path.is_file()), None)


def command(where: str, line: str, status: int | str, seconds: float, purpose: str = "") -> None:
    """Log a command that ended: where it ran, its exit status (or a word), its duration, its purpose."""
    first, _, rest = line.strip().partition("\n")
    first = one_line(first)
    text = first[:MAX_CHARACTERS] + (" ..." if rest or len(first) > MAX_CHARACTERS else "")
    LOG.info("%s status=%s %.2fs %s%s", where, status, seconds, f"{purpose}: " if purpose else "", text)


def note(text: str) -> None:
    """Log something else than a command: an error, a decision."""
    LOG.info("note %s", one_line(" ".join(text.split())))
