"""The token of a lab's pages: made once, so that a page connects again after the server was started anew."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from inventory import files
from inventory.errors import MachineError

NAME, BYTES = "watch-token", 24


def token(state: Path, *, new: bool = False) -> str:
    """The token in a lab's state folder; another one than before with `new`. Raises MachineError."""
    path = state / NAME
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found = path.read_text(encoding="ascii").strip()
        if len(found) >= BYTES and not new:
            return found
    try:
        state.mkdir(parents=True, exist_ok=True)
        files.write_private(path, secrets.token_urlsafe(BYTES) + "\n")
    except OSError as error:
        raise MachineError(
            f"No token can be kept in {path}: {error.strerror}. Without a token nothing is shown on other addresses "
            "than loopback, and nothing may be started.",
            hint="Run the command as the owner of this folder, or without --bind and --control.",
        ) from error
    return path.read_text(encoding="ascii").strip()
