"""Judges one bundle offline: its evidence is judged again, and what it claims is compared with that. Needs no lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from classroom.school import authenticity, student_lab
from classroom.school.bundle import Bundle
from classroom.school.claimed_checks import Configuration, judged_again
from classroom.school.class_file import ClassFile
from classroom.school.command_logs import Log, log_of
from classroom.school.contradictions import Contradiction, contradictions
from classroom.school.drill_records import Record, records
from classroom.school.evidence import CHECKS, CIB, CONF, LAB, RESULTS, Drilled, Judged
from classroom.school.findings import REFUSED, Finding
from classroom.school.handed_in import attempts_of, predictions_of
from classroom.school.offline import Offline
from classroom.school.personal import Personal
from classroom.school.tasks import Done, Task, tasks
from drill.checks.verdict import PASS, UNKNOWN
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.platforms import registry as platforms

_Row = TypeVar("_Row", bound=msgspec.Struct)


@dataclass(frozen=True)
class Judgement:
    """A judged bundle: `file` is its name, `made` the time of the hand-in (seconds since 1970)."""

    file: str
    student: str
    made: int
    findings: tuple[Finding, ...] = ()
    tasks: tuple[Task, ...] = ()
    records: tuple[Record, ...] = field(default=(), repr=False)
    log: Log = field(default=Log((), ()), repr=False)

    @property
    def refused(self) -> bool:
        """Its content cannot be relied on at all, so it has no points."""
        return any(one.kind in REFUSED for one in self.findings)


def judge(
    file: str, bundle: Bundle, class_: ClassFile, students: Mapping[str, Personal], offline: Offline
) -> Judgement:
    """Judge a bundle of a class. Raises nothing: what cannot be judged becomes a finding."""
    manifest = bundle.manifest
    if refused := authenticity.judge(bundle, class_.name, students):
        mine = students.get(manifest.student)
        open_ = tuple(tasks(class_, mine.faults, Done())) if mine else ()
        return Judgement(file, manifest.student, manifest.made, refused, open_)
    mine = students[manifest.student]
    found: list[Finding] = []
    lab = _lab(bundle, mine, found)
    drilled, unread = records(bundle, lab) if lab else ((), ())
    tried, lost = attempts_of(bundle, offline)
    predicted = predictions_of(bundle)
    found += [Finding("incomplete", "a record cannot be read", (one,)) for one in (*unread, *lost)]
    wrong = tuple(contradictions(manifest.made, tried, drilled))
    found += [Finding("contradicting-times", one.text) for one in wrong]
    found += [
        Finding("unreliable-attempt", f"attempt {one.id}: another program changed its record")
        for one in tried
        if one.altered
    ]
    checks = _checks(bundle, lab, offline, found)
    found += _edited(bundle, drilled)
    foreign = [one for one in drilled if one.foreign]
    found += [
        Finding(
            "foreign-record",
            f"the record of scenario {one.scenario} in run {one.run} is from another lab",
            _owner(one.foreign, students),
        )
        for one in foreign
    ]
    return Judgement(
        file,
        mine.student.name,
        manifest.made,
        tuple(found),
        tuple(tasks(class_, mine.faults, _counting(Done(checks, tried, drilled, predicted), wrong))),
        drilled,
        log_of(tried, mine),
    )


def _owner(foreign: str, students: Mapping[str, Personal]) -> tuple[str, ...]:
    """Why a record is foreign, and whose it is when a student of the class has its names."""
    of = next((one.student.name for one in students.values() if f"{one.name(1)}" in foreign), "")
    return (foreign, f"these are the names of {of}") if of else (foreign,)


def _counting(done: Done, wrong: Sequence[Contradiction]) -> Done:
    """What counts of all that was done: no foreign record, and nothing whose times contradict."""
    attempts = {id_ for one in wrong for id_ in one.attempts}
    runs = {one.run for one in wrong if one.run}
    return replace(
        done,
        tried=[one for one in done.tried if one.id not in attempts],
        records=[one for one in done.records if not one.foreign and one.run not in runs],
    )


def _lab(bundle: Bundle, mine: Personal, found: list[Finding]) -> Lab | None:
    """The lab.yaml of a bundle; it is None when it cannot be read or is that of another student."""
    try:
        lab = lab_yaml.parse(bundle.text(LAB), LAB)
    except ConfigError as error:
        found.append(
            Finding("other-values", "its lab.yaml cannot be used", tuple(error.message.splitlines()[:5]))
        )
        return None
    if other := student_lab.differences(lab, mine):
        found.append(Finding("other-values", "its lab.yaml does not have the student's own values", other))
        return None
    return lab


def _checks(bundle: Bundle, lab: Lab | None, offline: Offline, found: list[Finding]) -> Mapping[str, str]:
    """The status of each check: as it was handed in, but where the CIB says something else, what the CIB says."""
    claimed = {one.check: one.status for one in _rows(bundle, CHECKS, Judged, found)}
    platform = platforms.PLATFORMS.get(bundle.manifest.versions.get("platform", ""))
    if not claimed or lab is None:
        return dict.fromkeys(claimed, UNKNOWN)
    if platform is None or not bundle.text(CIB):
        found.append(
            Finding("incomplete", "it has no CIB or no platform, so its checks cannot be judged again")
        )
        return dict.fromkeys(claimed, UNKNOWN)
    stored = Configuration(bundle.text(CIB), bundle.text(CONF))
    checks, wrong = judged_again(claimed, lab, platform, stored, offline)
    found += wrong
    return checks


def _edited(bundle: Bundle, drilled: Sequence[Record]) -> Iterator[Finding]:
    """Results of drills that the checks do not give when they judge the record again."""
    claimed = _rows(bundle, RESULTS, Drilled, [])
    by_run: dict[tuple[str, str], list[str]] = {}
    for one in drilled:
        by_run.setdefault((one.run, one.scenario), []).append(one.status)
    for said in claimed:
        now = by_run.get((said.run, said.scenario), [])
        if said.status in now:
            now.remove(said.status)
        elif said.status == PASS:
            seen = f"its record is judged {now[0]}" if now else "it has no record of it"
            yield Finding(
                "edited-result",
                f"results.json says PASS for scenario {said.scenario} of run {said.run}",
                (seen,),
            )


def _rows(bundle: Bundle, part: str, kind: type[_Row], found: list[Finding]) -> list[_Row]:
    if part not in bundle.parts:
        return []
    try:
        return msgspec.json.decode(bundle.parts[part], type=list[kind])  # type: ignore[valid-type]
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        found.append(Finding("incomplete", f"{part} cannot be read", (str(error),)))
        return []
