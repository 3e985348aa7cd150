"""A point happens by the drill, also in a lab that is not complete; and its lines, its outcome and its reasons."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from classroom.walk import live, observe
from classroom.walk.observe import Drill, built, staged
from classroom.walk.points import CONSTRAINTS, POINTS, Point
from cluster import cib
from drill import suite
from drill.faults import registry as faults
from drill.observe.http_probe import ProbeRate
from drill.observe.observation import Observation, ObservationSink
from drill.record.timeline import ArpReading, Lateness, NodeReading, Sample, Timeline
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError, Unreachable
from inventory.model import Command
from inventory.remote.ssh import Ssh
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK
from tests.support.fake_session import fake_session
from tests.support.walk_records import SCORES, UP, moved, nowhere

LAB = example_lab()
LIVE = cib.parse(UP).configuration
HALF = replace(LIVE, resources=LIVE.resources[:1], colocations=(), orders=(), locations=())


def point(id_: str) -> Point:
    return next(one for one in POINTS if one.id == id_)


def test_what_a_lab_lacks_is_read_from_the_cluster() -> None:
    assert built(LAB, LIVE) is None
    assert built(LAB, HALF) == Overrides(resources=("address",), without=CONSTRAINTS)
    assert built(LAB, replace(LIVE, locations=())) == Overrides(without=("location",))


def test_the_probe_asks_sshd_where_there_is_no_page_to_ask_for() -> None:
    session = fake_session()
    assert staged(session, LIVE, scenario_serves=True) is session
    asked = staged(session, HALF, scenario_serves=False).lab.drill.probe
    assert asked.target(LAB.vip) == "tcp://172.16.100.11:22"
    assert session.lab.drill.probe.kind == "http", "the lab's own description stays as it is"


def test_the_cib_comes_from_the_first_node_that_answers() -> None:
    def answer(command: Command) -> tuple[int, str, str] | None:
        return None if command.node == NODE1 else (0, UP, "")

    assert observe.live_cib(fake_session(remote=answer)) == (NODE2, UP)
    silent: list[tuple[int, str, str] | None] = [None, (1, "", "not running"), (0, "  \n", "")]
    while silent:
        with pytest.raises(LabError, match="No node's cluster answers") as error:
            observe.live_cib(fake_session(remote=lambda command: silent[0]))
        silent.pop(0)
        assert "./lab status" in error.value.hint
    assert issubclass(Unreachable, LabError)


def outcome(id_: str, timeline: Timeline, scores: str = SCORES) -> Any:
    session = fake_session(remote=lambda command: (0, scores, "") if scores else None)
    told = observe.words(point(id_), session, UP)
    return observe.of_record(told, session, timeline, "run")


def test_each_question_gets_an_answer_and_each_reason_is_told() -> None:
    found = outcome("fails-back", moved())
    assert found.happened.keys() == {"during", "end", "interruptions", "down"}
    returned, after = found.reasons
    assert "when node1 is back" in returned.title
    assert returned.lines
    assert after.title == "The scores that pacemaker computed (crm_simulate -sL)"
    quorum, scores = outcome("quorum-lost", nowhere()).reasons
    assert quorum.title == "The votes, as node2 counts them"
    assert scores.nodes


def test_a_reason_whose_moment_was_not_reached_says_so() -> None:
    found = outcome("fails-back", nowhere())
    assert "did not get so far" in found.reasons[1].unknown


def test_a_simulator_that_does_not_answer_gives_no_reason() -> None:
    assert "cannot be told" in outcome("stays", moved(), scores="").reasons[0].unknown


class Sink:
    """A record in memory."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.sample = self.reading = self.lateness = self.arp = self.rows.append


def test_a_line_is_told_when_something_changes_and_everything_is_recorded() -> None:
    sink, lines = Sink(), list[tuple[float, str]]()

    @contextlib.contextmanager
    def observing(to: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
        for at in (1.0, 2.0, 3.0):
            to.sample(
                Sample(at, at + 0.1, page=NODE1 if at < 3 else "", outcome="ok" if at < 3 else "http_error")
            )
            to.sample(Sample(at, at + 0.1, "keepalive", "refused"))
            to.reading(
                NodeReading(
                    asked=at, at=at + 0.05, node=NODE1, owns_vip=at < 3, web="running", quorate=True,
                    members=(NODE1, NODE2), corosync=True,
                )
            )  # fmt: skip
        to.reading(NodeReading(asked=4, at=4.1, node=NODE2, seen=False))
        to.reading(NodeReading(asked=5, at=5.1, node=NODE2))
        to.reading(NodeReading(asked=5.2, at=5.3, node=NODE2, seen=False))
        to.reading(NodeReading(asked=6, at=6.1, node=NODE2, quorate=False, members=(NODE2,), corosync=True))
        to.arp(ArpReading(5.0, 5.0, (NODE2,), announced=True))
        to.arp(ArpReading(5.0, 5.1, (NODE2,)))
        to.lateness(Lateness(1.0, 2.0, "processor 0"))
        yield Observation(lambda: ProbeRate(1, 0, 0.0), 1)

    with live.showing(observing, lambda at, line: lines.append((at, line)))(sink, lambda: 0.0) as observation:
        assert observation.processors == 1
    assert len(sink.rows) == 16
    assert lines == [
        (1.1, "a client: the page of node1"),
        (1.05, "node1: quorum, 2 members, holds the address, web server running"),
        (3.1, "a client: no answer (http error)"),
        (3.05, "node1: quorum, 2 members, web server running"),
        (5.1, "node2: no cluster, web server unknown"),
        (5.3, "node2: does not answer"),
        (6.1, "node2: NO quorum, 1 member, web server unknown"),
        (5.0, "the network: node2 announces the address (ARP)"),
    ]


def test_a_point_runs_on_the_lab_and_leaves_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    lab, lines = FakeDrill(tmp_path), list[str]()
    before = lab.cib
    session = lab.session()

    def runner(stage: Any, ssh: Any, folder: Path, guard: Any, say: Any, *, fetch: Any) -> Any:
        lab.runner.session, lab.runner.path = stage, folder / "timeline.jsonl"
        return lab.runner

    monkeypatch.setattr(suite, "runner", runner)
    one = point("stays")
    lab.cib = lab.cib.replace(
        "<status/>", UP[UP.index("<status>") : UP.index("</status>") + len("</status>")]
    )
    told, ssh = observe.words(one, session, lab.cib), cast(Ssh, lab.remote)
    drill = Drill(ssh, tmp_path, tmp_path / "runs", lambda: None, lambda: "", lambda line: None,
        lambda at, line: lines.append(line),
    )  # fmt: skip
    found = observe.happen(one, told, session, drill)
    assert found.error == ""
    assert (tmp_path / "runs" / found.run / "report.html").is_file()
    assert lab.cracked == {}
    assert cib.parse(lab.cib).configuration == cib.parse(before).configuration
    assert lines
    assert found.happened["down"].known, found.happened["down"].text


def test_what_happened_to_another_node_is_no_answer() -> None:
    session = fake_session(remote=lambda command: (0, SCORES, ""))
    told = replace(observe.words(point("stays"), session, UP), active=NODE2)
    found = observe.of_record(told, session, moved(), "run")
    assert {one.known for one in found.happened.values()} == {False}
    assert "it happened to node1" in found.happened["end"].text
