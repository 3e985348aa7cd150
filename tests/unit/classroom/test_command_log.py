"""The commands that a student types: a real bash on a pseudo-terminal reports them, and the recorder takes them out."""

from __future__ import annotations

import base64
import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

from classroom import command_log
from classroom.attempt import Typed
from classroom.command_log import Recorder

WORD = "5eed5eed5eed5eed"


def report(kind: str, status: str, line: str, word: str = WORD) -> bytes:
    return f"\033]5379;{word};{kind};{status};{base64.b64encode(line.encode()).decode()}\a".encode()


def recorder() -> tuple[Recorder, list[Typed]]:
    rows: list[Typed] = []
    return Recorder(WORD, "node1", rows.append), rows


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_reports_are_taken_out_of_any_pieces(size: int) -> None:
    found, rows = recorder()
    output = (
        b"$ "
        + report("begin", "", " 12  pcs status")
        + b"Online\r\n"
        + report("end", "1", " 12  pcs status")
        + b"$ "
    )
    shown = b"".join(found.shown(output[at : at + size]) for at in range(0, len(output), size)) + found.end()
    assert shown == b"$ Online\r\n$ "
    assert [(row.node, row.line, row.status) for row in rows] == [("node1", "pcs status", 1)]


def test_what_only_looks_like_a_report_is_shown() -> None:
    found, rows = recorder()
    for text in (
        report("end", "0", "1 x", word="another"),
        b"\033]0;title\a",
        b"\033]5379;",
        b"\033]5379;" + b"x" * 20,
    ):
        assert found.shown(text) + found.end() == text
    assert found.shown(b"\033]5379;" + WORD.encode() + b";end;0;***\a") == b""
    endless = b"\033]5379;" + WORD.encode() + b";" + b"A" * (command_log.MOST + 1)
    assert found.shown(endless) == endless
    assert rows == []


def test_a_command_that_ends_the_session_is_recorded_without_a_status() -> None:
    found, rows = recorder()
    found.shown(report("begin", "", "7 reboot"))
    assert found.end() == b""
    assert [(row.line, row.status) for row in rows] == [("reboot", None)]
    found.end()
    assert len(rows) == 1


def typed_in_a_shell(home: Path, lines: list[str]) -> tuple[list[Typed], str]:
    """Type lines into the recorded shell on a pseudo-terminal, the next one when the prompt has come back."""
    found, rows = recorder()
    master, slave = pty.openpty()
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm", "PS1": "> "}
    with subprocess.Popen(
        ["sh", "-c", command_log.shell(WORD)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        start_new_session=True,
    ) as process:
        os.close(slave)
        output, until = b"", time.monotonic() + 60
        pending, expected = [*lines], len(rows)
        while time.monotonic() < until:
            ready, _, _ = select.select([master], [], [], 0.2)
            if ready:
                try:
                    chunk = os.read(master, 65536)
                except OSError:  # the shell has closed its terminal
                    break
                output += found.shown(chunk)
            elif pending and output.endswith(b"> ") and len(rows) >= expected:
                os.write(master, pending.pop(0).encode() + b"\n")
                expected += 1
        output += found.end()
        process.wait(10)
    os.close(master)
    return rows, output.decode(errors="replace")


def test_a_real_shell_reports_each_command(tmp_path: Path) -> None:
    (tmp_path / ".bash_profile").write_text(
        "PS1='> '\nHISTCONTROL=ignoreboth\nHISTIGNORE='false'\nPROMPT_COMMAND='mine=1'\nalias greet='echo hello'\n"
    )
    (tmp_path / ".bash_history").write_text("an old line\n")
    before = (tmp_path / ".bash_profile").read_text()
    lines = ["greet", "false", "false", " (exit 7)", "echo $mine 'a  b' | cat", "echo ümlaut", "exit 3"]
    rows, output = typed_in_a_shell(tmp_path, lines)
    assert [(row.line, row.status) for row in rows] == [
        ("greet", 0),
        ("false", 1),
        ("false", 1),
        ("(exit 7)", 7),
        ("echo $mine 'a  b' | cat", 0),
        ("echo ümlaut", 0),
        ("exit 3", None),
    ]
    assert "hello\r\n" in output
    assert "1 a  b\r\n" in output
    assert "5379" not in output
    assert (tmp_path / ".bash_profile").read_text() == before
    assert {path.name for path in tmp_path.iterdir()} == {".bash_profile", ".bash_history"}


def test_a_shell_without_its_history_says_so(tmp_path: Path) -> None:
    (tmp_path / ".profile").write_text("PS1='> '\n")
    rows, _ = typed_in_a_shell(tmp_path, ["set +o history", "false", "exit"])
    assert [(row.line, row.status) for row in rows][1] == ("(the history of this shell is off)", 1)
