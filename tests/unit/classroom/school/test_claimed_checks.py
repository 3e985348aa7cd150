"""Claimed checks against the CIB: with crm_simulate another right way counts, and a wrong one is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from classroom import behaviour
from classroom.school import claimed_checks
from classroom.school.offline import Offline
from classroom.school.student_lab import described
from classroom.what_ifs import Answer, Question
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
    monkeypatch.setattr(behaviour, "problems", lambda cib, lab, simulate: dict(acts or {}))
    offline = Offline() if acts is None else Offline(simulate)
    found, findings = claimed_checks.judged_again(CLAIMED, LAB, PLATFORMS["debian12"], cib, offline)
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
