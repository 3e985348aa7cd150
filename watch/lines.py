"""What a hub tells, as plain lines: for pipes, logs and screen readers."""

from __future__ import annotations

from collections.abc import Callable

from inventory.waiting import Clock
from language.speech import show
from watch.feed.hub import Hub
from watch.model.facts import Told
from watch.model.state import State
from watch.model.times import time_of_day

EVERY_S = 0.1
"""The time between two looks at the hub (seconds)."""
LOST = "..."
"""Stands for lines that were told faster than they could be printed."""


def after(state: State, count: int) -> tuple[Told, ...]:
    """The lines of a state after the first `count` that were ever told, as far as they are kept."""
    new = state.told_ever - count
    return state.told[-new:] if new > 0 else ()


def text(told: Told) -> str:
    """One line."""
    return f"{time_of_day(told.at)}  {show(told.text)}"


def follow(hub: Hub, write: Callable[[str], None], seconds: float, clock: Clock) -> None:
    """Write each line that is told, for so many seconds (0: until an interrupt)."""
    count, until = 0, clock.now() + seconds if seconds else float("inf")
    while True:
        state, ended = hub.state, clock.now() >= until
        new = after(state, count)
        if len(new) < state.told_ever - count:
            write(LOST)
        for one in new:
            write(text(one))
        count = state.told_ever
        if ended:
            return
        clock.sleep(EVERY_S)
