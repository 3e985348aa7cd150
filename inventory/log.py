"""The lab's log: every command on a node or on this machine, one line each, in `.lab/lab.log`.

A line has the time, where the command ran, its exit status, the seconds it took, and its first line.
Standard input is never logged: keys and configurations go that way.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

NAME = "lab.log"
MOST_BYTES, OLD_FILES = 1_000_000, 3
MOST_CHARACTERS = 300
"""A longer command is cut in the log."""
HERE = "this-machine"
"""What stands in place of a node's name for a command on this machine."""

LOG = logging.getLogger("ha-lab")
LOG.addHandler(logging.NullHandler())
LOG.setLevel(logging.DEBUG)
LOG.propagate = False


def begin(state: Path, *, verbose: bool = False) -> None:
    """Write the log into a lab's state folder; show it on stderr too when `verbose`.

    The folder is not made here: a command that finds no lab leaves nothing behind. A second call replaces
    what the first one set up.
    """
    for handler in list(LOG.handlers):
        if not isinstance(handler, logging.NullHandler):
            LOG.removeHandler(handler)
            handler.close()
    if state.is_dir():
        file = RotatingFileHandler(
            state / NAME, maxBytes=MOST_BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True
        )
        file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        LOG.addHandler(file)
    if verbose:
        shown = logging.StreamHandler(sys.stderr)
        shown.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        LOG.addHandler(shown)


def command(where: str, line: str, status: int | str, seconds: float) -> None:
    """Log a command that ended: where it ran, its exit status (or a word), how long it took."""
    first, _, rest = line.strip().partition("\n")
    text = first[:MOST_CHARACTERS] + (" ..." if rest or len(first) > MOST_CHARACTERS else "")
    LOG.info("%s status=%s %.2fs %s", where, status, seconds, text)


def note(text: str) -> None:
    """Log something that is no command: an error, a decision."""
    LOG.info("note %s", " ".join(text.split()))
