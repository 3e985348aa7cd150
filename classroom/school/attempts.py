"""The attempts at exercises in a bundle, as `collect` judges them; times are seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """A command that the student typed on a node: when it ended, where, its text, its exit status (None: not known)."""

    at: float
    node: str
    line: str
    status: int | None = None


@dataclass(frozen=True)
class Tried:
    """An attempt. `exercise` is "" when it cannot be told. `solved` is the time of the first good grade.

    `left` are the checks that did not pass at the last grade that was not good. `altered`: another program changed the
    record. `times` are all times that the record names, in the order in which they must have been.
    """

    id: str
    exercise: str
    began: float | None
    ended: float | None = None
    solved: float | None = None
    hints: int = 0
    tries: int = 0
    plan: bool = False
    left: tuple[str, ...] = ()
    altered: bool = False
    typed: tuple[Typed, ...] = ()
    times: tuple[tuple[str, float], ...] = ()

    @property
    def seconds(self) -> float | None:
        """From the beginning to the solution, else to the end; None when one of them is not known."""
        end = self.solved or self.ended
        return None if self.began is None or end is None else end - self.began
