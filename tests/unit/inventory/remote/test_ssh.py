from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory import log
from inventory.errors import CommandFailed, Unreachable
from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from inventory.remote.ssh import Ssh, check, failure, run_all
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_remote import FakeRemote

DATE = Command(NODE1, ("date",), why="the time")


def ssh(folder: Path = Path("/lab")) -> Ssh:
    return Ssh(folder / "ssh_config", {NODE1: "node1", NODE2: "node2"}, folder / "control")


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh that runs the remote command here, and a sudo that does nothing; the folder of both."""
    (tmp_path / "ssh").write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    (tmp_path / "sudo").write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    for name in ("ssh", "sudo"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_argv() -> None:
    argv = ssh().argv(NODE2)
    assert argv[:3] == ["ssh", "-F", "/lab/ssh_config"]
    assert argv[-1] == "node2"
    assert {"BatchMode=yes", "ControlMaster=auto", "ControlPath=/lab/control/%C", "ConnectTimeout=5"} <= set(
        argv
    )
    assert "-t" not in argv
    assert ssh().argv(NODE2, tty=True)[-2:] == ["-t", "node2"]
    assert ssh().argv("other")[-1] == "other", "a name that vagrant does not know stays as it is"


def test_patience_is_in_every_limit() -> None:
    patient = replace(ssh(), patience=4.5)
    assert {"ConnectTimeout=22", "ServerAliveInterval=9", "ServerAliveCountMax=3"} <= set(patient.argv(NODE1))
    assert patient.limited(20, ("date",)) == ("sudo", "-n", "timeout", "-k", "22", "90", "date")
    assert ssh().limited(0.2, ("date",)) == ("sudo", "-n", "timeout", "-k", "5", "1", "date")


def test_words_stay_words(far: Path) -> None:
    words = ("a b", "$HOME", "it's", '"', "*", "", ";true")
    result = ssh().run(Command(NODE1, ("printf", "[%s]", *words)))
    assert (result.status, result.out) == (0, "".join(f"[{word}]" for word in words))


def test_a_script_its_stdin_and_its_streams(far: Path) -> None:
    result = ssh().run(Command.script(NODE1, "cat; echo oops >&2; exit 3", stdin="one\ntwo\n", ok=(0, 3)))
    assert (result.status, result.out, result.err, result.good) == (3, "one\ntwo\n", "oops\n", True)


def test_without_stdin_nothing_is_read_from_here(far: Path) -> None:
    assert ssh().run(Command(NODE1, ("cat",))).out == ""


def test_bytes_that_are_no_text(far: Path) -> None:
    assert ssh().run(Command(NODE1, ("printf", r"a\377b"))).out == "a\ufffdb"


def test_a_commands_own_255_is_no_unreachable_node(far: Path) -> None:
    result = ssh().run(
        Command.script(NODE1, "echo 'ssh: connect to host node2: Connection refused' >&2; exit 255")
    )
    assert (result.status, result.good) == (254, False)


def test_every_command_is_logged_without_its_standard_input(far: Path, tmp_path: Path) -> None:
    log.begin(tmp_path)
    try:
        ssh().run(Command.script(NODE1, "cat >/dev/null", stdin="hunter2\n", why="a password is set"))
        ssh().run(Command.script(NODE2, "exit 3", purpose="read-node-status"))
        (far / "ssh").write_text("#!/bin/sh\nexit 255\n")
        with pytest.raises(Unreachable):
            ssh().run(DATE)
    finally:
        log.end()
    found = [re.sub(r".* (node\d)\.\S+ (\S+) [\d.]+s ", r"\1 \2 ", line) for line in logged(tmp_path)]
    assert found == [
        "node1 status=0 a password is set: cat >/dev/null",
        "node2 status=3 read-node-status: exit 3",
        "node1 status=unreachable the time: date",
    ]


def logged(folder: Path) -> list[str]:
    return (folder / log.NAME).read_text().splitlines()


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("mux_client: gone\nssh: connect to host 127.0.0.1: Connection refused", "Connection refused"),
        ("", "the connection broke"),
    ],
)
def test_ssh_itself_fails(far: Path, says: str, told: str) -> None:
    (far / "ssh").write_text(f"#!/bin/sh\nprintf '%s' '{says}' >&2\nexit 255\n")
    with pytest.raises(Unreachable) as caught:
        ssh().run(DATE)
    assert caught.value.message.startswith(f"{NODE1} does not answer over ssh: ")
    assert caught.value.message.endswith(told)
    assert caught.value.hint


def test_no_ssh_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="ssh cannot be run"):
        ssh().run(DATE)


def test_the_deadline_is_held_there_and_here(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str], float]] = []

    def hangs(argv: list[str], *, timeout: float, **_: Any) -> None:
        calls.append((argv, timeout))
        raise subprocess.TimeoutExpired(argv, timeout)

    monkeypatch.setattr(subprocess, "run", hangs)
    result = ssh().run(Command(NODE1, ("sleep", "999"), deadline=7.4))
    [(argv, limit)] = calls
    assert argv[-1].startswith("sudo -n timeout -k 5 7 sleep 999;")
    assert limit > 7.4 + 5, "the node's own limit and its kill come first"
    assert (result.status, result.good) == (124, False)
    assert "ran out of time" in failure(result).message


def test_the_error_names_node_reason_command_and_output() -> None:
    command = Command.script(NODE2, "pcs status", why="how it is")
    error = failure(Result(command, 1, "on stdout\n", "\n".join(f"line {n}" for n in range(20))))
    assert error.message.startswith(f"{NODE2} (how it is): exit 1\n  $ pcs status\n")
    assert error.message.splitlines()[2:] == [f"  | line {n}" for n in range(12, 20)], "the last lines"
    assert error.hint == "Look on the node: ./lab ssh node2"
    assert "  | on stdout" in failure(Result(command, 1, "on stdout\n", "  \n")).message


def test_of_a_long_script_the_error_shows_the_beginning() -> None:
    script = "\n".join(["# inject_kill.sh", "process=corosync", *(f"line {n}" for n in range(20))])
    lines = failure(Result(Command.script(NODE2, script), 1, "", "oops")).message.splitlines()
    assert lines[1:4] == ["  $ # inject_kill.sh", "    process=corosync", "    line 0"]
    assert lines[5] == "    ... 18 more lines"
    assert lines[6:] == ["  | oops"]


def test_check() -> None:
    remote = FakeRemote.scripted([(NODE1, "date", (0, "now", "")), ("*", "date", (1, "", "no clock"))])
    assert check(remote, DATE).out == "now"
    with pytest.raises(CommandFailed, match="no clock"):
        check(remote, Command(NODE2, ("date",)))


def test_everywhere_keeps_the_order() -> None:
    remote = FakeRemote(lambda command: (0, command.node, ""))
    assert [result.out for result in run_all(remote, [Command(n, ("date",)) for n in (NODE2, NODE1, NODE2)])] == [
        NODE2, NODE1, NODE2,
    ]  # fmt: skip
    assert run_all(remote, []) == []


def test_everywhere_raises_what_one_node_raises() -> None:
    remote = FakeRemote.scripted([(NODE1, "date", None), (NODE2, "date", (0, "", ""))])
    with pytest.raises(Unreachable, match=NODE1):
        run_all(remote, [Command(NODE1, ("date",)), Command(NODE2, ("date",))])


def test_the_fake_knows_what_it_was_not_told() -> None:
    remote = FakeRemote.scripted([(NODE1, "date", (0, "", ""))])
    with pytest.raises(AssertionError, match=r"no answer was scripted for node2\.magedu\.com: date"):
        remote.run(Command(NODE2, ("date",)))
    assert [command.node for command in remote.ran] == [NODE2]


OLD_TIMEOUT = """\
#!/bin/sh
case $1 in
    -k) echo "timeout: invalid option -- 'k'" >&2; exit 125 ;;
    -s) shift 2 ;;
esac
shift
exec /bin/sh -c '"$@"; exit $?' sh "$@"
"""


def test_a_timeout_without_k_gets_words_that_it_knows(far: Path) -> None:
    """coreutils 8.4 of CentOS 6: with -k no command runs at all."""
    (far / "timeout").write_text(OLD_TIMEOUT)
    (far / "timeout").chmod(0o755)
    old = PLATFORMS["centos6"].tools.kills_later
    assert ssh().run(Command(NODE1, ("echo", "hello"))).status == 125
    assert replace(ssh(), kills_later=old).run(Command(NODE1, ("echo", "hello"))).out == "hello\n"


def test_a_command_that_the_limit_killed_ran_out_of_time(far: Path) -> None:
    """timeout(1) with SIGKILL ends itself too: 137. A command that something else killed has its own status."""
    old = replace(ssh(), kills_later=PLATFORMS["centos6"].tools.kills_later)
    assert old.run(Command(NODE1, ("sleep", "30"), deadline=1)).status == 124
    assert old.run(Command.script(NODE1, "kill -KILL $$", deadline=30)).status == 137
    assert ssh().run(Command.script(NODE1, "kill -KILL $$", deadline=30)).status == 137
