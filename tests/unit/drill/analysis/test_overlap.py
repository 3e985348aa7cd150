"""For how long two nodes held the address at once: what is certain, and what cannot be excluded."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from drill.analysis import overlap
from drill.analysis.duration import Duration
from drill.record.header import CheckRow, Header
from drill.record.power_switch import PowerSwitch
from drill.record.timeline import ArpReading, Event, NodeReading, Timeline
from tests.support.example_lab import NODE1, NODE2

EVERY, TAKES = 0.05, 0.002


def readings(
    node: str, *holds: tuple[float, float], until: float = 10.0, unseen: tuple[float, float] = (0, 0)
) -> list[NodeReading]:
    """A reading every EVERY seconds; it holds the address in each period of `holds`."""
    found = []
    for number in range(round(until / EVERY)):
        at = number * EVERY + TAKES
        seen = not unseen[0] <= at < unseen[1]
        held = seen and any(since <= at - TAKES / 2 < end for since, end in holds)
        found.append(NodeReading(asked=at - TAKES, at=at, node=node, seen=seen, owns_vip=held))
    return found


def timeline(
    *rows: list[NodeReading], header: Header | None = None, events: tuple[Event, ...] = ()
) -> Timeline:
    header = header or Header(nodes=(NODE1, NODE2))
    return Timeline(header, (), tuple(one for row in rows for one in row), events)


def held(
    *rows: list[NodeReading], header: Header | None = None, events: tuple[Event, ...] = ()
) -> Duration | None:
    return overlap.total(overlap.held(timeline(*rows, header=header, events=events)))


def test_a_failover_with_a_gap_has_no_overlap() -> None:
    assert held(readings(NODE1, (0, 4)), readings(NODE2, (4.5, 99))) == Duration(0, 0)


def test_an_overlap_is_known_to_the_distance_of_the_readings() -> None:
    found = held(readings(NODE1, (0, 6)), readings(NODE2, (4, 99)))
    assert found is not None
    assert found.least == pytest.approx(2.0, abs=2 * EVERY + 2 * TAKES)
    assert found.least <= 2.0 <= found.most
    assert found.most - found.least <= 4 * EVERY


def test_a_change_within_one_distance_is_at_most_an_overlap() -> None:
    found = held(readings(NODE1, (0, 4)), readings(NODE2, (4, 99)))
    assert found is not None
    assert found.least == 0
    assert 0 < found.most <= 2 * EVERY + 2 * TAKES
    assert overlap.text(found).startswith("0 to 0.")


def test_the_true_overlap_is_always_within() -> None:
    """Readings at random moments; each was true at a random moment of its interval."""
    chance = random.Random(7)
    for _ in range(200):
        leaves, comes = sorted(chance.uniform(2, 8) for _ in range(2))
        if chance.random() < 0.5:
            leaves, comes = comes, leaves
        rows = []
        for node, since, until in ((NODE1, 0.0, leaves), (NODE2, comes, 99.0)):
            now = 0.0
            while now < 10:
                takes = chance.uniform(0, 0.3)
                rows.append(
                    NodeReading(
                        asked=now,
                        at=now + takes,
                        node=node,
                        owns_vip=since <= now + takes * chance.random() < until,
                    )
                )
                now += takes + chance.uniform(0, 0.2)
        found = held(rows)
        true = max(0.0, leaves - comes)
        assert found is not None
        assert found.least <= true <= found.most + 1e-9


def test_a_node_that_was_not_read_may_have_held_it() -> None:
    found = held(readings(NODE1, (0, 99), unseen=(3, 7)), readings(NODE2, (4, 99)))
    assert found is not None
    assert found.least == pytest.approx(3.0, abs=0.2), "both were read with it from 7 s on"
    assert found.most == pytest.approx(6.0, abs=0.2), "and node1 may have kept it from 4 s on"


def test_a_node_that_was_switched_off_did_not_hold_it() -> None:
    header = Header(
        nodes=(NODE1, NODE2), roles={"target": NODE1}, checks=(CheckRow("one_owner", {"off": "target"}),)
    )
    events = (
        Event(3.0, "inject", "power-off", NODE1),
        Event(3.5, "landed", "power-off", NODE1),
        Event(8.0, "heal", "power-off", NODE1),
    )
    rows = readings(NODE1, (0, 3), unseen=(3, 9)), readings(NODE2, (6, 99))
    assert held(*rows, header=header, events=events) == Duration(0, 0)
    unproven = held(*rows, header=header, events=events[:1])
    assert unproven is not None
    assert unproven.most > 2


def fenced(*switches: PowerSwitch) -> Duration | None:
    """node1 gave no answer from 3 s on, node2 had the address from 6 s on."""
    rows = readings(NODE1, (0, 3), unseen=(3, 9)), readings(NODE2, (6, 99))
    return overlap.total(overlap.held(replace(timeline(*rows), power=switches)))


def test_a_fenced_node_has_no_address_from_the_moment_when_the_switch_was_done() -> None:
    assert fenced(PowerSwitch(5.2, 5.5, NODE1, on=False)) == Duration(0, 0)
    late = fenced(PowerSwitch(5.2, 7.0, NODE1, on=False))
    assert late is not None
    assert late.least == 0
    assert late.most == pytest.approx(1.0, abs=2 * EVERY), "it may have had the address until 7 s"


def test_a_switch_that_is_not_done_excludes_nothing() -> None:
    found = fenced(PowerSwitch(5.2, None, NODE1, on=False))
    assert found == fenced(PowerSwitch(5.2, 5.5, NODE2, on=True))
    assert found is not None
    assert found.most > 2


def test_a_node_that_has_power_again_may_have_the_address() -> None:
    switches = PowerSwitch(4.2, 4.5, NODE1, on=False), PowerSwitch(6.5, 6.7, NODE1, on=True)
    rows = readings(NODE1, (0, 3), (8, 99), unseen=(3, 8.5)), readings(NODE2, (6, 99))
    found = overlap.held(replace(timeline(*rows), power=switches))
    assert found is not None
    [both] = found
    assert both.since == 6.5, "from the moment when it was to be switched on"
    assert both.length.least == pytest.approx(1.5, abs=0.2)


def test_the_true_overlap_with_a_fenced_node_is_always_within() -> None:
    """The node gives no answer for some time before it is switched off, at a random moment of the switch."""
    chance = random.Random(11)
    for _ in range(200):
        asked = chance.uniform(3, 6)
        done = asked + chance.uniform(0, 1)
        really, comes = chance.uniform(asked, done), chance.uniform(3, 8)
        silent = asked - chance.uniform(0, 2)
        rows = readings(NODE1, (0, 99), unseen=(silent, 99)), readings(NODE2, (comes, 99))
        switch = PowerSwitch(asked, done, NODE1, on=False)
        found = overlap.total(overlap.held(replace(timeline(*rows), power=(switch,))))
        assert found is not None
        assert found.least <= max(0.0, really - comes) <= found.most + 1e-9
        assert found.most <= max(0.0, done - comes) + EVERY


def test_a_machine_without_power_answers_no_request() -> None:
    moments = ((4.0, 4.001, NODE1), (5.0, 5.001, NODE1), (7.0, 7.3, NODE2), (8.0, 8.001, NODE2))
    seen = tuple(ArpReading(asked, at, (holder,)) for asked, at, holder in moments)
    one = Timeline(Header(nodes=(NODE1, NODE2)), arp=seen)
    switch = PowerSwitch(5.5, 6.0, NODE1, on=False)
    before, after = (overlap.total(overlap.answered(item)) for item in (one, replace(one, power=(switch,))))
    assert before is not None
    assert after is not None
    assert before.most > after.most


def test_the_part_of_an_overlap_that_can_be_in_a_period() -> None:
    one = overlap.Both((NODE1, NODE2), 4.0, 10.0, Duration(3.0, 6.0))

    def part(since: float, until: float) -> list[Duration]:
        return [found.length for found in overlap.between([one], since, until)]

    assert part(0, 99) == [Duration(3.0, 6.0)]
    assert part(0, 8) == [Duration(1.0, 4.0)], "of the certain 3 s, 2 s can be later"
    assert part(0, 6) == [Duration(0.0, 2.0)]
    assert part(10, 99) == part(0, 4) == []


def test_a_time_without_readings_is_unknown() -> None:
    first = [one for one in readings(NODE1, (0, 3)) if not 2.5 < one.at < 6]
    found = held(first, readings(NODE2, (5, 99)))
    assert found is not None
    assert found.least == 0
    assert found.most == pytest.approx(1.0, abs=0.2)


def test_without_readings_of_a_node_it_is_unknown() -> None:
    assert held(readings(NODE1, (0, 9))) is None
    assert held(readings(NODE1, (0, 9)), readings(NODE2, unseen=(0, 99))) is None
    assert overlap.text(None) == "unknown"


def answers(*rows: tuple[float, tuple[str, ...]]) -> Duration | None:
    found = tuple(ArpReading(at, at + 0.001, names) for at, names in rows)
    return overlap.total(overlap.answered(Timeline(Header(nodes=(NODE1, NODE2)), arp=found)))


def test_two_who_answer_one_request() -> None:
    steps = [round(n / 10, 1) for n in range(100)]
    rows = [(at, tuple(n for n, has in ((NODE1, at < 6), (NODE2, at >= 4)) if has)) for at in steps]
    found = answers(*rows)
    assert found is not None
    assert found.least == pytest.approx(1.9, abs=0.01)
    assert found.most == pytest.approx(2.1, abs=0.01)


def test_a_failover_as_the_neighbours_see_it() -> None:
    rows = [(n / 10, (NODE1,) if n < 40 else () if n < 45 else (NODE2,)) for n in range(100)]
    assert answers(*rows) == Duration(0, 0)


def test_without_a_witness_it_is_unknown() -> None:
    assert answers() is None
    assert answers((1.0, (NODE1,)), (9.0, (NODE2,))) is None, "too long without a reading"
    announced = ArpReading(1.0, 1.0, (NODE1,), announced=True)
    assert overlap.answered(Timeline(Header(), arp=(announced,))) is None


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (None, "unknown"),
        (Duration(0, 0), "none"),
        (Duration(0, 0.051), "0 to 0.05 s"),
        (Duration(1, 1.2), "1.00 to 1.20 s"),
    ],
)
def test_in_words(found: Duration | None, text: str) -> None:
    assert overlap.text(found) == text


def test_the_longest_of_repeats() -> None:
    assert overlap.longest([Duration(0, 1), Duration(0.5, 0.6)]) == Duration(0.5, 1)
    assert overlap.longest([Duration(0, 1), None]) is None
    assert overlap.longest([]) is None
