"""What a run's record says in figures and words: the fault's outage apart from the failback's."""

from __future__ import annotations

import pytest

from drill.analysis.duration import ENDLESS, Duration
from drill.analysis.outages import Outage
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.record.header import Header
from drill.record.timeline import Event, Sample, Timeline
from drill.report.html.page import report
from drill.report.junit import junit
from drill.report.result import ScenarioResult, longest, outage_summary
from drill.report.run import Run


def entry(
    *down: tuple[float, float], inject: float | None = 2.0, heal: float = 6.0, end: float = 12.0
) -> ScenarioResult:
    """Requests ten times a second that fail in some stretches, and a fault from `inject` to `heal`."""
    at = [n / 10 for n in range(round(end * 10))]
    samples = tuple(
        Sample(t, t + 0.01, outcome="refused" if any(a <= t < b for a, b in down) else "ok") for t in at
    )
    events = (
        ()
        if inject is None
        else (Event(inject, "inject"), Event(inject + 0.5, "landed"), Event(heal, "heal"))
    )
    return ScenarioResult(Timeline(Header(fault="web-kill" if events else ""), samples, (), events), ())


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (entry((3, 4)), ("0.90 to 1.11 s",)),
        (entry((3, 4), (8, 10)), ("0.90 to 1.11 s", "1.90 to 2.11 s after the heal")),
        (entry((3, 4), (4.5, 4.8)), ("0.90 to 1.11 s", "the longest of 2")),
        (entry((1, 1.5), (3, 4)), ("0.90 to 1.11 s",)),
        (entry((8, 10)), ("none by the fault", "1.90 to 2.11 s after the heal")),
        (entry((1, 1.5), inject=None), ("0.40 to 0.61 s",)),
        (entry(), ("none",)),
        (ScenarioResult(Timeline(), ()), ("nothing measured",)),
    ],
    ids=["one", "and the failback's", "two", "one before", "only the failback's", "no fault", "none", "not asked"],
)  # fmt: skip
def test_the_words(one: ScenarioResult, words: tuple[str, ...]) -> None:
    assert outage_summary(one) == words


def test_an_open_outage_hides_no_longer_one() -> None:
    found = [Outage(1, 10.95, 0.9, 11.06, 100, ()), Outage(11.9, 11.9, 11.8, None, 1, ())]
    span = longest(found)
    assert (span.least, span.most) == (pytest.approx(9.95), ENDLESS), (
        "it surely lasted so long, and perhaps longer"
    )
    assert longest([]) == Duration(0.0, 0.0)


def record(name: str, status: str, *, second_try: bool = False) -> ScenarioResult:
    header = Header(scenario=name, second_try=second_try)
    return ScenarioResult(Timeline(header), (Verdict("recovered", status, "because"),))


def test_a_record_that_could_not_tell_gives_way_to_the_one_made_in_its_place() -> None:
    first, other, second = record("a", UNKNOWN), record("b", PASS), record("a", PASS, second_try=True)
    run = Run.of("r", (first, other, second))
    assert ([run.complete(one) for one in run.counted], run.status) == ([other, second], PASS)
    assert run.counts == {"FAIL": 0, "UNKNOWN": 0, "PASS": 2}
    assert "".join(junit(run)).count("<testsuite ") == 2
    assert run.by_scenario() == {"b": (run.results[1],), "a": (run.results[2],)}
    assert "the record before was UNKNOWN" in "".join(report(run))


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ((record("a", FAIL), record("a", PASS, second_try=True)), FAIL),
        ((record("a", UNKNOWN), record("a", PASS)), UNKNOWN),
        ((record("a", UNKNOWN), record("a", UNKNOWN, second_try=True)), UNKNOWN),
        ((record("a", UNKNOWN), record("b", PASS, second_try=True)), UNKNOWN),
        ((), UNKNOWN),
    ],
    ids=[
        "a failure counts",
        "a repeat is no second try",
        "the second cannot tell either",
        "another's",
        "nothing",
    ],
)
def test_what_counts_all_the_same(entries: tuple[ScenarioResult, ...], status: str) -> None:
    assert Run.of("r", entries).status == status
