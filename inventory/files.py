"""Locks and atomic writes: the only place where the lab locks a file or replaces one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO

from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.waiting import CLOCK, Clock


def write(path: Path, text: str) -> None:
    """Write a file completely or not at all: the text goes to a new file, which then replaces the old one."""
    write_together({path: text})


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file of bytes completely or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    try:
        new.write_bytes(data)
        put_in_place(new, path)
    finally:
        new.unlink(missing_ok=True)


def write_together(texts: Mapping[Path, str]) -> None:
    """Write several files, each completely or not at all. No file is replaced unless all new files could be written.

    A lone surrogate, which UTF-8 does not allow, is written as its escape sequence. Raises OSError.
    """
    with replacement() as new:
        for path, text in texts.items():
            with new.open(path) as stream:
                stream.write(text)
        new.put_in_place()


@dataclass
class Replacement:
    """New files: they replace all of the old ones, or none."""

    paths: dict[Path, Path] = field(default_factory=dict)
    """The new file for each path that it will replace."""

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[TextIO]:
        """Write the new file for a path. A lone surrogate is written as its escape sequence. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = self.paths[path] = path.with_name(path.name + ".new")
        with new.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())

    def put_in_place(self) -> None:
        """Give all new files their final names. Raises OSError."""
        for path, new in self.paths.items():
            new.replace(path)


@contextlib.contextmanager
def replacement() -> Iterator[Replacement]:
    """Write several files, then give all their final names. New files without it are removed at the end."""
    found = Replacement()
    try:
        yield found
    finally:
        for new in found.paths.values():
            new.unlink(missing_ok=True)


def put_in_place(new: Path, path: Path) -> None:
    """Give a complete file its final name, in one step; both must be on one file system. Raises OSError."""
    with new.open("rb") as stream:
        os.fsync(stream.fileno())
    new.replace(path)


def put_folder_in_place(new: Path, path: Path) -> None:
    """Give a complete folder its final name; the folder that had this name before is removed. Raises OSError."""
    old = path.with_name(path.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        path.replace(old)
    new.replace(path)
    shutil.rmtree(old, ignore_errors=True)


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that nobody else can read, not even for a moment; completely or not at all. Raises OSError."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as stream:
        stream.write(text)
    put_in_place(new, path)


def append_line(path: Path, line: str) -> None:
    """Append one line to a file, in one write, so that several processes may append to it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        stream.write(line.encode("utf-8", "backslashreplace") + b"\n")


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be used, so that it is kept; its new path: NAME.broken, or NAME.broken-2 and so on.

    Raises OSError.
    """
    for number in range(1, 1000):
        kept = path.with_name(f"{path.name}.broken{f'-{number}' if number > 1 else ''}")
        if not kept.exists():
            path.replace(kept)
            return kept
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: the process, its command, and the time since when (seconds since 1970)."""

    pid: int
    command: str = ""
    since: float = 0.0

    def __str__(self) -> str:
        """One line for people."""
        who = f"{self.command} (process {self.pid})" if self.command else f"process {self.pid}"
        return f"{who} since {datetime.fromtimestamp(self.since):%H:%M:%S}" if self.since else who


@contextlib.contextmanager
def lock(
    path: Path,
    command: str = "",
    on_wait: Callable[[str], None] = lambda who: None,
    limit: float = 300.0,
    clock: Clock = CLOCK,
) -> Iterator[None]:
    """Hold a lock file until the block ends (flock(2)); `command` is the name that waiting commands print.

    While another process holds it, `on_wait` gets one line about the holder at once, and again when another one holds
    it. Raises TimedOut after `limit` seconds.
    """
    with contextlib.ExitStack() as held:
        holders: list[str] = []

        def once() -> bool:
            try:
                handle = held.enter_context(_locked(path))
            except BlockingIOError:
                holders.append(str(holder(path) or "another process"))
                if holders[-1] not in holders[:-1]:
                    on_wait(holders[-1])
                return False
            _sign(handle, command)
            return True

        try:
            waiting.until(once, bool, f"{path} is free", deadline=limit, clock=clock)
        except TimedOut as error:
            raise TimedOut(
                f"Another command has used this lab for more than {limit:g} s: {holders[-1]}.",
                hint="Wait for it, or stop it with Ctrl-C in its terminal; then run this command again.",
            ) from error
        yield


@contextlib.contextmanager
def lock_now(path: Path, held: str, hint: str) -> Iterator[None]:
    """Hold a lock file until the block ends (flock(2)). Raises LabError at once when another process holds it.

    `held` is the message of this error, with `{pid}` for the id of the process that holds the lock.
    The lock always ends with its process.
    """
    with contextlib.ExitStack() as stack:
        try:
            handle = stack.enter_context(_locked(path))
        except BlockingIOError:
            found = _signed(path)
            raise LabError(held.format(pid=found.pid if found else "unknown"), hint=hint) from None
        _sign(handle, "")
        yield


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[TextIO]:
    """The open lock file, locked. Raises BlockingIOError when another process holds it.

    The file may have been removed by the process that held it (`down`). A lock on a removed file protects nothing, so
    the path is opened again until it leads to the locked file.
    """
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+", encoding="utf-8", errors="replace") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = False
            with contextlib.suppress(FileNotFoundError):
                is_there = os.path.samestat(path.stat(), os.fstat(handle.fileno()))
            if is_there:
                yield handle
                return


def _sign(handle: TextIO, command: str) -> None:
    """Write into a lock file who holds it."""
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n{command}\n{time.time():.0f}\n")
    handle.flush()


def _signed(path: Path) -> Holder | None:
    """Who wrote itself into a lock file last; None when this cannot be read."""
    try:
        pid, command, since, *_ = [*path.read_text(encoding="utf-8").splitlines(), "", "", ""]
        return Holder(int(pid), command, float(since or 0))
    except (OSError, ValueError, OverflowError):
        return None


def holder(path: Path) -> Holder | None:
    """The process that holds a lock file; None when no process does (flock(2)).

    The lock is tested only while the last process that held it is alive, because the test itself holds the lock for a
    moment and could make another process fail.
    """
    found = _signed(path)
    if found is None or not _alive(found.pid):
        return None
    try:
        with path.open(encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return found
    except OSError:
        pass
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # the process of another user
        return True
    return True
