"""Which exercise of a student comes next, and what it is worth. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from classroom import sealed_exercise
from classroom.attempt import Attempt
from classroom.points import Prices
from classroom.school.class_file import Points
from classroom.school.tasks import PLAN_HINTS
from classroom.sealing import Unopened


def next_of(faults: Sequence[str], tried: Sequence[Attempt]) -> str | None:
    """The first exercise that was not tried yet, then the first one that was not solved; None when all are solved.

    Attempts of an exam are sealed: each of them counts for the next exercise in the order.
    """
    sealed = sum(one.mode == "exam" for one in tried)
    left = faults[sealed:]
    known = {_name(one): bool(one.solved) for one in sorted(tried, key=lambda one: bool(one.solved))}
    new = [one for one in left if one not in known]
    unsolved = [one for one in left if not known.get(one, False)]
    return next(iter((*new, *unsolved)), None)


def prices(points: Points, hint_price: int) -> Prices:
    """The prices of a class, as `./lab break` tells them."""
    return Prices(points.exercise, (hint_price,), PLAN_HINTS * hint_price)


def _name(one: Attempt) -> str:
    try:
        return sealed_exercise.opened(one).exercise
    except Unopened:
        return ""
