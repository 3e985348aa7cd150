"""What is about to be done to the lab, on disk before it is done, and struck out once it is mended.

`.lab/journal.jsonl`, one object a line: an entry, or `{"struck": id}`. Whatever is not struck out was
left by an interrupted run; `drill.execute.recovery` mends it. A torn last line is nothing that was begun.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inventory import files
from inventory.model import NodeAction

LOCK = "drill.lock"
"""The file that a drill or a heal locks while it is at work."""


@dataclass(frozen=True)
class JournalEntry:
    """One thing begun: what, on which node, what mends it, and the CIB as it was before (XML, or "")."""

    id: int
    what: str
    target: str = ""
    undo: tuple[NodeAction, ...] = ()
    baseline: str = ""


class Journal:
    """The journal of the lab in one folder."""

    def __init__(self, root: Path) -> None:
        self.path = root / ".lab" / "journal.jsonl"
        self._next = max((entry.id for entry in _read(self.path)[0]), default=0) + 1

    def begin(
        self, what: str, *, target: str = "", undo: Sequence[NodeAction] = (), baseline: str = ""
    ) -> JournalEntry:
        """Write down what is about to be done, and how to undo it; on disk when this returns."""
        entry = JournalEntry(self._next, what, target, tuple(undo), baseline)
        self._next += 1
        self._write(asdict(entry))
        return entry

    def strike(self, entry: JournalEntry) -> None:
        """It is mended. The file goes with its last entry."""
        self._write({"struck": entry.id})
        if not self.pending():
            self.path.unlink()

    def pending(self) -> tuple[JournalEntry, ...]:
        """What was begun and not mended, in the order it was begun."""
        entries, struck = _read(self.path)
        return tuple(entry for entry in entries if entry.id not in struck)

    def _write(self, row: dict[str, Any]) -> None:
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("ab") as stream:
            # A line that a killed run left half-written must not swallow this one.
            torn = stream.tell() and not self.path.read_bytes().endswith(b"\n")
            stream.write((b"\n" if torn else b"") + json.dumps(row).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def pending(root: Path) -> tuple[JournalEntry, ...]:
    """What an interrupted run left in the lab of a folder."""
    return Journal(root).pending()


def _read(path: Path) -> tuple[list[JournalEntry], set[int]]:
    entries: list[JournalEntry] = []
    struck: set[int] = set()
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            row = json.loads(line)
            if "struck" in row:
                struck.add(row["struck"])
            else:
                entries.append(
                    JournalEntry(**{**row, "undo": tuple(NodeAction(**action) for action in row["undo"])})
                )
    return entries, struck


def at_work(state: Path) -> str:
    """The process id of the drill or heal that holds the drill lock in a lab's state folder, "" when none does."""
    return files.holder(state / LOCK)


@contextlib.contextmanager
def exclusive(root: Path) -> Iterator[None]:
    """Hold the drill lock of the lab in a folder; LabError when another drill holds it."""
    held = "Another drill is running on this lab (process {pid})."
    with files.lock_now(root / ".lab" / LOCK, held, "Wait for it, or stop it; then ./lab heal."):
        yield
