"""Records when this machine ran the drill too late: a thread for each processor, and the steal time.

Each thread is bound to its processor and wakes at fixed times. A wake that is late by LATE_S or more is recorded: the
machine was too busy, or this process or the whole machine was paused. Steal time is what a hypervisor gave to other
machines. Sources: sched_setaffinity(2), proc(5).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from drill.observe.observer import Observer, unrecorded
from drill.record.timeline import Lateness
from inventory.host.speed import steal_share, ticks

LATE_S = 0.1
"""Shorter delays are ignored (seconds): the time-outs of requests and readings are longer."""
PERIOD_S = 0.04
"""The shortest time between two wakes of a thread (seconds). With more than 16 processors it is longer (MOST_WAKES).

A delay is seen for certain when it lasts for LATE_S plus the time between two wakes.
"""
SLEEP_S = 0.2
"""Waits of up to this time (seconds) use time.sleep, which needs less processor time than Event.wait.

The thread then notices later that the watch must stop.
"""
MOST_WAKES = 400
"""The most wakes of all threads together, per second: with many processors each thread wakes less often."""
STEAL_EVERY_S = 0.5
STEAL_SHARE = 0.25
"""From this share of stolen time on (0 to 1), the machine counts as late."""
STEAL = "this machine (steal time)"
"""The name of this machine in a lateness by stolen time."""
STAT = Path("/proc/stat")


def processors() -> tuple[int | None, ...]:
    """The processors that this process may use; one unbound thread where the system cannot bind threads."""
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else (None,)


class LatenessWatch(Observer):
    """Watches this machine from start() to stop(), and passes each lateness to `on_lateness`, one at a time.

    `clock` gives seconds from the run's start. `wait` returns true when the watch must end; tests replace it.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        on_lateness: Callable[[Lateness], None],
        cores: Sequence[int | None] | None = None,
        read_stat: Callable[[], str] = lambda: STAT.read_text(errors="replace"),
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self.cores = processors() if cores is None else tuple(cores)
        self.period = max(PERIOD_S, len(self.cores) / MOST_WAKES)
        self._clock, self._on_lateness, self._read_stat = clock, on_lateness, read_stat
        self._stop = threading.Event()
        self._wait = wait or self._sleep
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._error: BaseException | None = None

    def start(self) -> None:
        """Start one thread for each processor, and one for the steal time."""
        watches: list[Callable[[], None]] = [lambda core=core: self.watch(core) for core in self.cores]  # type: ignore[misc]
        for number, watch in enumerate([*watches, self.watch_steal]):
            thread = threading.Thread(
                target=self._guarded, args=(watch,), name=f"lateness-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads. Raises LabError when a lateness could not be recorded."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2.0)
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded("watch of this machine", error) from error

    def watch(self, core: int | None) -> None:
        """Wake at fixed times on one processor, until the end."""
        if core is not None:
            with contextlib.suppress(OSError):  # this processor is no longer allowed: watch on any processor
                os.sched_setaffinity(threading.get_native_id(), {core})
        where = "this machine" if core is None else f"processor {core}"
        due = self._clock() + self.period
        while not self._wait(max(0.0, due - self._clock())):
            now = self._clock()
            if now - due >= LATE_S:
                self._record(Lateness(due, now, where))
            due = now + self.period

    def watch_steal(self) -> None:
        """Read the steal time again and again, until the end."""
        since, before = self._clock(), self._ticks()
        while not self._wait(STEAL_EVERY_S):
            now, after = self._clock(), self._ticks()
            if steal_share(before, after) >= STEAL_SHARE:
                self._record(Lateness(since, now, STEAL))
            since, before = now, after

    def _sleep(self, seconds: float) -> bool:
        """Wait; true when the watch must end."""
        if seconds > SLEEP_S:
            return self._stop.wait(seconds)
        time.sleep(seconds)
        return self._stop.is_set()

    def _ticks(self) -> tuple[int, int]:
        try:
            return ticks(self._read_stat())
        except OSError:  # no Linux
            return 0, 0

    def _record(self, lateness: Lateness) -> None:
        with self._lock:
            self._on_lateness(lateness)

    def _guarded(self, watch: Callable[[], None]) -> None:
        try:
            watch()
        except BaseException as error:
            self._error = self._error or error
            self._stop.set()
