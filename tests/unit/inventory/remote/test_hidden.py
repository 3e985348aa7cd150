"""A hidden command does the same, and no argument of a program and no line of the log has its text."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from inventory import log
from inventory.model import Command
from inventory.remote.hidden import by_stdin
from inventory.remote.ssh import Ssh, failure
from tests.support.example_lab import NODE1

LABEL = "exercise 1: command 4ac0"


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ssh:
    """An ssh that writes its arguments to a file and runs the remote command here."""
    (tmp_path / "ssh").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\nfor last; do :; done\nexec sh -c "$last"\n'
    )
    (tmp_path / "sudo").write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    for name in ("ssh", "sudo"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Ssh(tmp_path / "ssh_config", {NODE1: "node1"}, tmp_path / "control")


@pytest.mark.parametrize(
    ("command", "out"),
    [
        (Command(NODE1, ("printf", "[%s]", "a b", "$HOME", "it's", "")), "[a b][$HOME][it's][]"),
        (Command.script(NODE1, "cat; echo done"), "done\n"),
        (Command.script(NODE1, "cat; echo done", stdin="ü\n'\"$x\n"), "ü\n'\"$x\ndone\n"),
        (Command.script(NODE1, "cat <<'END'\nin $the text\nEND"), "in $the text\n"),
        (Command(NODE1, ("cat",), stdin=""), ""),
    ],
    ids=["words", "no standard input", "standard input", "a text of its own", "an empty one"],
)
def test_it_does_the_same(command: Command, out: str, ssh: Ssh, tmp_path: Path) -> None:
    plain = ssh.run(command)
    hidden = ssh.run(replace(command, hidden=LABEL))
    assert (hidden.status, hidden.out) == (plain.status, plain.out) == (0, out)
    assert (
        (tmp_path / "arguments")
        .read_text()
        .endswith("sh -c 'eval \"$(cat)\"'; s=$?; [ $s -ne 255 ] || s=254; exit $s\n")
    )


def test_neither_log_nor_arguments_nor_error_tell_it(ssh: Ssh, tmp_path: Path) -> None:
    (tmp_path / ".lab").mkdir()
    log.begin(tmp_path / ".lab")
    text = "echo wrong-constraint; exit 3"
    command = Command.script(NODE1, text, stdin="secret text", why="a ban of WebServer")
    try:
        result = ssh.run(replace(command, hidden=LABEL))
    finally:
        log.end()
    assert result.status == 3
    assert NODE1 not in (tmp_path / ".lab" / log.NAME).read_text(), "the node says much about the fault"
    told = (tmp_path / ".lab" / log.NAME).read_text() + (tmp_path / "arguments").read_text()
    told += str(failure(result)).partition("\n  | ")[0]
    assert LABEL in told
    assert not any(word in told for word in ("wrong-constraint", "secret", "ban", "WebServer"))


def test_the_status_of_the_last_command_counts(ssh: Ssh) -> None:
    for stdin in (None, "x"):
        assert ssh.run(replace(Command.script(NODE1, "true; false", stdin=stdin), hidden=LABEL)).status == 1
    assert by_stdin(Command(NODE1, ("true",), hidden=LABEL)).stdin == "true"
