"""The texts of the exercises for one lab. A student's kit may be without the file of the solutions."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from classroom.exercise import Exercise
from classroom.sealed_exercise import Shown
from classroom.texts import load, placeholders
from inventory.platforms.wording import adapted
from inventory.session import LabSession

STORIES, SOLUTIONS = "exercises.yaml", "solutions.yaml"
NO_SOLUTIONS = (
    "This kit is without the solutions (classroom/solutions.yaml): ask your teacher what was wrong."
)


def shown(session: LabSession, exercise: Exercise) -> Shown:
    """Title, story and hints of an exercise, for this lab."""
    fields = _fields(session, exercise, STORIES)
    return Shown(fields["title"], fields["story"], tuple(fields["hints"]))


def has_solutions() -> bool:
    """Whether the solutions are in this kit."""
    return files(__package__).joinpath(SOLUTIONS).is_file()


def solution(session: LabSession, exercise: Exercise) -> str:
    """What was wrong, for this lab; without the file of the solutions, a text that says so."""
    return str(_fields(session, exercise, SOLUTIONS)["solution"]) if has_solutions() else NO_SOLUTIONS


def _fields(session: LabSession, exercise: Exercise, file: str) -> dict[str, Any]:
    known = placeholders(session)
    text = adapted(load(file)[exercise.name], session.platform, len(session.lab.nodes))
    return {
        name: [line.format_map(known) for line in value]
        if isinstance(value, list)
        else value.format_map(known)
        for name, value in text.items()
    }
