"""SIGINT and SIGTERM while something is broken: stop the work at once, then heal without interruption.

Only the main thread receives signals; in another thread these functions have no effect.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt as Ctrl-C does, so that an active fault is healed."""

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


@contextlib.contextmanager
def _handled(handler: Any) -> Iterator[None]:
    try:
        before = {number: signal.signal(number, handler) for number in SIGNALS}
    except ValueError:  # not the main thread, which alone receives signals
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
