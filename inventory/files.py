"""Locks and atomic writes: the only place where the lab locks a file or replaces one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from inventory.errors import LabError


def write(path: Path, text: str) -> None:
    """Write a file completely or not at all: the text goes to a new file, which then replaces the old one."""
    write_together({path: text})


def write_together(texts: Mapping[Path, str]) -> None:
    """Write several files, each completely or not at all. No file is replaced unless all new files could be written.

    A lone surrogate, which UTF-8 does not allow, is written as its escape sequence. Raises OSError.
    """
    with contextlib.ExitStack() as temporary:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = _beside(path)
            temporary.callback(beside.unlink, missing_ok=True)
            with beside.open("w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for path in texts:
            _beside(path).replace(path)


def put_in_place(new: Path, path: Path) -> None:
    """Give a complete file its final name, in one step; both must be on one file system. Raises OSError."""
    with new.open("rb") as stream:
        os.fsync(stream.fileno())
    new.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a lock file until the block ends; wait while another process holds it (flock(2))."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def lock_now(path: Path, held: str, hint: str) -> Iterator[None]:
    """Hold a lock file until the block ends (flock(2)). Raises LabError at once when another process holds it.

    `held` is the message of this error, with `{pid}` for the id of the process that holds the lock.
    The lock always ends with its process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise LabError(held.format(pid=handle.read().strip() or "unknown"), hint=hint) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def holder(path: Path) -> str:
    """The id of the process that holds a lock file of `lock_now`; "" when no process does (flock(2)).

    The lock is tested only while the last process that held it is alive, because the test itself holds the lock for a
    moment and could make another process fail.
    """
    try:
        with path.open(encoding="utf-8") as handle:
            pid = handle.read().strip()
            if not pid.isdigit() or not _alive(int(pid)):
                return ""
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return pid
    except (OSError, UnicodeDecodeError):
        pass
    return ""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # the process of another user
        return True
    return True
