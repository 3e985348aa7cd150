"""What a plot shows: rows, places in percent, and words under the pointer."""

from __future__ import annotations

import pytest

from drill.analysis.failover_phases import phases
from drill.record.header import Header
from drill.record.timeline import Event, EventKind, NodeReading, Sample, Timeline
from drill.report.html.drawing import Plot, Row
from drill.report.html.plot import plot, plots, short_names
from drill.report.result import ScenarioResult
from tests.support import sample_timelines
from tests.support.example_lab import NODE1, NODE2


def _rows(drawn: Plot, under: str = "") -> dict[str, Row]:
    """The rows below a heading; those before the first one without."""
    found: dict[str, Row] = {}
    here = ""
    for row in drawn.rows:
        if row.head:
            here = row.label
        elif under in here and bool(under) == bool(here):
            found[row.label] = row
    return found


def _whole(timeline: Timeline) -> Plot:
    return plot(timeline, 0.0, timeline.end)


def test_a_failover_is_drawn_with_all_its_rows() -> None:
    drawn = _whole(sample_timelines.failover())
    assert [row.label for row in drawn.rows] == [
        *("fault", "phases"),
        *("each request on a new connection", "node1", "node2", "refused", "timeout"),
        *("one keep-alive connection, used as long as it lasts", "node1", "node2", "timeout", "reset"),
        *("which node holds the floating address", "node1", "node2"),
        *("quorum, as each node sees it", "node1", "node2"),
    ]
    assert [row.y for row in drawn.rows][:4] == [0, 18, 36, 62]


def test_clients_that_waited_have_a_row_of_their_own() -> None:
    drawn = _whole(sample_timelines.seen_by_all())
    labels = [row.label for row in drawn.rows]
    begins = labels.index("clients that connect, and wait up to 30 s")
    assert labels[begins:][:8] == [
        *("clients that connect, and wait up to 30 s", "node1", "node2", "waited"),
        *("behind a router, each on a new connection", "node1", "node2", "timeout"),
    ]
    waited = _rows(drawn, "clients that connect")["waited"]
    assert len(waited.bars) == 35
    assert waited.bars[0].tip.startswith(
        "began at 8.00 s, answered by node2.magedu.com after 7.00 s: SYN sent 4"
    )
    longest = max(bar.x + bar.width for bar in waited.bars)
    assert longest == pytest.approx(100 * 18.8 / drawn.end, abs=0.2), "the last one has its answer at 18.8 s"
    answers = _rows(drawn, "clients that connect")["node2"]
    assert len(answers.bars) == 1, "the late ones are in their own row"


def test_the_fault_stands_from_its_injection_to_its_heal() -> None:
    timeline = sample_timelines.failover()
    [bar] = _whole(timeline).faults
    assert (bar.x, bar.x + bar.width) == (
        pytest.approx(800 / timeline.end, abs=0.05),
        pytest.approx(2200 / timeline.end, abs=0.05),
    )
    assert (bar.style, bar.tip) == ("fault", f"node frozen on {NODE1}: in effect, 8.00 to 22.00 s")


def test_a_fault_without_proof_and_a_fault_without_heal_look_and_read_otherwise() -> None:
    [missed] = _whole(sample_timelines.not_landed()).faults
    assert missed.style == "missed"
    assert "not proven to be in effect" in missed.tip
    [open_] = _whole(sample_timelines.never()).faults
    assert open_.x + open_.width == pytest.approx(100)
    assert "not healed in this record" in open_.tip


def test_five_faults_in_a_row_are_five_bands() -> None:
    moments: tuple[tuple[float, EventKind], ...] = ((0.1, "inject"), (0.2, "landed"), (0.6, "heal"))
    events = [Event(n + part, kind, "web killed", NODE1) for n in range(5) for part, kind in moments]
    drawn = _whole(Timeline(samples=(Sample(0, 5),), events=tuple(events)))
    assert [round(bar.x) for bar in drawn.faults] == [2, 22, 42, 62, 82]


def test_every_request_is_on_the_row_that_tells_how_it_ended() -> None:
    rows = _rows(_whole(sample_timelines.never()), "new connection")
    assert list(rows) == [
        *("node1", "node2", "refused", "timeout", "unreachable", "reset", "http error", "wrong body")
    ]
    shapes = {label: {one.shape for one in row.symbols} for label, row in rows.items() if row.symbols}
    assert shapes == {
        label: {label.replace(" ", "_")}
        for label in ("refused", "timeout", "unreachable", "reset", "http error", "wrong body")
    }, "each way to fail has a shape of its own, for eyes that see no colours"
    assert rows["node1"].ticks
    assert not rows["node2"].ticks


def test_a_run_of_answers_says_how_many_and_how_slow() -> None:
    samples = [Sample(n / 10, n / 10 + 0.02, page=NODE1) for n in range(5)]
    [bar] = _rows(_whole(Timeline(Header(nodes=(NODE1, NODE2)), tuple(samples))), "new")["node1"].bars
    assert bar.tip == f"{NODE1} answered 5 from 0.00 to 0.40 s, the slowest in 20 ms"


def test_a_failed_request_says_why() -> None:
    sample = Sample(1.0, 1.5, outcome="refused", detail="Connection refused")
    [symbol] = _rows(_whole(Timeline(samples=(sample,))), "new")["refused"].symbols
    assert symbol.tip == "1 refused at 1.00 s: Connection refused"


def test_a_page_of_a_node_that_nobody_named_has_a_row() -> None:
    timeline = Timeline(Header(nodes=(NODE1,)), (Sample(0, 1, page="stranger.example"),))
    assert list(_rows(_whole(timeline), "new")) == ["node1", "stranger"]


def test_two_owners_have_a_row_of_their_own_and_only_then() -> None:
    double = _rows(_whole(sample_timelines.split_brain()), "address")["both at once"]
    assert [bar.style for bar in double.bars] == ["double"]
    assert f"{NODE1} and {NODE2} both held it from 11.7" in double.bars[0].tip
    assert "both at once" not in _rows(_whole(sample_timelines.failover()), "address")


def test_quorum_is_drawn_as_each_node_saw_it() -> None:
    rows = _rows(_whole(sample_timelines.failover()), "quorum")
    assert [bar.style for bar in rows["node1"].bars] == ["quorate", "unseen", "quorate"]
    assert [bar.style for bar in rows["node2"].bars] == ["quorate", "inquorate", "quorate"]
    assert rows["node2"].bars[1].tip.endswith(f"members {NODE2}")


def test_a_long_silence_of_the_watch_is_not_filled_in() -> None:
    node_readings = tuple(
        NodeReading(asked=at, at=at + 0.1, node=NODE1, quorate=True, owns_vip=True) for at in (0, 1, 9, 10)
    )
    drawn = _whole(Timeline(node_readings=node_readings))
    bars = _rows(drawn, "quorum")["node1"].bars
    assert [(round(bar.x), round(bar.x + bar.width)) for bar in bars] == [(0, 11), (89, 100)]


def test_the_failover_is_drawn_again_larger_where_it_is_small() -> None:
    whole, near = plots(ScenarioResult(sample_timelines.graceful(), ()))
    assert whole.start == 0
    assert 5.5 < near.start < 6.0
    assert 6.45 < near.end < 8
    assert len(plots(ScenarioResult(sample_timelines.split_brain(), ()))) == 1, (
        "nothing failed, so there is nothing to enlarge"
    )
    assert len(plots(ScenarioResult(sample_timelines.never(), ()))) == 1, "it never ended"
    assert plots(ScenarioResult(Timeline(), ())) == ()


@pytest.mark.parametrize("seconds", [0.02, 0.7, 1.0, 3.3, 12, 30, 59, 61, 900])
def test_the_axis_has_some_round_moments_at_any_length(seconds: float) -> None:
    axis = plot(Timeline(), 0.0, seconds).axis
    assert 3 <= len(axis) <= 7
    texts = [one.text for one in axis]
    assert len(set(texts)) == len(texts)
    assert all(0 <= one.x <= 100 for one in axis)
    assert [float(text.split()[0]) for text in texts] == pytest.approx(
        [one.x * seconds / 100 for one in axis], abs=seconds / 1e4
    )


@pytest.mark.parametrize("hz", [5, 20, 100])
def test_a_long_run_makes_no_page_without_end(hz: int) -> None:
    samples = sample_timelines.requests(lambda at: NODE1 if int(at) % 2 else "refused", end=600, hz=hz)
    for row in _whole(Timeline(samples=tuple(samples))).rows:
        assert len(row.ticks) <= 1001
        assert len(row.symbols) <= 41


def test_phases_that_fall_together_share_their_numbers() -> None:
    symbols = _rows(_whole(sample_timelines.failover()))["phases"].symbols
    numbers = [number for one in symbols for number in one.text.split("·")]
    tips = [line[0] for one in symbols for line in one.tip.splitlines()]
    seen = [
        str(n) for n, one in enumerate(phases(sample_timelines.failover()), start=1) if one.at is not None
    ]
    assert numbers == tips
    assert sorted(numbers) == seen
    assert len(symbols) < len(seen)


def test_phases_at_the_end_stay_within_the_plot_and_apart() -> None:
    names = ("injected", "detected", "decided", "stopped", "address", "answer")
    notes = [Event(9.0 + n / 6, "note", f"phase:{name}") for n, name in enumerate(names)]
    drawn = _whole(Timeline(samples=(Sample(0, 10),), events=(Event(9.0, "inject"), *notes)))
    [symbol] = _rows(drawn)["phases"].symbols
    assert symbol.text == "1·2·3·4·5·6"
    assert (symbol.x, symbol.anchor) == (pytest.approx(98.3, abs=0.1), "end"), (
        "it ends where its last phase is"
    )


def test_a_node_has_its_alias_unless_that_is_another_ones_too() -> None:
    assert short_names(["node1.magedu.com", "node2.magedu.com"]) == {
        "node1.magedu.com": "node1",
        "node2.magedu.com": "node2",
    }
    assert list(short_names(["n.a.org", "n.b.org"]).values()) == ["n.a.org", "n.b.org"]
