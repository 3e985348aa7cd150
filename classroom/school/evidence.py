"""What a student hands in, and the parts of the bundle that it becomes. Secrets are removed on the way.

lab.yaml, corosync.conf, cib.xml    the configuration: described, of the nodes, and of the cluster
checks.json                         the verdict of each check of the running lab
results.json                        the verdict of each drill, as the student's lab gave it
attempts/...                        the attempts at exercises, and the commands that were typed meanwhile
walk/...                            the predictions of the walkthrough
runs/NAME/timeline.jsonl.gz         the records of the drills
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from classroom.attempts import COMMANDS_SUFFIX
from classroom.school import bundle, redaction
from classroom.school.student_file import StudentFile
from drill.record import stored_rows
from drill.report import run_folder

LAB, CONF, CIB, CHECKS, RESULTS = "lab.yaml", "corosync.conf", "cib.xml", "checks.json", "results.json"
ATTEMPTS, WALK, RUNS = "attempts/", "walk/", "runs/"
RECORD = f"{run_folder.TIMELINE}{stored_rows.SUFFIX}"


class Judged(msgspec.Struct, frozen=True):
    """A check of the running lab: its name, its status and its reason."""

    check: str
    status: str
    why: str = ""


class Drilled(msgspec.Struct, frozen=True):
    """A record of a run: the scenario and the status that the student's lab gave it."""

    run: str
    scenario: str
    status: str


@dataclass(frozen=True)
class Evidence:
    """Everything of one hand-in. The mappings have file names and contents.

    `versions` are those of the nodes' programs, with the platform. `known` are texts that are secret in this lab.
    """

    lab: str
    cib: str = ""
    conf: str = ""
    checks: Sequence[Judged] = ()
    drilled: Sequence[Drilled] = ()
    attempts: Mapping[str, str] = field(default_factory=dict)
    walk: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, bytes] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] = ()


def parts(evidence: Evidence, student: StudentFile) -> dict[str, bytes]:
    """The parts of the student's bundle, in their order. Raises LabError when a secret is left in one."""
    known = (*evidence.known, student.seed.hex())
    texts = {LAB: evidence.lab, CONF: evidence.conf, CIB: evidence.cib}
    texts |= {CHECKS: _rows(evidence.checks), RESULTS: _rows(evidence.drilled)}
    texts |= {ATTEMPTS + name: text for name, text in sorted(evidence.attempts.items())}
    texts |= {WALK + name: text for name, text in sorted(evidence.walk.items())}
    found = {name: _safe(name, text, known) for name, text in texts.items() if text}
    found |= {f"{RUNS}{name}/{RECORD}": data for name, data in sorted(evidence.records.items())}
    redaction.require_none(found, known)
    return found


def _safe(name: str, text: str, known: Collection[str]) -> bytes:
    """A text without secrets. The record of an attempt stays as it is: it has a digest of itself, and no free text."""
    is_record = name.startswith(ATTEMPTS) and not name.endswith(COMMANDS_SUFFIX)
    return (text if is_record else redaction.redacted(text, known)).encode()


def packed(
    parts: Mapping[str, bytes], student: StudentFile, *, made: int, lab: str, versions: Mapping[str, str]
) -> bytes:
    """The bytes of a student's bundle. `made` is the time (seconds since 1970), `lab` the version of this program."""
    return bundle.packed(
        student.seed,
        parts,
        class_name=student.class_name,
        student=student.name,
        made=made,
        lab=lab,
        versions=versions,
    )


def _rows(rows: Sequence[msgspec.Struct]) -> str:
    return json.dumps([msgspec.to_builtins(one) for one in rows], indent=1, ensure_ascii=False) + "\n"
