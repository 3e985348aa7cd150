"""Times in a bundle that contradict one another. Pure.

Times of this machine (attempts, commands, the hand-in) and of the nodes' own clocks (operations) are compared only with
a large tolerance, because the clocks may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise

from classroom.school.attempts import Tried
from classroom.school.drill_records import Record

SAME_CLOCK_S, OTHER_CLOCK_S = 120.0, 3600.0
"""Differences up to these are no contradiction: a clock may be set while the lab runs; clocks of machines differ."""


@dataclass(frozen=True)
class Contradiction:
    """A contradiction in one line, and what it is about: the ids of attempts, or a run."""

    text: str
    attempts: tuple[str, ...] = ()
    run: str = ""


def contradictions(made: float, tried: Sequence[Tried], records: Sequence[Record]) -> Iterator[Contradiction]:
    """Each contradiction."""
    for one in tried:
        yield from (Contradiction(f"attempt {one.id}: {line}", (one.id,)) for line in _within(one, made))
    known = sorted((one for one in tried if one.began is not None), key=lambda one: one.began or 0)
    for one, then in pairwise(known):
        if one.ended is not None and one.ended > (then.began or 0) + SAME_CLOCK_S:
            yield Contradiction(
                f"attempt {then.id} began at {moment(then.began or 0)}, "
                f"before attempt {one.id} ended at {moment(one.ended)}",
                (then.id, one.id),
            )
    yield from _of_records(made, records)


def _within(one: Tried, made: float) -> Iterator[str]:
    """The times of one attempt: in order, its commands between its beginning and its end, none after the hand-in."""
    for (what, before), (then, after) in pairwise(one.times):
        if before > after + SAME_CLOCK_S:
            yield f"{then} at {moment(after)} is before {what} at {moment(before)}"
    if one.began is not None and one.solved is not None and one.solved <= one.began:
        yield f"it was solved at {moment(one.solved)}, and began at {moment(one.began)}"
    latest = max((at for _, at in one.times), default=made)
    if latest > made + SAME_CLOCK_S:
        yield f"{moment(latest)} is after the hand-in at {moment(made)}"
    outside = [
        typed
        for typed in one.typed
        if (one.began is not None and typed.at < one.began - SAME_CLOCK_S)
        or typed.at > (made if one.ended is None else one.ended) + SAME_CLOCK_S
    ]
    if outside:
        yield (f"{len(outside)} commands are from outside its time, the first one at {moment(outside[0].at)}")


def _of_records(made: float, records: Sequence[Record]) -> Iterator[Contradiction]:
    last: dict[str, Record] = {}
    for one in records:
        if one.span is None:
            continue
        if one.span[1] > made + OTHER_CLOCK_S:
            yield Contradiction(
                f"run {one.run}: {one.scenario} has an operation at {moment(one.span[1])}, after the hand-in",
                run=one.run,
            )
        before = last.get(one.run)
        if before is not None and before.span and one.span[0] < before.span[0] - SAME_CLOCK_S:
            yield Contradiction(
                f"run {one.run}: {one.scenario} has operations from {moment(one.span[0])}, "
                f"before those of {before.scenario} from {moment(before.span[0])}",
                run=one.run,
            )
        last[one.run] = one


def moment(at: float) -> str:
    """A time for people, in UTC; the same on every machine."""
    try:
        return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return f"{at:g} s"
