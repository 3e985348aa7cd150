"""What a scenario with `writes` runs beside its moves: a client writes numbers, and at the end the data are read.

The record then has each write with its acknowledgement, and the numbers that are there after the heal: see
drill.analysis.lost_writes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from drill.execute import signals
from drill.observe.observer import Observer
from drill.record.recorder import Recorder
from inventory.errors import LabError
from inventory.session import LabSession


@dataclass
class WriteService(ABC):
    """A context manager: it makes what is written to, writes, and at its end reads the data and removes all.

    What is made is in the journal before it is made. `guard` raises RouteRefused when a write would leave the lab's
    network; then nothing is made.
    """

    session: LabSession
    recorder: Recorder
    guard: Callable[[], None]
    _writing: Observer | None = field(default=None, init=False)

    def __enter__(self) -> WriteService:
        """Raises LabError; what is made by then is in the journal."""
        self.guard()
        self._make()
        self._writing = self._writer()
        self._writing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with signals.undisturbed():
            try:
                if self._writing:
                    self._writing.stop()
                    self._read()
            except LabError:
                if error is None:
                    raise
            finally:
                self._remove()

    @abstractmethod
    def _make(self) -> None:
        """Make what is written to, and prove that it works."""

    @abstractmethod
    def _writer(self) -> Observer:
        """The client, which is not started yet."""

    @abstractmethod
    def _read(self) -> None:
        """Record the numbers that are there."""

    @abstractmethod
    def _remove(self) -> None:
        """Remove what was made. What could not be removed stays in the journal."""
