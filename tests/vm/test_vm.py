"""Real virtual machines: the repository's box, vagrant-libvirt, qemu; with emulation where there is no KVM.

libvirt runs in namespaces of its own (cage.sh), so the documented addresses are free there, and nothing is left
behind. It needs root, Debian's mirror, 4 GB of disk, and an hour or two where the machines are emulated.
The times of the steps are logged, and written to the file that LAB_VM_TIMES names.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from drill.checks.verdict import FAIL, PASS
from drill.record import timeline_file
from inventory.host import install
from inventory.platforms.debian import DEBIAN12
from inventory.providers import libvirt, own_box, registry
from tests.support.scratch_lab import DOCUMENTED, ROOT, ScratchLab, scratch_lab
from tests.vm.cage import Cage, cage, leftovers, make_mirror, mirror, vagrant_home

LOG = logging.getLogger(__name__)
PROVIDER, PLATFORM = "libvirt", "debian12"
OF_THE_TEST = {
    "apt-ftparchive": "apt-utils",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "ip": "iproute2",
}
TOKEN_MS, BUDGET_S, PATIENCE = 10_000, 300, 20
"""For machines that are emulated: no interval of real time is too short for them (corosync, drill, patience)."""
SCENARIOS = ("quorum-ignore", "power-off", "freeze", "partition", "reboot")
"""A graceful stop, a power cut, a frozen machine, a cut network, a reboot."""
VIRSH = ("virsh", "-q", "-c", "qemu:///system")
LONG, SHORT = 5400.0, 1800.0
"""Deadlines on a machine that emulates and has other work (seconds): to build a cluster, for all else."""
Timed = Callable[..., str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert os.geteuid() == 0, "namespaces and qemu's networks need root"
    wanted = {*registry.get(PROVIDER).packages(), *install.missing({**OF_THE_TEST, **own_box.programs()})}
    install.ensure_packages(wanted, LOG.info)
    return tmp_path_factory.mktemp("vm")


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    return vagrant_home(folder / "vagrant")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Log the duration of a step, and add it to the file of the times."""
    began = time.monotonic()
    yield
    line = f"{time.monotonic() - began:8.1f} s  {what}"
    LOG.info(line)
    if path := os.environ.get("LAB_VM_TIMES"):
        with Path(path).open("a") as stream:
            stream.write(f"{line}\n")


def described(driver: str) -> dict[str, Any]:
    """The changes of lab.yaml."""
    changes: dict[str, Any] = {"provider": PROVIDER, "platform": PLATFORM, "memory_mb": 512, "driver": driver}
    if driver == libvirt.EMULATION:
        known = yaml.safe_load((ROOT / "lab.yaml").read_text())
        known["corosync"]["token_ms"], changes["patience"] = TOKEN_MS, PATIENCE
        known["drill"]["budget_s"] = dict.fromkeys(known["drill"]["budget_s"], BUDGET_S)
        changes.update(corosync=known["corosync"], drill=known["drill"])
    return changes


@pytest.fixture(scope="module")
def inside(folder: Path) -> Iterator[Cage]:
    """libvirt in namespaces; afterwards nothing of it is left on this machine."""
    before = leftovers(folder)
    with timed("packages for the machines' mirror"):
        make_mirror(folder / "mirror", "bookworm", DEBIAN12.packages, SHORT)
    with cage(folder) as made, mirror(made, folder / "mirror"):
        yield made
    assert leftovers(folder) == before
    for name in ("var", "mirror", "vagrant"):  # gigabytes; pytest keeps the folder itself for a while
        shutil.rmtree(folder / name)


@pytest.fixture(scope="module")
def lab(folder: Path, environment: dict[str, str], inside: Cage) -> Iterator[ScratchLab]:
    """A lab on the documented addresses in the cage; its box is made outside, where Debian's mirror is."""
    driver = "kvm" if libvirt.kvm() == "ok" else libvirt.EMULATION
    LOG.info("driver %s", driver)
    with scratch_lab(folder / "lab", described(driver), DOCUMENTED, environment, inside.enter) as made:
        outside = ScratchLab(made.folder, environment)
        with timed("box made from packages"):
            outside.lab("box", PLATFORM, "--provider", PROVIDER, deadline=SHORT)
        with timed("box found again"):
            outside.lab("box", PLATFORM, "--provider", PROVIDER, deadline=SHORT)
        yield made


@pytest.fixture
def run(lab: ScratchLab) -> Timed:
    """Run a command of the lab, and note its time."""

    def one(*words: str, deadline: float = SHORT, expected: int | tuple[int, ...] = 0) -> str:
        with timed(f"./lab {' '.join(words)}"):
            return lab.lab(*words, deadline=deadline, expected=expected)

    return one


def test_up(run: Timed, lab: ScratchLab, inside: Cage) -> None:
    """Both machines boot, and the cluster is built on them from packages."""
    said = run("up", deadline=LONG)
    assert "install the missing packages" in said
    assert "Done:" in said
    domains = inside.output(*VIRSH, "list", "--name").split()
    assert sorted(name.rsplit("-", 1)[1] for name in domains) == ["node1", "node2"]
    links = json.loads(inside.output("ip", "-j", "-4", "addr"))
    [bridge] = [
        link["ifname"] for link in links for one in link["addr_info"] if one["local"] == f"{DOCUMENTED}0.1"
    ]
    assert bridge.startswith("halab-"), "the lab's own bridge, not one of libvirt's"


def test_it_is_healthy(run: Timed) -> None:
    run("status")
    run("check")
    assert "Nothing to do" in run("provision")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, run: Timed, lab: ScratchLab) -> None:
    """The fault was in effect and is healed; nothing is judged FAIL. UNKNOWN says why: this machine may be too busy."""
    run("drill", scenario, deadline=LONG, expected=(0, 1))
    newest = max((lab.folder / "runs").glob("*/verdicts.json"), key=lambda path: path.stat().st_mtime)
    [result] = json.loads(newest.read_text())["scenarios"]
    for one in result["verdicts"]:
        LOG.info("%s %s %s", one["status"], one["check"], one["why"] if one["status"] != PASS else "")
    assert result["verdicts"], "it was recorded and judged"
    assert [one for one in result["verdicts"] if one["status"] == FAIL] == []
    assert "landed" in [event.kind for event in timeline_file.read(newest.parent / "timeline.jsonl").events]
    run("status")


def test_heal_after_a_power_cut_by_hand(run: Timed, inside: Cage) -> None:
    [name] = [one for one in inside.output(*VIRSH, "list", "--name").split() if one.endswith("node2")]
    inside.output(*VIRSH, "destroy", name)
    assert "booted" in run("heal", deadline=LONG)
    run("status")


def test_reset(run: Timed) -> None:
    run("reset", "6.1")
    run("reset")
    run("status")


def test_halt_and_up_by_hand(run: Timed, lab: ScratchLab, inside: Cage) -> None:
    """`vagrant up` calls ./lab, which has its .venv from outside, where the package index is."""
    run("halt")
    assert inside.output(*VIRSH, "list", "--name").split() == []
    with timed("./lab --version, which makes .venv"):
        ScratchLab(lab.folder, lab.environment).run("./lab", "--version", deadline=SHORT)
    with timed("vagrant up --provider=libvirt"):
        said = lab.run("vagrant", "up", f"--provider={PROVIDER}", deadline=LONG)
    assert "Building the cluster, once every node is up" in said
    run("status")


def test_down_leaves_nothing(run: Timed, lab: ScratchLab, inside: Cage) -> None:
    run("down")
    assert inside.output(*VIRSH, "list", "--all", "--name").split() == []
    assert inside.output(*VIRSH, "net-list", "--all", "--name").split() in ([], ["vagrant-libvirt"])
    volumes = inside.output(*VIRSH, "vol-list", "default").split()
    assert all("vagrant_box_image" in word or word.startswith("/") for word in volumes), volumes
    assert not (lab.folder / ".lab").exists()
    assert not (lab.folder / ".vagrant").exists()
