"""The journal: each change of the lab is written to disk before it is made, and marked as undone after its repair.

`.lab/journal.jsonl` has one object in each line: an entry, or `{"struck": id}` for an entry that is undone, or
`{"rebuilt": true}` when the cluster was then built as lab.yaml says: the entries before it lose their baselines. An
entry that is not marked was left by an interrupted run; `drill.execute.recovery` repairs it. An incomplete last line
is ignored, because its change was not begun.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from inventory import files
from inventory.homes import STATE
from inventory.model import NodeAction

LOCK = "drill.lock"
"""The file that a running drill or heal locks."""


@dataclass(frozen=True)
class JournalEntry:
    """One change that was begun: what, on which node, the actions that undo it, and the CIB before it (XML, or "")."""

    id: int
    what: str
    target: str = ""
    undo: tuple[NodeAction, ...] = ()
    baseline: str = ""


class Journal:
    """The journal of the lab with a home (inventory.homes)."""

    def __init__(self, home: Path) -> None:
        self.path = home / STATE / "journal.jsonl"
        self._next = max((entry.id for entry in _read(self.path)[0]), default=0) + 1

    def begin(
        self, what: str, *, target: str = "", undo: Sequence[NodeAction] = (), baseline: str = ""
    ) -> JournalEntry:
        """Write down a change before it is made, and how to undo it. The entry is on disk when this returns."""
        entry = JournalEntry(self._next, what, target, tuple(undo), baseline)
        self._next += 1
        self._write(asdict(entry))
        return entry

    def mark_undone(self, entry: JournalEntry) -> None:
        """Mark an entry as undone. After the last entry the file is removed."""
        self._write({"struck": entry.id})
        if not self.pending():
            self.path.unlink()

    def drop_baselines(self) -> None:
        """Record that the cluster is built as lab.yaml says now: a heal must not restore an older configuration."""
        if any(entry.baseline for entry in self.pending()):
            self._write({"rebuilt": True})

    def pending(self) -> tuple[JournalEntry, ...]:
        """The entries that are not undone yet, in the order in which they were begun."""
        entries, struck = _read(self.path)
        return tuple(entry for entry in entries if entry.id not in struck)

    def _write(self, row: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A baseline has the passwords of a CIB's fence devices: only this user may read it.
        with open(self.path, "ab", opener=partial(os.open, mode=0o600)) as stream:
            # A killed run can leave an incomplete line; the new entry must begin on a line of its own.
            torn = stream.tell() and not self.path.read_bytes().endswith(b"\n")
            stream.write((b"\n" if torn else b"") + json.dumps(row).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def pending(home: Path) -> tuple[JournalEntry, ...]:
    """The entries that an interrupted run left in the journal of a lab."""
    return Journal(home).pending()


def _read(path: Path) -> tuple[list[JournalEntry], set[int]]:
    entries: list[JournalEntry] = []
    struck: set[int] = set()
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else ():
        # Ignore a line of another form: it is incomplete, so its change was not begun, or another program wrote it.
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError, msgspec.MsgspecError):
            row = json.loads(line)
            if "struck" in row:
                struck.add(row["struck"])
            elif "rebuilt" in row:
                entries = [replace(entry, baseline="") for entry in entries]
            elif row["undo"] is not None:
                entries.append(msgspec.convert(row, JournalEntry))
    return entries, struck


def running_drill(state: Path) -> str:
    """The process id of the drill or heal that runs on a lab, by the lock in its state folder; "" when none runs."""
    found = files.holder(state / LOCK)
    return str(found.pid) if found else ""


@contextlib.contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the drill lock of the lab with a home. Raises LabError when another drill holds it."""
    held = "Another drill is running on this lab (process {pid})."
    with files.lock_now(home / STATE / LOCK, held, "Wait for it, or stop it; then ./lab heal."):
        yield
