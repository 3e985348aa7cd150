"""`./lab kit` as a teacher uses it: packed here, installed on a bare Debian 12 without any network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import bare_machine
from tests.kit.bare_machine import Bare
from tests.support import programs
from tests.support.scratch_lab import ROOT

SUITE, PYTHON = "bookworm", "3.11"
"""Debian 12 and its Python."""
PACK, SET_UP, UP, QUICK = 2400.0, 1800.0, 1800.0, 300.0
"""Deadlines (seconds)."""
LAB = "cd /root/lab; "


def lab(*words: str | Path, deadline: float, expected: int = 0) -> str:
    """Run `./lab WORDS` in this checkout; its output, stdout and stderr together.

    It is the script with its own .venv, because pip downloads the wheels, and an environment of uv has no pip.
    """
    return programs.output(
        [str(ROOT / "lab"), *map(str, words)], cwd=ROOT, deadline=deadline, expected=expected
    )


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit for Debian 12. LAB_PACKED_KIT names one that is packed already."""
    if packed := os.environ.get("LAB_PACKED_KIT"):
        return Path(packed)
    folder = tmp_path_factory.mktemp("usb")
    said = lab("kit", "--to", folder, "--python", PYTHON, deadline=PACK)
    assert "VirtualBox: https://" in said
    [found] = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def machine(kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    """A bare Debian 12 with the kit in its folder /root."""
    root = tmp_path_factory.mktemp("bare") / "root"
    bare_machine.make_root(root, SUITE, SET_UP)
    shutil.copy(kit, root / "root" / "kit.tar")
    with bare_machine.started(root) as bare:
        yield bare


def test_the_kit_is_whole(kit: Path) -> None:
    said = lab("kit", "check", kit, deadline=QUICK)
    assert "Every file is as it was packed." in said
    assert f"with Python {PYTHON}" in said


def test_the_machine_has_no_network_and_no_python(machine: Bare) -> None:
    assert len(machine.run("cat /proc/net/route", deadline=QUICK).splitlines()) <= 1
    assert [
        line.split(":")[0].strip()
        for line in machine.run("cat /proc/net/dev", deadline=QUICK).splitlines()[2:]
    ] == ["lo"]
    machine.run("command -v python3", deadline=QUICK, expected=127)


def test_a_kit_that_is_cut_off_changes_nothing(machine: Bare) -> None:
    machine.run("cd /root; tar -xf kit.tar; cp -R ha-lab-kit/ha-lab lab; rm -r ha-lab-kit", deadline=QUICK)
    machine.run("cd /root; head -c 200000000 kit.tar > half.tar", deadline=QUICK)
    said = machine.run(LAB + "./lab kit install ../half.tar", deadline=QUICK, expected=3)
    assert "a part of it is missing" in said
    assert machine.run(LAB + "ls -d .kit* .venv 2>/dev/null || true; rm /root/half.tar", deadline=QUICK) == ""


def test_the_kit_sets_the_machine_up(machine: Bare) -> None:
    said = machine.run(LAB + "./lab kit install ../kit.tar", deadline=SET_UP)
    assert "This machine is set up. Next: ./lab up" in said
    assert "ha-lab-node:debian12-" in machine.run(
        "docker images --format '{{.Repository}}:{{.Tag}}'", deadline=QUICK
    )
    assert machine.run(LAB + "ls -A .kit", deadline=QUICK).split() == [
        "README.txt",
        "SHA256SUMS",
        "kit.json",
        "wheels",
    ]


def test_the_tests_run_without_network(machine: Bare) -> None:
    words = "-k test_sizes -n 0"
    assert " passed" in machine.run(LAB + f"./lab test -e unit -- {words}", deadline=SET_UP)


def test_a_second_install_has_nothing_to_do(machine: Bare) -> None:
    said = machine.run(LAB + "./lab kit install ../kit.tar", deadline=SET_UP)
    assert "Installing" not in said
    assert "making .venv" not in said


def test_up_without_network(machine: Bare) -> None:
    try:
        said = machine.run(LAB + "./lab up", deadline=UP)
        assert "holds it" in said
    finally:
        machine.run(LAB + "./lab down", deadline=QUICK)
