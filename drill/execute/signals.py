"""SIGINT and SIGTERM while something is broken: stop at once, and heal undisturbed. Main thread only."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does: by KeyboardInterrupt, so that what is broken is healed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    with _handled(stop):
        yield


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Finish the work (a healing) first; a signal that came meanwhile is raised afterwards, also when that failed."""
    came: list[int] = []
    try:
        with _handled(lambda number, frame: came.append(number)):
            yield
    finally:
        if came:
            raise KeyboardInterrupt(signal.Signals(came[0]).name)


@contextlib.contextmanager
def _handled(handler: Any) -> Iterator[None]:
    try:
        before = {number: signal.signal(number, handler) for number in SIGNALS}
    except ValueError:  # not the main thread: signals do not come here
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
