"""The password of a lab's BMCs: made once for each lab, in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
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
        write(folder(state) / NAME, "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH)) + "\n")
    return password(state)


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that nobody else can read, not even for a moment; completely or not at all. Raises OSError."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as stream:
        stream.write(text)
    files.put_in_place(new, path)
