"""What each task of a student is worth: the lab itself, the exercises, the drills, the predictions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from classroom.school.attempts import Tried
from classroom.school.class_file import ClassFile
from classroom.school.drill_records import Record
from classroom.school.predictions import Predicted
from drill.checks.verdict import PASS

Kind = Literal["lab", "exercise", "scenario", "prediction"]
PLAN_HINTS = 3
"""`./lab plan` shows the repair of an exercise: it costs as much as three hints."""


@dataclass(frozen=True)
class Task:
    """A task: its points of at most `most`, how many tries, how long (seconds; None: not known), and what stays open.

    `status` is one of "done", "partly", "open", "not tried".
    """

    kind: Kind
    name: str
    points: float
    most: float
    status: str
    tries: int = 0
    seconds: float | None = None
    stuck: str = ""
    hints: int = 0


@dataclass(frozen=True)
class Done:
    """What a student did, as far as it counts. `checks` has the status of each check of the lab."""

    checks: Mapping[str, str] = field(default_factory=dict)
    tried: Sequence[Tried] = ()
    records: Sequence[Record] = ()
    predicted: Sequence[Predicted] = ()


def tasks(class_: ClassFile, faults: Sequence[str], done: Done) -> Iterator[Task]:
    """The tasks of a student in the order of the class. `faults` are the student's exercises."""
    yield _lab(class_, done.checks)
    for name in faults:
        yield _exercise(class_, name, [one for one in done.tried if one.exercise == name])
    for name in class_.scenarios:
        yield _scenario(class_, name, [one for one in done.records if one.scenario == name])
    if class_.predictions:
        yield _predictions(class_, done.predicted)


def _lab(class_: ClassFile, checks: Mapping[str, str]) -> Task:
    good = sum(status == PASS for status in checks.values())
    most = class_.points.lab
    left = [name for name, status in checks.items() if status != PASS]
    points = round(most * good / len(checks), 2) if checks else 0.0
    status = "not tried" if not checks else "partly" if left else "done"
    return Task("lab", "the cluster", points, most, status, stuck=", ".join(left[:5]))


def _exercise(class_: ClassFile, name: str, tried: Sequence[Tried]) -> Task:
    most = class_.points.exercise
    if not tried:
        return Task("exercise", name, 0.0, most, "not tried")

    def points(one: Tried) -> float:
        helped = one.hints + (PLAN_HINTS if one.plan else 0)
        return float(max(0, most - class_.hint_price * helped)) if one.solved and not one.altered else 0.0

    best = max(tried, key=lambda one: (points(one), bool(one.solved), -(one.began or 0)))
    solved = bool(best.solved)
    lengths = [one.seconds for one in tried if one.seconds is not None]
    stuck = "" if solved else ", ".join(tried[-1].left[:5]) or "no grade was asked for"
    return Task(
        "exercise", name, points(best), most, "done" if solved else "open", sum(one.tries for one in tried),
        sum(lengths) if lengths else None, stuck, sum(one.hints for one in tried),
    )  # fmt: skip


def _scenario(class_: ClassFile, name: str, records: Sequence[Record]) -> Task:
    most = class_.points.scenario
    good = any(one.status == PASS for one in records)
    status = "done" if good else "open" if records else "not tried"
    seconds = sum(one.seconds for one in records) if records else None
    stuck = f"the last record is {records[-1].status}" if records and not good else ""
    return Task("scenario", name, float(most if good else 0), most, status, len(records), seconds, stuck)


def _predictions(class_: ClassFile, predicted: Sequence[Predicted]) -> Task:
    """A prediction counts when it was made, whether it came true or not; "I don't know" is none."""
    made = min(sum(one.made for one in predicted), class_.predictions)
    most = class_.points.prediction * class_.predictions
    wrong = [one.name for one in predicted if one.made and one.right is False]
    status = "done" if made == class_.predictions else "partly" if made else "not tried"
    stuck = f"not as predicted: {', '.join(wrong[:5])}" if wrong else ""
    return Task(
        "prediction",
        "the walkthrough",
        float(made * class_.points.prediction),
        most,
        status,
        len(predicted),
        stuck=stuck,
    )
