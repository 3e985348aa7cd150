"""The lab's lock: who holds it is told at once, a wait ends, and a removed lock file lets no second command in."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from inventory import files
from inventory.errors import TimedOut
from inventory.waiting import Clock


def hold(path: Path, held: Event, end: Event) -> None:
    with files.lock(path, "./lab walk"):
        held.set()
        end.wait(30)


class Elsewhere:
    """Another process that holds a lock."""

    def __init__(self, path: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.held, self.end = context.Event(), context.Event()
        self.process = context.Process(target=hold, args=(path, self.held, self.end))
        self.process.start()
        assert self.held.wait(30)

    def stop(self) -> None:
        self.end.set()
        self.process.join(30)


def test_the_holder_is_told_at_once_and_the_wait_ends(tmp_path: Path) -> None:
    other, told, now = Elsewhere(tmp_path / "lock"), list[str](), [0.0]

    def sleep(seconds: float) -> None:
        assert told, "told before the first wait"
        now[0] += seconds

    try:
        with (
            pytest.raises(
                TimedOut, match=rf"more than 7 s: ./lab walk \(process {other.process.pid}\) since"
            ) as caught,
            files.lock(tmp_path / "lock", "./lab up", told.append, 7, Clock(lambda: now[0], sleep)),
        ):
            pass
    finally:
        other.stop()
    assert len(told) == 1, "once for each holder"
    assert "Wait for it, or stop it" in caught.value.hint


def test_the_next_one_gets_it_when_the_holder_ends(tmp_path: Path) -> None:
    other = Elsewhere(tmp_path / "lock")
    with files.lock(tmp_path / "lock", "./lab up", lambda who: other.stop(), 30):
        assert (tmp_path / "lock").read_text().splitlines()[:2] == [str(os.getpid()), "./lab up"]


def test_a_lock_file_that_was_removed_lets_no_second_command_in(tmp_path: Path) -> None:
    """`down` removes .lab with the lock in it. Who waited for that file and a newcomer must not both go on."""
    path = tmp_path / ".lab" / "lock"
    other = Elsewhere(path)

    def removed(who: str) -> None:
        path.unlink()
        path.parent.rmdir()
        other.stop()

    with files.lock(path, "./lab up", removed, 30):
        assert path.exists(), "the lock is on a file that others find"
        third = Clock(lambda: 0.0 if not calls else 99.0, calls.append)
        with pytest.raises(TimedOut), files.lock(path, "./lab down", limit=5, clock=third):
            pass


calls: list[float] = []
