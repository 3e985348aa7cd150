"""The results of a class for a gradebook (CSV) and as data (JSON). Pure; the same class gives the same bytes.

Moodle's grade import (Site documentation, "Grade import") reads a CSV with a header: one column identifies the user (it
is mapped to the ID number, the user name or the email address), other columns are mapped to grade items and their
feedback. A grade of "-" means: no grade.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

from classroom.school.collection import Collected, StudentRow
from classroom.school.tasks import Kind

NO_GRADE = "-"
KINDS: tuple[Kind, ...] = ("lab", "exercise", "scenario", "prediction")
_FORMULA = ("=", "+", "-", "@", "\t")
"""A spreadsheet takes a text that begins with one of these for a formula."""


def grades_csv(found: Collected) -> str:
    """The grades as CSV: identity, name, total with feedback, and the sum of each kind of task."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    course = found.class_.name
    writer.writerow(
        [
            "ID number",
            "Full name",
            f"{course} total",
            f"{course} feedback",
            *(f"{course} {kind}" for kind in KINDS),
        ]
    )
    for row in found.students:
        sums = [NO_GRADE if row.points is None else number(sum_of(row, kind)) for kind in KINDS]
        total = NO_GRADE if row.points is None else number(row.points)
        student = row.mine.student
        writer.writerow(
            [student.identity, _no_formula(student.name), total, _no_formula(feedback(row)), *sums]
        )
    return text.getvalue()


def grades_json(found: Collected) -> str:
    """Everything as JSON: students with tasks and findings, and the files that could not be judged."""
    rows = [
        {
            "student": row.mine.student.name,
            "id": row.mine.student.identity,
            "state": row.state,
            "points": row.points,
            "file": row.judged and row.judged.file,
            "handed_in": row.judged and row.judged.made,
            "tasks": [asdict(one) for one in row.tasks],
            "findings": [asdict(one) for one in row.findings],
        }
        for row in found.students
    ]
    whole = {
        "class": found.class_.name,
        "most_points": found.class_.most_points,
        "students": rows,
        "unread": [{"file": file, "reason": reason} for file, reason in found.unread],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def feedback(row: StudentRow) -> str:
    """One line for the student: what is still open. Findings are for the teacher, and are not in it.

    The names of exercises tell what is broken, so they have numbers here.
    """
    exercises = [one.name for one in row.tasks if one.kind == "exercise"]
    left = [
        f"exercise {exercises.index(one.name) + 1}: {one.status}"
        if one.kind == "exercise"
        else f"{one.name}: {one.stuck or one.status}"
        for one in row.tasks
        if one.status != "done"
    ]
    return f"Open: {'; '.join(left)}" if left else "Everything is done"


def number(points: float) -> str:
    """Points with at most two decimals, with a point."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def sum_of(row: StudentRow, kind: Kind) -> float:
    """The points of a student's tasks of one kind."""
    return round(sum(one.points for one in row.tasks if one.kind == kind), 2)


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
