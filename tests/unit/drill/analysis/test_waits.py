"""Clients that connect while the service is away: how long they wait, and their outage."""

from __future__ import annotations

import pytest

from drill.analysis.outages import Outage, outages_of
from drill.analysis.waits import CaughtTogether, Wait, caught
from drill.record.header import Header
from drill.record.timeline import Outcome, Sample, Timeline

Row = tuple[float, float, Outcome]


def connecting(*rows: Row) -> list[Sample]:
    return [Sample(sent, done, "connecting", outcome) for sent, done, outcome in rows]


def answered(*moments: float) -> list[Row]:
    return [(at, at + 0.01, "ok") for at in moments]


LOST: list[Row] = [(1.0, 2.0, "ok"), (1.5, 4.5, "ok"), (2.0, 3.0, "ok")]
"""The service is away from 0.9 to 1.9 s. The kernel sends each SYN again after 1 s, and that of 1.5 s after 3 s."""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        (answered(0.0, 0.5), []),
        ([*answered(0.5), *LOST, *answered(2.5)], [(3.5, 4.0)]),
        ([*answered(0.5), (1.0, 1.001, "refused"), (1.5, 1.501, "refused"), *answered(2.0)], [(0.501, 1.51)]),
        ([*answered(0.5), (1.0, 1.001, "refused"), (1.5, 2.5, "ok"), *answered(2.0)], [(1.5, 2.0)]),
        ([*answered(0.5), (1.0, 1.001, "refused"), *answered(1.5), (2.0, 3.0, "ok")], [(0.001, 1.01), (1.0, 1.5)]),
        ([*answered(0.5), (1.0, 3.0, "timeout"), *answered(2.5)], [(2.0, None)]),
        ([(0.0, 1.0, "ok"), *answered(0.5)], [(1.0, None)]),
    ],
    ids=[
        "nothing", "no outage", "SYN lost", "refused", "refused, then a SYN lost", "two outages",
        "the record ended", "already away at the first request",
    ],
)  # fmt: skip
def test_the_outage_ends_when_the_last_caught_client_has_its_answer(
    rows: list[Row], expected: list[tuple[float, float | None]]
) -> None:
    found = outages_of(Timeline(samples=tuple(connecting(*rows))), "connecting")
    assert [(one.lower, one.upper) for one in found] == [
        (pytest.approx(low), high if high is None else pytest.approx(high)) for low, high in expected
    ]


def test_what_is_known_of_each_client() -> None:
    rows: list[Row] = [*answered(0.5), (1.0, 1.001, "refused"), *LOST[1:], *answered(2.5)]
    assert caught(connecting(*rows)) == (
        CaughtTogether(
            0.5,
            (
                Wait(1.0, 1.001, 4.5, "refused"),
                Wait(1.5, 4.5, 4.5, "late"),
                Wait(2.0, 3.0, 3.0, "late"),
            ),
        ),
    )
    [outage] = outages_of(Timeline(samples=tuple(connecting(*rows))), "connecting")
    assert outage == Outage(1.0, 4.5, 0.5, 4.5, 3, (("late", 2), ("refused", 1)))
    assert outage.summary == "outage at 1.00 s: 3.50 to 4.00 s (3 failed: 2 late, 1 refused)"


def test_on_a_slow_machine_an_answer_may_take_longer() -> None:
    samples = tuple(connecting(*answered(0.0), (1.0, 1.8, "ok"), *answered(2.0)))
    assert len(outages_of(Timeline(samples=samples), "connecting")) == 1
    assert outages_of(Timeline(Header(patience=2.0), samples=samples), "connecting") == ()


def test_the_other_clients_have_their_own_outages() -> None:
    """A late answer of the probe is no outage: its limit is short, and its next request follows at once."""
    samples = (Sample(0.0, 0.1), Sample(0.5, 2.0), Sample(1.0, 1.1))
    assert outages_of(Timeline(samples=samples)) == ()
