"""`fencing: ipmi` on real nodes, in a lab of its own: nodes are fenced, fencing is removed and added again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.scratch_lab import ScratchLab, scratch_lab

PREFIX = "10.233."
UP, DRILL, QUICK = 1800.0, 600.0, 180.0
DEVICES = ("fence_node1", "fence_node2")
LOGIN = "/etc/ha-lab/bmc-password"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder = tmp_path_factory.mktemp("fencing") / "lab"
    with scratch_lab(folder, {"fencing": "ipmi", "provider": "docker"}, PREFIX) as made:
        made.lab("up", deadline=UP)
        yield made
    assert not (folder / ".lab").exists()
    assert not rules(), "the filter of the BMCs is removed"


def rules() -> list[str]:
    said = subprocess.run(["iptables", "-S"], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if f"-d {PREFIX}0.1/32" in line]


def pids(lab: ScratchLab) -> list[int]:
    files = sorted((lab.folder / ".lab" / "bmc").glob("*/pid"))
    return [int(file.read_text().split()[0]) for file in files]


def orders(lab: ScratchLab) -> list[str]:
    """The orders that the BMCs got, each with its node."""
    files = sorted((lab.folder / ".lab" / "bmc").glob("*/power.log"))
    lines = [(file.parent.name, line) for file in files for line in file.read_text().splitlines()]
    return [f"{node} {line.partition('] ')[2]}" for node, line in lines]


def password(lab: ScratchLab) -> str:
    return (lab.folder / ".lab" / "bmc" / "password").read_text().strip()


def test_a_second_run_does_nothing(lab: ScratchLab) -> None:
    before = pids(lab)
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    assert pids(lab) == before, "the BMCs outlive the command that started them"
    status = json.loads(lab.lab("status", "--json", deadline=QUICK))
    assert status["healthy"]
    assert {name: status["resources"][name] for name in DEVICES} == {
        "fence_node1": ["node2.magedu.com"],
        "fence_node2": ["node1.magedu.com"],
    }


def test_the_password_is_on_no_command_line_and_in_no_log(lab: ScratchLab) -> None:
    secret = password(lab)
    assert secret not in lab.lab("ssh", "node1", "cibadmin -Q", deadline=QUICK)
    log = "cat /var/log/pacemaker/pacemaker.log /var/log/cluster/corosync.log"
    assert secret not in lab.lab("ssh", "node1", log, deadline=QUICK)
    assert secret not in (lab.folder / ".lab" / "lab.log").read_text()
    modes = lab.lab("ssh", "node2", f"stat -c '%a %U' {LOGIN}", deadline=QUICK)
    assert modes.strip().endswith("600 root")
    for pid in pids(lab):
        assert secret not in Path(f"/proc/{pid}/cmdline").read_text()


def test_every_device_answers_every_node(lab: ScratchLab) -> None:
    read = json.loads(lab.lab("fence-check", "--json", deadline=QUICK))
    assert [(one["device"], one["power"]) for one in read] == [
        (name, "on") for name in DEVICES for _ in (1, 2)
    ]
    assert "Started" in lab.lab("ssh", "node1", "pcs stonith", deadline=QUICK)


def test_pcs_stonith_fence_switches_the_node_off_and_on(lab: ScratchLab) -> None:
    before = len(orders(lab))
    said = lab.lab("fence-check", "--fence", deadline=DRILL)
    assert re.search(r"node1.magedu.com was fenced in \d+\.\d s", said)
    assert re.search(r"node2.magedu.com was fenced in \d+\.\d s", said)
    assert len(orders(lab)) > before
    assert {f"{node} set power {power}" for node in ("node1", "node2") for power in (0, 1)} <= set(
        orders(lab)
    )
    lab.lab("status", deadline=QUICK)


def drilled(lab: ScratchLab, scenario: str) -> str:
    """The output of a drill that passed. A record that cannot tell (UNKNOWN) is made once more; a FAIL never is."""
    said = lab.lab("drill", scenario, deadline=DRILL, expected=(0, 1))
    if "1 UNKNOWN" in said:
        sys.stderr.write(f"{scenario} was UNKNOWN, and is made once more:\n{said}\n")
        said = lab.lab("drill", scenario, deadline=DRILL)
    assert "1 PASS" in said, said
    return said


@pytest.mark.parametrize("scenario", ["fenced-partition", "fenced-freeze", "fenced-corosync-kill"])
def test_a_lost_node_is_fenced_and_nothing_runs_twice(lab: ScratchLab, scenario: str) -> None:
    before = len(orders(lab))
    drilled(lab, scenario)
    assert len(orders(lab)) > before
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)


def test_a_scenario_without_fencing_is_left_out(lab: ScratchLab) -> None:
    said = lab.lab("drill", "partition", deadline=QUICK, expected=(1, 2, 3))
    assert "the cluster switches a node off and on after partition" in said


def test_a_dead_bmc_is_reported_and_started_again(lab: ScratchLab) -> None:
    dead = pids(lab)[1]
    os.kill(dead, 9)
    assert "its BMC (UDP port 6232 of 10.233.0.1) does not run" in lab.lab(
        "status", deadline=QUICK, expected=1
    )
    lab.lab("fence-check", deadline=QUICK, expected=1)
    lab.lab("up", deadline=UP)
    assert dead not in pids(lab)
    lab.lab("fence-check", deadline=QUICK)


def test_a_wrong_password_is_refused_and_repaired(lab: ScratchLab) -> None:
    lab.lab("ssh", "node2", f"echo wrong >{LOGIN}", deadline=QUICK)
    said = lab.lab("fence-check", deadline=QUICK, expected=1)
    assert "Unable to obtain correct plug status or plug is not available" in said or "Failed" in said
    assert "2.1 packages: node2: the password" in lab.lab("provision", deadline=DRILL)
    lab.lab("fence-check", deadline=QUICK)


def test_without_fencing_nothing_is_left_and_it_can_be_added_again(lab: ScratchLab) -> None:
    """The lab has no fencing for a part of this test, so it is the last one of the module."""
    file = lab.folder / "lab.yaml"
    described = file.read_text()
    file.write_text(yaml.safe_dump({**yaml.safe_load(described), "fencing": "none"}, sort_keys=False))
    lab.lab("provision", deadline=UP)
    assert not (lab.folder / ".lab" / "bmc").exists()
    assert not rules()
    assert "fence" not in lab.lab("ssh", "node1", "cibadmin -Q -o configuration", deadline=QUICK)
    lab.lab("ssh", "node1", f"test ! -e {LOGIN}", deadline=QUICK)
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    file.write_text(described)
    lab.lab("provision", deadline=UP)
    lab.lab("fence-check", deadline=QUICK)
