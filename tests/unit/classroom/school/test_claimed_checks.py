"""Claimed checks against the CIB: with crm_simulate another right way counts, and a wrong one is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from classroom import behaviour
from classroom.school import claimed_checks
from classroom.school.claimed_checks import Configuration
from classroom.school.offline import Offline
from classroom.school.student_lab import described
from classroom.what_ifs import Answer, Question, Simulate
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS
from tests.support.class_bots import cib_of, class_of, document

CLASS, (ANNA, BEN) = class_of(["anna", "ben"])
LAB = described(document(), ANNA, CLASS.name)[1]
CLAIMED = {"order": "PASS", "colocation": "PASS", "no-stonith": "PASS", "names": "PASS", "location": "FAIL"}
WITHOUT_ORDER = "".join(line for line in cib_of(ANNA).splitlines(keepends=True) if "<rsc_order" not in line)
WITH_STONITH = cib_of(ANNA).replace(
    'name="stonith-enabled" value="false"', 'name="stonith-enabled" value="true"'
)


def simulate(questions: Sequence[Question]) -> Sequence[Answer]:
    raise AssertionError("the answers of the simulator are given by `acts`")


def judged(
    cib: str, acts: Mapping[str, tuple[str, ...]] | None, monkeypatch: pytest.MonkeyPatch
) -> tuple[Mapping[str, str], list[tuple[str, str]]]:
    """The statuses and the findings; `acts` is what the simulator shows, None: it is not here."""
    monkeypatch.setattr(behaviour, "problems", lambda cib, lab, simulate, keeps_quorum: dict(acts or {}))
    offline = Offline() if acts is None else Offline(simulate)
    found, findings = claimed_checks.judged_again(
        CLAIMED, LAB, PLATFORMS["debian12"], Configuration(cib), offline
    )
    return found, [(one.kind, one.text) for one in findings]


@pytest.mark.parametrize("acts", [None, {}, {"order": ("never asked",)}])
def test_a_cib_as_in_lab_yaml_needs_no_simulator(
    acts: Mapping[str, tuple[str, ...]] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged(cib_of(ANNA), acts, monkeypatch) == (CLAIMED, [])


def test_another_way_that_does_the_same_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(WITHOUT_ORDER, {}, monkeypatch) == (CLAIMED, [])


def test_a_claim_that_the_cluster_does_not_keep_is_an_edited_result(monkeypatch: pytest.MonkeyPatch) -> None:
    found, [(kind, text)] = judged(WITHOUT_ORDER, {"order": ("WebServer starts first",)}, monkeypatch)
    assert found == {**CLAIMED, "order": "FAIL"}
    assert (kind, "PASS for order" in text) == ("edited-result", True)


def test_a_property_is_compared_also_with_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    found, [(kind, text)] = judged(WITH_STONITH, {}, monkeypatch)
    assert found == {**CLAIMED, "no-stonith": "FAIL"}
    assert (kind, "PASS for no-stonith" in text) == ("edited-result", True)


def test_without_the_simulator_it_is_unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    found, [(kind, _)] = judged(WITHOUT_ORDER, None, monkeypatch)
    assert (found, kind) == ({**CLAIMED, "order": "UNKNOWN"}, "unproven-result")


@pytest.mark.parametrize(
    ("cib", "kind"), [(cib_of(BEN), "other-values"), ("<cib", "incomplete"), ("<a/>", "incomplete")]
)
def test_a_cib_that_says_nothing(cib: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, [(seen, _)] = judged(cib, {}, monkeypatch)
    assert (set(found.values()), seen) == ({"UNKNOWN"}, kind)


RULE = """<rsc_location id="x" rsc="WebServer"><rule id="r" score="-INFINITY">
<expression id="e" attribute="#uname" operation="ne" value="nobody"/></rule></rsc_location></constraints>"""
BANNED = cib_of(ANNA).replace("</constraints>", RULE)
"""A rule keeps the web server away from every node; no line of lab.yaml is about it."""


def test_a_rule_that_no_check_compares_is_judged_by_what_the_cluster_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert judged(BANNED, {}, monkeypatch) == (CLAIMED, [])
    found, [(kind, text)] = judged(BANNED, {"colocation": ("WebServer runs on no node",)}, monkeypatch)
    assert found == {**CLAIMED, "colocation": "FAIL"}
    assert (kind, "PASS for colocation" in text) == ("edited-result", True)


def test_without_the_simulator_such_a_rule_leaves_what_the_cluster_does_unproven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, findings = judged(BANNED, None, monkeypatch)
    assert found == {**CLAIMED, "order": "UNKNOWN", "colocation": "UNKNOWN"}
    assert [kind for kind, _ in findings] == ["unproven-result"] * 2


def test_two_node_of_corosync_counts_for_what_the_cluster_does(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def problems(cib: str, lab: Lab, simulate: Simulate, *, keeps_quorum: bool) -> dict[str, tuple[str, ...]]:
        asked.append(keeps_quorum)
        return {}

    monkeypatch.setattr(behaviour, "problems", problems)
    for conf in ("", "quorum {\n  two_node: 1\n}\n"):
        stored = Configuration(WITHOUT_ORDER, conf)
        claimed_checks.judged_again(CLAIMED, LAB, PLATFORMS["debian12"], stored, Offline(simulate))
    assert asked == [False, True]
