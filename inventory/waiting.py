"""The only waiting loop: asks until the answer is good, then returns at once; gives up at a deadline.

The clock is monotonic and can be replaced, so tests never sleep.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from inventory.errors import LabError, TimedOut

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """A monotonic clock (seconds), its sleep function, and the factor of all deadlines (Lab.patience)."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    patience: float = 1.0


CLOCK = Clock()


def until(
    ask: Callable[[], T],
    good: Callable[[T], bool],
    what: str,
    *,
    deadline: float,
    clock: Clock,
    every: float = 0.25,
    hint: str = "",
) -> T:
    """Ask at the interval `every` (seconds) until the answer is good, and return it.

    `deadline` is in seconds on a machine of usual speed; the clock's patience multiplies it.
    Raises TimedOut with the last answer. A LabError from `ask` counts as an answer that is not good, because nodes may
    be unreachable for a while.
    """
    began, longest = clock.now(), deadline * clock.patience
    last: list[object] = ["nothing"]

    def once() -> T:
        try:
            answer = ask()
        except LabError as error:
            last[0] = error.message
            raise
        last[0] = answer
        return answer

    def over(_: tenacity.RetryCallState) -> bool:
        return clock.now() - began >= longest

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(LabError)
        | tenacity.retry_if_result(lambda answer: not good(answer)),
        stop=over,
        wait=tenacity.wait_fixed(every),
        sleep=clock.sleep,
    )
    try:
        return retrying(once)
    except tenacity.RetryError as error:
        raise TimedOut(
            f"{what}: not within {longest:g} s. The last answer was: {_text(last[0])}", hint=hint
        ) from error


def let_pass(seconds: float, *, clock: Clock, every: float = 0.1) -> None:
    """Wait until `seconds` have passed on the clock, to within `every` seconds. Patience does not multiply them."""
    end = clock.now() + seconds
    until(
        clock.now, lambda now: now >= end, f"{seconds:.2f} s", deadline=seconds + 60, every=every, clock=clock
    )


def _text(answer: object) -> str:
    if isinstance(answer, tuple | list):
        return "; ".join(map(str, answer)) or "nothing"
    return str(answer)
