"""The records of attempts stay, and one that was damaged or written by something else harms no other one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classroom import attempts, points
from classroom.attempt import UNREADABLE, Attempt, Hint, Try, Typed, parse
from classroom.points import Prices
from inventory.errors import ConfigError
from tests.support.attempts import attempt_at, begun, name_of


def pointer(home: Path, text: str) -> None:
    (home / ".lab").mkdir(exist_ok=True)
    (home / ".lab" / "exercise.json").write_text(text)


def changed(home: Path, **fields: Any) -> None:
    path = attempts.path_of(home, attempts.load(home).id)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_an_attempt_is_remembered(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No exercise is under way"):
        attempts.load(tmp_path)
    began = begun(tmp_path, "no-order")
    assert attempts.load(tmp_path) == began
    attempts.record(tmp_path, phase="given-up")
    assert attempts.load(tmp_path).phase == "given-up"
    attempts.close(tmp_path)
    assert attempts.under_way(tmp_path) is None
    [kept] = attempts.every(tmp_path)
    assert (kept.phase, bool(kept.ended), kept.altered) == ("given-up", True, False)
    attempts.close(tmp_path)
    attempts.record(tmp_path, phase="solved")
    assert attempts.every(tmp_path) == (kept,), "there is nothing to record"


@pytest.mark.parametrize(
    "text",
    ['{"name": "no-order", "hints": 0}', '{"attempt": 7}', '{"attempt": "../../x"}', '{"attempt": "gone"}', "{half",
     "[" * 100_000, "[]", ""],
    ids=["an older version's", "odd", "a path", "no record", "half", "deep", "a list", "empty"],
)  # fmt: skip
def test_a_pointer_that_another_program_wrote(text: str, tmp_path: Path) -> None:
    kept = begun(tmp_path, "no-order")
    pointer(tmp_path, text)
    assert attempts.under_way(tmp_path) == UNREADABLE
    attempts.record(tmp_path, phase="solved")
    attempts.close(tmp_path, "given-up")
    assert attempts.under_way(tmp_path) is None
    assert attempts.every(tmp_path) == (kept,), "no attempt is lost"


@pytest.mark.parametrize(
    ("text", "says"),
    [("{half", "cannot be read"), ("[]", "cannot be read"), ('{"id": 7}', "cannot be read"),
     ('{"id": "x", "phase": "odd"}', "cannot be read"), ('{"id": "x", "version": 2}', "has version 2"),
     ("[" * 100_000, "cannot be read")],
)  # fmt: skip
def test_a_record_that_cannot_be_read_stays(text: str, says: str, tmp_path: Path) -> None:
    begun(tmp_path, "no-order")
    path = attempts.path_of(tmp_path, "20250101T000000Z-0000")
    path.write_text(text)
    with pytest.raises(ConfigError, match=says) as error:
        attempts.read(path)
    assert str(path) in error.value.message
    assert [name_of(one) for one in attempts.every(tmp_path)] == ["no-order"]
    assert [file for file, one in attempts.by_file(tmp_path).items() if one is None] == [path]
    attempts.close_lost(tmp_path)
    assert path.read_text() == text


def test_help_that_was_changed_by_hand_is_noticed_and_stays_noticed(tmp_path: Path) -> None:
    begun(tmp_path, "no-order", hints=(Hint(1, "", 1), Hint(2, "", 2)))
    changed(tmp_path, hints=[])
    assert attempts.load(tmp_path).altered
    assert attempts.load(tmp_path).points is None
    attempts.record(tmp_path, plan="2026-11-27T10:40:00Z")
    assert attempts.load(tmp_path).altered


def test_a_later_version_may_add_fields(tmp_path: Path) -> None:
    """A field that this version does not know is ignored, and its digest is still right when it wrote the record."""
    began = begun(tmp_path, "no-order")
    row = json.loads(attempts.path_of(tmp_path, began.id).read_text())
    assert parse(json.dumps(row)) == began
    assert parse(json.dumps({**row, "new": 1})).altered, "the digest is over all fields"


def test_ever_solved_and_solved_now_are_two_answers(tmp_path: Path) -> None:
    current = begun(tmp_path, "no-order")
    for repaired, left in ((False, ("order",)), (True, ()), (False, ("pages",))):
        current = attempts.tried(tmp_path, current, repaired=repaired, left=left)
    assert [(one.solved, one.left) for one in current.tries] == [
        (False, ("order",)), (True, ()), (False, ("pages",))
    ]  # fmt: skip
    assert current.phase == "solved"
    assert current.solved == current.tries[1].at == current.ended
    assert attempts.load(tmp_path) == current, "it can be graded again"
    attempts.close(tmp_path, "given-up")
    assert attempts.every(tmp_path) == (current,), "a solved attempt stays solved"


@pytest.mark.parametrize("phase", ["given-up", "breaking"])
def test_what_a_command_repaired_is_not_solved(phase: str, tmp_path: Path) -> None:
    current = begun(tmp_path, "no-order", phase=phase)
    after = attempts.tried(tmp_path, current, repaired=True, left=())
    assert (after.phase, after.solved) == ("given-up", "")
    assert attempts.under_way(tmp_path) is None


def test_an_attempt_whose_lab_was_removed_has_ended(tmp_path: Path) -> None:
    began = begun(tmp_path, "no-order")
    attempts.close_lost(tmp_path)
    assert attempts.under_way(tmp_path) == began
    (tmp_path / ".lab" / "exercise.json").unlink()
    attempts.close_lost(tmp_path)
    [kept] = attempts.every(tmp_path)
    assert (kept.phase, bool(kept.ended), kept.solved) == ("given-up", True, "")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [({}, 0), ({"solved": "x"}, 10), ({"solved": "x", "hints": (Hint(1, "", 1), Hint(2, "", 2))}, 7),
     ({"solved": "x", "plan": "x"}, 5), ({"solved": "x", "prices": Prices(2, (9,)), "hints": (Hint(1, "", 9),)}, 0),
     ({"solved": "x", "altered": True}, None), ({"hints": (Hint(1, "", 1),)}, 0)],
)  # fmt: skip
def test_points(fields: dict[str, Any], wanted: float | None) -> None:
    assert Attempt(id="x", **fields).points == wanted


def test_prices(tmp_path: Path) -> None:
    cost = points.default()
    assert [cost.hint(number) for number in range(1, 6)] == [1, 2, 3, 3, 3]
    assert Prices(hints=()).hint(1) == 0
    path = tmp_path / "points.yaml"
    path.write_text("solved: 4\nhints: [0.5]\n")
    assert points.of_file(path) == Prices(4, (0.5,), 5)
    for text in ("solved: -1", "hints: 3", "solved: many", "more: 1", "[", "solved: 1e9", "", "- 1", "\x00"):
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"points\.yaml"):
            points.of_file(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        points.of_file(tmp_path / "missing")


def test_typed_commands_are_kept_line_by_line(tmp_path: Path) -> None:
    assert attempts.typed(tmp_path, "a") == ()
    rows = [Typed("t", "node1", "pcs status", 0), Typed("t", "node2", "a\nb \ud800 ü", None)]
    for row in rows[:1]:
        attempts.add_typed(tmp_path, "a", row)
    with attempts.commands_path(tmp_path, "a").open("a") as stream:
        stream.write("{half\n[]\n7\n")
    attempts.add_typed(tmp_path, "a", Typed("t", "node2", "a\nb ü", None))
    assert [row.line for row in attempts.typed(tmp_path, "a")] == ["pcs status", "a\nb ü"]


def test_a_record_has_the_documented_fields(tmp_path: Path) -> None:
    """docs/exercises.md describes the record; other programs read it."""
    text = (Path(__file__).parents[3] / "docs" / "exercises.md").read_text()
    names = {one.name for one in msgspec.structs.fields(Attempt)}
    names |= {one.name for kind in (Hint, Try, Typed) for one in msgspec.structs.fields(kind)}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
    assert attempt_at("no-order").version == 1
