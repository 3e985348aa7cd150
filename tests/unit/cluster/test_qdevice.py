"""The third vote as corosync-quorumtool tells it, and the section of corosync.conf."""

from __future__ import annotations

import subprocess

import pytest

from cluster import corosync_conf, corosync_state, qdevice
from inventory.config.quorum import with_witness
from tests.support.witness_lab import witness_lab

LAB = witness_lab()
SAID = """\
Quorum information
------------------
Quorum provider:  corosync_votequorum
Nodes:            2
Node ID:          1
Ring ID:          1.9
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      3
Quorum:           2
Flags:            Quorate Qdevice

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
         1          1    {one} node1.magedu.com (local)
         2          1    {two} node2.magedu.com
         0          1            Qdevice
"""


def vote(flags: str) -> qdevice.Vote:
    found = qdevice.vote(SAID.format(one=flags, two="A,V,NMW"), LAB.node1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("flags", "given", "told"),
    [
        ("A,V,NMW", True, "has the vote (A,V,NMW)"),
        ("A,V,MW", True, "has the vote (A,V,MW)"),
        ("A,NV,NMW", False, "no vote: the device is alive, but without the vote (A,NV,NMW)"),
        ("NA,NV,NMW", False, "no vote: the device is not alive (NA,NV,NMW)"),
        ("NR", False, "corosync-qdevice does not run (NR)"),
    ],
)
def test_a_nodes_own_row_tells_its_vote(flags: str, given: bool, told: str) -> None:
    found = vote(flags)
    assert (found.given, found.summary) == (given, told)


def test_without_a_device_or_an_answer() -> None:
    plain = "Quorum information\nMembership information\n    Nodeid      Votes Name\n 1 1 node1 (local)\n"
    found = qdevice.vote(plain, LAB.node1)
    assert found is not None
    assert (found.given, found.summary) == (False, "no quorum device is configured")
    assert qdevice.vote("Cannot initialize QUORUM service", LAB.node1) is None


def test_the_device_is_no_member() -> None:
    found = corosync_state.membership(SAID.format(one="A,V,NMW", two="A,V,NMW"), LAB, "3")
    assert found is not None
    assert found.members == tuple(node.name for node in LAB.nodes)
    assert found.flags == ("Quorate", "Qdevice")


def test_corosync_conf_has_the_device_and_neither_two_node_nor_expected_votes() -> None:
    text = corosync_conf.configuration(LAB, "3")
    device = corosync_conf.parse(text).section("quorum").section("device")
    assert (device.value("model"), device.value("votes")) == ("net", "1")
    assert device.section("net").items == (
        ("tls", "required"),
        ("host", "172.16.100.17"),
        ("algorithm", "ffsplit"),
        ("tie_breaker", "1"),
    )
    assert "two_node" not in text
    assert "expected_votes" not in text, "corosync adds the votes of the nodes and the device"


def test_between_equal_partitions_the_preferred_node_wins() -> None:
    [one] = LAB.locations
    lab = with_witness(witness_lab(locations=(type(one)(one.id, one.resource, LAB.nodes[1].name, 500),)))
    assert "tie_breaker: 2" in corosync_conf.configuration(lab, "3")


def test_the_readings_are_shell() -> None:
    readings = (qdevice.certificate_reading(qdevice.DATABASE, qdevice.CA), qdevice.name_reading())
    for text in readings:
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
        assert (done.stdout, done.returncode) == ("", 0), done.stderr
