from __future__ import annotations

from pathlib import Path

import pytest

from cluster.corosync_log import pauses
from drill.execute.pause_log import PauseLog
from drill.record.header import NodePause
from inventory.errors import Unreachable
from inventory.model import Command
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import FakeLab

LINE = "Nov 26 14:00:01 [123] node1 corosync warning [MAIN  ] Corosync main process was not scheduled"
"""The beginning of the line; 3.1 adds the moment of its own clock, 1.4 and 3.0 do not."""
NEW = (
    f"{LINE} (@1795702605123) for 2613.4001 ms (threshold is 2400.0000 ms). Consider token timeout increase."
)
OLD = f"{LINE} for 3100.5 ms (threshold is 2400.0000 ms). Consider token timeout increase."


def test_the_line_of_each_generation() -> None:
    assert pauses(f"{NEW}\nother\n{OLD}\n") == (2.6134001, 3.1005)
    assert pauses("") == ()


def test_only_what_is_new_counts(tmp_path: Path) -> None:
    lab = FakeLab(tmp_path)
    lab.pauses = {NODE1: [OLD], NODE2: []}
    log = PauseLog(lab.session())
    assert log.new() == ()
    lab.pauses = {NODE1: [OLD, NEW], NODE2: [OLD]}
    assert log.new() == (NodePause(NODE1, 2.6134001), NodePause(NODE2, 3.1005))


@pytest.mark.parametrize("silent", [NODE1, NODE2])
def test_a_node_that_does_not_answer_has_none(tmp_path: Path, silent: str) -> None:
    lab = FakeLab(tmp_path)
    lab.pauses = {NODE1: [NEW], NODE2: [NEW]}

    def refuse(command: Command, usual: object) -> tuple[int, str, str]:
        if command.node == silent:
            raise Unreachable("no answer")
        return 0, "", ""

    log = PauseLog(lab.session())
    lab.instead("read-pauses", refuse)
    assert log.new() == ()
