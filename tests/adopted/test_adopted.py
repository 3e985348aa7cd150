"""`./lab adopt` on real nodes: a cluster that plain pcs commands made on three machines, with other names.

Nothing of this lab ever provisioned these nodes. The last tests give the cluster fence devices of its own.
"""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml

from cli.context import Context
from inventory import journal, waiting
from inventory.bmc import secret
from inventory.errors import RouteRefused
from tests.support.pcs_cluster import PcsCluster, pcs_cluster
from tests.support.scratch_lab import ROOT, LabElsewhere, lab_of
from tests.three.drilled import DRILL, QUICK, drilled

NAMES = ("alpha.shop.lan", "beta.shop.lan", "gamma.shop.lan")
HOSTS = tuple(name.partition(".")[0] for name in NAMES)
VIP, OUTSIDE = "10.244.7.50", IPv4Address("10.244.8.50")
CLUSTER = {
    "name": "shop",
    "provider": "docker",
    "network": "10.244.7.0/24",
    "nodes": [{"name": name, "address": f"10.244.7.{21 + n}"} for n, name in enumerate(NAMES)],
    "vip": VIP,
    "constraints": {
        "colocation": [{"resource": "WebServer", "with": "WebIP", "score": "INFINITY"}],
        "order": [{"first": "WebIP", "then": "WebServer"}],
        "location": [{"id": "prefers-alpha", "resource": "WebServer", "node": NAMES[0], "score": 500}],
    },
}
SCENARIOS = (
    *("corosync-kill", "corosync-freeze", "split-majority-serves", "split-minority-stops", "second-choice"),
    *("web-kill", "web-broken", "standby", "order", "vip-removed", "stickiness-100"),
)
SMOKE = ("corosync-kill", "split-minority-stops", "stickiness-100")
OWN = "--i-own-this-cluster"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PcsCluster]:
    with pcs_cluster(tmp_path_factory.mktemp("machines") / "shop", CLUSTER) as made:
        yield made


def adopt(cluster: PcsCluster, place: Path) -> tuple[LabElsewhere, str]:
    lab = lab_of(place)
    return lab, lab.lab("adopt", "--ssh-config", str(cluster.ssh_config), *HOSTS, deadline=QUICK)


@pytest.fixture(scope="module")
def untouched(cluster: PcsCluster) -> tuple[str, str]:
    """The configuration and the files before anything was adopted."""
    return cluster.configuration(), cluster.files()


@pytest.fixture(scope="module")
def lab(
    cluster: PcsCluster, untouched: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> LabElsewhere:
    return adopt(cluster, tmp_path_factory.mktemp("adopted") / "shop")[0]


@pytest.mark.smoke
def test_adopting_changes_nothing(cluster: PcsCluster, untouched: tuple[str, str], lab: LabElsewhere) -> None:
    assert (cluster.configuration(), cluster.files()) == untouched
    made = yaml.safe_load((lab.place / "lab.yaml").read_text())
    assert [node["name"] for node in made["nodes"]] == list(NAMES)
    assert (made["name"], made["vip"], made["network"]) == ("shop", VIP, CLUSTER["network"])
    assert "fencing" not in made
    kept = {str(one.relative_to(lab.place)) for one in lab.place.rglob("*") if one.is_file()}
    assert kept - {".lab/lab.log"} == {"lab.yaml", ".lab/machines.yaml"}, "no key, no copy of the ssh_config"
    said = lab.lab("status", deadline=QUICK)
    assert "partition with quorum" in said


@pytest.mark.smoke
def test_nothing_is_broken_before_the_owner_agrees(
    cluster: PcsCluster, untouched: tuple[str, str], lab: LabElsewhere
) -> None:
    said = lab.lab("drill", "web-kill", deadline=QUICK, expected=2)
    assert "A drill breaks the cluster of alpha.shop.lan, beta.shop.lan, gamma.shop.lan" in said
    assert (cluster.configuration(), cluster.files()) == untouched
    assert journal.pending(lab.place) == ()


def test_a_request_to_another_network_is_refused(lab: LabElsewhere) -> None:
    here = Context(lab.place)
    here.guard(IPv4Address(VIP))
    with pytest.raises(RouteRefused, match=r"not in the adopted network 10\.244\.7\.0/24"):
        here.guard(OUTSIDE)


def test_machines_that_are_not_the_labs_are_never_made_or_removed(lab: LabElsewhere) -> None:
    for command in ("up", "halt", "down", "provision", "reset"):
        assert "Nothing was done." in lab.lab(command, deadline=QUICK, expected=2)


@pytest.fixture(scope="module")
def owned(cluster: PcsCluster, lab: LabElsewhere) -> LabElsewhere:
    """The lab after its owner has agreed, once; the reason why power is left out is the answer."""
    said = lab.lab("drill", "power-off", OWN, deadline=QUICK, expected=(1, 2, 3))
    assert "the lab has no command for the power of an adopted machine" in said
    said = lab.lab("drill", "web-kill", deadline=QUICK, expected=(1, 2, 3))
    assert "systemd itself starts a killed apache2 again" in said
    cluster.never_restart_web()
    return lab


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(name, marks=[pytest.mark.smoke] if name in SMOKE else []) for name in SCENARIOS],
)
def test_scenario(
    owned: LabElsewhere, cluster: PcsCluster, untouched: tuple[str, str], scenario: str
) -> None:
    drilled(owned, scenario)
    assert cluster.configuration() == untouched[0], "every byte of the configuration is as before"


def test_a_killed_drill_is_healed(
    owned: LabElsewhere, cluster: PcsCluster, untouched: tuple[str, str], tmp_path: Path
) -> None:
    words = ("--root", str(ROOT), "--in", str(owned.place), "drill", "stickiness-100")
    with (tmp_path / "log").open("wb") as log:
        drill = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            waiting.until(
                lambda: [one for one in journal.pending(owned.place) if one.target],
                bool,
                "the drill has injected its fault",
                deadline=QUICK,
                every=0.05,
                clock=waiting.CLOCK,
            )
        finally:
            drill.send_signal(signal.SIGKILL)
            drill.wait(QUICK)
    left = cluster.configuration()
    status = owned.lab("status", deadline=QUICK, expected=(0, 1))
    said = owned.lab("heal", deadline=DRILL)
    assert left != untouched[0], "a killed drill cannot restore the configuration"
    assert "a drill was interrupted and left" in status
    assert "an interrupted drill left corosync-stop on" in said
    assert cluster.configuration() == untouched[0]
    assert journal.pending(owned.place) == ()
    assert "Nothing to heal" in owned.lab("heal", deadline=QUICK)


@pytest.fixture(scope="module")
def fenced(
    cluster: PcsCluster, owned: LabElsewhere, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabElsewhere]:
    """The same cluster with fence devices of its own, adopted again in another folder."""
    cluster.fence()
    lab, said = adopt(cluster, tmp_path_factory.mktemp("fenced") / "shop")
    assert "fencing is on: for the loss of a node, a drill has only the fenced- scenarios" in said
    assert yaml.safe_load((lab.place / "lab.yaml").read_text())["fencing"] == "own"
    yield lab
    cluster.unfence()


def test_the_cluster_fences_with_its_own_devices(fenced: LabElsewhere, cluster: PcsCluster) -> None:
    before = cluster.configuration()
    said = fenced.lab("drill", "corosync-kill", OWN, deadline=QUICK, expected=(1, 2, 3))
    assert "with fencing: own, the cluster switches a node off and on after corosync-kill" in said
    drilled(fenced, "fenced-corosync-kill")
    assert cluster.configuration() == before


def test_the_password_of_a_device_is_in_no_file(fenced: LabElsewhere, cluster: PcsCluster) -> None:
    password = secret.password(cluster.machines.home / ".lab").encode()
    assert password in cluster.configuration().encode(), "the owner's CIB has it"
    files = [one for one in fenced.place.rglob("*") if one.is_file()]
    assert any(one.name.endswith(".gz") for one in files), "the record of the drill"
    for one in files:
        text = gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
        assert password not in text, one
