"""What a running corosync says of itself."""

from __future__ import annotations

import pytest

from cluster import corosync_state
from cluster.corosync_state import Membership
from cluster.xml import OutputError
from inventory.platforms.base import CorosyncGeneration
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.old_stack import old_lab, recorded

LAB, OLD_LAB = example_lab(), old_lab()
THREE = (CASES / "corosync" / "3-ring.txt").read_text()
PLUGIN = recorded("partition-ttl0-target.txt")


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
    """Recorded from corosync 1.4.1: two members, one that left, and one that hears nothing and knows no change."""
    whole, deaf = recorded("corosync-objctl-a.txt"), recorded("partition-output-drop-target.txt")
    assert corosync_state.membership(whole, OLD_LAB, "1.4") == Membership(None, (NODE1, NODE2))
    assert corosync_state.membership(PLUGIN, OLD_LAB, "1.4") == Membership(None, (NODE1,))
    assert corosync_state.membership(deaf, OLD_LAB, "1.4") == Membership(None, (NODE1, NODE2))
    peer, dropped = recorded("partition-ttl0-peer.txt"), recorded("input-drop-deaf-node.txt")
    assert corosync_state.membership(peer, OLD_LAB, "1.4") == Membership(None, (NODE2,))
    assert corosync_state.membership(dropped, OLD_LAB, "1.4") == Membership(None, (NODE1, NODE2))


@pytest.mark.parametrize("generation", ["3", "1.4"])
def test_no_corosync_no_membership(generation: CorosyncGeneration) -> None:
    for said in ("", "Cannot initialize QUORUM service\n"):
        assert corosync_state.membership(said, LAB, generation) is None


def test_an_old_tool_without_corosync_says_nothing_of_a_membership() -> None:
    said = recorded("nothing-runs.txt")
    assert "Could not initialize objdb library. Error 6" in said
    assert corosync_state.membership(said, OLD_LAB, "1.4") is None


@pytest.mark.parametrize(("generation", "asks"), [("3", "true"), ("1.4", "corosync-objctl")])
def test_whether_corosync_answers(generation: CorosyncGeneration, asks: str) -> None:
    assert asks in corosync_state.answers_script(generation, 5)


def test_timings() -> None:
    said = "runtime.config.totem.consensus (u32) = 3600\nruntime.config.totem.token (u32) = 3000\n"
    assert corosync_state.timings(said) == (3.0, 3.6)
    assert corosync_state.timings(recorded("corosync-objctl-a.txt")) == (3.0, 3.6)


def test_no_timings_are_an_error_that_shows_what_was_said() -> None:
    with pytest.raises(OutputError, match="Could not connect") as caught:
        corosync_state.timings("Could not connect to cmap\n")
    assert "corosync-cmapctl" in caught.value.hint
    assert "corosync-objctl" in caught.value.hint
    assert "objctl" in corosync_state.timings_script("1.4")
    assert "cmapctl" in corosync_state.timings_script("3")
