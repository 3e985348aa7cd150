"""`./lab task` as a student types it, on nodes in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classroom import tasks
from classroom.walk import progress
from cli import main
from inventory.errors import ConfigError, LabError
from inventory.model import Command
from tests.support.fake_context import fake_context
from tests.support.fake_session import fake_session
from tests.support.walk_records import UP

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    def answer(command: Command) -> tuple[int, str, str]:
        assert command.purpose == "read-cib", command.line
        return 0, UP, ""

    session = fake_session(remote=answer, root=tmp_path)
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(session, lambda: "", tmp_path))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main.app, ["--root", str(tmp_path), "task", *words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return run


def judged(monkeypatch: pytest.MonkeyPatch, *problems: str) -> None:
    found = tuple(tasks.Problem(text, others=2) for text in problems)
    monkeypatch.setattr(tasks, "problems", lambda task, cib, lab, simulate: found)


def test_the_tasks_are_listed_and_shown(typed: Typed) -> None:
    status, said = typed("list")
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()[1:]] == [one.name for one in tasks.TASKS]
    said = typed("show", "own-service")[1]
    assert "Add a third resource of any agent" in said
    assert "hint 1" not in said
    assert "(3 more hints: --hints 1)" in said
    said = typed("show", "own-service", "--hints", "9")[1]
    assert "hint 3" in said
    assert "more hint" not in said


def test_what_is_not_as_wanted_is_told(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    judged(monkeypatch, "if node1 is lost: mine runs on no node", "there is no monitor")
    status, said = typed("check", "own-service")
    assert status == 1
    assert "if node1 is lost: mine runs on no node" in said
    assert said.count("and 2 more of the same kind") == 2
    assert "Not solved yet: 2 things are not as the task wants." in said
    assert progress.load(tmp_path / ".lab", pytest.fail).now.solved == {}


def test_a_solved_task_is_kept(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    judged(monkeypatch)
    status, said = typed("check", "own-service")
    assert status == 0
    assert "Solved: A service of your own." in said
    [(name, at)] = progress.load(tmp_path / ".lab", pytest.fail).now.solved.items()
    assert name == "own-service"
    assert at[:10].replace("T", " ") in typed("list")[1]


def test_an_unknown_task_and_silent_nodes_are_told(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="There is no task 'nonsense'"):
        typed("check", "nonsense")
    silent = fake_session(remote=lambda command: None, root=tmp_path)
    monkeypatch.setattr(main, "Context", lambda root, number: fake_context(silent, lambda: "", tmp_path))
    with pytest.raises(LabError, match="No node's cluster answers"):
        typed("check", "own-service")
