"""The base of probe and watch, which observe a scenario in their own threads from start() to stop()."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

from inventory.errors import LabError

_Observer = TypeVar("_Observer", bound="Observer")


class Observer(ABC):
    """A context manager that starts and stops. A gap in the record is an error, but it does not hide another error."""

    @abstractmethod
    def start(self) -> None:
        """Start to observe."""

    @abstractmethod
    def stop(self) -> object:
        """Stop. Raises LabError when a sample or reading could not be recorded."""

    def __enter__(self: _Observer) -> _Observer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except LabError:
            if error is None:
                raise


def unrecorded(who: str, error: BaseException) -> LabError:
    """The error of an observer that could not record its samples or readings."""
    return LabError(
        f"the {who} had to stop: {type(error).__name__}: {error}",
        hint="the record is incomplete; is the disk with runs/ full?",
    )
