"""The lab's log: every command on a node or on this machine, one line each, in `.lab/lab.log`.

A line has the time, where the command ran, its exit status, the seconds it took, what it was for, and its first
line. Standard input is never logged: keys and configurations go that way.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

NAME = "lab.log"
MOST_BYTES, OLD_FILES = 1_000_000, 3
MOST_CHARACTERS = 300
"""A longer command is cut in the log."""
HELD = 1000
"""Records that are kept while there is no state folder yet."""
HERE = "this-machine"
"""The word in place of a node's name for a command on this machine."""

LOG = logging.getLogger("ha-lab")
LOG.addHandler(logging.NullHandler())
LOG.setLevel(logging.DEBUG)
LOG.propagate = False


class LogFile(RotatingFileHandler):
    """The log's file in a lab's state folder. A file that cannot be written never stops a command.

    The folder is not made here: a command that finds no lab leaves nothing behind. Records are held back until
    the folder is there, and written then, so that the log of the first `up` is whole. The file is opened for each
    record, because several commands of one lab can write at the same time, and `down` removes the file.
    """

    def __init__(self, state: Path) -> None:
        super().__init__(
            state / NAME,
            maxBytes=MOST_BYTES,
            backupCount=OLD_FILES,
            encoding="utf-8",
            delay=True,
            errors="replace",
        )
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.path = state / NAME
        self._held: deque[logging.LogRecord] = deque(maxlen=HELD)

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
        """See logging.Handler. sys.stderr is asked for each time: a spinner may have taken its place."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


def begin(state: Path, *, verbose: bool = False) -> None:
    """Write the log into a lab's state folder; show it on stderr too when `verbose`. Ends what was begun before."""
    end()
    LOG.addHandler(LogFile(state))
    if verbose:
        LOG.addHandler(LiveLog())


def end() -> None:
    """Write and show nothing more."""
    for handler in list(LOG.handlers):
        if isinstance(handler, LogFile | LiveLog):
            LOG.removeHandler(handler)
            handler.close()


def file() -> Path | None:
    """The file that the log is written to; None when there is none (no lab yet, or it cannot be written)."""
    paths = (handler.path for handler in LOG.handlers if isinstance(handler, LogFile))
    return next((path for path in paths if path.is_file()), None)


def command(where: str, line: str, status: int | str, seconds: float, purpose: str = "") -> None:
    """Log a command that ended: where it ran, its exit status (or a word), how long it took, what it was for."""
    first, _, rest = line.strip().partition("\n")
    text = first[:MOST_CHARACTERS] + (" ..." if rest or len(first) > MOST_CHARACTERS else "")
    LOG.info("%s status=%s %.2fs %s%s", where, status, seconds, f"{purpose}: " if purpose else "", text)


def note(text: str) -> None:
    """Log something that is no command: an error, a decision."""
    LOG.info("note %s", " ".join(text.split()))
