"""A BMC as a process: found again, never confused with another process, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import pytest

from inventory.bmc import process
from inventory.bmc.access import Bmc
from inventory.errors import MachineError
from inventory.waiting import CLOCK
from tests.support.example_lab import NODE1
from tests.support.fenced_lab import fenced_lab

ANSWERS = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bmc:
    bmc.bind(("127.0.0.1", int(sys.argv[1])))
    while True:
        bmc.sendto(b"pong", bmc.recvfrom(512)[1])
"""


@pytest.fixture
def bmc() -> Bmc:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Bmc(fenced_lab().node(NODE1), IPv4Address("127.0.0.1"), port)


@pytest.fixture
def program(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAM", (sys.executable, "-c", ANSWERS, str(bmc.port)))


@pytest.fixture
def another() -> Iterator[subprocess.Popen[bytes]]:
    """A process that no BMC started."""
    started = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


@pytest.mark.usefixtures("program")
def test_it_starts_is_found_again_and_ends(tmp_path: Path, bmc: Bmc) -> None:
    assert process.running(tmp_path) is None
    process.start(tmp_path, bmc, CLOCK)
    found = process.running(tmp_path)
    try:
        assert found is not None
        assert process.answers(bmc)
    finally:
        process.stop(tmp_path, CLOCK)
    assert process.running(tmp_path) is None
    assert not process.answers(bmc, 0.1)
    assert not (tmp_path / process.PID).exists()
    process.stop(tmp_path, CLOCK)


def test_a_process_with_the_same_pid_is_never_ended(tmp_path: Path, another: subprocess.Popen[bytes]) -> None:
    real = process.identify(another.pid)
    assert real is not None
    for started, boot in (("1", real.boot), (real.started, "another-boot")):
        (tmp_path / process.PID).write_text(f"{another.pid} {started} {boot}\n")
        assert process.running(tmp_path) is None
        process.stop(tmp_path, CLOCK)
        assert another.poll() is None, "it still runs"
    assert not (tmp_path / process.PID).exists()


@pytest.mark.parametrize("text", ["", "x", "1 2", "a b c", "99999999 1 2"])
def test_a_damaged_or_old_pid_file(tmp_path: Path, text: str) -> None:
    (tmp_path / process.PID).write_text(text)
    assert process.running(tmp_path) is None


def test_a_program_that_ends_at_once_is_told(
    tmp_path: Path, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "import sys; sys.exit('Unable to open UDP port')"
    monkeypatch.setattr(process, "PROGRAM", (sys.executable, "-c", said))
    with pytest.raises(MachineError, match=f"UDP port {bmc.port} of 127.0.0.1.*Unable to open UDP port"):
        process.start(tmp_path, bmc, CLOCK)


def test_a_missing_program(tmp_path: Path, bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAM", ("/nonexistent/ipmi_sim",))
    with pytest.raises(MachineError, match="cannot be started"):
        process.start(tmp_path, bmc, CLOCK)


def test_a_zombie_does_not_run() -> None:
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert process.identify(ended.pid) is None
    finally:
        ended.wait()


def test_the_ping_is_rmcps(bmc: Bmc) -> None:
    """ASF 2.0, 3.2.4.2: RMCP version 6, class 6 (ASF), the enterprise 4542, the type 80h."""
    got: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((str(bmc.address), bmc.port))
        server.settimeout(5)

        def serve() -> None:
            text, who = server.recvfrom(512)
            got.append(text)
            server.sendto(b"pong", who)

        thread = Thread(target=serve)
        thread.start()
        assert process.answers(bmc, 5)
        thread.join()
    assert got == [bytes([6, 0, 255, 6, 0, 0, 0x11, 0xBE, 0x80, 0, 0, 0])]
