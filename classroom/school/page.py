"""The class as one self-contained HTML page: no network, no clock; the same class gives the same page.

The style, the colours and the script of the state buttons are from the report of a drill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median_low

from classroom.school.collection import Collected, StudentRow
from classroom.school.contradictions import moment
from classroom.school.findings import DOUBTS, REFUSED
from classroom.school.grades import KINDS, NO_GRADE, number, sum_of
from classroom.school.tasks import Kind, Task
from drill.report.html.palette import style
from drill.report.html.templates import asset, rendered

BADGES = {
    "refused": "FAIL",
    "look at it": "UNKNOWN",
    "counted": "PASS",
    "nothing handed in": "nothing",
}
"""The states, the most urgent first, and their badges' CSS classes; those of the verdicts have colours already."""
FEW = 12
"""Up to this number of students, each student's part is open."""
MOST_PLACES = 3
"""For each task, at most this number of stopping places is named."""
UNFINISHED = ("open", "partly")


@dataclass(frozen=True)
class StuckTask:
    """A task of the class: how many students have it, finished it, only began it, or did not try it.

    `places`: where most of them stopped, each with its number of students.
    """

    kind: Kind
    name: str
    count: int
    done: int
    left: int
    untried: int
    places: tuple[tuple[str, int], ...]


def page(found: Collected) -> str:
    """The HTML: what to look at first, each task, a table of all students, then each student."""
    rows = [_student(row) for row in found.students]
    points = [row.points for row in found.students if row.points is not None]
    states = Counter(row.state for row in found.students)
    return rendered(
        "classroom.school:page.html",
        name=found.class_.name,
        most=number(found.class_.most_points),
        count=len(rows),
        states={state: states[state] for state in BADGES},
        badges=BADGES,
        keys={state: state.split()[0] for state in BADGES},
        middle=number(median_low(points)) if points else None,
        least=number(min(points, default=0)),
        best=number(max(points, default=0)),
        doubtful=[
            one for state in ("refused", "look at it") for one in rows if one["state"] == state
        ],
        absent=[one for one in rows if one["state"] == "nothing handed in"],
        unread=found.unread,
        stuck=sorted(_stuck(found), key=lambda one: -one.left),
        kinds=_most(found),
        rows=rows,
        few=len(rows) <= FEW,
        number=number,
        length=length,
        refused=REFUSED,
        doubts=DOUBTS,
        css=style() + asset("report.css") + asset(f"{__package__}:page.css"),
        js=asset("report.js") + asset(f"{__package__}:page.js"),
    )  # fmt: skip


def length(seconds: float | None) -> str:
    """A duration as text: with seconds below one hour, else hours and minutes."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _student(row: StudentRow) -> Mapping[str, object]:
    there = row.judged
    return {
        "name": row.mine.student.name,
        "anchor": row.mine.student.slug,
        "state": row.state,
        "points": NO_GRADE if row.points is None else number(row.points),
        "sums": {kind: number(sum_of(row, kind)) if there else NO_GRADE for kind in KINDS},
        "made": moment(there.made)[:16] if there else "",
        "file": there.file if there else "",
        "why": tuple(dict.fromkeys(one.text for one in row.findings if one.kind in REFUSED | DOUBTS)),
        "left": [one for one in row.tasks if one.status in UNFINISHED],
        "tasks": row.tasks,
        "findings": row.findings,
    }


def _most(found: Collected) -> Mapping[Kind, float]:
    """The maximum of points for each kind of task in the class; it is the same for all students."""
    tasks = found.students[0].tasks if found.students else ()
    most = {kind: sum(one.most for one in tasks if one.kind == kind) for kind in KINDS}
    return {kind: points for kind, points in most.items() if points}


def _stuck(found: Collected) -> Iterator[StuckTask]:
    """Each task of the class. A student who handed in nothing did not try it."""
    tasks: dict[tuple[Kind, str], list[Task]] = {}
    for row in found.students:
        for one in row.tasks:
            tasks.setdefault((one.kind, one.name), []).append(one)
    for (kind, name), ones in tasks.items():
        left = [one for one in ones if one.status in UNFINISHED]
        places = Counter(place for one in left for place in _places(one))
        yield StuckTask(
            kind,
            name,
            len(ones),
            sum(one.status == "done" for one in ones),
            len(left),
            sum(one.status == "not tried" for one in ones),
            tuple(places.most_common(MOST_PLACES)),
        )


def _places(task: Task) -> list[str]:
    """Where a student stopped: each check's name separately, other texts unchanged."""
    names = task.kind in ("lab", "exercise")
    return [one for one in (task.stuck.split(", ") if names else [task.stuck]) if one]
