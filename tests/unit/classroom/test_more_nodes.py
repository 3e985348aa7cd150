"""Three nodes in the classroom: which exercises there are, and what each node must reach."""

from __future__ import annotations

import pytest

from classroom.exercises import EXERCISES, for_lab
from classroom.requirements import all_of, encrypted, two_nodes
from classroom.snapshot import REACHED, parts
from classroom.texts import load, placeholders
from inventory.platforms.registry import PLATFORMS
from inventory.platforms.wording import adapted
from tests.support.example_lab import example_lab, nodes
from tests.support.fake_session import fake_session

OF_TWO = {
    *(
        "policy-stop",
        "other-authkey",
        "firewall-drop",
        "same-nodeid",
        "two-node-once",
        "two-votes",
        "power-cut",
    ),
    *(
        "avoids-left",
        "stale-ban",
        "since-a-date",
        "stale-failure",
        "standby-until-reboot",
        "node-maintenance",
    ),
    *("hurried-start", "unreadable-page", "half-edited", "no-agent", "other-version"),
    *("clients-blocked", "night-call"),
}
"""What a lost or misconfigured node does to the others depends on their number; so does who takes over."""


def test_exercises_about_half_of_the_votes_need_two_nodes() -> None:
    for_two, for_three = (
        {one.name for one in for_lab(PLATFORMS["debian12"], example_lab(nodes=nodes(count)))}
        for count in (2, 3)
    )
    assert for_two - for_three == OF_TWO
    assert for_three < {one.name for one in EXERCISES}


@pytest.mark.parametrize(
    ("count", "hash_", "why"), [(3, "none", "for two nodes"), (2, "none", "does not use"), (2, "sha256", "")]
)
def test_the_first_reason_counts(count: int, hash_: str, why: str) -> None:
    lab = example_lab(nodes=nodes(count), corosync={"crypto_cipher": "none", "crypto_hash": hash_})
    reason = all_of(two_nodes, encrypted)(lab)
    assert bool(reason) == bool(why)
    assert why in reason


def test_no_expectation_speaks_of_the_other_node() -> None:
    known = placeholders(fake_session(nodes=nodes(3)))
    for name, raw in load("checks.yaml").items():
        expected = adapted(raw, nodes=3)["expected"].format_map(known)
        assert "both nodes" not in expected, name
        assert "the other " not in expected, name


def test_each_node_logs_in_on_each_other_node() -> None:
    session = fake_session(nodes=nodes(3))
    text = parts(session)(session.lab.nodes[1])["logins"]
    assert "peers='node1.magedu.com node3.magedu.com'" in text
    assert REACHED in text
