"""Only the observers get the priority; no error if a user may not set it."""

from __future__ import annotations

import os
import threading

import pytest

from drill.observe import priority


class Kernel:
    """The nice values of threads; `refuses`: the user is not root."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nice: int, *, refuses: bool = False) -> None:
        self.nice, self.refuses = nice, refuses
        monkeypatch.setattr(os, "getpriority", lambda which, who: self.nice)
        monkeypatch.setattr(os, "setpriority", self.set)

    def set(self, which: int, who: int, nice: int) -> None:
        assert (which, who) == (os.PRIO_PROCESS, 0), "the calling thread"
        if self.refuses:
            raise PermissionError(13, "Permission denied")
        self.nice = nice


@pytest.mark.parametrize(("before", "inside"), [(0, -10), (19, -10), (-15, -15)])
def test_threads_that_start_inside_come_first(
    monkeypatch: pytest.MonkeyPatch, before: int, inside: int
) -> None:
    kernel = Kernel(monkeypatch, before)
    with priority.first():
        assert kernel.nice == inside
    assert kernel.nice == before


def test_it_is_restored_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel(monkeypatch, 0)
    with pytest.raises(KeyError), priority.first():
        raise KeyError
    assert kernel.nice == 0


def test_a_user_who_may_not_set_it_still_observes(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel(monkeypatch, 0, refuses=True)
    with priority.first():
        assert kernel.nice == 0
    with pytest.raises(KeyError), priority.first():
        raise KeyError


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may raise its priority")
def test_a_thread_inherits_it() -> None:
    found: list[int] = []

    def look() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    with priority.first():
        thread = threading.Thread(target=look)
        thread.start()
    thread.join(10)
    assert found == [min(priority.NICE, before)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
