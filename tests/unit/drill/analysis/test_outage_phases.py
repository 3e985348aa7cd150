"""The phases of an outage: from the DC's journal and the requests."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from drill.analysis.outage_phases import OutageCourse, outage_course
from drill.record.header import LoggedMoment
from drill.record.timeline import ArpReading, NodeReading, Timeline
from tests.support.example_lab import NODE1, NODE2
from tests.support.timeline_notation import timeline

NODES = {"node1": NODE1, "node2": NODE2}
LOST = "token lost 12.9 node2, membership 16.52 node2, start 16.62 node2 WebIP, start 16.8 node2 WebServer"
MOVED = "stop 10.2 node1 WebServer, stop 10.5 node1 WebIP, start 10.9 node1 WebIP, start 11.2 node1 WebServer"
ADDRESS = (
    "noticed 10.9 node2 WebIP, stop 10.95 node2 WebServer, stop 11.1 node2 WebIP, start 11.2 node2 WebIP,"
    " start 11.35 node2 WebServer"
)
WEB = "noticed 11 node2 WebServer, stop 11.1 node2 WebServer, start 11.3 node2 WebServer"
FENCED = LOST.replace("start 16.62", "fence 16.6 node2, start 20.1").replace("start 16.8", "start 20.3")
COURSES = {
    "loss with fencing": (
        FENCED,
        "fenced",
        {"lost": 2.95, "membership": 3.62, "decided": 0.08, "fenced": 3.5, "started": 0.2, "answered": 0.155},
    ),
    "loss": (
        LOST,
        "dead",
        {"lost": 2.95, "membership": 3.62, "decided": 0.1, "started": 0.18, "answered": 0.155},
    ),
    "move": (MOVED, "failover", {"stopped": 0.95, "started": 0.3, "answered": 0.255}),
    "address restart": (
        ADDRESS,
        "failover",
        {"noticed": 0.95, "decided": 0.05, "stopped": 0.25, "started": 0.15, "answered": 0.105},
    ),
    "web restart": (WEB, "failover", {"noticed": 1.05, "decided": 0.1, "stopped": 0.2, "answered": 0.155}),
}


def moments(text: str, within: float = 0.01) -> list[LoggedMoment]:
    found = []
    for row in filter(None, text.split(", ")):
        words = row.split()
        place = next(index for index, word in enumerate(words) if word in NODES)
        resource = " ".join(words[place + 1 :])
        kind = " ".join(words[: place - 1])
        found.append(LoggedMoment(NODES[words[place]], float(words[place - 1]), within, kind, resource))
    return found


def record(text: str, base: str, **changes: Any) -> Timeline:
    one = timeline({"check": "recovered", "from": base, **changes})
    return replace(one, header=replace(one.header, logged=tuple(moments(text)), consensus_s=3.6))


def seen(one: Timeline) -> OutageCourse:
    found = outage_course(one)
    assert found
    return found


@pytest.mark.parametrize("course", COURSES)
def test_the_phases_fill_the_outage(course: str) -> None:
    text, base, lengths = COURSES[course]
    found = seen(record(text, base))
    assert found.course == course
    assert {one.name: one.seconds for one in found.phases} == pytest.approx(lengths)
    assert all(one.until == next_one.since for one, next_one in pairwise(found.phases)), (
        "no gap, nothing twice"
    )
    assert found.seconds == pytest.approx(found.phases[-1].until - found.phases[0].since)
    assert all(one.meaning for one in found.phases)


def test_a_node_that_answers_until_it_is_fenced() -> None:
    found = seen(record(FENCED, "fenced", probe="node1 0-17.5, timeout 17.5-20.5, node2 20.5-45"))
    assert found.course == "answering until fenced"
    assert {one.name: one.seconds for one in found.phases} == pytest.approx(
        {"fenced": 2.65, "started": 0.2, "answered": 0.155}
    )


def test_the_start_of_a_fence_device_is_no_phase() -> None:
    other = FENCED.replace("start 20.1", "start 20.05 node2 fence_node1, start 20.1")
    assert seen(record(other, "fenced")) == seen(record(FENCED, "fenced"))


def test_the_phases_in_words() -> None:
    *rows, last = seen(record(LOST, "dead")).lines()
    assert rows[2].startswith("decided: 0.100 s (ends known to 10 ms): until the DC gives its first order")
    assert last == "together: 7.005 s, within the limits of the measured outage"


def test_the_first_and_the_last_phase_are_known_as_well_as_the_probe_asks() -> None:
    lost, *between, answered = seen(record(LOST, "dead")).phases
    assert {one.within for one in between} == {0.01}
    assert lost.within == pytest.approx(0.01 + 0.05), "a request every 0.1 s"
    assert answered.within == pytest.approx(0.01 + 0.055), "and 0.01 s until the answer"


def test_the_membership_is_measured_beyond_consensus() -> None:
    assert seen(record(LOST, "dead")).lengths(3.6)["membership"] == pytest.approx(0.02)
    assert seen(record(LOST, "dead")).lengths(9.0)["membership"] == 0.0


def test_what_happens_after_the_outage_is_no_phase_of_it() -> None:
    later = (
        ", stop 31 node2 WebServer, stop 31.1 node2 WebIP, start 31.2 node2 WebIP, start 31.3 node2 WebServer"
    )
    assert seen(record(LOST + later, "dead")) == seen(record(LOST, "dead"))


def test_what_happened_before_the_fault_is_no_phase_of_it() -> None:
    assert seen(record("start 2 node1 WebIP, token lost 3 node2, " + LOST, "dead")) == seen(
        record(LOST, "dead")
    )


def test_an_answer_between_two_times_of_a_clock_is_no_phase_of_negative_length() -> None:
    """The start of the web server is logged at 11.46 s; the first answer came by 11.51 s."""
    found = seen(record(MOVED.replace("11.2", "11.46"), "failover"))
    assert found.phases[-1].seconds == 0.0
    assert found.seconds == pytest.approx(1.51)


def test_where_requests_hang_the_journal_tells_the_end_of_the_outage() -> None:
    """The last request that failed was sent at 16.4 s, the next one at 16.9 s was answered."""
    one = record(
        LOST.replace("16.62", "16.7").replace("16.8 ", "16.88 "),
        "dead",
        probe="node1 0-10, timeout 10-16.5, node2 16.9-45",
    )
    found = seen(one)
    assert found.phases[-1].until == pytest.approx(16.88)
    assert 6.4 <= found.seconds <= 7.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no journal"),
        ("membership 16.5 node2, token lost 12.9 node2", "no start"),
        ("token lost 12.9 node2, start 16.6 node2 WebIP, start 16.8 node2 WebServer", "no membership"),
        ("token lost 12.9 node2, membership 16.5 node2, start 16.6 node2 WebIP", "one start of two"),
        ("start 16.6 node2 WebIP, start 16.8 node2 WebServer", "nothing says why"),
        (LOST.replace("16.62", "16.9"), "the wrong order"),
        (LOST + ", start 16.9 node2 WebIP", "started twice"),
    ],
)
def test_a_journal_that_does_not_tell_all_phases(text: str, why: str) -> None:
    assert outage_course(record(text, "dead")) is None, why


@pytest.mark.parametrize(
    "changes",
    [
        {"probe": "node1 0-45"},
        {"probe": "node1 0-10, timeout 10-20"},
        {"probe": "node1 0-10, timeout 10-16, node2 16-16.5, refused 16.5-17, node2 17-45"},
        {"probe": "node1 0-9, timeout 9-17, node2 17-45"},
        {"events": "landed 10.5 node1, heal 30 node1"},
    ],
    ids=["no outage", "open", "two", "before the fault", "no fault"],
)
def test_an_outage_that_is_not_the_only_one_of_the_only_fault(changes: dict[str, Any]) -> None:
    assert outage_course(record(LOST, "dead", **changes)) is None


UP = NodeReading(asked=16.70, at=16.72, node=NODE2, owns_vip=True)
"""The address appears on node2, and ip-monitor(8) tells it."""


def witnessed(text: str, *announced: float, up: NodeReading = UP, base: str = "dead") -> Timeline:
    """A takeover by node2 with the moment at which the address came up, and gratuitous ARPs."""
    one = record(text, base)
    before = tuple(one for one in one.node_readings if one.node != up.node or one.at < up.asked)
    later = tuple(one for one in one.node_readings if one.node == up.node and one.asked > 17)
    return replace(
        one,
        node_readings=(*before, up, *later),
        arp=tuple(ArpReading(asked=at, at=at, holders=(NODE2,), announced=True) for at in announced),
    )


def test_the_network_is_told_between_the_start_of_the_address_and_the_first_answer() -> None:
    found = seen(witnessed(LOST, 16.75, 17.0))
    assert [one.name for one in found.phases] == [
        *("lost", "membership", "decided", "started", "announced", "answered"),
    ]
    started, announced, answered = found.phases[3:]
    assert (started.since, started.until, announced.until) == pytest.approx((16.62, 16.71, 16.75))
    assert "on the interface of its new owner" in started.meaning
    assert "gratuitous ARP" in announced.meaning
    assert announced.within == pytest.approx(0.01), "the reading took 20 ms"
    assert answered.within == pytest.approx(0.055 + 0.005), "the probe and the witness"
    without = seen(record(LOST, "dead"))
    assert found.seconds == pytest.approx(without.seconds), "the sum is the outage, with a witness or without"
    assert found.lengths(3.6) == without.lengths(3.6), "predictions learn the same"


def test_an_announcement_before_the_reading_ended_shows_that_the_address_was_up() -> None:
    started, announced = seen(witnessed(LOST, 16.705)).phases[3:5]
    assert (started.until, announced.until) == pytest.approx((16.7025, 16.705))


def test_an_event_that_a_busy_node_reports_late_was_before_the_announcement() -> None:
    started, announced = seen(witnessed(LOST, 16.68)).phases[3:5]
    assert started.until == announced.until == 16.68
    assert started.within == pytest.approx(0.04), "it was reported 40 ms later"
    late = NodeReading(asked=17.03, at=17.05, node=NODE2, owns_vip=True)
    assert [one.name for one in seen(witnessed(WITH_CLONE, up=late)).phases][3:] == ["started", "answered"]


@pytest.mark.parametrize(
    "announced",
    [(), (16.5,), (19.0,)],
    ids=["no witness", "an earlier one", "after the first answer"],
)
def test_without_an_announcement_the_phases_are_those_of_the_journal(announced: tuple[float, ...]) -> None:
    assert seen(witnessed(LOST, *announced)).phases == seen(record(LOST, "dead")).phases


def test_an_announcement_that_contradicts_the_journal_is_no_phase() -> None:
    """The DC orders the start of the address at 16.62 s, but the address was up 0.4 s before."""
    early = replace_reading(16.2)
    assert seen(witnessed(LOST, 16.21, up=early)).phases == seen(record(LOST, "dead")).phases


def replace_reading(at: float) -> NodeReading:
    return NodeReading(asked=at - 0.02, at=at, node=NODE2, owns_vip=True)


def test_of_another_machine_nothing_is_taken() -> None:
    one = witnessed(LOST, 16.75)
    [told] = one.arp
    foreign = replace(one, arp=(ArpReading(asked=told.asked, at=told.at, holders=(NODE1,), announced=True),))
    assert [phase.name for phase in seen(foreign).phases][-2:] == ["started", "answered"]


WITH_CLONE = "token lost 12.9 node2, membership 16.52 node2, start 16.62 node2 WebIP"


def test_where_the_web_server_is_a_clone_the_address_alone_is_started() -> None:
    found = seen(witnessed(WITH_CLONE, 16.75))
    assert [one.name for one in found.phases][3:] == ["started", "announced", "answered"]
    assert [one.name for one in found.ordered][3:] == ["started", "answered"]
    assert found.lengths(3.6)["started"] == pytest.approx(0.09)
    assert seen(witnessed(WITH_CLONE)).phases == found.ordered, "without a witness the address is enough"


def test_an_address_that_nobody_saw_come_up_ends_no_phase() -> None:
    assert outage_course(record(WITH_CLONE, "dead")) is None
    unseen = NodeReading(asked=16.70, at=16.72, node=NODE2, seen=False)
    assert outage_course(witnessed(WITH_CLONE, 16.75, up=unseen)) is None
