"""The only waiting loops: ask until the answer is good, or call again after a failure that is over soon.

The clock is monotonic and can be replaced, so tests never sleep.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from inventory.errors import LabError, TimedOut

T = TypeVar("T")
PAUSE_FACTOR = 2.0
"""The pause after an answer is at least so many times the time that the answer took. So answers take at most a third of
the time, and waiting does not overload a machine that is already slow."""
LONGEST_PAUSE_S = 1.0
"""The pause is never longer than this or `every`, whichever is longer: an answer may be slow because a node boots."""


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
    """Ask until the answer is good, and return it.

    After each answer it pauses for `every` seconds, or for longer after a slow answer (PAUSE_FACTOR, LONGEST_PAUSE_S).
    `deadline` is in seconds on a machine of usual speed; the clock's patience multiplies it.
    Raises TimedOut with the last answer. A LabError from `ask` counts as an answer that is not good, because nodes may
    be unreachable for a while.
    """
    began, longest = clock.now(), deadline * clock.patience
    last: list[object] = ["nothing"]
    took = [0.0]

    def once() -> T:
        asked = clock.now()
        try:
            answer = ask()
        except LabError as error:
            last[0] = error.message
            raise
        finally:
            took[0] = clock.now() - asked
        last[0] = answer
        return answer

    def over(_: tenacity.RetryCallState) -> bool:
        return clock.now() - began >= longest

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(LabError)
        | tenacity.retry_if_result(lambda answer: not good(answer)),
        stop=over,
        wait=lambda _: max(every, min(PAUSE_FACTOR * took[0], LONGEST_PAUSE_S)),
        sleep=clock.sleep,
    )
    try:
        return retrying(once)
    except tenacity.RetryError as error:
        raise TimedOut(
            f"{what}: not within {longest:g} s. The last answer was: {_text(last[0])}", hint=hint
        ) from error


def again(call: Callable[[], object], after: Collection[str], *, tries: int, every: float = 0.0) -> None:
    """Make a call, at most `tries` times: again after a LabError whose message contains one of the texts `after`.

    Between two calls it pauses for `every` seconds. Raises the last error; any other error at once.
    """

    def is_temporary(error: BaseException) -> bool:
        return isinstance(error, LabError) and any(text in error.message for text in after)

    tenacity.Retrying(
        retry=tenacity.retry_if_exception(is_temporary),
        stop=tenacity.stop_after_attempt(tries),
        wait=tenacity.wait_fixed(every),
        reraise=True,
    )(call)


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
