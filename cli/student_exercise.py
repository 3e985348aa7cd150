"""The next exercise of a student: from student.yaml, in an exam from the teacher's class file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from classroom import attempts
from classroom.points import Prices
from classroom.school import class_file, next_exercise, student_file
from classroom.school.personal import Personal, personal
from cli.context import Context
from inventory.errors import ConfigError

ClassOption = Annotated[
    Path | None,
    typer.Option("--class", metavar="FILE", help="The class file; default: class.yaml of the folder."),
]


@dataclass(frozen=True)
class Next:
    """The name of the next exercise, and the prices of the class."""

    name: str
    prices: Prices


def class_of(context: Context, path: Path | None) -> tuple[class_file.ClassFile, tuple[Personal, ...]]:
    """The class of a command, and the values of its students. Raises ConfigError."""
    found = class_file.load(path or context.root / class_file.NAME)
    return found, personal(found)


def of_student(context: Context, path: Path | None) -> Next:
    """The next exercise of the student of this folder. Raises ConfigError when all are solved, or none is known."""
    mine = student_file.load(context.root)
    faults = mine.faults
    if faults is None:
        if path is None and not (context.root / class_file.NAME).exists():
            raise ConfigError(
                "In an exam the teacher begins each exercise: student.yaml does not have their names.",
                hint="the teacher: ./lab --in FOLDER break --next --class class.yaml --sealed FILE",
            )
        found, students = class_of(context, path)
        wanted = found.student(mine.name)
        faults = next(one.faults for one in students if one.student == wanted)
    name = next_exercise.next_of(faults, attempts.every(context.home))
    if name is None:
        raise ConfigError(
            "All exercises of this student are done.", hint="./lab hand-in makes the file for the teacher"
        )
    return Next(name, next_exercise.prices(mine.points, mine.hint_price))
