"""SIGINT and SIGTERM while something is broken: stop the work at once, then heal without interruption.

Signals come to the main thread only; in another thread nothing here has an effect.
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
    """Let SIGTERM end the work as Ctrl-C does, by KeyboardInterrupt, so that what is broken is healed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    with _handled(stop):
        yield


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Finish the work first, such as a heal. A signal that came meanwhile is raised after it, also when it failed."""
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
