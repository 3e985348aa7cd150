"""`quorum: qdevice` on real nodes, in a lab of its own: who has the vote, and what happens without it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from tests.support.scratch_lab import ScratchLab, scratch_lab
from tests.three.drilled import drilled

PREFIX = "10.237."
WITNESS = "witness.magedu.com"
DESCRIBED = {"name": WITNESS, "address": f"{PREFIX}100.17", "algorithm": "ffsplit"}
UP, DRILL, QUICK = 1800.0, 600.0, 180.0
DATABASES = "/etc/corosync/qnetd/nssdb /etc/corosync/qdevice"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    folder = tmp_path_factory.mktemp("qdevice") / "lab"
    changes = {"provider": "docker", "quorum": "qdevice", "witness": DESCRIBED}
    with scratch_lab(folder, changes, PREFIX) as made:
        made.lab("up", deadline=UP)
        yield made
    assert not (folder / ".lab").exists()


def on(lab: ScratchLab, machine: str, command: str) -> str:
    return lab.lab("ssh", machine, command, deadline=QUICK)


def status(lab: ScratchLab, *, healthy: bool = True) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        lab.lab("status", "--json", deadline=QUICK, expected=0 if healthy else 1)
    )
    assert found["healthy"] is healthy
    return found


@pytest.mark.smoke
def test_both_nodes_have_the_third_vote(lab: ScratchLab) -> None:
    for node in ("node1", "node2"):
        said = on(lab, node, "corosync-quorumtool -s")
        assert "Expected votes:   3" in said
        assert "Total votes:      3" in said
        assert "Qdevice" in said.partition("Flags:")[2].splitlines()[0]
        assert "two_node" not in on(lab, node, "cat /etc/corosync/corosync.conf")
    found = status(lab)
    assert isinstance(found["witness"], dict)
    assert found["witness"]["trouble"] == ""
    assert all("has the vote" in text for text in found["witness"]["votes"].values())


@pytest.mark.smoke
def test_a_second_run_does_nothing(lab: ScratchLab) -> None:
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    lab.lab("check", deadline=QUICK)


def test_the_witness_is_no_node(lab: ScratchLab) -> None:
    assert on(lab, "witness", "pidof corosync pacemakerd || echo none").strip().endswith("none")
    assert WITNESS not in on(lab, "node1", "crm_mon -1")


def test_no_machine_has_the_keys_of_an_image(lab: ScratchLab) -> None:
    """The image has none; each lab makes its own, and only root and the service may read them."""
    image = lab.run(
        *("docker", "inspect", "-f", "{{.Image}}", _container(lab, "witness")), deadline=QUICK
    ).strip()
    inside = lab.run(
        *("docker", "run", "--rm", "--entrypoint", "sh", image, "-c", f"ls {DATABASES} 2>/dev/null | wc -l"),
        deadline=QUICK,
    )
    assert inside.strip() == "0"
    assert on(lab, "node1", "ls /etc/corosync/qnetd/nssdb 2>/dev/null | wc -l").strip().endswith("0")
    modes = on(lab, "witness", "stat -c '%a %U:%G' /etc/corosync/qnetd/nssdb/key4.db")
    assert modes.strip().endswith("640 root:coroqnetd")


def _container(lab: ScratchLab, alias: str) -> str:
    [path] = (lab.folder / ".vagrant" / "machines" / alias).glob("*/id")
    return path.read_text().strip()


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("vote-partition", marks=pytest.mark.smoke),
        pytest.param("witness-lost", marks=pytest.mark.smoke),
        "witness-and-node-lost",
        "vote-moves",
        "vote-partition-away",
    ],
)
def test_a_scenario_of_the_third_vote(lab: ScratchLab, scenario: str) -> None:
    drilled(lab, scenario)
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)


@pytest.mark.parametrize("scenario", ["power-off", "freeze", "corosync-stop-passive", "location-500"])
def test_a_lone_node_keeps_its_quorum(lab: ScratchLab, scenario: str) -> None:
    drilled(lab, scenario)


def test_a_scenario_for_two_votes_is_left_out(lab: ScratchLab) -> None:
    said = lab.lab("drill", "partition", deadline=QUICK, expected=(1, 2, 3))
    assert "with quorum: qdevice, a partition has one owner" in said


def test_a_stopped_witness_is_reported_and_healed(lab: ScratchLab) -> None:
    on(lab, "witness", "systemctl stop corosync-qnetd")
    assert f"{WITNESS}: the witness gives no votes: corosync-qnetd does not run" in lab.lab(
        "status", deadline=QUICK, expected=1
    )
    lab.lab("heal", deadline=DRILL)
    status(lab)


def test_a_witness_that_lost_its_power_is_healed(lab: ScratchLab) -> None:
    lab.run("docker", "kill", _container(lab, "witness"), deadline=QUICK)
    assert f"{WITNESS}: the witness gives no votes: its machine is off" in lab.lab(
        "status", deadline=QUICK, expected=1
    )
    lab.lab("heal", deadline=DRILL)
    status(lab)


def test_a_witness_of_another_cluster_is_caught(lab: ScratchLab) -> None:
    """The mutation, and the exercise: the check catches it, and provisioning repairs it."""
    lab.lab("break", "another-witness", deadline=DRILL)
    said = lab.lab("check", deadline=QUICK, expected=1)
    assert "trusts another witness" in said
    assert "third-vote" in said
    lab.lab("fix", deadline=DRILL)
    status(lab)
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"address": f"{PREFIX}100.15"}, "this one is the address of node1.magedu.com"),
        ({"address": f"{PREFIX}100.11"}, "this one is the floating address (vip)"),
        ({"address": "10.99.0.1"}, "this one is outside the network"),
        ({"name": "node1.example.org"}, "node1.magedu.com is a node"),
        ({"algorithm": "dice"}, "allowed: ffsplit, lms"),
    ],
)
def test_bad_input_is_one_message_and_changes_nothing(
    lab: ScratchLab, change: dict[str, str], message: str
) -> None:
    file = lab.folder / "lab.yaml"
    described = file.read_text()
    words = yaml.safe_load(described)
    file.write_text(yaml.safe_dump({**words, "witness": {**words["witness"], **change}}, sort_keys=False))
    try:
        said = lab.lab("up", deadline=QUICK, expected=2)
    finally:
        file.write_text(described)
    assert "1 mistake" in said
    assert message in said
    assert "Traceback" not in said
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)


def test_another_algorithm_is_put_in_place(lab: ScratchLab) -> None:
    """The last test of the module: the cluster restarts with lms, and then with ffsplit again."""
    file = lab.folder / "lab.yaml"
    described = file.read_text()
    words = yaml.safe_load(described)
    lms = {**words["witness"], "algorithm": "lms"}
    file.write_text(yaml.safe_dump({**words, "witness": lms}, sort_keys=False))
    lab.lab("provision", deadline=UP)
    assert "LMS" in on(lab, "node1", "corosync-qdevice-tool -s")
    status(lab)
    said = lab.lab("drill", "vote-moves", deadline=QUICK, expected=(1, 2, 3))
    assert "lms does not give its vote to the other side" in said
    file.write_text(described)
    lab.lab("provision", deadline=UP)
    status(lab)
