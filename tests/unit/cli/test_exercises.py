"""An exercise as a student types it, on nodes in memory: begun, judged, given up, and every way out of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from classroom import attempts, draws, exercise_texts
from classroom.attempt import Attempt
from classroom.exercise_run import break_lab
from classroom.exercises import EXERCISES, get
from cli import main
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.journal import Journal
from inventory.model import Lab
from inventory.session import LabSession
from provision import apply
from tests.support.attempts import name_of
from tests.support.changed_facts import fake_cluster
from tests.support.example_lab import example_lab
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_nodes import Nodes
from tests.support.fake_session import fake_session
from tests.support.health_cases import PAGE

Typed = Callable[..., tuple[int, str]]
RIGHT = ("break", "no-order")


@pytest.fixture
def nodes(tmp_path: Path, request: pytest.FixtureRequest) -> Nodes:
    lab: Lab | None = getattr(request, "param", None)
    if lab:
        cluster = FakeCluster(fake_session("debian12", lab=lab))
        apply.run(cluster.session)
    else:
        cluster = fake_cluster("debian12", "built").copy()
    cluster.session = replace(cluster.session, journal=Journal(tmp_path))
    return Nodes(cluster)


@pytest.fixture
def session(nodes: Nodes) -> LabSession:
    return replace(nodes.cluster.session, remote=nodes)


@pytest.fixture
def typed(session: LabSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    (tmp_path / ".lab").mkdir()
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(session, lambda: PAGE, tmp_path))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main.app, ["--root", str(tmp_path), *words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return run


def now(root: Path) -> Attempt | None:
    return attempts.under_way(root)


def phase(root: Path) -> str:
    current = now(root)
    return current.phase if current else ""


def changed_by_hand(root: Path, **fields: Any) -> None:
    """Change fields of the record as an editor does."""
    current = now(root)
    assert current
    path = attempts.path_of(root, current.id)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def put(root: Path, row: dict[str, Any]) -> None:
    (root / ".lab" / "exercise.json").write_text(json.dumps(row))


def test_an_exercise_is_begun_and_solved(typed: Typed, nodes: Nodes, tmp_path: Path) -> None:
    status, said = typed(*RIGHT)
    assert status == 0
    assert "Sometimes the web server starts first" in said
    assert (name_of(now(tmp_path)), phase(tmp_path)) == ("no-order", "broken")
    status, said = typed("grade")
    assert status == 1
    assert "Not solved: 1 checks do not pass." in said
    for _ in range(2):
        typed("hint")
    apply.run(nodes.cluster.session)
    status, said = typed("grade")
    assert status == 0
    assert "Solved, with 2 hints. 7 of 10 points." in said
    assert "Solved now: yes. Ever solved: yes, at " in said
    assert phase(tmp_path) == "solved"


def test_a_killed_break_is_not_solved(typed: Typed, nodes: Nodes, tmp_path: Path) -> None:
    nodes.killed_by = "configure-cluster"
    assert typed(*RIGHT)[0] == 130
    assert phase(tmp_path) == "breaking"
    nodes.killed_by = ""
    with pytest.raises(ConfigError, match="break was interrupted"):
        typed("grade")
    assert typed("fix")[0] == 0
    assert now(tmp_path) is None


@pytest.mark.parametrize("command", ["fix", "reset"])
def test_a_killed_repair_is_not_solved(command: str, typed: Typed, nodes: Nodes, tmp_path: Path) -> None:
    typed(*RIGHT)
    nodes.killed_by = "replace-configuration"
    assert typed(command)[0] == 130
    assert phase(tmp_path) == "given-up"
    nodes.killed_by = ""
    apply.run(nodes.cluster.session)
    status, said = typed("grade")
    assert status == 1
    assert "Solved" not in said
    assert "It does not count as solved." in said
    assert now(tmp_path) is None


def test_a_plan_and_hints_changed_by_hand_are_told(typed: Typed, nodes: Nodes, tmp_path: Path) -> None:
    typed(*RIGHT)
    assert "pcs constraint order" in typed("plan")[1]
    changed_by_hand(tmp_path, hints=[{"number": 1, "at": "", "price": 0}])
    apply.run(nodes.cluster.session)
    assert (
        "Solved, with an unknown number of hints: the record of the exercise was changed by another program, "
        "after ./lab plan showed the repair." in typed("grade")[1].replace("\n", " ")
    )


@pytest.mark.parametrize("row", [{"name": "gone", "hints": 0}, {"name": 7}], ids=["unknown", "unreadable"])
@pytest.mark.parametrize(
    ("command", "status"), [("grade", 1), ("fix", 0), ("reset", 0), ("break", 0), ("provision", 0)]
)
def test_an_unknown_exercise_has_a_way_out(
    command: str, status: int, row: dict[str, Any], typed: Typed, tmp_path: Path
) -> None:
    put(tmp_path, row)
    with pytest.raises(ConfigError) as error:
        typed("hint")
    assert error.value.hint == "./lab fix ends it."
    done, said = typed(*(RIGHT if command == "break" else (command,)))
    assert done == status
    assert "Solved" not in said
    assert name_of(now(tmp_path)) == ("no-order" if command == "break" else "")


WITHOUT = replace(example_lab(), colocations=(), orders=(), locations=(), stickiness=0)


@pytest.mark.parametrize("nodes", [WITHOUT], indirect=True, ids=["no constraints"])
@pytest.mark.parametrize(
    "name", ["no-order", "wrong-order", "no-colocation", "weak-location", "no-stickiness"]
)
def test_an_exercise_that_this_lab_yaml_cannot_have(name: str, typed: Typed, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not work with this lab\.yaml: lab\.yaml has"):
        typed("break", name)
    assert now(tmp_path) is None
    assert name not in typed("exercises")[1].split()


def test_an_exercise_whose_check_does_not_fail_is_ended(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classroom.exercise_run.break_lab", lambda exercise, session, hidden: None)
    with pytest.raises(ConfigError, match="the check order did not fail"):
        typed(*RIGHT)
    assert now(tmp_path) is None


def test_the_labs_own_file_can_have_every_exercise_but_that_of_the_witness() -> None:
    lab = lab_yaml.load(Path(__file__).parents[3] / "lab.yaml", {})
    assert [one.name for one in EXERCISES if one.needs(lab)] == ["another-witness"]


def test_random_exercises_do_not_come_twice(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr("classroom.exercise_run.begin", lambda exercise, *rest: begun.append(exercise.name))
    for words in (("--random",), ("--seed", "3"), ("--seed", "3"), ("--random",)):
        typed("break", *words)
    assert len(set(begun)) == 4
    names = [one.name for one in EXERCISES]
    assert set(draws.drawn(tmp_path / ".lab", names)) == set(begun)


# An exam


@pytest.fixture
def key(typed: Typed, tmp_path: Path) -> Path:
    assert typed("exam-key", str(tmp_path / "teacher"))[0] == 0
    return tmp_path / "teacher"


def everything_in(folder: Path) -> str:
    """The text of all files of a lab."""
    return "\n".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("exam", [False, True])
def test_nothing_in_the_folder_tells_what_is_broken(
    exam: bool, typed: Typed, key: Path, tmp_path: Path
) -> None:
    sealed = ("--sealed", f"{key}.pub") if exam else ()
    status, said = typed("--verbose", *RIGHT, *sealed)
    assert status == 0
    kept = everything_in(tmp_path / ".lab") + everything_in(tmp_path / "attempts")
    assert not [one.name for one in EXERCISES if one.name in kept + said]


def test_an_exam_is_judged_without_its_key_and_explained_with_it(
    typed: Typed, nodes: Nodes, key: Path, tmp_path: Path
) -> None:
    status, said = typed(*RIGHT, "--sealed", f"{key}.pub")
    assert status == 0
    assert "Sometimes the web server starts first" not in said, "the list of exercises has the title"
    assert "started before WebIP was up" in said
    with pytest.raises(ConfigError, match="An exam is under way: the plan would be its solution"):
        typed("plan")
    with pytest.raises(ConfigError, match="sealed with the teacher's key") as refused:
        typed("fix")
    assert "./lab reset repairs the lab" in refused.value.hint
    assert phase(tmp_path) == "broken", "a refused fix does not end it"
    with pytest.raises(ConfigError, match="An exercise is under way"):
        typed("heal")
    assert typed("hint")[0] == 0
    apply.run(nodes.cluster.session)
    status, said = typed("grade")
    assert status == 0
    assert "Solved, with 1 hints. 9 of 10 points." in said
    assert "order constraint was missing" not in said
    row = json.loads(typed("grade", "--key", str(key), "--json")[1].partition("\n")[2].partition("\n")[2])
    assert (row["exercise"], row["solved_now"], row["ever_solved"], row["points"]) == (
        "no-order",
        True,
        True,
        9,
    )
    assert "order constraint was missing" in typed("grade", "--key", str(key))[1]
    assert "(sealed)" in typed("attempts")[1]
    assert "no-order" in typed("attempts", "--key", str(key))[1]


@pytest.mark.parametrize(("command", "status"), [("reset", 0), ("provision", 0), ("fix", 0)])
def test_an_exam_is_given_up(command: str, status: int, typed: Typed, key: Path, tmp_path: Path) -> None:
    typed(*RIGHT, "--sealed", f"{key}.pub")
    assert typed(command, *(("--key", str(key)) if command == "fix" else ()))[0] == status
    assert now(tmp_path) is None
    [kept] = attempts.every(tmp_path)
    assert (kept.phase, kept.solved, kept.points) == ("given-up", "", 0)


@pytest.mark.parametrize("command", ["grade", "fix", "attempts"])
def test_a_wrong_key_changes_nothing(command: str, typed: Typed, key: Path, tmp_path: Path) -> None:
    typed(*RIGHT, "--sealed", f"{key}.pub")
    before = everything_in(tmp_path / "attempts")
    typed("exam-key", str(tmp_path / "other"))
    for words, says in (
        (str(tmp_path / "other"), "not the key of this exercise"),
        (f"{key}.pub", "is the public key"),
    ):
        if command == "attempts" and "other" in words:
            assert "(sealed)" in typed(command, "--key", words)[1]
            continue
        with pytest.raises(ConfigError, match=says):
            typed(command, "--key", words)
    assert everything_in(tmp_path / "attempts") == before


def test_a_lab_that_was_built_again_is_not_judged(typed: Typed, session: LabSession, tmp_path: Path) -> None:
    typed(*RIGHT)
    session.machines.made = "again"  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match="The machines were made again"):
        typed("grade")
    [kept] = attempts.every(tmp_path)
    assert (kept.phase, kept.solved, kept.tries) == ("given-up", "", ())
    assert now(tmp_path) is None


def test_solved_once_and_broken_again(typed: Typed, nodes: Nodes, tmp_path: Path) -> None:
    typed(*RIGHT)
    apply.run(nodes.cluster.session)
    assert typed("grade")[0] == 0
    with pytest.raises(ConfigError, match="The exercise is solved"):
        typed("hint")
    nodes.cluster.settle()
    break_lab(get(nodes.cluster.session, "no-order"), nodes.cluster.session)
    status, said = typed("grade")
    assert status == 1
    assert "Solved now: no. Ever solved: yes, at " in said
    apply.run(nodes.cluster.session)
    assert typed(*RIGHT)[0] == 0, "a solved exercise is in nobody's way"
    assert [one.phase for one in attempts.every(tmp_path)] == ["solved", "broken"]


def test_a_kit_without_solutions(
    typed: Typed, nodes: Nodes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exercise_texts, "SOLUTIONS", "not-in-this-kit.yaml")
    typed(*RIGHT)
    assert "This copy of the lab does not have the solutions" in typed("fix")[1].replace("\n", " ")
    typed(*RIGHT)
    apply.run(nodes.cluster.session)
    status, said = typed("grade")
    assert status == 0
    assert "This copy of the lab does not have the solutions" in said.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("break", "nonesuch"), "no exercise 'nonesuch'"),
        (("break",), "takes the name of an exercise"),
        (("break", "no-order", "--points", "missing.yaml"), "cannot be read"),
        (("break", "no-order", "--sealed", "missing.pub"), "cannot be read"),
        (("grade",), "No exercise is under way"),
        (("hint",), "No exercise is under way"),
        (("fix",), "No exercise is under way"),
        (("grade", "--key", "missing"), "cannot be read"),
        (("exam-key", "no-folder/key"), "There is no folder"),
    ],
)
def test_bad_input(words: tuple[str, ...], says: str, typed: Typed, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        typed(*words)
    assert attempts.every(tmp_path) == ()


def test_a_list_of_attempts_skips_what_cannot_be_read(typed: Typed, tmp_path: Path) -> None:
    assert "There are no attempts yet" in typed("attempts")[1]
    typed(*RIGHT)
    (tmp_path / "attempts" / "broken.json").write_text("{half")
    status, said = typed("attempts")
    assert status == 0
    assert "broken.json cannot be read" in said.replace("\n", " ").replace("  ", " ")
    assert "(sealed)" in said, "an exercise that is open does not tell its name"
