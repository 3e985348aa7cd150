"""`./lab walk` as a student types it: questions, answers, leaving and coming back, on nodes in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from classroom.walk import observe, progress
from classroom.walk.observe import Drill, Outcome, Words
from classroom.walk.points import Point
from classroom.walk.progress import Progress
from cli import main, prompt, walk
from drill.record.timeline import Timeline
from inventory.errors import ConfigError, LabError
from inventory.model import Command, Result
from inventory.session import LabSession
from provision import apply
from provision.steps.registry import find, until
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_session import fake_session
from tests.support.health_cases import PAGE
from tests.support.walk_records import SCORES, UP, moved, nowhere, placed

RECORDS: dict[str, Callable[[], Timeline]] = {
    "quorum-lost": nowhere,
    "quorum-ignored": moved,
    "stays": moved,
    "apart": lambda: placed(NODE2),
    "together": lambda: placed(NODE1, page=NODE1),
    "order-of-start": moved,
    "fails-back": moved,
}


@dataclass
class Nodes:
    """The nodes in memory, which also answer what the walk looks at."""

    cluster: FakeCluster

    def run(self, command: Command) -> Result:
        if command.why == "look":
            return Result(command, 0, "what one sees\n", "")
        if command.purpose == "read-cib":
            return Result(command, 0, UP, "")
        if command.purpose == "simulate-return":
            return Result(command, 0, SCORES, "")
        return self.cluster.run(command)


class Student:
    """Types `./lab walk` with answers in a row; where they end, the input ends (Ctrl-D)."""

    def __init__(self, session: LabSession, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session, self.root, self.monkeypatch = session, root, monkeypatch
        self.happened: list[str] = []
        self.prompts: list[str] = []
        self.fails: LabError | BaseException | None = None
        monkeypatch.setattr(main, "Context", lambda root_, number: fake_context(session, lambda: PAGE, root))
        monkeypatch.setattr(observe, "happen", self.happen)
        monkeypatch.setattr(observe, "at_rest", lambda session: None)
        (root / ".lab").mkdir()

    def happen(self, point: Point, told: Words, session: LabSession, drill: Drill) -> Outcome:
        self.happened.append(point.id)
        if self.fails:
            raise self.fails
        drill.tell(1.25, "node2: holds the address")
        return observe.of_record(told, session, RECORDS[point.id](), f"run-{point.id}")

    def types(self, *answers: str, words: tuple[str, ...] = (), terminal: bool = True) -> tuple[int, str]:
        left = iter(answers)

        def typed(shown: str) -> str:
            self.prompts.append(shown)
            answer = next(left, None)
            if answer is None:
                raise EOFError
            if answer == "^C":
                raise KeyboardInterrupt
            return answer

        self.monkeypatch.setattr(prompt, "ask", typed)
        self.monkeypatch.setattr(walk, "_is_terminal", lambda: terminal)
        done = CliRunner().invoke(main.app, ["--root", str(self.root), "walk", *words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    @property
    def saved(self) -> Progress:
        return progress.load(self.root / ".lab", pytest.fail).now


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Student:
    """Two nodes built up to step 5."""
    cluster = FakeCluster(fake_session("debian12", root=tmp_path))
    apply.run(cluster.session, until(find("5")))
    return Student(replace(cluster.session, remote=Nodes(cluster)), tmp_path, monkeypatch)


def test_unattended_every_point_happens_and_every_answer_is_open(student: Student) -> None:
    status, said = student.types(words=("--yes",), terminal=False)
    assert status == 0
    assert student.happened == list(RECORDS)
    assert student.prompts == []
    assert student.saved.stop == ""
    assert {answer.said for one in student.saved.observed for answer in one.answers} == {""}
    assert "you said:  I don't know" in said
    assert "  [root@node1]# pcs resource create WebServer" in said
    assert "What the document leaves out" in said
    assert "Your predictions:" in said
    assert "The walkthrough is complete." in said


def test_the_answer_comes_before_anything_is_shown(student: Student) -> None:
    said = student.types("", "3", "n", "never", "", words=("--from", "6.1", "--to", "6.2"))[1]
    asked, shown = said.index("Who holds 172.16.100.11"), said.index("node2: holds the address")
    assert said.index("6.1  An address that belongs") < asked < shown < said.index("To see: WebIP is Started")
    assert "starts nothing" not in said[:asked], "the text of step 6.1 gives the answer away"
    assert "(as predicted)" in said
    assert "1 of 2 expected votes are there" in said


def test_step_and_point_before_it_are_in_the_right_order(student: Student) -> None:
    said = student.types("2", "n", "", words=("--from", "7.2", "--to", "7b"))[1]
    order = ["What will happen? A second resource", "Do WebIP and WebServer", "pcs resource create WebServer",
             "as it happens", "The cluster's own reason", "7b  The web server as a resource"]  # fmt: skip
    assert [said.index(one) for one in order] == sorted(said.index(one) for one in order)


def test_a_prediction_stands_beside_what_happened(student: Student) -> None:
    said = student.types("node2", "1", "9", words=("--from", "stays", "--to", "stays"))[1]
    assert re.search(r"Who holds .*\n +you said: +node2\n +happened: +node2 +\(as predicted\)", said)
    assert re.search(
        r"first time\?\n +you said: +9\n +happened: +0\.\d+ to 0\.\d+ s +\(not as predicted\)", said
    )
    assert "Read again: step 6.5" in said
    assert "600 = 500 webserver_on_node1 + 100 stickiness" in said
    [found] = student.saved.observed
    assert [one.verdict for one in found.answers] == ["right", "right", "wrong"]
    assert found.run == "run-stays"
    assert found.thought_s >= 0


def test_three_wrong_answers_are_i_dont_know(student: Student) -> None:
    said = student.types("me", "7", "the cat", "", "", words=("--from", "stays", "--to", "stays"))[1]
    assert said.count("This is no answer to the question. Possible: 1 node1  2 node2  3 nobody.") == 3
    assert "It counts as: I don't know." in said
    assert student.saved.observed[0].answers[0].said == ""


@pytest.mark.parametrize(("end", "status"), [((), 0), (("^C",), 130)], ids=["Ctrl-D", "Ctrl-C"])
def test_leaving_keeps_the_answers_and_the_place(student: Student, end: tuple[str, ...], status: int) -> None:
    done, said = student.types("node2", *end, words=("--from", "stays"))
    assert done == status
    assert "Your progress is kept. ./lab walk continues at step 6.5 (stays)." in said
    assert student.happened == []
    assert dict(student.saved.answers) == {"end": "node2"}
    done, said = student.types("y", "1", "0.4", "", words=("--to", "stays"))
    assert student.prompts[-3].startswith("Continue at step 6.5 (stays)? [Y/n]")
    assert "(you answered before: node2)" in said
    assert done == 0
    assert [one.said for one in student.saved.observed[0].answers] == ["node2", "1", "0.4"]
    assert student.saved.asked == ""
    assert student.saved.stop == "pages"


def test_leaving_at_enter_goes_on_with_the_next_stop(student: Student) -> None:
    said = student.types(words=("--from", "5", "--to", "6.2"))[1]
    assert "continues at step 6.1 (floating-address)" in said
    assert student.saved.stop == "floating-address"


def test_no_to_continue_and_restart_begin_at_the_first_step(student: Student) -> None:
    student.types(words=("--from", "5"))
    for answers, words in ((("n",), ()), ((), ("--restart",))):
        said = student.types(*answers, words=words)[1]
        assert "1.1  Each node's name" in said
        assert "continues at step 1.2" in said


def test_steps_before_the_first_stop_are_made(student: Student) -> None:
    student.types("", "", "", words=("--from", "7.1.1", "--to", "7.1.1"))
    facts = [one.id for one in student.saved.observed[0].answers]
    assert facts == ["together", "holder", "answers"]


def test_a_killed_observation_is_repeated_with_the_same_answers(student: Student) -> None:
    student.fails = KeyboardInterrupt()
    status, said = student.types("node2", "1", "0.4", words=("--from", "stays"))
    assert status == 130
    assert "Your progress is kept." in said
    student.fails = None
    said = student.types("", words=("--to", "stays"))[1]
    assert said.count("(you answered before:") == 3
    assert student.happened == ["stays", "stays"]


def test_a_drill_that_fails_keeps_the_answers(student: Student) -> None:
    broken = moved()
    RECORDS["stays"], usual = (
        (lambda: replace(broken, header=replace(broken.header, error="ssh broke"))),
        moved,
    )
    try:
        with pytest.raises(LabError, match=r"6\.5: the drill itself failed: ssh broke"):
            student.types("node2", "1", "0.4", words=("--from", "stays"))
    finally:
        RECORDS["stays"] = usual
    assert student.saved.observed == ()
    assert dict(student.saved.answers) == {"end": "node2", "interruptions": "1", "down": "0.4"}


def test_without_a_terminal_one_message_says_what_to_do(student: Student) -> None:
    with pytest.raises(ConfigError, match="no terminal") as error:
        student.types(terminal=False)
    assert "./lab walk --yes" in error.value.hint


@pytest.mark.parametrize("words", [("--from", "9"), ("--to", "nonsense"), ("--from", "7.2", "--to", "3")])
def test_a_wrong_step_changes_nothing(student: Student, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"There is no step|--to 3 is before"):
        student.types(words=words)
    assert not (student.root / ".lab" / progress.FILE).exists()


def test_a_broken_progress_is_told_and_kept(student: Student) -> None:
    (student.root / ".lab" / progress.FILE).write_text('{"version": 1, "stop"')
    status, said = student.types(words=("--yes", "--from", "beyond"))
    assert status == 0
    assert "The saved progress of the walk cannot be read" in said
    assert (student.root / ".lab" / f"{progress.FILE}.broken").read_text() == '{"version": 1, "stop"'


def test_the_chapter_beyond_can_be_asked_for_alone(student: Student) -> None:
    status, said = student.types(words=("--from", "beyond"))
    assert status == 0
    assert said.index("What the document leaves out") < said.index("Fencing") < said.index("Your own cluster")
    assert "docs/fencing.md" in said
    assert student.happened == []


def test_the_report_is_a_page_of_all_predictions(student: Student) -> None:
    with pytest.raises(ConfigError, match="nothing to report"):
        student.types(words=("--report",), terminal=False)
    student.types("node2", "1", "9", words=("--from", "stays", "--to", "stays"))
    status, said = student.types(words=("--report",), terminal=False)
    assert status == 0
    path = student.root / "runs" / "walk.html"
    assert said.strip() == str(path)
    page = path.read_text()
    assert "The node returns" in page
    assert "600 = 500 webserver_on_node1 + 100 stickiness" in page
    assert "The record cannot be read" in page, "a run that was removed is told"


def test_the_saved_progress_is_plain_json(student: Student) -> None:
    student.types(words=("--yes", "--from", "stays", "--to", "stays"))
    found: Any = json.loads((student.root / ".lab" / progress.FILE).read_text())
    assert found["version"] == 1
    assert found["observed"][0]["point"] == "stays"
