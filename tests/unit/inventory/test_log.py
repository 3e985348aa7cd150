"""The log: what a line has, where it goes, and what never stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import pytest

from cluster.corosync_conf import AUTHKEY
from inventory import log
from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from inventory.remote.ssh import Remote, Ssh
from provision import apply
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_session import fake_session

LONG = 30
"""Characters from which on a line of standard input can be told from a word in a command."""


@pytest.fixture(autouse=True)
def no_log_is_left() -> Iterator[None]:
    yield
    log.end()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A lab's state folder, with the log begun in it."""
    folder = tmp_path / ".lab"
    folder.mkdir()
    log.begin(folder)
    return folder


def lines(state: Path) -> list[str]:
    return (state / log.NAME).read_text(encoding="utf-8").splitlines()


def test_a_line_has_time_place_status_seconds_purpose_and_command(state: Path) -> None:
    log.command("node1.magedu.com", "pcs status\npcs config", 0, 1.234, "how it is")
    [line] = lines(state)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} node1\.magedu\.com status=0 1\.23s how it is: pcs status \.\.\.", line
    ), line  # fmt: skip


def test_a_long_command_is_cut(state: Path) -> None:
    log.command(log.HERE, "x" * 1000, "unreachable", 0.0)
    assert lines(state)[0].endswith(f" status=unreachable 0.00s {'x' * log.MAX_CHARACTERS} ...")


def test_a_note_is_one_line(state: Path) -> None:
    log.note("vagrant up\n failed")
    assert lines(state)[0].endswith(" note vagrant up failed")


def test_without_a_lab_nothing_is_made(tmp_path: Path) -> None:
    log.begin(tmp_path / ".lab")
    log.note("looked for a lab")
    assert log.file() is None
    assert list(tmp_path.iterdir()) == []


def test_what_was_done_before_the_lab_had_a_folder_is_logged_once_it_has(tmp_path: Path) -> None:
    log.begin(tmp_path / ".lab")
    log.command(log.HERE, "apt-get install vagrant", 0, 9.0)
    (tmp_path / ".lab").mkdir()
    log.command(log.HERE, "docker network create", 0, 0.1)
    assert [line.partition("s ")[2] for line in lines(tmp_path / ".lab")] == [
        "apt-get install vagrant",
        "docker network create",
    ]
    assert log.file() == tmp_path / ".lab" / log.NAME


def test_a_log_whose_folder_was_removed_is_not_made_again(state: Path) -> None:
    log.note("down begins")
    (state / log.NAME).unlink()
    state.rmdir()
    log.note("down ends")
    assert log.file() is None
    assert not state.exists()


def test_a_full_log_is_put_aside_and_the_oldest_is_removed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    log.begin(state)
    for number in range(200):
        log.note(f"number {number}")
    files = sorted(path.name for path in state.iterdir())
    assert files == ["lab.log", "lab.log.1", "lab.log.2", "lab.log.3"], "three old files are kept, no more"
    assert all(path.stat().st_size <= 2000 for path in state.iterdir())
    assert lines(state)[-1].endswith("number 199"), "the newest line stands in the newest file"


def test_two_programs_write_one_log(state: Path) -> None:
    other = log.LogFile(state)
    for number in range(10):
        log.note(f"here {number}")
        record = log.LOG.makeRecord(log.NAME, 20, "", 0, "there %s", (number,), None)
        other.handle(record)
    assert [line.split()[-2] for line in lines(state)] == ["here", "there"] * 10


def test_threads_write_whole_lines(state: Path) -> None:
    def work(name: str) -> None:
        for number in range(100):
            log.command(name, f"{name}-{number}", 0, 0.0)

    threads = [Thread(target=work, args=(f"node{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lines(state)
    assert len(found) == 800
    for line in found:
        assert re.search(r" (node\d) status=0 0\.00s \1-\d+$", line), line


def test_a_disk_that_takes_nothing_stops_no_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoiled: dict[str, Callable[[Path], None]] = {
        "full": lambda path: path.symlink_to("/dev/full"),
        "no-file": lambda path: path.mkdir(),
        "read-only": lambda path: path.symlink_to("/proc/version"),
    }
    for name, spoil in spoiled.items():
        folder = tmp_path / name
        folder.mkdir()
        spoil(folder / log.NAME)
        log.begin(folder)
        for _ in range(3):
            log.command("node1", "true", 0, 0.1)
    log.end()
    assert capfd.readouterr() == ("", ""), "nobody is told of a log that cannot be written"


def test_verbose_shows_each_line_at_once(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.begin(state, verbose=True)
    log.command("node1", "pcs status", 0, 0.5)
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"\d\d:\d\d:\d\d node1 status=0 0\.50s pcs status\n", said.err)
    assert len(lines(state)) == 1, "the file has it too, once"


@dataclass(frozen=True)
class LoggedSsh(Ssh):
    """The lab's ssh, with its log, to nodes in memory."""

    nodes: Remote | None = None

    def _run(self, command: Command, began: float) -> Result:
        assert self.nodes is not None
        return self.nodes.run(command)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_key_and_no_standard_input_stands_in_it(state: Path, platform: str) -> None:
    fake = FakeCluster(fake_session(platform))
    given: list[str] = []

    class Watched:
        """Remembers what the commands get on standard input."""

        def run(self, command: Command) -> Result:
            given.extend((command.stdin or "").splitlines())
            return fake.run(command)

    apply.run(replace(fake.session, remote=LoggedSsh(state, {}, state, nodes=Watched())))
    text = "\n".join(lines(state))
    assert "scp -p" in text, "the log has the command that copies the key"
    secrets = {machine.files[AUTHKEY] for machine in fake.machines.values()}
    assert not any(re.search(rf"\b{secret}\b", text) for secret in secrets), "the log has the cluster's key"
    long = [line for line in given if len(line) >= LONG]
    assert long, "keys and files are written by standard input"
    assert [line for line in long if line in text] == []
