"""The watch of this machine: a wake that comes late, stolen time, and a record that cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable

import pytest

from drill.observe.lateness import LATE_S, PERIOD_S, STEAL, STEAL_EVERY_S, LatenessWatch, processors
from drill.record.timeline import Lateness
from inventory import waiting
from inventory.errors import LabError


class Machine:
    """A clock whose naps take as long as told, and then end the watch."""

    def __init__(self, *naps: float) -> None:
        self.now, self.naps = 0.0, list(naps)

    def wait(self, seconds: float) -> bool:
        if not self.naps:
            return True
        self.now += max(seconds, self.naps.pop(0))
        return False


def watched(machine: Machine, stats: Iterable[str] = ()) -> tuple[LatenessWatch, list[Lateness]]:
    found, readings = list[Lateness](), iter(stats)
    watch = LatenessWatch(
        lambda: machine.now, found.append, cores=(None,), read_stat=lambda: next(readings), wait=machine.wait
    )
    return watch, found


def test_a_late_wake_is_recorded_from_when_it_was_due() -> None:
    watch, found = watched(Machine(0, 0, 0.5, 0, LATE_S, 0))
    watch.watch(None)
    [one] = found
    assert (one.where, round(one.since, 3), round(one.until, 3)) == (
        "this machine",
        3 * PERIOD_S,
        round(2 * PERIOD_S + 0.5, 3),
    )


def test_a_machine_that_is_on_time_is_never_late() -> None:
    watch, found = watched(Machine(*[0.0] * 50))
    watch.watch(None)
    assert found == []


def stat(whole: int, stolen: int) -> str:
    return f"cpu {whole - stolen} 0 0 0 0 0 0 {stolen} 0 0\n"


def test_stolen_time_is_recorded() -> None:
    readings = iter([stat(100, 0), stat(200, 10), stat(300, 60), stat(400, 61)])
    watch, found = watched(Machine(0, 0, 0), readings)
    watch.watch_steal()
    assert [(one.where, one.since, one.until) for one in found] == [(STEAL, STEAL_EVERY_S, 2 * STEAL_EVERY_S)]


def test_without_proc_no_time_is_stolen() -> None:
    def missing() -> str:
        raise FileNotFoundError("/proc/stat")

    found: list[Lateness] = []
    machine = Machine(0, 0)
    LatenessWatch(lambda: machine.now, found.append, (None,), missing, machine.wait).watch_steal()
    assert found == []


def test_with_many_processors_each_thread_wakes_less_often() -> None:
    assert LatenessWatch(lambda: 0.0, print, cores=range(2)).period == PERIOD_S
    assert LatenessWatch(lambda: 0.0, print, cores=range(64)).period == 0.16


def test_there_is_a_thread_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processors() == tuple(sorted(os.sched_getaffinity(0)))
    bound: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, cores: bound.append(tuple(cores)))
    with LatenessWatch(lambda: 0.0, print, cores=(0, 1)):
        names = {thread.name for thread in threading.enumerate()}
        waiting.until(
            lambda: sorted(bound),
            lambda seen: seen == [(0,), (1,)],
            "both are bound",
            deadline=10,
            clock=waiting.CLOCK,
        )
    assert {"lateness-0", "lateness-1", "lateness-2"} <= names
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lateness")]


def test_a_processor_that_was_taken_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, cores: object) -> None:
        raise OSError("Invalid argument")

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    watch, found = watched(Machine(0))
    watch.watch(5)
    assert found == []


def test_a_lateness_that_cannot_be_recorded_is_an_error() -> None:
    def full(_: Lateness) -> None:
        raise OSError("No space left on device")

    machine = Machine(*[0.5] * 20)
    watch = LatenessWatch(lambda: machine.now, full, (None,), lambda: "", machine.wait)
    watch.start()
    with pytest.raises(LabError, match="the watch of this machine had to stop: OSError: No space left"):
        watch.stop()


PAUSED = """
import sys, time
from drill.observe.lateness import LatenessWatch
with LatenessWatch(time.monotonic, lambda one: print(one.until - one.since, flush=True)):
    print("watching", flush=True)
    sys.stdin.readline()
"""


def test_a_process_that_is_stopped_notices_it() -> None:
    """The real thing: SIGSTOP for 0.4 s, then SIGCONT."""
    process = subprocess.Popen(
        [sys.executable, "-c", PAUSED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    process.send_signal(signal.SIGSTOP)
    clock = waiting.CLOCK
    until = clock.now() + 0.4
    waiting.until(clock.now, lambda now: now >= until, "0.4 s pass", deadline=10, every=0.05, clock=clock)
    process.send_signal(signal.SIGCONT)
    assert float(process.stdout.readline()) >= 0.3
    process.communicate("\n", timeout=20)
    assert process.returncode == 0
