"""A right answer is one with the right effect: it may differ from lab.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from classroom import grading
from classroom.snapshot import REACHED, Snapshot
from cluster import cib
from provision.facts import Facts
from status.web_page import WebPage
from tests.support.changed_facts import found, status_of
from tests.support.example_lab import CASES

CASE_FILE = yaml.safe_load((CASES / "grading" / "answers.yaml").read_text())
BASE, ANSWERS = CASE_FILE["base"], CASE_FILE["answers"]
TWO_NODE = ("    expected_votes: 2\n", "    expected_votes: 2\n    two_node: 1\n")


def stored(row: dict[str, Any]) -> str:
    """The CIB of an answer."""
    parts = {name: row.get(name, text) for name, text in BASE.items()}
    parts = {name: text.format_map(BASE) for name, text in parts.items()}
    resources = row.get("resources", "{IP}{WEB}").format_map(parts)
    return (
        f"<cib><configuration><crm_config>{parts['properties']}</crm_config><nodes/>"
        f"<resources>{resources}</resources>"
        f"<constraints>{parts['COLOCATION']}{parts['ORDER']}{parts['LOCATION']}</constraints>"
        f"<rsc_defaults>{parts['STICKINESS']}</rsc_defaults></configuration><status/></cib>"
    )


def graded(text: str = "", page: str = "<h1>Node1.magedu.com</h1>", **node: Any) -> grading.Grade:
    session, built = found("debian12", {})
    known: dict[str, Any] = {"cib": cib.parse(text)} if text else {}
    facts = Facts({name: replace(one, **known, **node) for name, one in built.nodes.items()})
    extra = {
        one: {
            "logins": "".join(f"{peer.name}: {REACHED}\n" for peer in session.lab.peers(one)),
            "rules": "",
            "tried": f"<h1>{one.name.capitalize()}</h1>",
            "unfit": "",
        }
        for one in session.lab.nodes
    }
    status = status_of(session, facts, extra, WebPage(page))
    nodes = {one: replace(read, cib_text=text) for one, read in status.nodes.items()}
    return grading.grade(session, Snapshot(session, facts, replace(status, nodes=nodes)))


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row["name"])
def test_an_answer_is_judged_by_its_effect(row: dict[str, Any]) -> None:
    grade = graded(stored(row))
    assert grade.solved is row["works"], (grade.left, grade.differs)
    assert row.get("differs", "") in "\n".join(grade.differs)
    assert bool(grade.differs) is ("differs" in row)


def test_the_same_other_quorum_on_both_nodes() -> None:
    _, built = found("debian12", {})
    conf = next(iter(built.nodes.values())).conf
    both = graded(conf=conf.replace(*TWO_NODE))
    assert both.solved
    assert "two_node" in both.differs[0]
    assert not graded(conf=conf.replace(*TWO_NODE), stale=True).solved
    assert not graded(conf=conf.replace("token: 3000", "token: 300")).solved
    assert not graded(conf="totem {").solved


def test_a_service_that_does_not_work_is_not_solved() -> None:
    assert not graded(page="").solved
    assert not graded(stored(ANSWERS[1]), page="").solved
