"""Made-up students: each bot makes the evidence of its own lab, with the code that `./lab hand-in` uses."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from classroom import sealed_exercise
from classroom.attempt import Attempt, Hint, Try, mac_of
from classroom.school import class_file, evidence, student_file, student_lab
from classroom.school.class_file import ClassFile
from classroom.school.evidence import Drilled, Evidence, Judged
from classroom.school.personal import Personal, personal
from classroom.sealed_exercise import Contents, Shown
from drill.record.stored_rows import Rows, begins
from language import fast_yaml
from tests.support.example_lab import CASES

ROOT = CASES.parent.parent
MADE = 1_795_800_000
"""The time of the hand-ins (seconds since 1970)."""
BEGAN = MADE - 50_000
"""The time of the first attempts."""
SCENARIOS = ("nothing", "stickiness-100")
CHECKS = (
    "names", "ssh", "packages", "corosync.conf", "authkey", "start", "no-stonith", "floating-address",
    "no-quorum-policy", "stickiness", "pages", "web-server", "colocation", "order", "location", "served-page",
)  # fmt: skip
POOL = (
    "no-order",
    "wrong-order",
    "no-colocation",
    "weak-location",
    "web-at-boot",
    "ban-left",
    "standby-left",
)
RECORDED = ROOT / "docs" / "results" / "report" / "timeline.jsonl"
RECORDED_NAMES = ("node1.magedu.com", "node2.magedu.com", "10.233.100.11")


def class_text(**changes: Any) -> str:
    """A class.yaml with some keys replaced; None takes a key away."""
    row: dict[str, Any] = {
        "name": "ha-2026",
        "seed": "a secret seed of the class",
        "students": 3,
        "exercises": {"each": 3, "of": list(POOL)},
        "scenarios": list(SCENARIOS),
        "points": {"lab": 10, "exercise": 10, "scenario": 5, "prediction": 1},
        "hint_price": 2,
    }
    row |= changes
    return yaml.safe_dump({key: value for key, value in row.items() if value is not None}, allow_unicode=True)


def class_of(students: int | Sequence[object] = 3, **changes: Any) -> tuple[ClassFile, tuple[Personal, ...]]:
    """A class and the values of its students."""
    found = class_file.parse(class_text(students=students, **changes))
    return found, personal(found)


@cache
def document() -> Mapping[str, Any]:
    """The content of the repository's lab.yaml."""
    read: Mapping[str, Any] = fast_yaml.read((ROOT / "lab.yaml").read_text(encoding="utf-8"))
    return read


def student_of(class_: ClassFile, mine: Personal) -> student_file.StudentFile:
    """What the student's lab knows of the class."""
    return student_file.parse(student_file.text(class_, mine))


def cib_of(mine: Personal) -> str:
    """The CIB of a student's lab in its end state."""
    text = (CASES / "cib" / "2.1.5.xml").read_text(encoding="utf-8")
    for old, new in {
        "node1.magedu.com": mine.name(1),
        "node2.magedu.com": mine.name(2),
        "172.16.100.11": str(mine.address(0)),
        'name="cidr_netmask" value="16"': f'name="cidr_netmask" value="{mine.network.prefixlen}"',
        'name="resource-stickiness" value="100"': f'name="resource-stickiness" value="{mine.scores.stickiness}"',
        'score="500"': f'score="{mine.scores.location}"',
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def record_of(mine: Personal, *scenarios: str, chance: int | None = None) -> bytes:
    """Records of a student's lab: those of a real run, with the student's names and with other durations."""
    dice = random.Random(mine.drill_seed if chance is None else chance)
    new = (mine.name(1), mine.name(2), str(mine.address(0)))
    members = []
    for rows in _recorded(scenarios or SCENARIOS):
        lines = []
        for row in rows:
            text = row
            for old, own in zip(RECORDED_NAMES, new, strict=True):
                text = text.replace(old, own)
            lines.append(_with_other_times(text, dice))
        members.append(gzip.compress("".join(lines).encode(), 6, mtime=0))
    return b"".join(members)


def _with_other_times(text: str, dice: random.Random) -> str:
    if not text.startswith('{"sample"'):
        return text
    row = json.loads(text)
    one = row["sample"]
    one["done"] = one["sent"] + (one["done"] - one["sent"]) * dice.uniform(0.9, 1.1)
    return json.dumps(row, separators=(",", ":")) + "\n"


@cache
def _recorded(scenarios: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found: list[list[str]] = []
    for row in Rows(RECORDED):
        if begins(row):
            found.append([])
        found[-1].append(row.decode())
    return tuple(tuple(one) for one in found if json.loads(one[0])["header"]["scenario"] in scenarios)


def moment(seconds: int) -> str:
    """A time of the record of an attempt: so many seconds after BEGAN."""
    return datetime.fromtimestamp(BEGAN + seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def attempt_of(
    exercise: str,
    number: int = 1,
    *,
    begin: int = 0,
    minutes: int = 10,
    hints: int = 0,
    good: bool = True,
    **changes: Any,
) -> Attempt:
    """An attempt at an exercise: begun `begin` seconds after BEGAN, one bad grade, and a good one at the end."""
    end = begin + 60 * minutes
    tries = [
        Try(moment(begin + 120), False, ("order", "colocation")),
        *([Try(moment(end), True)] if good else []),
    ]
    plain = Attempt(
        id=f"20261127T1{number:05}Z-{number:04x}",
        phase="solved" if good else "given-up",
        began=moment(begin),
        ended=moment(end),
        solved=moment(end) if good else "",
        hints=tuple(Hint(one, moment(begin + 60 + one), 2) for one in range(1, hints + 1)),
        tries=tuple(tries),
    )
    return sealed_exercise.sealed(
        msgspec.structs.replace(plain, **changes), Contents(exercise), Shown(), None
    )


def record_text(attempt: Attempt) -> str:
    """An attempt as the lab writes it."""
    row = msgspec.to_builtins(attempt)
    return json.dumps({**row, "mac": mac_of(row)})


def attempts_of(*attempts: Attempt, lines: Sequence[str] = ()) -> dict[str, str]:
    """The files of some attempts; `lines` were typed during the first one, ten seconds apart."""
    found = {f"{one.id}.json": record_text(one) for one in attempts}
    first = attempts[0]
    began = datetime.fromisoformat(first.began.replace("Z", "+00:00")).timestamp() - BEGAN
    rows = [
        {"at": moment(round(began) + 10 * n), "node": "x", "line": line, "status": 0}
        for n, line in enumerate(lines)
    ]
    return found | {f"{first.id}.commands.jsonl": "".join(json.dumps(one) + "\n" for one in rows)}


def evidence_of(mine: Personal, **changes: Any) -> Evidence:
    """What a student hands in whose lab is complete and who ran both drills. No records are made in vain."""
    if "records" not in changes:
        changes["records"] = {"2026-11-27_10-00-00": record_of(mine)}
    plain = Evidence(
        lab=student_lab.lab_text(document(), mine, "ha-2026"),
        cib=cib_of(mine),
        checks=[Judged(name, "PASS") for name in CHECKS],
        drilled=[Drilled("2026-11-27_10-00-00", name, "PASS") for name in SCENARIOS],
        versions={"platform": "debian12", "pacemaker": "2.1.5"},
    )
    return replace(plain, **changes)


def handed_in(class_: ClassFile, mine: Personal, made: int = MADE, **changes: Any) -> bytes:
    """The bundle of a bot."""
    return packed(evidence_of(mine, **changes), class_, mine, made=made)


def packed(proof: Evidence, class_: ClassFile, mine: Personal, *, made: int = MADE) -> bytes:
    """The bytes of a bundle with any evidence, signed by a student."""
    student = student_of(class_, mine)
    parts = evidence.parts(proof, student)
    return evidence.packed(parts, student, made=made, lab="0.1.0", versions=proof.versions)


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a bundle into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.hand-in.tar.gz"
    path.write_bytes(data)
    return path
