"""Attempts, typed commands and predictions of bundles: points, contradicting times, equal command logs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from classroom import sealed_exercise
from classroom.points import Prices
from classroom.school import collection
from classroom.school.class_file import Points
from classroom.school.collection import Collected, StudentRow
from classroom.school.next_exercise import next_of, prices
from classroom.school.offline import Offline
from classroom.school.tasks import Task
from classroom.sealed_exercise import Contents, Shown
from tests.support.class_bots import BEGAN, MADE, attempt_of, attempts_of, class_of, handed_in, moment, put

CLASS, (ANNA, BEN, CARL) = class_of(["anna", "ben", "carl"], scenarios=[], predictions=4)
FIRST, SECOND, THIRD = ANNA.faults
COMMANDS = (
    "pcs status", "crm_mon -1", "pcs constraint", "grep -n order /var/log/cluster/corosync.log", "crm_simulate -sL",
    "pcs constraint order WebIP then WebServer", "pcs constraint", "pcs status",
)  # fmt: skip


def anna(tmp_path: Path, offline: Offline | None = None, **changes: Any) -> StudentRow:
    put(tmp_path, "anna", handed_in(CLASS, ANNA, records={}, drilled=[], **changes))
    return collected(tmp_path, offline).students[0]


def collected(folder: Path, offline: Offline | None = None) -> Collected:
    return collection.collect(folder, CLASS, (ANNA, BEN, CARL), offline or Offline())


def task(row: StudentRow, name: str) -> Task:
    return next(one for one in row.tasks if one.name == name)


def said(row: StudentRow) -> str:
    return "\n".join(line for one in row.findings for line in (one.kind, one.text, *one.evidence))


def test_points_tries_and_time_of_each_exercise(tmp_path: Path) -> None:
    attempts = attempts_of(
        attempt_of(FIRST, 1, hints=2),
        attempt_of(SECOND, 2, begin=1000, good=False),
        attempt_of("web-at-boot" if "web-at-boot" not in ANNA.faults else "no-order", 3, begin=2000),
    )
    row = anna(tmp_path, attempts=attempts)
    first, second, third = (task(row, name) for name in ANNA.faults)
    assert (first.points, first.status, first.tries, first.seconds, first.hints) == (6.0, "done", 2, 600, 2)
    assert (second.points, second.status, second.stuck) == (0.0, "open", "order, colocation")
    assert (third.points, third.status) == (0.0, "not tried")
    assert (row.state, row.points) == ("counted", 16.0)


def test_the_plan_costs_as_much_as_three_hints(tmp_path: Path) -> None:
    row = anna(tmp_path, attempts=attempts_of(attempt_of(FIRST, plan=moment(60))))
    assert task(row, FIRST).points == 4.0


def test_points_never_fall_below_zero(tmp_path: Path) -> None:
    row = anna(tmp_path, attempts=attempts_of(attempt_of(FIRST, hints=9)))
    assert (task(row, FIRST).points, task(row, FIRST).status) == (0.0, "done")


def test_a_changed_record_gives_no_points(tmp_path: Path) -> None:
    """An open attempt becomes a solved one in an editor."""
    attempts = attempts_of(attempt_of(FIRST, good=False))
    [name] = [one for one in attempts if one.endswith("Z-0001.json")]
    row = json.loads(attempts[name])
    attempts[name] = json.dumps({**row, "phase": "solved", "solved": row["ended"]})
    found = anna(tmp_path, attempts=attempts)
    assert "another program changed its record" in said(found)
    assert (found.state, task(found, FIRST).points) == ("look at it", 0.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ended": moment(-600), "solved": moment(-600)}, "its end at"),
        ({"began": moment(5000)}, "is before its beginning at"),
        ({"solved": moment(0)}, "it was solved at"),
        ({"ended": moment(MADE - BEGAN + 3600)}, "after the hand-in"),
    ],
)
def test_contradicting_times(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    found = anna(tmp_path, attempts=attempts_of(attempt_of(FIRST, **changes)))
    assert "contradicting-times" in said(found)
    assert words in said(found)
    assert (found.state, task(found, FIRST).points) == ("look at it", 0.0)


def test_two_attempts_at_the_same_time(tmp_path: Path) -> None:
    found = anna(tmp_path, attempts=attempts_of(attempt_of(FIRST, 1), attempt_of(SECOND, 2, begin=60)))
    assert "before attempt 20261127T100001Z-0001 ended" in said(found)


def test_an_attempt_whose_id_begins_like_a_wrong_one_counts(tmp_path: Path) -> None:
    wrong = attempt_of(FIRST, 1, id="20261127T1000-12", ended=moment(MADE - BEGAN + 3600))
    good = attempt_of(SECOND, 2, id="20261127T1000-1", begin=-90_000)
    found = anna(tmp_path, attempts=attempts_of(good, wrong))
    assert (task(found, FIRST).points, task(found, SECOND).points) == (0.0, 10.0)


def test_commands_from_another_time(tmp_path: Path) -> None:
    attempts = attempts_of(attempt_of(FIRST), lines=COMMANDS)
    [name] = [one for one in attempts if one.endswith(".commands.jsonl")]
    attempts[name] = attempts[name].replace(moment(0), moment(-90_000))
    assert "1 commands are from outside its time" in said(anna(tmp_path, attempts=attempts))


def test_an_unreadable_record_is_told_and_the_others_count(tmp_path: Path) -> None:
    found = anna(tmp_path, attempts={**attempts_of(attempt_of(FIRST)), "broken.json": "{"})
    assert "attempts/broken.json: The record of an attempt cannot be read" in said(found)
    assert task(found, FIRST).points == 10.0


def test_an_exam_is_opened_with_the_teachers_key(tmp_path: Path) -> None:
    key, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    plain = attempt_of(FIRST)
    exam = sealed_exercise.sealed(plain, Contents(FIRST), Shown(), key.public_key())
    for given, points in ((key, 10.0), (other, 0.0), (None, 0.0)):
        found = anna(tmp_path, Offline(key=given), attempts=attempts_of(exam))
        assert task(found, FIRST).points == points


# Command logs


def logs(tmp_path: Path, lines: dict[str, Sequence[str]], pause: dict[str, int] | None = None) -> Collected:
    for mine in (ANNA, BEN, CARL):
        name = mine.student.name
        attempts = attempts_of(attempt_of(mine.faults[0]), lines=lines.get(name, ()))
        if pause and name in pause:
            for at in range(len(lines[name]) - 1, -1, -1):
                key = next(one for one in attempts if one.endswith(".jsonl"))
                attempts[key] = attempts[key].replace(
                    moment(10 * at), moment(10 * at + at * at * pause[name])
                )
        put(tmp_path, name, handed_in(CLASS, mine, records={}, drilled=[], attempts=attempts))
    return collected(tmp_path)


def own(mine: Any, lines: Sequence[str]) -> list[str]:
    """The same commands with a student's own names and addresses."""
    return [
        f"ping -c1 {mine.address(2)}", *lines, f"pcs node standby {mine.name(2)}", f"ssh {mine.host}1 pcs status",
        f"pcs constraint location WebServer prefers {mine.name(1)}={mine.scores.location}",
    ]  # fmt: skip


def test_equal_commands_with_other_names_are_shown_with_their_evidence(tmp_path: Path) -> None:
    found = logs(
        tmp_path,
        {"anna": own(ANNA, COMMANDS), "ben": own(BEN, COMMANDS), "carl": own(CARL, COMMANDS[:2])},
        {"ben": 2},
    )
    one, two, three = found.students
    assert "the same 12 commands as ben" in said(one)
    assert "the same 12 commands as anna" in said(two)
    assert "pcs constraint location WebServer prefers NODE1=SCORE" in said(one)
    assert one.state == two.state == "look at it"
    assert three.findings == ()
    assert one.points == 20.0, "a person decides; no points are taken away"


def test_a_short_log_with_the_same_pauses(tmp_path: Path) -> None:
    found = logs(tmp_path, {"anna": COMMANDS[:5], "ben": COMMANDS[:5], "carl": COMMANDS[:5]}, {"carl": 3})
    assert "the same 5 commands with the same pauses as ben" in said(found.students[0])
    assert "carl" not in said(found.students[0])


def test_a_copied_part_of_a_log(tmp_path: Path) -> None:
    found = logs(tmp_path, {"anna": COMMANDS, "ben": ["date", *COMMANDS, "uptime", "w"]})
    assert "the same 8 commands in a row as ben" in said(found.students[0])


def test_few_equal_commands_are_no_evidence(tmp_path: Path) -> None:
    found = logs(tmp_path, {"anna": COMMANDS[:4], "ben": COMMANDS[:4]})
    assert all(one.findings == () for one in found.students)


# Predictions


def walk(*answers: tuple[str, str], point: str = "6.2") -> dict[str, str]:
    rows = [
        {"id": f"q{n}", "text": "?", "said": said, "happened": "x", "verdict": v}
        for n, (said, v) in enumerate(answers)
    ]
    observed = [{"point": point, "number": point, "title": "", "at": "", "answers": rows}]
    return {"walk.json": json.dumps({"version": 1, "observed": observed})}


def test_a_prediction_counts_when_it_was_made(tmp_path: Path) -> None:
    row = anna(tmp_path, walk=walk(("node2", "right"), ("5", "wrong"), ("", "open")))
    found = task(row, "the walkthrough")
    assert (found.points, found.most, found.status) == (2.0, 4, "partly")
    assert found.stuck == "not as predicted: 6.2: q1"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"observed": 3}'])
def test_predictions_that_cannot_be_read_count_nothing(tmp_path: Path, text: str) -> None:
    assert task(anna(tmp_path, walk={"walk.json": text}), "the walkthrough").points == 0.0


# Which exercise comes next


def test_the_next_exercise() -> None:
    open_, solved = attempt_of(FIRST, good=False), attempt_of(SECOND)
    assert next_of(ANNA.faults, ()) == FIRST
    assert next_of(ANNA.faults, [open_]) == SECOND
    assert next_of(ANNA.faults, [open_, solved]) == THIRD
    assert next_of(ANNA.faults, [open_, solved, attempt_of(THIRD)]) == FIRST, (
        "the first one is still to be solved"
    )
    done = [attempt_of(name) for name in ANNA.faults]
    assert next_of(ANNA.faults, done) is None
    assert next_of(ANNA.faults, [*done, open_]) is None, "once solved is solved"


def test_the_next_exercise_of_an_exam_follows_the_number_of_attempts() -> None:
    exam = sealed_exercise.sealed(
        attempt_of(FIRST), Contents(FIRST), Shown(), X25519PrivateKey.generate().public_key()
    )
    assert next_of(ANNA.faults, [exam]) == SECOND
    assert next_of(ANNA.faults, [exam, exam, exam]) is None


def test_the_prices_of_the_class() -> None:
    found = prices(Points(20, 10, 5, 1), 2)
    assert found == Prices(10, (2,), 6)
    assert [found.hint(number) for number in (1, 2, 3)] == [2, 2, 2]
