"""No error of the system or of a damaged file reaches the user as a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import guard
from inventory.errors import MachineError, Unreachable
from tests.support.example_lab import CASES

ROOT = CASES.parent.parent


def raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/x/.lab/lock"), 3,
         "/x/.lab/lock: Permission denied.\n  -> If root made these files"),
        (OSError(errno.EROFS, "Read-only file system", b"/x"), 3, "/x: Read-only file system.\n  -> Copy this folder"),
        (FileExistsError(errno.EEXIST, "File exists", "/x/.lab"), 3, "/x/.lab: File exists.\n  -> Move what is there"),
        (OSError(errno.ENOSPC, "No space left on device"), 3, "The output: No space left on device.\n  ->"),
        (OSError("odd"), 3, "The output: odd."),
        (RecursionError("too deep"), guard.DEFECT, "a defect of the lab itself: RecursionError: too deep"),
        (KeyError("x"), guard.DEFECT, "a defect of the lab itself: KeyError: 'x'"),
        (UnicodeDecodeError("utf-8", b"\x80", 0, 1, "bad"), guard.DEFECT, "lab itself: UnicodeDecodeError"),
    ],
)  # fmt: skip
def test_one_message_and_a_status(
    error: Exception, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard.status_of(raising(error)) == status
    said = capsys.readouterr().err
    assert f"error: {says}" in said or says in said
    assert "Traceback" not in said


def test_a_reader_that_has_gone_is_no_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_discard_stdout", lambda: None)
    assert guard.status_of(raising(BrokenPipeError(errno.EPIPE, "Broken pipe"))) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("code", "status"), [(None, 0), (3, 3), ("text", 1), (guard.INTERRUPTED, guard.INTERRUPTED)]
)
def test_an_exit_keeps_its_status(code: object, status: int) -> None:
    assert guard.status_of(raising(SystemExit(code))) == status


def typed(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line in a folder with lab.yaml; $TOOL is the command."""
    (folder / "lab.yaml").write_text((ROOT / "lab.yaml").read_text())
    run = f"{sys.executable} -m cli.main --root {folder}"
    return subprocess.run(
        ["sh", "-c", line],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "TOOL": run, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("$TOOL exercises >/dev/full", 3, "The output: No space left on device"),
        ("PYTHONIOENCODING=ascii $TOOL exercises", 0, ""),
    ],
)
def test_a_real_stream(tmp_path: Path, line: str, status: int, says: str) -> None:
    done = typed(tmp_path, line)
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".lab").write_text("")
    done = typed(tmp_path, "$TOOL heal")
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr


def test_a_node_that_is_off_has_its_own_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_causes_of_silence", [])
    silent = Unreachable("node1 does not answer over ssh", hint="Is the node up?")
    assert guard.status_of(raising(silent)) == Unreachable.exit_status
    assert capsys.readouterr().err == "error: node1 does not answer over ssh\n  -> Is the node up?\n"
    guard.ask_when_unreachable(lambda: MachineError("Not running: node1.", hint="./lab up boots the nodes."))
    assert guard.status_of(raising(silent)) == Unreachable.exit_status
    said = capsys.readouterr().err
    assert said.endswith("error: Not running: node1.\n  -> ./lab up boots the nodes.\n")
    assert "Is the node up?" not in said
