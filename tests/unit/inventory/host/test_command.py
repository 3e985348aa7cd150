"""Programs on this machine: what they say, how they fail, and that the log has each of them."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path

import pytest

from inventory import waiting
from inventory.errors import MachineError
from inventory.host import command
from inventory.log import LOG


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(LOG, "propagate", True)
    caplog.set_level(logging.INFO, logger=LOG.name)
    return caplog


def test_what_a_program_says(logged: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    text = "cat; pwd; echo $SAID; echo oh >&2; exit 3"
    found = command.run(["sh", "-c", text], stdin="in\n", env={"SAID": "hello"}, folder=tmp_path)
    assert (found.status, found.good) == (3, False)
    assert found.out.splitlines() == ["in", str(tmp_path), "hello"]
    assert found.last() == "  | oh"
    assert "this-machine status=3" in logged.text
    assert "in\n" not in logged.text, "what a program reads is not logged"


def test_what_cannot_be_run(logged: pytest.LogCaptureFixture) -> None:
    assert command.run(["no-such-program"]).status == command.NOT_FOUND
    slow = command.run(["sleep", "5"], deadline=0.1)
    assert (slow.status, slow.err) == (command.TIMED_OUT, "no answer within 0.1 s")
    assert command.answer(["no-such-program"], "nothing") == "nothing"
    assert "status=127" in logged.text
    assert "status=124" in logged.text


def test_a_failure_is_an_error_with_the_last_words() -> None:
    with pytest.raises(MachineError, match=r"`sh -c` failed|`sh -c echo") as caught:
        command.check(["sh", "-c", "echo this is why >&2; exit 1"], hint="do this")
    assert "this is why" in caught.value.message
    assert caught.value.hint == "do this"
    with pytest.raises(MachineError, match=r"The work failed \(exit 127\)"):
        command.check(["no-such-program"], what="The work failed")


def test_several_at_the_same_time() -> None:
    said = command.run_all({"one": ["echo", "1"], "two": ["no-such-program"]}, deadline=5)
    assert (said["one"].out, said["two"].status) == ("1\n", command.NOT_FOUND)
    assert command.run_all({}, deadline=5) == {}


def test_a_program_that_stays(logged: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    command.start(["sh", "-c", "echo said"], tmp_path / "log")
    said = waiting.until(
        (tmp_path / "log").read_text, bool, "it says something", deadline=10, every=0.02, clock=waiting.CLOCK
    )
    assert said == "said\n"
    with pytest.raises(MachineError, match="cannot be started"):
        command.start(["no-such-program"], tmp_path / "log")
    assert "status=started" in logged.text


def test_a_program_on_the_terminal(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); sys.exit(4)"
    assert command.attached([sys.executable, "-c", code], tmp_path) == 4
    assert command.attached([sys.executable, "-c", code], tmp_path, to_stderr=True) == 4
    said = capfd.readouterr()
    assert (said.out.strip(), said.err.strip()) == (str(tmp_path), str(tmp_path))
    with pytest.raises(MachineError):
        command.attached(["no-such-program"], tmp_path)


def test_root_is_asked_for_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(command, "check", lambda argv, **more: ran.append(argv))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command.as_root(["true"], "true")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    command.as_root(["true"], "true")
    assert ran == [["true"], ["sudo", "true"]]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MachineError, match="sudo is not installed") as caught:
        command.as_root(["true"], "true --now")
    assert caught.value.hint == "As root: true --now"
