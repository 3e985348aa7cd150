"""Corosync's log after a second start that failed: its lines go to a file beside it (the script is run for real)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cluster import corosync_log
from inventory.remote.script import script
from tests.support.example_lab import CASES, example_lab

GOOD = (CASES / "corosync" / "corosync-3.log").read_text()
FAILED = """\
Nov 24 17:08:50 n corosync notice  [MAIN  ] Corosync Cluster Engine 3.1.7 starting up
Nov 24 17:08:50 n corosync error   [MAIN  ] Another Corosync instance is already running.
Nov 24 17:08:51 n corosync error   [MAIN  ] Corosync Cluster Engine exiting with status 18 at main.c:1590.
"""


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_the_running_corosyncs_own_log_is_left(failures: int, tmp_path: Path) -> None:
    log = tmp_path / "corosync.log"
    log.write_text(GOOD + FAILED * failures)
    inode = log.stat().st_ino
    subprocess.run(["sh", "-c", script("provision.steps", "set_failed_starts_aside", log=log)], check=True)
    assert log.read_text() == GOOD
    assert log.stat().st_ino == inode, "corosync has this file open"
    assert corosync_log.missing_log_lines("3", example_lab().node1, log.read_text()) == ()
    aside = tmp_path / "corosync.log.failed-start"
    assert (aside.read_text() if aside.exists() else "").count("already running") == failures
    assert {path.name for path in tmp_path.iterdir()} <= {log.name, aside.name}
