"""A node is fenced on request: proven by its next boot, and the lab is healed whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.execute.fence_check import fence
from inventory.errors import CommandFailed, LabError
from inventory.journal import pending
from inventory.model import Command
from status.web_page import page_of
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_lab import LAB, STARTED, Answer, FakeLab


class Lab(FakeLab):
    """The fake lab, whose fenced node runs no cluster after its boot."""

    broken = False
    """The fence agent fails."""
    interrupted = False

    def _fence_node(self, command: Command) -> Answer:
        assert pending(self.root), "the journal knows of it before anything is done"
        if self.interrupted:
            raise KeyboardInterrupt
        if self.broken:
            return 1, "", "Unable to fence: No such device"
        self.needs[command.argv[-1]].add(STARTED)
        return super()._fence_node(command)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def fenced(lab: Lab, name: str = NODE2) -> list[str]:
    said: list[str] = []
    fence(lab.session(), LAB.node(name), said.append, lambda: page_of(LAB.node1))
    return said


def test_the_other_node_fences_it_and_its_cluster_is_started(lab: Lab) -> None:
    said = fenced(lab)
    assert f"fence {NODE2}" in lab.did
    assert f"{NODE2}: {STARTED}" in said
    assert lab.down == set()
    assert pending(lab.root) == ()


def test_a_success_without_a_boot_is_no_success(lab: Lab) -> None:
    lab.fences = False
    with pytest.raises(LabError, match=f"{NODE2} has booted again after it was fenced: not within"):
        fenced(lab)
    assert lab.down == set(), "the lab is healed all the same"
    assert pending(lab.root) == ()


def test_a_device_that_fails_is_told(lab: Lab) -> None:
    lab.broken = True
    with pytest.raises(CommandFailed, match="No such device"):
        fenced(lab)
    assert pending(lab.root) == ()


def test_an_interrupt_leaves_nothing_behind(lab: Lab) -> None:
    lab.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        fenced(lab, NODE1)
    assert pending(lab.root) == ()
