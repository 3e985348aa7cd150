"""What a running corosync says of itself."""

from __future__ import annotations

import pytest

from cluster import corosync_state
from cluster.corosync_state import Membership
from cluster.xml import OutputError
from inventory.platforms.base import CorosyncGeneration
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab

LAB = example_lab()
THREE = (CASES / "watch" / "3-active.txt").read_text().partition("@@part ring\n")[2]
PLUGIN = (CASES / "watch" / "1.4-active.txt").read_text().partition("@@part ring\n")[2]


def test_votequorum() -> None:
    assert corosync_state.membership(THREE, LAB, "3") == Membership(True, (NODE1, NODE2), ("Quorate",))


def test_two_node_waits_for_all() -> None:
    said = THREE.replace("Quorate:          Yes", "Quorate:          No")
    said = said.replace("Flags:            Quorate", "Flags:            2Node WaitForAll")
    said = said.replace("         2          1 node2.magedu.com\n", "")
    assert corosync_state.membership(said, LAB, "3") == Membership(False, (NODE1,), ("2Node", "WaitForAll"))


def test_ids_may_be_written_in_hexadecimal() -> None:
    said = THREE.replace("         1          1 node1", "0x00000001          1 node1")
    found = corosync_state.membership(said, LAB, "3")
    assert found is not None
    assert found.members == (NODE1, NODE2)


def test_the_plugin_counts_no_votes_and_tells_who_left() -> None:
    assert corosync_state.membership(PLUGIN, LAB, "1.4") == Membership(None, (NODE1,))


@pytest.mark.parametrize("generation", ["3", "1.4"])
def test_no_corosync_no_membership(generation: CorosyncGeneration) -> None:
    for said in ("", "Cannot initialize QUORUM service\n"):
        assert corosync_state.membership(said, LAB, generation) is None


def test_timings() -> None:
    said = "runtime.config.totem.consensus (u32) = 3600\nruntime.config.totem.token (u32) = 3000\n"
    assert corosync_state.timings(said) == (3.0, 3.6)
    assert corosync_state.timings("totem.token=1000\ntotem.consensus=1200\n") == (1.0, 1.2)


def test_no_timings_are_an_error_that_shows_what_was_said() -> None:
    with pytest.raises(OutputError, match="Could not connect") as caught:
        corosync_state.timings("Could not connect to cmap\n")
    assert "corosync-cmapctl" in caught.value.hint
    assert "corosync-objctl" in caught.value.hint
    assert "objctl" in corosync_state.timings_script("1.4")
    assert "cmapctl" in corosync_state.timings_script("3")
