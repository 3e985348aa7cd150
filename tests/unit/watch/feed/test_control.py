from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from inventory import files, journal
from inventory.errors import ConfigError
from inventory.homes import CODE, STATE
from inventory.host import command
from inventory.host.command import Started
from inventory.waiting import CLOCK, until
from watch.feed.control import Control, Refused

EN = ("--lang", "en")
TITLES: Mapping[str, str] = {"freeze": "a node is frozen"}


class Launched:
    """Programs that are started in memory; `status` is the exit status of all of them."""

    def __init__(self) -> None:
        self.argv: list[list[str]] = []
        self.status: int | None = None

    def __call__(self, argv: list[str], output: Path, folder: Path) -> Started:
        self.argv.append(argv)
        output.write_text("Waiting ...\nfreeze: outage 5.1 s\n\n")
        assert folder == CODE
        return Started(4711, lambda: self.status)


def control(root: Path, number: int = 1) -> tuple[Control, Launched]:
    (root / STATE).mkdir(exist_ok=True)
    launched = Launched()
    return Control(root, number, lambda: TITLES, launched), launched


def test_a_scenario_is_the_command_that_a_person_types(tmp_path: Path) -> None:
    one, launched = control(tmp_path)
    assert one.message == ""
    assert one.start("freeze") == "freeze begins (process 4711)"
    assert launched.argv == [
        [sys.executable, "-m", "cli.main", "--root", str(tmp_path), *EN, "drill", "freeze"]
    ]
    assert one.message == "freeze runs: freeze: outage 5.1 s"
    launched.status = 0
    assert one.message == "freeze ended: PASS: freeze: outage 5.1 s"
    launched.status = 2
    assert one.message.startswith("freeze ended with exit status 2: ")


def test_another_lab_of_the_folder_has_its_own_command_and_output(tmp_path: Path) -> None:
    one, launched = control(tmp_path, 3)
    one.start("freeze")
    assert launched.argv[0][3:] == ["--root", str(tmp_path), "--lab", "3", *EN, "drill", "freeze"]
    assert one.output == tmp_path / ".labs" / "3" / STATE / "watch-drill.log"


def test_an_unknown_scenario_starts_nothing(tmp_path: Path) -> None:
    one, launched = control(tmp_path)
    for name in ("--help", "", "freeze; true", "no such"):
        with pytest.raises(ConfigError, match="there is no scenario"):
            one.start(name)
    assert launched.argv == []


def test_only_one_runs_at_a_time(tmp_path: Path) -> None:
    one, launched = control(tmp_path)
    one.start("freeze")
    with pytest.raises(Refused, match="freeze runs already"):
        one.start("partition")
    launched.status = 1
    one.start("partition")
    assert len(launched.argv) == 2


@pytest.mark.parametrize("who", ["drill", "another command"])
def test_nothing_is_started_while_the_lab_is_in_use(tmp_path: Path, who: str) -> None:
    one, launched = control(tmp_path)
    lock = files.lock(tmp_path / STATE / "lock", "./lab provision")
    with (
        journal.exclusive(tmp_path) if who == "drill" else lock,
        pytest.raises(Refused, match="in use by") as caught,
    ):
        one.start("freeze")
    assert str(os.getpid()) in caught.value.message
    assert launched.argv == []
    one.start("freeze")


def test_nothing_is_stopped_that_was_not_started_here(tmp_path: Path) -> None:
    one, launched = control(tmp_path)
    with pytest.raises(Refused, match="No scenario"):
        one.stop()
    one.start("freeze")
    launched.status = 0
    with pytest.raises(Refused, match="No scenario"):
        one.stop()
    assert one.farewell() == ""


def test_a_real_program_outlives_the_view_and_is_stopped_as_by_ctrl_c(tmp_path: Path) -> None:
    """A program in the drill's place: it heals when it is interrupted."""
    waits = "import time\ntry:\n print('broken', flush=True)\n time.sleep(60)"
    script = f"{waits}\nexcept KeyboardInterrupt:\n print('healed')"

    def launch(argv: list[str], output: Path, folder: Path) -> Started:
        return command.launch([sys.executable, "-c", script], output, folder)

    (tmp_path / STATE).mkdir()
    one = Control(tmp_path, 1, lambda: TITLES, launch)
    one.start("freeze")
    started = one._started
    assert started is not None
    try:
        until(
            lambda: one.message, lambda text: text.endswith("broken"), "it prints", deadline=20, clock=CLOCK
        )
        assert os.getpgid(started.pid) != os.getpgid(0), "Ctrl-C in the view's terminal does not reach it"
        assert f"kill -INT {started.pid}" in one.farewell()
        assert one.stop() == "freeze is stopped: it heals the lab and ends"
        until(lambda: one.runs, lambda runs: not runs, "it ends", deadline=20, clock=CLOCK)
    finally:
        if one.runs:
            os.kill(started.pid, signal.SIGKILL)
    assert one.output.read_text().split() == ["broken", "healed"]
