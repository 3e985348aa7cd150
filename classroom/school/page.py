"""The class as one self-contained HTML page: no network, no clock; the same class gives the same page."""

from __future__ import annotations

from classroom.school.collection import Collected
from classroom.school.contradictions import moment
from classroom.school.findings import DOUBTS, REFUSED
from classroom.school.grades import number
from drill.report.html.templates import rendered


def page(found: Collected) -> str:
    """The HTML: a table of all students and tasks, then each student with tries, times, and findings."""
    columns = found.class_.name, found.class_.most_points, len(found.students)
    rows = [
        {
            "name": row.mine.student.name,
            "anchor": row.mine.student.slug,
            "state": row.state,
            "points": "-" if row.points is None else number(row.points),
            "made": moment(row.judged.made) if row.judged else "",
            "file": row.judged.file if row.judged else "",
            "tasks": row.tasks,
            "findings": row.findings,
        }
        for row in found.students
    ]
    return rendered(
        "classroom.school:page.html",
        name=columns[0], most=number(columns[1]), count=columns[2], rows=rows, unread=found.unread,
        stuck=_stuck(found), number=number, length=length, refused=REFUSED, doubts=DOUBTS,
    )  # fmt: skip


def length(seconds: float | None) -> str:
    """A length of time for people."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _stuck(found: Collected) -> list[tuple[str, str, int, int]]:
    """For each task: its kind, its name, how many students have it, and how many of those who tried did not do it."""
    names = dict.fromkeys((one.kind, one.name) for row in found.students for one in row.tasks)
    return [
        (
            kind,
            name,
            sum(one.kind == kind and one.name == name for row in found.students for one in row.tasks),
            sum(
                (one.kind, one.name) == (kind, name) and one.status in ("open", "partly")
                for row in found.students
                for one in row.tasks
            ),
        )
        for kind, name in names
    ]
