"""SIGINT, SIGTERM and SIGHUP while something is broken: stop the work at once, then heal without interruption.

Only the main thread receives signals; in another thread these functions have no effect.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; the end of a session or a job; a closed terminal."""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt as Ctrl-C does, so that an active fault is healed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    with _handled(stop):
        yield


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Finish the work (such as a heal) first. A signal during it is raised afterwards, also when the work failed."""
    received: list[int] = []
    try:
        with _handled(lambda number, frame: received.append(number)):
            yield
    finally:
        if received:
            raise KeyboardInterrupt(signal.Signals(received[0]).name)


def leave_terminal(streams: tuple[int, ...] = (1, 2)) -> None:
    """Discard further output to the terminal: it is closed, and a heal must not end because it cannot print (EIO)."""
    for stream in streams:
        if stat.S_ISCHR(os.fstat(stream).st_mode):  # isatty(3) is false after the terminal was closed
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream)
            os.close(nowhere)


@contextlib.contextmanager
def _handled(handler: Any) -> Iterator[None]:
    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            leave_terminal()
        handler(number, frame)

    try:
        before = {number: signal.signal(number, handle) for number in SIGNALS}
    except ValueError:  # not the main thread, which alone receives signals
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
