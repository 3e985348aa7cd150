"""The recorder: what is recorded is in the file and in memory, line by line, from several threads."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from drill.record.header import Awaited, FailCount, Header, OperationEntry, Prediction, ProbeFigures
from drill.record.recorder import Recorder
from drill.record.timeline import Event, Lateness, NodeReading, Sample, Timeline
from drill.record.timeline_file import append, read, read_all
from inventory.errors import LabError

SMALL = Timeline(
    Header(scenario="héllo", roles={"active": "n1"}, operations=(OperationEntry("WebIP", "start", "n1", 5),)),
    (Sample(0.5, 0.6, page="n1", status=200), Sample(1.0, 1.5, "keepalive", "timeout", detail="timed out")),
    (
        NodeReading(
            asked=0.1, at=0.2, node="n1", quorate=None, members=("n1", "n2"), placements={"WebIP": "n1"}
        ),
    ),
    (Event(0.3, "inject", "cut", "n1", "both ways"),),
    (Lateness(0.2, 0.5, "processor 0"),),
)


def test_a_recorder_writes_what_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "new" / "timeline.jsonl"
    with Recorder(path, Header(scenario="a", budget_s=5.0)) as recorder:
        for sample in SMALL.samples:
            recorder.sample(sample)
        for reading in SMALL.node_readings:
            recorder.reading(reading)
        for event in SMALL.events:
            recorder.event(event)
        for lateness in SMALL.lateness:
            recorder.lateness(lateness)
        recorder.before(["a"])
        recorder.prediction(Prediction(0.5, None, ("detect",)), token_s=3.0, consensus_s=3.6)
        recorder.roles({"active": "n1"})
        recorder.roles({"active": "n2"})
        recorder.awaited([Awaited("serves", 30, at=1.5), Awaited("is down", 30, last="n1 serves")])
        recorder.history([OperationEntry("WebIP", "start", "n1", 5, 0, 7)], [FailCount("WebIP", "n1", 1)])
        recorder.after(["a"], [])
        recorder.probe(ProbeFigures(10, 1, 0.25))
        recorder.error("ssh was lost")
        recorder.reset(0.5)
        kept = recorder.timeline()
    assert read(path) == kept
    assert kept.header == Header(
        scenario="a",
        budget_s=5.0,
        before=("a",),
        prediction=Prediction(0.5, None, ("detect",)),
        token_s=3.0,
        consensus_s=3.6,
        roles={"active": "n2"},
        awaited=(Awaited("serves", 30, at=1.5), Awaited("is down", 30, last="n1 serves")),
        operations=(OperationEntry("WebIP", "start", "n1", 5, 0, 7),),
        failcounts=(FailCount("WebIP", "n1", 1),),
        after=("a",),
        leftovers=(),
        probe=ProbeFigures(10, 1, 0.25),
        error="ssh was lost",
        reset_s=0.5,
    )
    assert (kept.samples, kept.node_readings, kept.events) == (
        SMALL.samples,
        SMALL.node_readings,
        SMALL.events,
    )


def test_an_event_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    with Recorder(path, Header()) as recorder:
        recorder.event(Event(1.0, "inject"))
        assert read(path).events == (Event(1.0, "inject"),)


def test_after_closing_it_still_keeps_but_writes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    recorder = Recorder(path, Header())
    recorder.close()
    recorder.event(Event(1.0, "heal"))
    assert recorder.timeline().events == (Event(1.0, "heal"),)
    assert read(path).events == ()


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    with Recorder(path, Header()) as recorder:

        def write(n: int) -> None:
            for k in range(50):
                recorder.sample(Sample(n + k / 100, n + k / 100, detail="x" * 500))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(read(path).samples) == 400


def test_several_scenarios_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    append(path, SMALL)
    with Recorder(path, Header(scenario="second")):
        pass
    assert [one.scenario for one in read_all(path)] == ["héllo", "second"]
    with pytest.raises(LabError, match="2 timelines where one is expected"):
        read(path)
