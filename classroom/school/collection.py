"""Judges all bundles of a folder offline, and compares the students with one another.

The result depends on the bundles, class.yaml and the version of the lab, and on nothing else: no clock, no network. One
bad bundle never stops the others, and no bundle is changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from classroom.school import bundle as bundles
from classroom.school.bundle import BundleError
from classroom.school.class_file import ClassFile, folded
from classroom.school.command_logs import alike
from classroom.school.findings import DOUBTS, REFUSED, Finding, Kind
from classroom.school.judging import Judgement, judge
from classroom.school.offline import Offline
from classroom.school.personal import Personal
from classroom.school.tasks import Done, Task, tasks

OUTPUT = "collected"
"""The folder for the results, in the folder with the bundles."""
SHARED_MARKS = 10
"""Two records with so many marks in common have the same durations."""
MOST_LINES = 20
"""The most lines of evidence of a finding."""


@dataclass(frozen=True)
class StudentRow:
    """A student of the class: the judgement that counts (None: nothing was handed in), and all findings."""

    mine: Personal
    judged: Judgement | None
    tasks: tuple[Task, ...]
    findings: tuple[Finding, ...]

    @property
    def points(self) -> float | None:
        """The points; None when nothing was handed in."""
        return None if self.judged is None else round(sum(one.points for one in self.tasks), 2)

    @property
    def state(self) -> str:
        """What a teacher should do: "counted", "look at it", "refused", or "nothing handed in"."""
        if self.judged is None:
            return "nothing handed in"
        kinds: set[Kind] = {one.kind for one in self.findings}
        return "refused" if kinds & REFUSED else "look at it" if kinds & DOUBTS else "counted"


@dataclass(frozen=True)
class Collected:
    """A class as it was collected. `unread` are files with the reason why they cannot be judged."""

    class_: ClassFile
    students: tuple[StudentRow, ...]
    unread: tuple[tuple[str, str], ...]


def collect(
    folder: Path,
    class_: ClassFile,
    students: Sequence[Personal],
    offline: Offline = Offline(),  # noqa: B008 -- it is immutable
) -> Collected:
    """Judge the bundles of a folder and the folders in it. Raises nothing because of a bundle."""
    by_name = {one.student.name: one for one in students}
    judged: list[tuple[Judgement, str]] = []
    unread: list[tuple[str, str]] = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            data = path.read_bytes()
            found = judge(name, bundles.read(data), class_, by_name, offline)
        except OSError as error:
            unread.append((name, f"it cannot be read: {error.strerror}"))
        except BundleError as error:
            unread.append((name, error.message))
        else:
            judged.append((_named(found, by_name), hashlib.sha256(data).hexdigest()))
    unread += [(one.file, _reason(one)) for one, _ in judged if one.student not in by_name]
    rows = [
        _row(mine, [one for one in judged if one[0].student == mine.student.name], class_)
        for mine in students
    ]
    return Collected(class_, tuple(_compared(rows)), tuple(sorted(unread)))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if (
            path.name.endswith((".gz", ".tgz"))
            and inside[0] != OUTPUT
            and path.is_file()
            and not path.is_symlink()
        ):
            yield path


def _reason(one: Judgement) -> str:
    [found, *_] = one.findings
    return "; ".join((found.text, *found.evidence))


def _named(one: Judgement, by_name: Mapping[str, Personal]) -> Judgement:
    """The judgement, with a finding when its file is named after another student."""
    stem = folded(Path(one.file).name.partition(".")[0])
    of = next((mine for mine in by_name.values() if mine.student.slug == stem), None)
    if of is None or of.student.name == one.student or one.refused:
        return one
    found = Finding(
        "wrong-name", f"the file is named after {of.student.name}, and is from {one.student}", (one.file,)
    )
    return replace(one, findings=(*one.findings, found))


def _row(mine: Personal, judged: Sequence[tuple[Judgement, str]], class_: ClassFile) -> StudentRow:
    """The latest bundle that is not refused counts; without any, the latest refused one."""
    if not judged:
        return StudentRow(mine, None, tuple(tasks(class_, mine.faults, Done())), ())
    ordered = sorted(judged, key=lambda one: (not one[0].refused, one[0].made, one[1]))
    latest, _ = ordered[-1]
    findings = list(latest.findings)
    earlier = [one for one, _ in ordered[:-1]]
    if files := sorted(one.file for one in earlier if not one.refused):
        findings.append(Finding("two-bundles", "the latest of several bundles counts", tuple(files)))
    findings += (
        [
            replace(found, text=f"another file, {one.file}: {found.text}")
            for one in earlier
            if one.refused
            for found in one.findings
        ]
        if not latest.refused
        else []
    )
    return StudentRow(mine, latest, latest.tasks, tuple(_note(one) for one in findings))


def _note(one: Finding) -> Finding:
    """A finding with at most MOST_LINES lines of evidence."""
    more = len(one.evidence) - MOST_LINES
    return replace(one, evidence=(*one.evidence[:MOST_LINES], f"and {more} more")) if more > 0 else one


def _compared(rows: Sequence[StudentRow]) -> Iterator[StudentRow]:
    """The students with what they have in common: equal command logs, and records with the same durations."""
    more: dict[str, list[Finding]] = {one.mine.student.name: [] for one in rows}
    copied: dict[str, set[str]] = {name: set() for name in more}
    there = [(one.mine.student.name, one.judged) for one in rows if one.judged and not one.judged.refused]
    for (one, mine), (other, theirs) in combinations(there, 2):
        why, lines = alike(mine.log, theirs.log)
        if why:
            more[one].append(_note(Finding("equal-commands", f"{why} as {other}", lines)))
            more[other].append(_note(Finding("equal-commands", f"{why} as {one}", lines)))
    for (one, run, scenario), (other, that) in _copies(there):
        text = f"scenario {scenario} of run {run} has the same durations as a record of {other}"
        more[one].append(Finding("copied-record", text, (f"that record is {that}",)))
        copied[one].add(scenario)
    for row in rows:
        name = row.mine.student.name
        left = tuple(
            replace(task, points=0.0, status="open", stuck="its record has the times of another student's")
            if task.kind == "scenario" and task.name in copied[name]
            else task
            for task in row.tasks
        )
        yield replace(row, tasks=left, findings=(*row.findings, *more[name]))


def _copies(
    there: Sequence[tuple[str, Judgement]],
) -> Iterator[tuple[tuple[str, str, str], tuple[str, str]]]:
    """Records (student, run, scenario) that another student has too: that student, and which record it is."""
    holders: dict[str, list[tuple[str, str, str]]] = {}
    for name, judged in there:
        for record in judged.records:
            for mark in () if record.foreign else record.marks:  # a foreign one does not count already
                holders.setdefault(mark, []).append((name, record.run, record.scenario))
    shared: dict[tuple[tuple[str, str, str], tuple[str, str, str]], int] = {}
    for owners in holders.values():
        for one in owners:
            for other in owners:
                if one[0] != other[0]:
                    shared[one, other] = shared.get((one, other), 0) + 1
    for (one, other), count in sorted(shared.items()):
        if count >= SHARED_MARKS:
            yield one, (other[0], f"{other[2]} of run {other[1]}; {count} marks are the same")
