"""A session to a shell of this machine: whole lines of both outputs, and the end told as such."""

from __future__ import annotations

import os
import subprocess
import time
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from drill.observe.ssh_session import LONGEST_LINE, SshSession
from inventory import log
from inventory.model import Node
from inventory.remote.ssh import Ssh
from tests.support.example_lab import NODE1, NODE2

LONG = 20.0
ECHO = 'while read -r line; do echo "one $line"; echo "two $line" >&2; done'
PIECES = "printf one; read -r line; echo ' and two'; printf rest"


def session(text: str) -> SshSession:
    pipe = subprocess.PIPE
    return SshSession(subprocess.Popen(["sh", "-c", text], stdin=pipe, stdout=pipe, stderr=pipe))


def collected(one: SshSession, count: int) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    until = time.monotonic() + LONG
    while len(found) < count and time.monotonic() < until:
        found += one.lines(LONG)
    return found


def test_both_outputs_come_line_by_line() -> None:
    one = session(ECHO)
    try:
        one.ask("7")
        assert sorted(collected(one, 2)) == [(False, "one 7"), (True, "two 7")]
        one.ask("8")
        assert sorted(collected(one, 2)) == [(False, "one 8"), (True, "two 8")]
        assert one.lines(0.0) == [], "nothing more was asked"
    finally:
        one.close()
    assert one.process.returncode is not None, "no process is left"


def test_a_line_is_given_when_it_is_complete() -> None:
    one = session(PIECES)
    try:
        assert one.lines(LONG) == []
        one.ask("1")
        assert collected(one, 1) == [(False, "one and two")]
    finally:
        one.close()


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    one = session("while :; do printf 0123456789; done")
    try:
        for _ in range(20):
            assert one.lines(LONG) == []
            assert len(one._rests[False]) <= LONGEST_LINE
    finally:
        one.close()


def test_the_end_is_told() -> None:
    one = session("exit 0")
    try:
        with pytest.raises(EOFError):
            one.lines(LONG)
        one.process.wait()
        with pytest.raises(EOFError):
            one.ask("1")
    finally:
        one.close()
        one.close()


def test_the_log_has_its_start_and_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").write_text(
        "#!/bin/sh\nfor last; do :; done\ncase $last in *soon*) exit 255;; esac\nexec cat\n"
    )
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    log.begin(tmp_path)
    try:
        ssh = Ssh(tmp_path / "config", {}, tmp_path)
        still_open = SshSession.begin(
            ssh, Node(NODE1, IPv4Address("172.16.100.15"), 1), "# watch.sh\ntrue", longest=9
        )
        still_open.close()
        still_open.close()
        ended = SshSession.begin(ssh, Node(NODE2, IPv4Address("172.16.100.16"), 2), "# soon.sh", longest=9)
        ended.process.wait(LONG)
        ended.close()
    finally:
        log.end()
    found = [
        line.split(" ")[2:4] + line.split(" ")[5:] for line in (tmp_path / log.NAME).read_text().splitlines()
    ]
    what = ["observation", "session:"]
    assert found == [
        [NODE1, "status=started", *what, "#", "watch.sh", "..."],
        [NODE1, "status=closed", *what, ""],
        [NODE2, "status=started", *what, "#", "soon.sh"],
        [NODE2, "status=255", *what, ""],
    ]
