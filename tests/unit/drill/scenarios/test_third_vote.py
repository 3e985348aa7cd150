"""What a lab with a witness can run, and what needs one."""

from __future__ import annotations

from drill.scenarios.base import Inject
from drill.scenarios.catalog import SCENARIOS
from drill.scenarios.third_vote import refusal
from tests.support.example_lab import example_lab
from tests.support.witness_lab import witness_lab

THIRD_VOTE = {
    *("vote-partition", "vote-partition-away", "vote-moves"),
    *("witness-lost", "witness-and-node-lost"),
}


def test_a_lab_without_a_witness_runs_all_that_it_ran_before() -> None:
    assert {name for name, one in SCENARIOS.items() if refusal(one, example_lab())} == THIRD_VOTE


def test_a_lab_with_a_witness_leaves_out_what_expects_two_votes() -> None:
    refused = {name: why for name, one in SCENARIOS.items() if (why := refusal(one, witness_lab()))}
    more_nodes = {name for name, one in SCENARIOS.items() if one.sizes[0] > 2}
    assert more_nodes <= set(refused)
    assert set(refused) - more_nodes == {
        *("partition", "partition-in"),
        *("quorum-stop", "quorum-ignore", "quorum-ignore-later", "quorum-freeze", "quorum-freeze-keeps"),
        *("two-node", "two-node-cold-start", "cold-start-alone"),
    }
    assert (
        refused["partition"] == "with quorum: qdevice, a partition has one owner; this scenario expects two"
    )
    assert "changes no-quorum-policy or two_node" in refused["two-node"]


def test_a_vote_moves_with_ffsplit_only() -> None:
    left = {name: why for name in THIRD_VOTE if (why := refusal(SCENARIOS[name], witness_lab("lms")))}
    assert list(left) == ["vote-moves"]
    assert left["vote-moves"].startswith("lms does not give its vote")


def test_only_its_own_scenarios_touch_the_witness() -> None:
    for name, one in SCENARIOS.items():
        touches = any(isinstance(move, Inject) and move.target == "witness" for move in one.moves)
        assert not touches or name in THIRD_VOTE
