"""A session to a shell of this machine: answers whole, in time or not at all, and the end told as such."""

from __future__ import annotations

import os
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from drill.observe.ssh_session import SshSession
from inventory import log
from inventory.model import Node
from inventory.remote.ssh import Ssh
from tests.support.example_lab import NODE1, NODE2

LONG = 20.0
ECHO = 'while read -r line; do echo "one $line"; echo two; echo; echo "@@end $line"; done'
DUMB = "cat >/dev/null"
GONE = "exit 0"


def session(text: str) -> SshSession:
    return SshSession(
        subprocess.Popen(
            ["sh", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    )


def test_answers_come_one_by_one() -> None:
    one = session(ECHO)
    try:
        one.ask("7")
        one.ask("8")
        assert one.answer(LONG) == "one 7\ntwo\n"
        assert one.answer(LONG) == "one 8\ntwo\n"
        assert one.answer(0.0) is None, "nothing more was asked"
    finally:
        one.close()
    assert one.process.returncode is not None, "no process is left"


def test_silence_is_no_answer() -> None:
    one = session(DUMB)
    try:
        one.ask("1")
        assert one.answer(0.0) is None
    finally:
        one.close()


def test_the_end_is_told() -> None:
    one = session(GONE)
    try:
        with pytest.raises(EOFError):
            one.answer(LONG)
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
