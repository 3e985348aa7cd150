"""A right answer is one with the right effect: it may differ from lab.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from classroom import grading
from classroom.snapshot import REACHED, Snapshot
from provision.facts import Facts
from status.web_page import WebPage
from tests.support.changed_facts import found, status_of
from tests.support.simulated_lab import DOCUMENT, configured, silent
from tests.support.solutions import Solution, solutions

SOLUTIONS = [one for one in solutions() if one.name not in ("xml-empty", "xml-half-built", "pcs-history")]
"""What runs in the lab in memory cannot come from the first two; the failure in the third is a leftover."""
SAYS = {
    "crmsh-group": "group service",
    "crmsh-stickiness-200": "resource-stickiness: want 100, found 200",
    "pcs-own-stickiness": "resource-stickiness: want 100, not set",
    "xml-tag": "tag site",
}


def graded(
    solution: str = DOCUMENT, page: str = "<h1>Node1.magedu.com</h1>", *, mute: bool = False, **node: Any
) -> grading.Grade:
    session, built = found("debian12", {})
    facts = Facts({name: replace(one, **node) for name, one in built.nodes.items()})
    extra = {
        one: {
            "logins": "".join(f"{peer.name}: {REACHED}\n" for peer in session.lab.peers(one)),
            "rules": "",
            "tried": f"<h1>{one.name.capitalize()}</h1>",
            "unfit": "",
            "agent_files": "",
        }
        for one in session.lab.nodes
    }
    snapshot = Snapshot(session, facts, status_of(session, facts, extra, WebPage(page)))
    return grading.grade(session, configured(snapshot, solution, silent if mute else None))


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda one: one.name)
def test_an_answer_is_graded_by_its_effect(solution: Solution) -> None:
    grade = graded(solution.name)
    told = [f"{one.check}: {one.why}" for one in grade.left]
    assert grade.solved is solution.right, told
    assert solution.right or solution.check in [one.check for one in grade.left], told
    assert SAYS.get(solution.name, "") in "\n".join(grade.differs)


def test_an_answer_that_cannot_be_simulated_is_not_solved() -> None:
    left = graded(mute=True).left
    assert {one.status for one in left} == {"UNKNOWN"}
    assert "no answer of crm_simulate" in left[0].why


@pytest.mark.parametrize(
    ("change", "works"),
    [
        ({("    expected_votes: 2\n", "    expected_votes: 2\n    two_node: 1\n")}, True),
        ({("    token: 3000\n", "    token: 1500\n")}, True),
        ({("    transport: knet\n", "")}, True),
        ({("    token: 3000\n", "    token: 300\n")}, False),
        ({("    crypto_hash: sha256\n", "    crypto_hash: none\n")}, False),
        ({("172.16.100.16", "172.16.100.99")}, False),
    ],
    ids=[
        "two_node",
        "a shorter token",
        "the default transport",
        "a token that is too short",
        "no key",
        "an address",
    ],
)
def test_another_corosync_conf_on_both_nodes(change: set[tuple[str, str]], works: bool) -> None:
    _, built = found("debian12", {})
    conf = next(iter(built.nodes.values())).conf
    [(old, new)] = change
    assert old in conf
    both = graded(conf=conf.replace(old, new))
    assert both.solved is works, [one.why for one in both.left]
    assert bool(both.differs) is works
    assert not graded(conf=conf.replace(old, new), stale=True).solved
    assert not graded(conf="totem {").solved


def test_a_service_that_does_not_work_is_not_solved() -> None:
    assert not graded(page="").solved
    assert not graded("crmsh-group", page="").solved
