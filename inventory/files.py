"""Locks and atomic writes: the only place where the lab locks a file or replaces one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from inventory.errors import LabError


def write(path: Path, text: str) -> None:
    """Write the whole file or leave the old one: the text goes to a file beside it, which then takes its place."""
    write_together({path: text})


def write_together(texts: Mapping[Path, str]) -> None:
    """Write several files, each either the old or the new; none is touched unless all could be written beside.

    A half of a character that UTF-8 does not take is written as its escape. Raises OSError.
    """
    with contextlib.ExitStack() as left_over:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = _beside(path)
            left_over.callback(beside.unlink, missing_ok=True)
            with beside.open("w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for path in texts:
            _beside(path).replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a lock file until the block ends; wait for it as long as another process holds it (flock(2))."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def lock_now(path: Path, held: str, hint: str) -> Iterator[None]:
    """Hold a lock file until the block ends; LabError at once when another process holds it (flock(2)).

    `held` is the message, with `{pid}` for the process id that the holder wrote into the file.
    The lock is gone when its process ends, whatever ends it.
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
    """The process id that holds a lock file taken by `lock_now`, "" when nobody does (flock(2)).

    The lock is tried only while the process that took it last is alive: a try could refuse it to a newcomer.
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
    except PermissionError:  # it is another user's
        return True
    return True
