"""The only waiting loop: ask until the answer is good, return at once, give up at a deadline.

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
    """A monotonic clock (seconds) and the way to let time pass on it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


def until(
    ask: Callable[[], T],
    good: Callable[[T], bool],
    what: str,
    *,
    deadline: float,
    every: float = 0.25,
    clock: Clock = CLOCK,
    hint: str = "",
) -> T:
    """Ask every `every` seconds until `good`; the good answer, or TimedOut with the last one seen.

    A LabError while asking counts as an answer that is not good: nodes come and go while one waits.
    """
    began = clock.now()
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
        return clock.now() - began >= deadline

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
            f"{what}: not within {deadline:g} s. The last answer was: {_words(last[0])}", hint=hint
        ) from error


def _words(answer: object) -> str:
    if isinstance(answer, tuple | list):
        return "; ".join(map(str, answer)) or "nothing"
    return str(answer)
