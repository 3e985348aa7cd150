"""What a drill can break at a BMC, and that it is restored: with a stand-in for ipmi_sim."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from inventory.bmc import faults, process, secret
from inventory.bmc.access import Bmc
from inventory.errors import MachineError
from inventory.model import BmcAction, Lab
from inventory.waiting import CLOCK
from tests.support.example_lab import NODE1, example_lab
from tests.support.fenced_lab import fenced_lab

ANSWERS = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bmc:
    bmc.bind(("127.0.0.1", int(sys.argv[1])))
    while True:
        bmc.sendto(b"pong", bmc.recvfrom(512)[1])
"""
LAB = fenced_lab()


@pytest.fixture
def bmc(monkeypatch: pytest.MonkeyPatch) -> Bmc:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Bmc(LAB.node(NODE1), IPv4Address("127.0.0.1"), port)
    monkeypatch.setattr(process, "PROGRAM", (sys.executable, "-c", ANSWERS, str(port)))
    monkeypatch.setattr(faults, "bmcs", lambda lab: (made,) if lab.fencing != "none" else ())
    return made


@pytest.fixture
def state(tmp_path: Path, bmc: Bmc) -> Iterator[Path]:
    """The state folder of a lab whose BMC runs."""
    folder = secret.folder(tmp_path) / "node1"
    folder.mkdir(parents=True)
    process.start(folder, bmc, CLOCK)
    yield tmp_path
    process.stop(folder, CLOCK)


def do(state: Path, action: BmcAction, lab: Lab = LAB) -> str:
    return faults.apply(state, lab, LAB.node(NODE1), action, CLOCK)


def test_a_dead_bmc_is_started_again(state: Path, bmc: Bmc) -> None:
    assert faults.condition(state, bmc) == ""
    assert do(state, "stop") == "its BMC is dead"
    assert faults.condition(state, bmc) == "dead"
    assert not process.answers(bmc, 0.2)
    assert do(state, "restore") == "its BMC works again"
    assert faults.condition(state, bmc) == ""
    assert process.answers(bmc)


def test_a_slow_bmc_waits_before_it_answers(state: Path, bmc: Bmc) -> None:
    folder = secret.folder(state) / "node1"
    assert faults.wait_s(folder) == 0
    assert do(state, "slow") == "its BMC is slow"
    assert faults.condition(state, bmc) == "slow"
    assert faults.wait_s(folder) == faults.SLOW_S
    assert do(state, "restore") == "its BMC works again"
    assert (faults.condition(state, bmc), faults.wait_s(folder)) == ("", 0)


def test_a_bmc_that_works_is_left_alone(state: Path, bmc: Bmc) -> None:
    before = process.running(secret.folder(state) / "node1")
    assert do(state, "restore") == ""
    assert process.running(secret.folder(state) / "node1") == before


def test_a_lab_without_fencing_has_no_bmc(state: Path) -> None:
    with pytest.raises(MachineError, match="has no BMC"):
        do(state, "stop", example_lab())


@pytest.mark.parametrize("text", ["", "soon", "\0"])
def test_a_damaged_file_makes_no_bmc_slow(tmp_path: Path, text: str) -> None:
    (tmp_path / faults.SLOW).write_text(text)
    assert faults.wait_s(tmp_path) == 0
