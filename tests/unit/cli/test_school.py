"""A class as the teacher and the student type it: the files of the students, the hand-in, and the collected results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from classroom import attempts, sealed_exercise, snapshot
from classroom.school import bundle, class_file, gathering, keys, local_simulator, student_file
from classroom.school.personal import personal
from classroom.snapshot import Snapshot
from cli import main
from inventory.config import lab_yaml
from inventory.errors import LabError, MachineError
from inventory.journal import Journal
from inventory.session import LabSession
from provision import apply
from tests.support.changed_facts import fake_cluster
from tests.support.class_bots import cib_of, class_text, put, record_of
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_nodes import Nodes
from tests.support.fake_session import fake_session
from tests.support.health_cases import PAGE

ROOT = Path(__file__).parents[3]
Typed = Callable[..., tuple[int, str]]


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main.app, list(words))
    if isinstance(done.exception, LabError):
        return done.exception.exit_status, str(done.exception)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture
def teacher(folder: Path) -> Path:
    """The teacher's folder, with a class of three."""
    (folder / "class.yaml").write_text(class_text(students=["anna", "ben", "carl"], predictions=2))
    return folder


def test_a_new_class(folder: Path) -> None:
    status, said = run("--root", str(folder), "class", "init", "--students", "4", "--name", "ha-2027")
    assert status == 0, said
    found = class_file.load(folder / "class.yaml")
    assert (found.name, len(found.students), found.each, len(found.seed)) == ("ha-2027", 4, 4, 32)
    assert "no-order" in found.pool
    assert "another-witness" not in found.pool, "this lab.yaml has no witness"
    assert (folder / "class.yaml").stat().st_mode & 0o777 == 0o600
    status, said = run("--root", str(folder), "class", "init")
    assert (status, "is there already" in said) == (2, True)
    assert class_file.load(folder / "class.yaml") == found


def test_the_values_of_the_students_are_shown(teacher: Path) -> None:
    status, said = run("--root", str(teacher), "class", "students")
    assert status == 0
    assert all(name in said for name in ("anna", "ben", "carl", "3 students; at most 52 points each"))
    rows = json.loads(run("--root", str(teacher), "class", "students", "--json")[1])
    assert rows[0]["stays_from"] == rows[0]["location"] // 2 + 1


def test_the_files_of_the_students(teacher: Path, tmp_path: Path) -> None:
    status, said = run("--root", str(teacher), "class", "student")
    assert status == 0, said
    for name in ("anna", "ben", "carl"):
        folder = teacher / "students" / name
        lab_yaml.load(folder / "lab.yaml")
        assert student_file.load(folder).name == name
        assert (folder / "student.yaml").stat().st_mode & 0o777 == 0o600
        text = (folder / "student.yaml").read_text()
        assert "a secret seed" not in text
        assert not any(one in text for one in class_file.load(teacher / "class.yaml").pool), (
            "`cat` tells no fault"
        )
    before = {path: path.read_bytes() for path in teacher.rglob("students/**/*.yaml")}
    assert run("--root", str(teacher), "class", "student", "BEN")[0] == 0
    assert {path: path.read_bytes() for path in teacher.rglob("students/**/*.yaml")} == before


def test_in_an_exam_the_faults_stay_with_the_teacher(teacher: Path) -> None:
    (teacher / "class.yaml").write_text(class_text(students=["anna"], mode="exam"))
    assert run("--root", str(teacher), "class", "student")[0] == 0
    assert student_file.load(teacher / "students" / "anna").faults is None
    assert "faults" not in (teacher / "students" / "anna" / "student.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("class", "student", "dora"), "has no student 'dora'"),
        (("class", "students", "--class", "nowhere.yaml"), "there is no such file"),
        (("collect", "nowhere"), "no such folder"),
        (("hand-in",), "this is the lab of no student"),
        (("break", "--next"), "no lab here"),
        (("break", "--next", "no-order"), "no lab here"),
    ],
)
def test_a_mistake_is_one_message(teacher: Path, words: tuple[str, ...], says: str) -> None:
    status, said = run("--root", str(teacher), *words)
    assert status in (2, 3)
    assert says in said or says == "no lab here"
    assert "Traceback" not in said


def test_a_pool_that_this_lab_does_not_allow(teacher: Path) -> None:
    text = class_text(students=2, exercises={"each": 1, "of": ["no-order", "another-witness"]})
    (teacher / "class.yaml").write_text(text)
    status, said = run("--root", str(teacher), "class", "student")
    assert (status, "does not allow another-witness" in said) == (2, True)
    assert not (teacher / "students").exists(), "nothing half done"


def test_a_student_file_that_was_changed(teacher: Path) -> None:
    run("--root", str(teacher), "class", "student")
    path = teacher / "students" / "anna" / "student.yaml"
    for change, says in (
        (("seed: ", "seed: 0"), "64 hexadecimal digits"),
        (("faults: ", "faults: 00"), "`faults` was changed"),
        (("hint_price: 2", "hint_price: two"), "hint_price"),
    ):
        text = path.read_text()
        path.write_text(text.replace(*change))
        status, said = run("--root", str(path.parent), "hand-in")
        assert (status, says in said) == (2, True), said
        path.write_text(text)


# The hand-in, from nodes in memory


@pytest.fixture
def lab(teacher: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, LabSession]:
    """Anna's folder with her lab built on nodes in memory, and a drill that was recorded."""
    run("--root", str(teacher), "class", "student")
    folder = teacher / "students" / "anna"
    described = replace(lab_yaml.load(folder / "lab.yaml"), platform="debian12")
    cluster = FakeCluster(fake_session("debian12", lab=described))
    apply.run(cluster.session)
    (folder / ".lab").mkdir()
    session = replace(cluster.session, remote=Nodes(cluster), journal=Journal(folder))
    page = PAGE.replace("Node1.magedu.com", described.node1.name.capitalize())
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(session, lambda: page, root))
    monkeypatch.setattr(local_simulator, "here", lambda: None)  # the result must not depend on this machine
    [anna, *_] = personal(class_file.load(teacher / "class.yaml"))

    def looked(*arguments: Any) -> Snapshot:
        """A look at the lab; the nodes in memory have only a part of the CIB's text."""
        seen = snapshot.look(*arguments)
        nodes = {node: replace(one, cib_text=cib_of(anna)) for node, one in seen.status.nodes.items()}
        return replace(seen, status=replace(seen.status, nodes=nodes))

    monkeypatch.setattr(gathering, "look", looked)
    return folder, session


def drill(teacher: Path, folder: Path, name: str = "2026-11-27_10-00-00") -> None:
    [anna, *_] = personal(class_file.load(teacher / "class.yaml"))
    run_ = folder / "runs" / name
    run_.mkdir(parents=True)
    (run_ / "timeline.jsonl.gz").write_bytes(record_of(anna))
    assert run("recheck", str(run_))[0] == 0


def test_a_hand_in_of_a_running_lab_and_its_points(teacher: Path, lab: tuple[Path, LabSession]) -> None:
    folder, _ = lab
    drill(teacher, folder)
    (folder / ".lab" / "walk.json").write_text(
        '{"observed": [{"point": "6.2", "answers": [{"id": "q", "said": "1"}]}]}'
    )
    status, said = run("--root", str(folder), "hand-in")
    assert status == 0, said
    assert "Give this file to your teacher" in said
    path = folder / "anna.hand-in.tar.gz"
    found = bundle.read(path.read_bytes())
    assert list(found.parts) == [
        "lab.yaml", "corosync.conf", "cib.xml", "checks.json", "results.json", "walk/walk.json",
        "runs/2026-11-27_10-00-00/timeline.jsonl.gz",
    ]  # fmt: skip
    assert found.manifest.versions["platform"] == "debian12"
    put(teacher / "in", "anna", path.read_bytes())
    status, said = run("--root", str(teacher), "collect", str(teacher / "in"))
    assert status == 0, said
    results = json.loads((teacher / "in" / "collected" / "results.json").read_text())
    [anna, ben, _] = results["students"]
    assert (anna["state"], anna["findings"]) == ("counted", [])
    points = {(one["kind"], one["name"]): one["points"] for one in anna["tasks"]}
    assert points["scenario", "nothing"] == points["scenario", "stickiness-100"] == 5
    assert points["prediction", "the walkthrough"] == 1
    assert 5 < points["lab", "the cluster"] < 10, "the nodes in memory know no logins"
    assert ben["state"] == "nothing handed in"
    assert (teacher / "in" / "collected" / "grades.csv").read_text().splitlines()[1].startswith("anna,anna,")
    assert "anna" in (teacher / "in" / "collected" / "report.html").read_text()
    before = {one.name: one.read_bytes() for one in (teacher / "in" / "collected").iterdir()}
    run("--root", str(teacher), "collect", str(teacher / "in"))
    assert {one.name: one.read_bytes() for one in (teacher / "in" / "collected").iterdir()} == before


def test_a_hand_in_without_nodes_has_the_rest(
    teacher: Path, lab: tuple[Path, LabSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, session = lab
    drill(teacher, folder)

    class NoMachines:
        """A context whose machines are gone."""

        def __init__(self) -> None:
            self._known = fake_context(session, lambda: "", folder)

        def __getattr__(self, name: str) -> object:
            if name == "session":
                raise MachineError("There is no lab yet.", hint="./lab up")
            return getattr(self._known, name)

    monkeypatch.setattr(main, "Context", lambda root, number: NoMachines())
    status, said = run("--root", str(folder), "hand-in")
    assert status == 0, said
    found = bundle.read((folder / "anna.hand-in.tar.gz").read_bytes())
    assert list(found.parts) == [
        "lab.yaml",
        "checks.json",
        "results.json",
        "runs/2026-11-27_10-00-00/timeline.jsonl.gz",
    ]


def test_runs_of_another_lab_and_broken_runs_are_left_out(
    teacher: Path, lab: tuple[Path, LabSession]
) -> None:
    folder, _ = lab
    drill(teacher, folder)
    shutil.copytree(folder / "runs" / "2026-11-27_10-00-00", folder / "runs" / "no-verdicts")
    (folder / "runs" / "no-verdicts" / "verdicts.json").write_text("{")
    (folder / "runs" / "empty").mkdir()
    [_, ben, _] = personal(class_file.load(teacher / "class.yaml"))
    (folder / "runs" / "bens").mkdir()
    (folder / "runs" / "bens" / "timeline.jsonl.gz").write_bytes(record_of(ben))
    status, said = run("--root", str(folder), "hand-in")
    assert status == 0, said
    found = bundle.read((folder / "anna.hand-in.tar.gz").read_bytes())
    assert [name for name in found.parts if name.startswith("runs/")] == [
        "runs/2026-11-27_10-00-00/timeline.jsonl.gz"
    ]


def test_a_bundle_is_kept_when_the_next_one_cannot_be_written(
    lab: tuple[Path, LabSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = lab
    assert run("--root", str(folder), "hand-in")[0] == 0
    before = (folder / "anna.hand-in.tar.gz").read_bytes()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    status, said = run("--root", str(folder), "hand-in")
    assert (status, "No space left on device" in said) == (1, True)
    assert (folder / "anna.hand-in.tar.gz").read_bytes() == before


def test_the_bundle_is_signed_with_the_key_that_the_teacher_knows(
    teacher: Path, lab: tuple[Path, LabSession]
) -> None:
    folder, _ = lab
    run("--root", str(folder), "hand-in")
    found = bundle.read((folder / "anna.hand-in.tar.gz").read_bytes())
    [anna, *_] = personal(class_file.load(teacher / "class.yaml"))
    assert keys.is_signed(keys.public_key(anna.seed), found.signed, found.signature)


def test_the_next_exercise_is_begun_with_the_prices_of_the_class(
    teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--root", str(teacher), "class", "student", "anna")
    folder = teacher / "students" / "anna"
    cluster = fake_cluster("debian12", "built").copy()
    cluster.session = replace(cluster.session, journal=Journal(folder))
    session = replace(cluster.session, remote=Nodes(cluster))
    (folder / ".lab").mkdir()
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(session, lambda: PAGE, root))
    [anna, *_] = personal(class_file.load(teacher / "class.yaml"))
    status, said = run("--root", str(folder), "break", "--next")
    assert status == 0, said
    assert "the hints cost 2, 2" in said
    assert "./lab plan costs 6" in said
    assert sealed_exercise.opened(attempts.load(folder)).exercise == anna.faults[0]
