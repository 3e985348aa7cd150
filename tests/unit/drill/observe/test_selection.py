"""Which readings are recorded: both sides of each change, and otherwise one in each period."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from drill.observe import node_watch
from drill.observe.selection import Selection
from drill.record.timeline import NodeReading
from tests.support.example_lab import NODE1


def reading(at: float, **more: object) -> NodeReading:
    return replace(NodeReading(asked=at - 0.01, at=at, node=NODE1), **more)


def selection(period: float) -> Selection[NodeReading]:
    return Selection(period, node_watch._content)


def recorded(*readings: NodeReading, period: float = 0.25) -> list[float]:
    one = selection(period)
    return [kept.at for taken in readings for kept in one.take(taken)]


def test_a_state_that_stays_is_recorded_once_in_a_period() -> None:
    assert recorded(*(reading(1 + n / 20) for n in range(11))) == [1.0, 1.25, 1.5]


@pytest.mark.parametrize(
    "change",
    [
        {"owns_vip": True},
        {"web": "running"},
        {"quorate": True},
        {"members": (NODE1,)},
        {"dc": NODE1},
        {"corosync": True},
        {"late": 0.3},
        {"placements": {"WebIP": NODE1}},
        {"seen": False},
    ],
)
def test_a_change_is_recorded_with_the_reading_before_it(change: dict[str, object]) -> None:
    before = [reading(1.0), reading(1.05), reading(1.1)]
    after = [reading(1.15, **change), reading(1.2, **change)]
    assert recorded(*before, *after) == [1.0, 1.1, 1.15]


def test_a_newer_view_that_says_the_same_is_no_change() -> None:
    assert recorded(reading(1.0, view_asked=0.5), reading(1.05, view_asked=0.9)) == [1.0]


def test_the_last_one_is_given_at_the_end() -> None:
    one = selection(0.25)
    one.take(reading(1.0))
    assert one.last() == []
    one.take(reading(1.05))
    assert [kept.at for kept in one.last()] == [1.05]
    assert one.last() == []
