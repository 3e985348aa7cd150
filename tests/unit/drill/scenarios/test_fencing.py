"""What a lab with fencing can run, and what needs it."""

from __future__ import annotations

from drill.faults.registry import LOSING
from drill.scenarios.catalog import SCENARIOS
from drill.scenarios.fencing import refusal
from tests.support.example_lab import example_lab
from tests.support.fenced_lab import fenced_lab

THIRD_VOTE = {name for name, one in SCENARIOS.items() if one.third_vote}
FENCED = {f"fenced-{what}" for what in ("partition", "freeze", "corosync-kill", "slow-bmc", "dead-bmc")}


def test_a_lab_without_fencing_runs_all_that_it_ran_before() -> None:
    refused = {name for name, one in SCENARIOS.items() if refusal(one, example_lab(), LOSING)}
    assert refused == FENCED


def test_a_lab_with_fencing_leaves_out_what_expects_no_fencing() -> None:
    two = {name: one for name, one in SCENARIOS.items() if one.sizes[0] == 2}
    refused = {name: why for name, one in two.items() if (why := refusal(one, fenced_lab(), LOSING))}
    assert set(refused) - THIRD_VOTE == {
        *("corosync-kill", "corosync-freeze", "power-off", "freeze", "partition", "partition-in", "loss"),
        *("partition-writes", "power-off-writes"),
        *("quorum-stop", "quorum-ignore", "quorum-ignore-later", "quorum-freeze", "quorum-freeze-keeps"),
        *("two-node", "two-node-cold-start", "cold-start-alone"),
    }
    assert "the cluster switches a node off and on after partition" in refused["partition"]
    assert "changes no-quorum-policy or two_node" in refused["cold-start-alone"]


def test_every_fenced_scenario_loses_a_node() -> None:
    assert {name for name, one in SCENARIOS.items() if one.fenced} == FENCED
