"""The password of a lab's BMCs: made once for each lab, in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import secrets
import string
from pathlib import Path

from inventory import files

FOLDER, NAME = "bmc", "password"
CHARACTERS, LENGTH = string.ascii_letters + string.digits, 16
"""IPMI 1.5 allows 16 characters, IPMI 2.0 allows 20."""


def folder(state: Path) -> Path:
    """Where the BMCs of a lab keep their files, below the lab's state folder."""
    return state / FOLDER


def password(state: Path) -> str:
    """The password of a lab's BMCs; "" when it has none yet."""
    with contextlib.suppress(FileNotFoundError):
        return (folder(state) / NAME).read_text(encoding="ascii").strip()
    return ""


def make(state: Path) -> str:
    """The password of a lab's BMCs; a new one when it has none yet. Raises OSError."""
    if not password(state):
        folder(state).mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_private(
            folder(state) / NAME, "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH)) + "\n"
        )
    return password(state)
