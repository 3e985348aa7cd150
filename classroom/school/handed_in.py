"""Reads the attempts and the predictions of a bundle, in the form in which they are judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from classroom import attempt, sealed_exercise
from classroom.attempt import Attempt
from classroom.attempts import COMMANDS_SUFFIX
from classroom.school.attempts import Tried, Typed
from classroom.school.bundle import Bundle
from classroom.school.evidence import ATTEMPTS, WALK
from classroom.school.offline import Offline
from classroom.school.predictions import Predicted
from classroom.walk import progress
from inventory.errors import ConfigError

_RECORD = ".json"


class _Answer(msgspec.Struct):
    id: str
    said: str
    verdict: str = ""


class _Observed(msgspec.Struct):
    point: str
    answers: tuple[_Answer, ...] = ()


class _Walk(msgspec.Struct):
    """The part of the walk's progress (classroom.walk) that is judged."""

    observed: tuple[_Observed, ...] = ()


def attempts_of(bundle: Bundle, offline: Offline) -> tuple[tuple[Tried, ...], tuple[str, ...]]:
    """The attempts of a bundle in the order of their ids, and a line for each that cannot be read."""
    found: list[Tried] = []
    unread: list[str] = []
    for name in sorted(bundle.parts):
        if name.startswith(ATTEMPTS) and name.endswith(_RECORD):
            try:
                one = attempt.parse(bundle.text(name))
                found.append(_tried(one, _exercise(one, offline), _typed(bundle, one.id)))
            except ConfigError as error:
                unread.append(f"{name}: {error.message}")
    return tuple(found), tuple(unread)


def _exercise(one: Attempt, offline: Offline) -> str:
    """The name of an attempt's exercise; "" when it cannot be opened (an exam without the teacher's key)."""
    try:
        return sealed_exercise.opened(one, offline.key).exercise
    except ConfigError:
        return ""


def _tried(one: Attempt, exercise: str, typed: tuple[Typed, ...]) -> Tried:
    failed = [each.left for each in one.tries if not each.solved]
    named = [("its beginning", one.began)]
    named += [(f"try {number}", each.at) for number, each in enumerate(one.tries, 1)]
    named += [("its end", one.ended)]
    return Tried(
        one.id,
        exercise,
        seconds_of(one.began),
        seconds_of(one.ended),
        seconds_of(one.solved),
        len(one.hints),
        len(one.tries),
        bool(one.plan),
        failed[-1] if failed else (),
        one.altered,
        typed,
        tuple((what, at) for what, text in named if (at := seconds_of(text)) is not None),
    )


def _typed(bundle: Bundle, id_: str) -> tuple[Typed, ...]:
    return tuple(_lines(bundle.text(f"{ATTEMPTS}{id_}{COMMANDS_SUFFIX}")))


def _lines(text: str) -> Iterator[Typed]:
    for one in attempt.commands(text):
        if (at := seconds_of(one.at)) is not None:
            yield Typed(at, one.node, one.line, one.status)


def seconds_of(text: str) -> float | None:
    """A time as in a record of an attempt (UTC) in seconds since 1970; None for a text that is no time."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None


def predictions_of(bundle: Bundle) -> tuple[Predicted, ...]:
    """The predictions of the walkthrough, the latest of each point; none when there are none that can be read."""
    text = bundle.parts.get(f"{WALK}{progress.FILE}", b"")
    try:
        walk = msgspec.json.decode(text, type=_Walk) if text else _Walk()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ()
    latest = {one.point: one for one in walk.observed}
    return tuple(
        Predicted(f"{one.point}: {answer.id}", bool(answer.said), _right(answer.verdict))
        for one in latest.values()
        for answer in one.answers
    )


def _right(verdict: str) -> bool | None:
    return {"right": True, "wrong": False}.get(verdict)
