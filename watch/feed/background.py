"""A thread that repeats one piece of work until it is stopped, and tells what failed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

from inventory import log
from inventory.errors import LabError
from watch.feed.hub import Hub

_Background = TypeVar("_Background", bound="Background")
JOIN_S = 12.0
"""The longest wait for the thread's end (seconds): a reading of the nodes may be under way."""


class Background(ABC):
    """Calls `work` again and again, `period` seconds apart, from start() to stop(). A context manager does both.

    An error is told to the hub, once for the same text, and `work` is called again: a view must not end because a
    node was lost.
    """

    period = 1.0

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub = hub
        self.ending = threading.Event()
        self._error = ""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def work(self) -> None:
        """Do it once. It may raise."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End it; the work that is under way is completed first."""
        self.ending.set()
        if self._thread.ident is not None:
            self._thread.join(JOIN_S)

    def __enter__(self: _Background) -> _Background:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self.ending.is_set():
            try:
                self.work()
                self._error = ""
            except Exception as error:
                self._failed(error)
            self.ending.wait(self.period)

    def _failed(self, error: Exception) -> None:
        text = error.message if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
        if text != self._error and not self.ending.is_set():
            self._error = text
            log.note(f"watch: {self._thread.name}: {text}")
            self.hub.tell("lab", f"{self._thread.name}: {text}")
