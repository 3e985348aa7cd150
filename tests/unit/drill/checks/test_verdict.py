from __future__ import annotations

import pytest

from drill.checks.verdict import (
    FAIL,
    PASS,
    UNKNOWN,
    CheckResult,
    Verdict,
    failed,
    lessons,
    passed,
    unknown,
    verdict,
    worst_result,
    worst_status,
)


def status(*letters: str) -> list[Verdict]:
    names = {"p": PASS, "f": FAIL, "u": UNKNOWN}
    return [Verdict("x", names[letter], "") for letter in letters]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("", UNKNOWN), ("p", PASS), ("pp", PASS), ("pu", UNKNOWN), ("up", UNKNOWN), ("uf", FAIL), ("fpu", FAIL)],
)
def test_the_worst(letters: str, expected: str) -> None:
    assert worst_status(status(*letters)) == expected


def test_a_failure_says_all_of_it() -> None:
    found = verdict(
        "quorum", failed("no quorum", "quorum at 3.00 s", "at 3.00 s: 2 votes"), {"role": "passive"}
    )
    lesson = lessons()["quorum"]
    assert found.description.splitlines() == [
        "FAIL quorum(role='passive'): expected no quorum; seen: quorum at 3.00 s",
        "  . at 3.00 s: 2 votes",
        f"  concept: {lesson.concept}",
        f"  look:    {lesson.command}",
    ]


@pytest.mark.parametrize(
    ("check", "modern", "plugin"),
    [
        ("came_about", "/var/log/pacemaker/pacemaker.log", "/var/log/cluster/corosync.log"),
        ("outage_within_bounds", "corosync-cmapctl", "corosync-objctl"),
        ("quorum", "corosync-quorumtool", "crm_mon alone"),
    ],
)
def test_a_lesson_says_what_corosync_1_4_has_in_its_place(check: str, modern: str, plugin: str) -> None:
    before, _, after = lessons()[check].command.partition(" # corosync 1.4: ")
    assert modern in before
    assert plugin in after


def test_what_cannot_be_told_is_not_said_to_be_seen() -> None:
    found = verdict("quorum", unknown("no quorum", "nobody was read"))
    assert found.status == UNKNOWN
    assert found.why == "expected no quorum; cannot tell: nobody was read"
    assert "concept:" in found.description


def test_a_pass_is_one_line_and_its_evidence() -> None:
    assert verdict("quorum", passed("a", "b", "c")).description == "PASS quorum: expected a; seen: b\n  . c"


def test_a_check_without_a_lesson_has_no_empty_lines() -> None:
    assert verdict("nonesuch", failed("a", "b")).description == "FAIL nonesuch: expected a; seen: b"


def test_the_gravest_finding_speaks_for_all() -> None:
    found = worst_result(
        [passed("e", "fine", "1"), failed("e", "bad", "2"), unknown("e", "?"), failed("e", "worse", "3")]
    )
    assert found == CheckResult(FAIL, "e", "bad; worse", ("2", "3"))
    assert worst_result([passed("e", "fine", "1"), passed("e", "fine", "2")]) == CheckResult(
        PASS, "e", "fine", ("1", "2")
    )
    assert worst_result([passed("e", "fine"), unknown("e", "?")]).status == UNKNOWN
