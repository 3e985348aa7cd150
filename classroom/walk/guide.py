"""The way through the walk: where it begins, and what is kept of each point. It asks and prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from classroom.walk import tour
from classroom.walk.observe import Outcome, Words
from classroom.walk.points import Point
from classroom.walk.prediction import DONT_KNOW, Verdict, judge
from classroom.walk.progress import Answered, Observed, Progress, Saved, now
from classroom.walk.tour import Stop
from inventory.errors import ConfigError


def part(
    known: Sequence[Stop],
    saved: Saved,
    first: str,
    last: str,
    *,
    restart: bool,
    goes_on: Callable[[Stop], bool],
) -> tuple[int, int]:
    """The positions of the first and the last stop to visit.

    Without a first one the walk goes on where it was left, when `goes_on` says yes to that stop. Raises ConfigError for
    a name that is no stop, and for an end before the beginning.
    """
    end = tour.named(last, known, last=True) if last else len(known) - 1
    begin = tour.named(first, known) if first else _left_at(known, saved, end, restart, goes_on)
    if begin > end:
        raise ConfigError(
            f"--to {last} is before the beginning, {known[begin].number} ({known[begin].id}).",
            hint="Give a later step, or --from with an earlier one.",
        )
    return begin, end


def _left_at(
    known: Sequence[Stop], saved: Saved, end: int, restart: bool, goes_on: Callable[[Stop], bool]
) -> int:
    place = None if restart else tour.place_of(saved.now.stop, known)
    if place is None or place == 0 or place > end or not goes_on(known[place]):
        return 0
    return place


def begin(saved: Saved, stop: Stop) -> None:
    """Keep that the walk is at a stop; a new walk also keeps when it began."""
    saved.change(stop=stop.id, begun=saved.now.begun or now())


def left_of(known: Sequence[Stop], place: int) -> str:
    """The id of the stop after a position; "" after the last one."""
    return known[place + 1].id if place + 1 < len(known) else ""


def given(saved: Saved, point: Point) -> Mapping[str, str]:
    """The answers that the student gave for a point before the walk was left; empty without any."""
    return saved.now.answers if saved.now.asked == point.id else {}


def compared(told: Words, answers: Mapping[str, str], outcome: Outcome) -> tuple[Answered, ...]:
    """Each question with its prediction beside what happened."""
    return tuple(
        Answered(
            asked.id,
            asked.text,
            answers.get(asked.id, DONT_KNOW),
            outcome.happened[asked.id].text,
            judge(asked, answers.get(asked.id, DONT_KNOW), outcome.happened[asked.id]),
        )
        for asked in told.questions
    )


def observed(
    point: Point,
    told: Words,
    answers: Mapping[str, str],
    outcome: Outcome,
    *,
    thought_s: float,
    took_s: float,
) -> Observed:
    """What is kept of a point. `thought_s` and `took_s`: see Observed (seconds)."""
    return Observed(
        point.id,
        point.number,
        told.title,
        now(),
        compared(told, answers, outcome),
        outcome.reasons,
        told.concept,
        told.again,
        round(thought_s, 1),
        round(took_s, 1),
        outcome.run,
    )


def tally(found: Progress) -> Counter[Verdict]:
    """How many predictions of the latest observation of each point were right, wrong, open or unknown."""
    latest = {one.point: one for one in found.observed}
    return Counter(answer.verdict for one in latest.values() for answer in one.answers)
