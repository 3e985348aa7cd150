"""The texts of the exercises for one lab. A student's copy of the lab may lack the file of the solutions."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from classroom.exercise import Exercise
from classroom.sealed_exercise import Shown
from classroom.texts import load, placeholders
from inventory.session import LabSession

STORIES, SOLUTIONS = "exercises.yaml", "solutions.yaml"
NO_SOLUTIONS = (
    "This copy of the lab does not have the solutions (classroom/solutions.yaml)."
    " Ask your teacher what was wrong."
)


def shown(session: LabSession, exercise: Exercise) -> Shown:
    """Title, story and hints of an exercise, for this lab."""
    fields = _fields(session, exercise, STORIES)
    return Shown(fields["title"], fields["story"], tuple(fields["hints"]))


def has_solutions() -> bool:
    """Whether this copy of the lab has the solutions."""
    return files(__package__).joinpath(SOLUTIONS).is_file()


def solution(session: LabSession, exercise: Exercise) -> str:
    """What was wrong, for this lab; without the file of the solutions, a text that says so."""
    return str(_fields(session, exercise, SOLUTIONS)["solution"]) if has_solutions() else NO_SOLUTIONS


def _fields(session: LabSession, exercise: Exercise, file: str) -> dict[str, Any]:
    known = placeholders(session)
    text = session.adapted(load(file)[exercise.name])
    return {
        name: [line.format_map(known) for line in value]
        if isinstance(value, list)
        else value.format_map(known)
        for name, value in text.items()
    }
