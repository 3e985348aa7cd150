"""The cluster's own reasons, from what its programs printed on real nodes."""

from __future__ import annotations

import pytest

from classroom.walk.reason import Reason, Table, of_order, of_quorum, of_scores
from drill.record.header import Captured, OperationEntry
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.walk_records import ALONE, AWAY, SCORES, UP

GENERATIONS = sorted(path.name for path in (CASES / "generations").iterdir() if path.is_dir())
OLD = CASES / "old_stack"


def recorded(generation: str, name: str) -> str:
    return (CASES / "generations" / generation / name).read_text()


def votes(said: str, cib: str = UP) -> Reason:
    return of_quorum(Captured("during", NODE2, 1.0, cib, "", said))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_scores_are_the_clusters_and_their_sums_agree(generation: str) -> None:
    cib, printed = recorded(generation, "cibadmin-up.xml"), recorded(generation, "crm_simulate-up.txt")
    found = of_scores(Table(cib, printed))
    assert found.unknown == ""
    assert {row.resource: dict(row.scores) for row in found.table} == {
        "WebIP": {NODE1: "700", NODE2: "0"},
        "WebServer": {NODE1: "600", NODE2: "-INFINITY"},
    }
    assert "WebServer on node1: 600 = 500 webserver_on_node1 + 100 stickiness" in found.lines
    assert "WebServer on node2: -INFINITY = -INFINITY colocation with WebIP" in found.lines
    assert "WebIP runs on node1" in found.lines
    assert any("anything minus INFINITY is -INFINITY" in line for line in found.lines)


def test_the_documents_own_system_has_the_same_sums() -> None:
    found = of_scores(
        Table((OLD / "cibadmin-Q-end-state.xml").read_text(), (OLD / "crm_simulate-sL.txt").read_text())
    )
    assert found.unknown == ""
    assert "WebIP runs on node1" in found.lines


def test_a_score_that_the_configuration_does_not_explain_is_not_explained() -> None:
    found = of_scores(Table(UP, SCORES.replace(": 700", ": 701")))
    assert found.table[0].scores[NODE1] == "701", "the cluster's own figure is shown all the same"
    assert found.lines == ()
    assert "for WebIP on node1 this lab computes 700 from the configuration, and pacemaker printed 701" in (
        found.unknown
    )


@pytest.mark.parametrize(
    ("cib", "printed", "why"),
    [
        (UP, "", "crm_simulate printed no scores"),
        ("", SCORES, "cannot be told"),
        ("<cib", SCORES, "cannot be told"),
        (UP, "garbage \x00", "crm_simulate printed no scores"),
    ],
)
def test_what_cannot_be_read_is_said(cib: str, printed: str, why: str) -> None:
    found = of_scores(Table(cib, printed))
    assert why in found.unknown
    assert found.table == ()


def test_a_node_that_is_away_has_no_score_that_counts() -> None:
    printed = "".join(
        f"pcmk__primitive_assign: {id_} allocation score on {node}: {score}\n"
        for id_ in ("WebIP", "WebServer")
        for node, score in ((NODE1, "-INFINITY"), (NODE2, "0"))
    )
    found = of_scores(Table(AWAY.replace('have-quorum="0"', 'have-quorum="1"'), printed))
    assert found.unknown == ""
    assert "node1 is not online: no score counts there." in found.lines
    assert "WebIP on node2: 0 = no preference" in found.lines


@pytest.mark.parametrize(("policy", "places"), [("ignore", True), ("stop", False)])
def test_without_quorum_the_scores_place_nothing(policy: str, places: bool) -> None:
    cib = AWAY.replace('name="no-quorum-policy" value="ignore"', f'name="no-quorum-policy" value="{policy}"')
    printed = "".join(
        f"pcmk__primitive_assign: {id_} allocation score on {NODE2}: 0\n" for id_ in ("WebIP", "WebServer")
    )
    lines = of_scores(Table(cib, printed)).lines
    assert ("WebIP runs on node2" in lines) is places
    assert any("The votes decide here" in line for line in lines) is not places


def test_the_return_of_a_node_is_computed_with_it() -> None:
    found = of_scores(Table(AWAY, SCORES, returned=NODE1))
    assert "when node1 is back" in found.title
    assert not [line for line in found.lines if "not online" in line]


def test_a_lost_majority_is_computed() -> None:
    lines = votes(ALONE).lines
    assert lines[0].startswith(
        "1 of 2 expected votes are there. A majority is more than half of 2: at least 2."
    )
    assert lines[1] == "1 is less than 2: this partition has no quorum."
    assert lines[2].startswith("no-quorum-policy is ignore: the partition goes on")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (
            ALONE.replace("Quorum:           2", "Quorum:           1").replace(
                "Flags:            ", "Flags:            2Node Quorate WaitForAll"
            ),
            "two_node: 1",
        ),
        (
            "Expected votes:   3\nTotal votes:      2\nQuorum:           2\nFlags:            Quorate\n",
            "2 is at least 2: this partition has quorum",
        ),
        (
            "Expected votes:   3\nTotal votes:      2\nQuorum:           2\nFlags: Quorate Qdevice\n",
            "The quorum device",
        ),
        (
            "Expected votes:   4\nTotal votes:      2\nQuorum:           2\nFlags: Quorate LastManStanding\n",
            "last_man_standing",
        ),
    ],
)
def test_other_ways_to_quorum_are_named(said: str, wanted: str) -> None:
    lines = votes(said).lines
    assert any(wanted in line for line in lines)
    assert not any("no-quorum-policy" in line for line in lines), "with quorum the policy decides nothing"


def test_the_policy_that_is_not_set_is_named_as_the_default() -> None:
    cib = UP.replace('name="no-quorum-policy"', 'name="start-failure-is-fatal"')
    assert votes(ALONE, cib).lines[2] == (
        "no-quorum-policy is not set, so it has its default, stop: all resources are stopped."
    )


def test_the_plugins_votes_are_counted_by_pacemaker() -> None:
    found = votes("", (OLD / "cibadmin-Q-peer-offline.xml").read_text())
    assert "1 is less than 2: this partition has no quorum." in found.lines


@pytest.mark.parametrize("cib", [UP, "", "<broken"])
def test_votes_that_nobody_printed_are_not_told(cib: str) -> None:
    assert votes("Cannot initialize CMAP service", cib) == Reason(
        "The votes, as node2 counts them",
        unknown="The votes cannot be told, because corosync did not print them on this node.",
    )


def test_votes_without_a_cib_leave_the_policy_open() -> None:
    assert "cannot be told" in votes(ALONE, "").lines[-1]


def test_the_order_is_that_of_the_constraint_and_of_the_history() -> None:
    history = (
        OperationEntry("WebServer", "start", NODE2, 101.0, 0, 12),
        OperationEntry("WebIP", "start", NODE2, 101.0, 0, 10),
        OperationEntry("WebIP", "monitor", NODE2, 101.0, 0, 11),
    )
    found = of_order(Captured("during", NODE2, 1.0, UP), history)
    assert found.lines == (
        "Constraint: start WebIP, then WebServer; on a stop the reverse.",
        "node2: start WebIP, start WebServer.",
    )
    assert "cannot be told" in of_order(Captured("during", NODE2, 1.0, ""), history).unknown
    without = UP.replace("<rsc_order", "<!-- <rsc_order", 1).replace("</constraints>", "</constraints>")
    start = without.index("<!-- <rsc_order")
    end = without.index("/>", start) + 2
    plain = without[:start] + without[end:]
    assert "no order constraint" in of_order(Captured("during", NODE2, 1.0, plain), ()).lines[0]
