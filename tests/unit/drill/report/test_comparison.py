"""Two runs side by side: who saw what, and what was configured differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.record.header import Prediction
from drill.report.comparison import Difference, compare
from drill.report.result import ScenarioResult
from drill.report.run import Run
from tests.support import sample_timelines


def _run(name: str, *entries: ScenarioResult) -> Run:
    return Run.of(name, entries)


def _stops(*lengths: float, **header: Any) -> list[ScenarioResult]:
    return [
        ScenarioResult(
            sample_timelines.graceful(outage=length, **header), sample_timelines.passes("recovered")
        )
        for length in lengths
    ]


def test_each_scenario_stands_beside_itself() -> None:
    a = _run(
        "a",
        *_stops(0.3, 0.5, 0.4),
        ScenarioResult(sample_timelines.failover(), sample_timelines.passes("recovered")),
    )
    b = _run(
        "b", *_stops(1.2), ScenarioResult(sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS,))
    )
    stop, frozen, split = compare(a, b).pairs
    assert [one.scenario for one in (stop, frozen, split)] == ["graceful-stop", "frozen-node", "split-brain"]
    assert stop.a is not None
    assert stop.b is not None
    assert (stop.a.statistics.count, stop.b.statistics.count) == (3, 1)
    assert stop.a.statistics.median.least <= 0.4 <= stop.a.statistics.median.most
    assert (stop.a.status, frozen.b, split.a) == (PASS, None, None)
    assert split.b is not None
    assert split.b.status == FAIL


def test_what_was_set_up_differently_is_named() -> None:
    a = _run("a", *_stops(0.3, token_s=1.0, before=("stickiness=100", "policy=ignore")))
    b = _run("b", *_stops(0.3, token_s=3.0, before=("stickiness=100", "policy=stop")))
    assert compare(a, b).differences == (
        Difference("token_s", "1", "3"),
        Difference("configuration", "policy=ignore", ""),
        Difference("configuration", "", "policy=stop"),
    )


def test_what_belongs_to_one_run_of_a_scenario_is_no_difference() -> None:
    a = _run("a", *_stops(0.3, roles={"active": "x"}, seed=1, prediction=Prediction(0, 1)))
    b = _run("b", *_stops(0.4, roles={"active": "y"}, seed=2, prediction=Prediction(0, 2)))
    assert compare(a, b).differences == ()


def test_a_scenario_that_only_one_run_had_makes_no_configuration_differ() -> None:
    a = _run("a", *_stops(0.3))
    b = _run("b", *_stops(0.3), ScenarioResult(sample_timelines.never(before=("policy=stop",)), ()))
    assert compare(a, b).differences == ()


def test_the_lines_are_a_table_that_a_terminal_can_hold() -> None:
    a = _run("runs-a", *_stops(0.3, 0.5, token_s=1.0))
    b = _run(
        "runs-b",
        *_stops(1.2, token_s=3.0),
        ScenarioResult(sample_timelines.never(token_s=3.0), (sample_timelines.NOT_RECOVERED,)),
    )
    lines = compare(a, b).lines()
    assert lines[:5] == (
        "A: runs-a",
        "B: runs-b",
        "",
        "configured differently:",
        "  token_s: A 1, B 3",
    )
    table = [line.split() for line in lines[lines.index("", 3) + 1 :]]
    assert table[0] == [
        "scenario",
        "repeats",
        "least",
        "median",
        "most",
        "predicted",
        "two",
        "owners",
        "verdict",
    ]
    assert table[1][:3] == ["graceful-stop", "A", "2"]
    assert table[2][:2] == ["B", "1"]
    assert table[3] == ["no-quorum-stop", "A", "did", "not", "run"]
    assert table[4][-1] == "FAIL"
    assert "6.50 s or more" in lines[lines.index("", lines.index("", 3) + 1) - 1]
    assert max(len(line) for line in lines) <= 120


def test_the_other_clients_have_a_table_of_their_own() -> None:
    seen = ScenarioResult(sample_timelines.seen_by_all(), sample_timelines.passes("recovered"))
    old = ScenarioResult(sample_timelines.failover(), sample_timelines.passes("recovered"))
    lines = compare(_run("a", seen, seen), _run("b", old)).lines()
    heading = lines.index("the other clients, the median of their outages:")
    rows = lines[heading + 2 :]
    assert rows[0].split() == ["scenario", "keep-alive", "connection", "connecting", "behind", "a", "router"]
    assert rows[1].split()[:2] == ["frozen-node", "A"]
    assert "10.80 to 11.00 s" in rows[1]
    assert rows[2].split()[0] == "B"
    assert rows[2].split()[-2:] == ["-", "-"], "an old record knows nothing of them"


def test_without_other_clients_there_is_no_such_table() -> None:
    timeline = sample_timelines.failover()
    alone = replace(timeline, samples=timeline.samples_of())
    run = _run("a", ScenarioResult(alone, sample_timelines.passes("recovered")))
    assert not [line for line in compare(run, run).lines() if "other clients" in line]


def test_the_same_run_twice_differs_in_nothing() -> None:
    run = _run("a", *_stops(0.3))
    assert "  nothing" in compare(run, run).lines()


def test_what_could_not_be_judged_is_unknown() -> None:
    [judged], unjudged = _stops(0.3), ScenarioResult(sample_timelines.graceful(outage=0.0), ())
    cells = []
    for other in ([judged], [judged, unjudged], [unjudged]):
        [pair] = compare(_run("a", judged), _run("b", *other)).pairs
        assert pair.b is not None
        cells.append(pair.b.cells)
    assert cells[1] == ("1 of 2", *cells[0][1:6], UNKNOWN)
    assert cells[2][:4] == ("0 of 1", "unknown", "unknown", "unknown")
    assert cells[2][-1] == UNKNOWN


def test_an_old_record_without_timeouts_differs_in_nothing() -> None:
    lines = ("resource WebIP monitor 30s", "stickiness=100")
    old = _run("a", *_stops(0.3, before=lines))
    new = _run("b", *_stops(0.3, before=(*lines, "resource WebIP timeout of start 20s")))
    other = _run("c", *_stops(0.3, before=(*lines, "resource WebIP timeout of start 40s")))
    assert compare(old, new).differences == ()
    assert compare(new, old).differences == ()
    assert len(compare(new, other).differences) == 2
